"""What the name of a failed test of data speaks of."""

import pytest

from router.model.fault import FAULTS
from router.stages.intake.quality import fault_of_test


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("not_null", "feed.null_surge"),
        ("not_null_orders_id", "feed.null_surge"),
        ("source_not_null_erp_orders_id", "feed.null_surge"),
        ("expect_column_values_to_not_be_null", "feed.null_surge"),
        ("unique", "feed.duplicate_surge"),
        ("dbt_utils_unique_combination_of_columns_orders_a__b", "feed.duplicate_surge"),
        ("expect_column_values_to_be_unique", "feed.duplicate_surge"),
        ("elementary_volume_freshness_orders", "feed.stale"),
        ("dbt_utils_recency_orders", "feed.stale"),
        ("expect_table_columns_to_match_ordered_list", "feed.schema_change"),
        ("accepted_values_orders_unique_code", ""),
        ("assert_positive", ""),
    ],
)
def test_the_name_of_a_test_says_what_fails(name: str, fault: str) -> None:
    """Or nothing more than that it failed."""
    assert fault_of_test(name) == fault
    assert not fault or fault in FAULTS
