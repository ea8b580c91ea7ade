"""What a failed test of data speaks of, by its name: dbt, dbt-utils, dbt-expectations, Great Expectations."""

import re

CONTRACT_BREAK = "feed.contract_break"
JOB_FAILED = "feed.job_failed"
STALE = "feed.stale"

_FAULTS = (
    (re.compile(r".*(?:freshness|recency).*"), STALE),
    (re.compile(r"(?:source_)?not_null(?:_.*)?|.*expect_column_values_to_not_be_null.*"), "feed.null_surge"),
    (
        re.compile(
            r"(?:source_)?unique(?:_.*)?|.*_to_be_unique.*|.*unique_combination_of_columns.*|.*_unique_within_.*"
        ),
        "feed.duplicate_surge",
    ),
    (
        re.compile(r".*expect_(?:column_to_exist|table_column_count_|table_columns_to_).*"),
        "feed.schema_change",
    ),
)


def fault_of_test(name: str) -> str:
    """The fault a failing test of this name shows, or "" where the name says no more than that it failed."""
    return next((fault for pattern, fault in _FAULTS if pattern.fullmatch(name)), "")
