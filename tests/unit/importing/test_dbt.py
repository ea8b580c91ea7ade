"""A dbt project as components: kinds, owners, dependencies, delays, and what has no counterpart."""

from typing import Any

import pytest

from router.importing import dbt
from router.importing.description import CannotImport, Given
from router.model.fault import ComponentKind
from tests.unit.importing.shop import RUNS, by_key, given, manifest, sample, samples

STG, FCT = "model.shop.stg_orders", "model.shop.fct_order_features"


def described(value: dict[str, Any] | None = None, *, runs: bool = False) -> Any:
    """The description of the sample, or of a changed one."""
    return dbt.describe([given(value) if value else sample("manifest.json")], samples(RUNS) if runs else [])


def test_every_resource_that_can_fail_is_a_component_of_its_kind() -> None:
    """Tables are feeds, a metric is a KPI, an exposure is what its type says; tests and analyses are none."""
    kinds = {key: thing.kind for key, thing in by_key(described()).items()}
    assert kinds == {
        "source.shop.erp.orders": ComponentKind.FEED,
        "source.shop.bank.rates": ComponentKind.FEED,
        STG: ComponentKind.FEED,
        "model.shop.stg_rates": ComponentKind.FEED,
        "seed.shop.country_codes": ComponentKind.FEED,
        FCT: ComponentKind.FEED,
        "snapshot.shop.order_states": ComponentKind.FEED,
        "exposure.shop.pricing_model": ComponentKind.MODEL,
        "exposure.shop.sales_board": ComponentKind.APP,
        "metric.shop.order_value": ComponentKind.KPI,
    }


def test_owners_come_from_meta_then_group_then_the_exposure() -> None:
    """The nearest word counts."""
    things = by_key(described())
    named = {key: [owner.name for owner in thing.owners] for key, thing in things.items()}
    assert named[STG] == ["Order data"]
    assert named["model.shop.stg_rates"] == ["finance-data"]
    assert named["source.shop.erp.orders"] == ["erp-platform"]
    assert named["exposure.shop.pricing_model"] == ["Pricing science"]
    assert named["seed.shop.country_codes"] == []
    changed = manifest()
    changed["nodes"][STG]["config"]["meta"] = {"owner": "nearer", "slack_channel": "#nearer"}
    owner = by_key(described(changed))[STG].owners[0]
    assert (owner.name, owner.channel) == ("nearer", "#nearer")


def test_a_metric_depends_on_the_model_behind_its_semantic_model() -> None:
    """The semantic model is a way, not a thing."""
    assert set(by_key(described())["metric.shop.order_value"].depends_on) == {FCT}


def test_tests_are_names_of_what_they_test_unless_the_name_tells() -> None:
    """Tests of dbt itself carry their node's name, a singular test does not."""
    assert by_key(described())[FCT].known_as["dbt"] == (
        FCT,
        "analytics.marts.fct_order_features",
        "test.shop.assert_totals_match",
    )
    assert by_key(described())[STG].known_as["dbt"] == (STG, "analytics.marts.stg_orders")


def test_delays_come_from_run_results() -> None:
    """Features are built a minute after staging and took 10m30s at most, tests included."""
    delay = by_key(described(runs=True))[FCT].depends_on[STG]
    assert (delay.soonest_seconds, delay.latest_seconds) == (30, 1_500)
    assert delay.why == "5 runs: starts 1m to 1m after it, takes up to 10m30s"


def test_freshness_of_a_source_stretches_the_delay() -> None:
    """A source that may be four days old hurts four days later."""
    changed = manifest()
    changed["sources"]["source.shop.erp.orders"]["freshness"] = {"error_after": {"count": 4, "period": "day"}}
    delay = by_key(dbt.describe([given(changed)], samples(RUNS)))[STG].depends_on["source.shop.erp.orders"]
    assert delay.latest_seconds == 4 * 86_400
    assert delay.why.startswith("its freshness: error after 4 days; ")
    newer = manifest()
    newer["sources"]["source.shop.erp.orders"] |= {
        "freshness": None,
        "config": {"freshness": {"warn_after": {"count": 2, "period": "day"}}},
    }
    newer_delay = by_key(described(newer))[STG].depends_on["source.shop.erp.orders"]
    assert newer_delay.latest_seconds == 2 * 86_400


def test_without_runs_every_delay_is_a_guess_that_says_so() -> None:
    """So that nobody takes it for history."""
    whys = [delay.why for thing in described().things for delay in thing.depends_on.values()]
    assert all(why.startswith("guess: ") for why in whys)
    assert len(whys) == 9


def test_what_has_no_counterpart_is_listed() -> None:
    """Analyses, second owners, disabled resources, unknown types, macros of the project, orphaned tests."""
    changed = manifest()
    changed["disabled"] = {"model.shop.old": []}
    changed["macros"] = {"macro.shop.cents": {}, "macro.dbt.run_hooks": {}}
    changed["nodes"]["novelty.shop.x"] = {"name": "x"}
    changed["nodes"]["test.shop.orphan"] = {"depends_on": {"nodes": ["model.elsewhere.y"]}}
    changed["unit_tests"] = {"unit_test.shop.stg_orders.works": {"depends_on": {"nodes": [STG]}}}
    listed = {one.what: one.names for one in described(changed).unmapped}
    assert listed == {
        "analysis": ("analysis.shop.margin_study",),
        "unit_test": ("unit_test.shop.stg_orders.works",),
        "test": ("test.shop.orphan",),
        "resource of an unknown type": ("novelty.shop.x",),
        "disabled resource": ("model.shop.old",),
        "macro": ("macro.shop.cents",),
        "further owner": ("model.shop.stg_rates: treasury",),
    }


def test_an_older_manifest_is_read_with_a_warning() -> None:
    """Version 7 has the same nodes, and says that nobody promised."""
    changed = manifest()
    changed["metadata"]["dbt_schema_version"] = "https://schemas.getdbt.com/dbt/manifest/v7.json"
    assert described(changed).unmapped[0].names == ("v7",)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"metadata": []}', b'{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json"}}'],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    """With the file's name and what to give instead."""
    with pytest.raises(CannotImport, match=r"x\.json"):
        dbt.describe([Given("x.json", content)], [])


def test_what_are_no_run_results_is_refused() -> None:
    """Manifests are easily given for them."""
    with pytest.raises(CannotImport, match="no run results"):
        dbt.describe([sample("manifest.json")], [sample("manifest.json")])


@pytest.mark.parametrize(
    "junk", [None, 1, "x", [], [None], {"nodes": 3}, {"nodes": [None, 4, {"a": 1}]}, {"count": []}]
)
def test_junk_in_any_field_is_as_if_it_were_not_there(junk: object) -> None:
    """Nothing a file can hold raises anything but CannotImport."""
    for field in manifest()["nodes"][STG]:
        changed = manifest()
        changed["nodes"][STG][field] = junk
        described(changed, runs=True)
    for section in manifest():
        if section != "metadata":
            described(manifest() | {section: junk}, runs=True)
