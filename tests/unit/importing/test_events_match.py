"""What the same tool sends later leads to the component that was imported from it."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from router.importing import dbt, openlineage
from router.model.rules import Rules
from router.stages.intake.read import read
from router.stages.intake.record import Observation, SourceRecord
from tests.unit.importing.shop import manifest, rules_of, sample


def components(rules: Rules, source: str, event: object) -> list[str]:
    """The components of the alerts that an event makes."""
    topic = rules.sources[source].topics[0]
    record = SourceRecord(topic, 0, 0, 1_772_440_000_000, None, orjson.dumps(event), ())
    said = read(record, rules.sources[source], rules)
    return [part.alert.component for part in said if isinstance(part, Observation) and part.alert]


def results(*nodes: str, kind: str = "run-results/v6") -> dict[str, Any]:
    """An artifact in which these nodes failed."""
    return {
        "metadata": {"dbt_schema_version": f"https://schemas.getdbt.com/dbt/{kind}.json"},
        "results": [{"unique_id": node, "status": "error", "timing": []} for node in nodes],
    }


@pytest.fixture
def shop(tmp_path: Path) -> Rules:
    """The rules of the sample project."""
    return rules_of(dbt.describe([sample("manifest.json")], []), tmp_path / "rules")


@pytest.mark.parametrize(
    ("node", "component"),
    [
        ("model.shop.stg_orders", "feed.stg_orders"),
        ("seed.shop.country_codes", "feed.country_codes"),
        ("snapshot.shop.order_states", "feed.order_states"),
        ("test.shop.not_null_stg_orders_order_id.81cfe2fe64", "feed.stg_orders"),
        ("test.shop.assert_totals_match", "feed.fct_order_features"),
    ],
)
def test_a_failed_node_of_dbt_is_its_component(shop: Rules, node: str, component: str) -> None:
    """Models, seeds and snapshots by their id, tests by what they test."""
    assert components(shop, "dbt", results(node)) == [component]


def test_a_stale_source_of_dbt_is_its_component(shop: Rules) -> None:
    """As sources.json reports it."""
    assert components(shop, "dbt", results("source.shop.erp.orders", kind="sources/v3")) == ["feed.orders"]


def test_every_node_and_test_of_the_sample_is_found(shop: Rules) -> None:
    """None of them would be unmapped."""
    nodes = [key for key in manifest()["nodes"] if not key.startswith("analysis.")]
    assert set(components(shop, "dbt", results(*nodes))) <= shop.components.keys()


def test_a_failed_job_and_a_broken_expectation_of_openlineage_are_their_component(tmp_path: Path) -> None:
    """The job by its name, its data by the name of the data."""
    rules = rules_of(openlineage.describe([sample("openlineage.jsonl")], []), tmp_path / "rules")
    ended = next(
        event
        for line in sample("openlineage.jsonl").content.splitlines()
        if (event := orjson.loads(line))["job"]["name"] == "claims.clean" and event["eventType"] == "COMPLETE"
    )
    assert components(rules, "openlineage", ended | {"eventType": "FAIL"}) == ["feed.clean"]
    assertion = {"dataQualityAssertions": {"assertions": [{"assertion": "row_count", "success": False}]}}
    data = {"namespace": "snowflake://acme", "name": "dwh.claims.scores", "facets": assertion}
    checked = ended | {"job": {"namespace": "soda", "name": "scan"}, "inputs": [data], "outputs": []}
    assert "feed.scores" in components(rules, "openlineage", checked)
