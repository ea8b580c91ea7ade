"""dbt's artifacts: what failed, what succeeded, and what a test tests."""

from typing import Any

import pytest

from router.model.event import AlertStatus, Ignored, RejectCode, Rejected
from router.model.fault import Severity
from router.stages.intake.record import Observation
from tests.builders import a_company
from tests.unit.stages.intake.documents import (
    a_source,
    alert_of,
    alerts_of,
    code_of,
    corpus,
    known_as,
    needs_corpus,
    one,
    parse,
)

SOURCE = a_source("dbt")
RULES = a_company(
    known_as("feed.orders", dbt="model.shop.orders"),
    known_as("feed.order_items", dbt="model.shop.order_items"),
    known_as("feed.raw", dbt="source.shop.erp.raw_orders"),
    known_as("feed.table", dbt="warehouse.public.loose"),
)


def a_result(node: str = "model.shop.orders", status: str = "error", **fields: Any) -> dict[str, Any]:
    """One result as dbt writes it."""
    timing = [
        {"name": "compile", "started_at": "2026-03-02T08:50:00Z", "completed_at": "2026-03-02T08:50:01Z"},
        {"name": "execute", "started_at": "2026-03-02T08:50:01Z", "completed_at": "2026-03-02T08:51:00.5Z"},
    ]
    result = {"unique_id": node, "status": status, "message": None, "failures": None, "timing": timing}
    return result | fields


def run_results(*results: object, version: int = 6, artifact: str = "run-results") -> dict[str, Any]:
    """The artifact."""
    schema = f"https://schemas.getdbt.com/dbt/{artifact}/v{version}.json"
    metadata = {"dbt_schema_version": schema, "generated_at": "2026-03-02T08:52:00.000000Z"}
    return {"metadata": metadata, "results": list(results), "elapsed_time": 1.0, "args": {}}


def test_a_model_that_could_not_be_built_is_a_failed_job() -> None:
    """At the time its execution ended."""
    alert = alert_of(run_results(a_result(message="Database Error\n  in model orders")), SOURCE, RULES)
    assert (alert.component, alert.fault, alert.status) == (
        "feed.orders",
        "feed.job_failed",
        AlertStatus.FIRING,
    )
    assert alert.summary == "shop.orders: error, Database Error in model orders"
    assert alert.at.isoformat() == "2026-03-02T08:51:00.500000+00:00"


@pytest.mark.parametrize("kind", ["model", "snapshot", "seed"])
def test_success_resolves(kind: str) -> None:
    """Same node, same alert."""
    failed, done = (a_result(f"{kind}.shop.orders", status) for status in ("error", "success"))
    first, second = (alert_of(run_results(result), SOURCE, RULES) for result in (failed, done))
    assert first.key == second.key
    assert second.status is AlertStatus.RESOLVED


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("not_null_orders_id", "feed.null_surge"),
        ("unique_orders_id", "feed.duplicate_surge"),
        ("dbt_utils_recency_orders_1", "feed.stale"),
        ("accepted_values_orders_status", "feed.contract_break"),
        ("dbt_expectations_expect_column_values_to_not_be_null_orders_id", "feed.null_surge"),
        ("dbt_expectations_expect_column_to_exist_orders_id", "feed.schema_change"),
        ("reconciles_with_ledger_orders", "feed.volume_drop"),
    ],
)
def test_a_failed_test_says_what_is_wrong_by_its_name(name: str, fault: str) -> None:
    """The operator's mapping, then the names everybody uses, then a broken contract."""
    source = a_source("dbt", faults={"reconciles_.*": "feed.volume_drop"})
    result = a_result(f"test.shop.{name}.5c9bf9911d", "fail", failures=3, message="Got 3 results")
    alert = alert_of(run_results(result), source, RULES)
    assert (alert.component, alert.fault) == ("feed.orders", fault)
    assert alert.measure is not None
    assert (alert.measure.value, alert.measure.unit) == (3, "rows")


def test_a_test_that_warns_is_a_warning_and_one_that_passes_resolves() -> None:
    """Whatever the fault's own severity."""
    node = "test.shop.not_null_orders_id.5c9bf9911d"
    warned, passed = (
        alert_of(run_results(a_result(node, status)), SOURCE, RULES) for status in ("warn", "pass")
    )
    assert (warned.severity, warned.status) == (Severity.WARNING, AlertStatus.FIRING)
    assert (passed.key, passed.status) == (warned.key, AlertStatus.RESOLVED)


def test_a_test_that_could_not_run_is_a_failed_job() -> None:
    """It says nothing about the data."""
    assert (
        alert_of(run_results(a_result("test.shop.unique_orders_id.5c9bf9911d")), SOURCE, RULES).fault
        == "feed.job_failed"
    )


@pytest.mark.parametrize(
    ("node", "component"),
    [
        ("test.shop.not_null_orders_id.5c9bf9911d", "feed.orders"),
        ("test.shop.not_null_order_items_id.5c9bf9911d", "feed.order_items"),
        ("test.shop.source_not_null_erp_raw_orders_id.5c9bf9911d", "feed.raw"),
        ("test.shop.relationships_orders_customer_id__id__ref_order_items_.5c9bf9911d", "feed.orders"),
        ("test.shop.dbt_utils_expression_is_true_order_items_x.5c9bf9911d", "feed.order_items"),
        ("test.shop.not_null_stg_orders_id.5c9bf9911d", "test.shop.not_null_stg_orders_id.5c9bf9911d"),
        ("test.shop.dbt_utils_x_stg_orders_id.5c9bf9911d", "test.shop.dbt_utils_x_stg_orders_id.5c9bf9911d"),
        ("test.shop.not_null_legacy_orders_id.5c9bf9911d", "test.shop.not_null_legacy_orders_id.5c9bf9911d"),
        ("test.other.not_null_orders_id.5c9bf9911d", "test.other.not_null_orders_id.5c9bf9911d"),
        ("test.shop.assert_positive", "test.shop.assert_positive"),
    ],
)  # fmt: skip
def test_a_test_belongs_to_what_its_name_says_it_tests(node: str, component: str) -> None:
    """The first, longest node in the name; a staging model is not the model it is named after."""
    assert alert_of(run_results(a_result(node, "fail")), SOURCE, RULES).component == component


def test_what_a_test_depends_on_is_believed_before_its_name() -> None:
    """Some tools add it to the artifact."""
    result = a_result(
        "test.shop.assert_positive", "fail", depends_on={"nodes": ["model.shop.orders", "model.shop.x"]}
    )
    assert alert_of(run_results(result), SOURCE, RULES).component == "feed.orders"


def test_the_table_a_model_made_is_a_name_of_it() -> None:
    """From version 5 on; without the quotes of the dialect."""
    result = a_result("model.shop.loose", relation_name='"warehouse"."public"."loose"')
    assert alert_of(run_results(result), SOURCE, RULES).component == "feed.table"


def test_what_was_skipped_says_nothing() -> None:
    """Alone it is ignored, among others it is passed over."""
    skipped = a_result(status="skipped")
    assert isinstance(one(run_results(skipped), SOURCE, RULES), Ignored)
    assert isinstance(one(run_results(), SOURCE, RULES), Ignored)
    assert len(parse(run_results(skipped, a_result()), SOURCE, RULES)) == 1


@pytest.mark.parametrize(
    ("status", "fault"),
    [("error", "feed.stale"), ("warn", "feed.stale"), ("runtime error", "feed.job_failed")],
)
def test_freshness_of_sources_is_read(status: str, fault: str) -> None:
    """sources.json, which `dbt source freshness` writes."""
    artifact = run_results(a_result("source.shop.erp.raw_orders", status), version=3, artifact="sources")
    alert = alert_of(artifact, SOURCE, RULES)
    assert (alert.component, alert.fault, alert.status) == ("feed.raw", fault, AlertStatus.FIRING)


@pytest.mark.parametrize(
    ("artifact", "code"),
    [
        ({"results": []}, RejectCode.MISSING_FIELD),
        (run_results(version=7), RejectCode.UNSUPPORTED_VERSION),
        (run_results(version=0), RejectCode.UNSUPPORTED_VERSION),
        (run_results(artifact="manifest"), RejectCode.UNSUPPORTED_TYPE),
        ({"metadata": run_results()["metadata"]}, RejectCode.MISSING_FIELD),
        (run_results() | {"results": {}}, RejectCode.INVALID_FIELD),
        (run_results("x"), RejectCode.INVALID_FIELD),
        (run_results(a_result(status="")), RejectCode.MISSING_FIELD),
        (run_results(a_result(node="")), RejectCode.MISSING_FIELD),
        (run_results(a_result(timing=[{"completed_at": "soon"}])), RejectCode.INVALID_TIME),
    ],
)
def test_what_is_no_artifact_of_ours_is_refused(artifact: dict[str, Any], code: RejectCode) -> None:
    """With the code that says why."""
    assert code_of(artifact, SOURCE, RULES) is code


def test_a_bad_result_does_not_take_the_run_with_it() -> None:
    """The good ones go on."""
    good, refused = parse(run_results("x", a_result()), SOURCE, RULES)
    assert isinstance(good, Observation)
    assert isinstance(refused, Rejected)


@needs_corpus
@pytest.mark.parametrize("name", ["build", "fail", "no_test_metadata", "postgres", "small", "test"])
def test_recorded_runs_are_read(name: str) -> None:
    """Versions 2 to 5, of builds, runs and tests: one alert for each result that says something."""
    artifact = corpus(f"dbt/{name}_run_results.json")
    alerts = alerts_of(artifact, SOURCE, RULES)
    told = [result for result in artifact["results"] if result["status"] != "skipped" and result["unique_id"]]
    assert [alert.labels["unique_id"] for alert in alerts] == [result["unique_id"] for result in told]
    firing = [result["status"] in ("error", "fail", "warn") for result in told]
    assert [alert.status is AlertStatus.FIRING for alert in alerts] == firing
