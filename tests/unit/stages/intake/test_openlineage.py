"""OpenLineage: what the end of a run says about its job and about data."""

from typing import Any

import pytest

from router.model.event import Alert, AlertStatus, Ignored, RejectCode
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

SOURCE = a_source("openlineage")
RULES = a_company(
    known_as("feed.orders", openlineage=("postgres://db:5432/shop.orders", "etl/load_orders")),
    known_as("feed.customers", openlineage="postgres://db:5432/shop.customers"),
)


def a_run(state: str = "FAIL", **fields: Any) -> dict[str, Any]:
    """A run event of job etl/load_orders."""
    event = {
        "eventType": state,
        "eventTime": "2026-03-02T08:59:00Z",
        "run": {"runId": "0188a1a0-0000-7000-8000-000000000001", "facets": {}},
        "job": {"namespace": "etl", "name": "load_orders", "facets": {}},
        "inputs": [],
        "outputs": [],
        "producer": "https://example.com/etl",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }
    return {name: value for name, value in (event | fields).items() if value is not None}


def a_dataset(name: str, *assertions: dict[str, Any], place: str = "facets") -> dict[str, Any]:
    """A dataset of the shop, with these assertions."""
    facet = {"dataQualityAssertions": {"assertions": list(assertions)}} if assertions else {}
    return {"namespace": "postgres://db:5432", "name": f"shop.{name}", place: facet}


def an_assertion(success: bool = False, name: str = "not_null", **fields: Any) -> dict[str, Any]:
    """One assertion about column `id`."""
    return {"assertion": name, "success": success, "column": "id", **fields}


def of(event: dict[str, Any]) -> list[Alert]:
    """Its alerts."""
    return alerts_of(event, SOURCE, RULES)


@pytest.mark.parametrize("state", ["FAIL", "ABORT", "fail"])
def test_a_failed_run_is_a_failed_job(state: str) -> None:
    """With the error's message, and without its stack trace."""
    error = {"message": "Database Error\n  relation missing", "stackTrace": "at secret.place"}
    event = a_run(state, run={"runId": "1", "facets": {"errorMessage": error}})
    alert = alert_of(event, SOURCE, RULES)
    assert (alert.component, alert.fault, alert.status) == (
        "feed.orders",
        "feed.job_failed",
        AlertStatus.FIRING,
    )
    assert alert.summary == "load_orders failed: Database Error relation missing"
    assert alert.at.isoformat() == "2026-03-02T08:59:00+00:00"


def test_a_completed_run_resolves_what_a_failed_one_opened() -> None:
    """Of the same job, whatever the run."""
    failed = alert_of(a_run("FAIL"), SOURCE, RULES)
    completed = alert_of(a_run("COMPLETE", run={"runId": "2"}), SOURCE, RULES)
    assert completed.status is AlertStatus.RESOLVED
    assert completed.key == failed.key


@pytest.mark.parametrize("state", ["START", "RUNNING", "OTHER"])
def test_a_run_that_is_not_over_says_nothing(state: str) -> None:
    """Not even about assertions, which some emitters send already at the start."""
    event = a_run(state, inputs=[a_dataset("orders", an_assertion(False))])
    assert isinstance(one(event, SOURCE, RULES), Ignored)


@pytest.mark.parametrize(
    "fields", [{"job": {"namespace": "n", "name": "j"}}, {"dataset": {"namespace": "n", "name": "d"}}]
)
def test_events_that_describe_report_no_run(fields: dict[str, Any]) -> None:
    """Job and dataset events of specification 2."""
    event = {"eventTime": "2026-03-02T08:59:00", "schemaURL": "https://openlineage.io/spec/2-0-2/x", **fields}
    assert isinstance(one(event, SOURCE, RULES), Ignored)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (a_run(run={}), RejectCode.MISSING_FIELD),
        (a_run(run="1"), RejectCode.INVALID_FIELD),
        (a_run(job={"namespace": "etl"}), RejectCode.MISSING_FIELD),
        (a_run(job={"name": "load"}), RejectCode.MISSING_FIELD),
        (a_run("EXPLODED"), RejectCode.UNSUPPORTED_TYPE),
        (a_run(eventTime="{{ is_datetime(result) }}"), RejectCode.INVALID_TIME),
        (a_run(outputs="x"), RejectCode.INVALID_FIELD),
        (a_run(outputs=["x"]), RejectCode.INVALID_FIELD),
        (a_run(outputs=[{"namespace": "n"}]), RejectCode.MISSING_FIELD),
        (a_run(inputs=[a_dataset("orders", an_assertion("no"))]), RejectCode.INVALID_FIELD),  # type: ignore[arg-type]
        (
            a_run(schemaURL="https://openlineage.io/spec/3-0-0/OpenLineage.json"),
            RejectCode.UNSUPPORTED_VERSION,
        ),
    ],
)
def test_an_event_that_breaks_the_specification_is_refused(event: dict[str, Any], code: RejectCode) -> None:
    """With the code that says how."""
    assert code_of(event, SOURCE, RULES) is code


def test_a_time_without_a_zone_is_utc_and_none_is_the_arrival() -> None:
    """The Python client sends the former, Flink's adapter the latter."""
    assert alert_of(a_run(eventTime="2026-03-02T08:59:00.5"), SOURCE, RULES).at.microsecond == 500_000
    alert = alert_of(a_run(eventTime=None), SOURCE, RULES)
    assert alert.at == alert.arrived_at


def test_a_failed_assertion_breaks_the_data_not_the_job() -> None:
    """The run failed because the test did; what holds in the same run is resolved."""
    dataset = a_dataset("customers", an_assertion(False), an_assertion(True, "unique"), place="inputFacets")
    fails, holds = of(a_run("FAIL", inputs=[dataset]))
    assert (fails.component, fails.fault, fails.status) == (
        "feed.customers",
        "feed.null_surge",
        AlertStatus.FIRING,
    )
    assert (holds.fault, holds.status) == ("feed.duplicate_surge", AlertStatus.RESOLVED)
    assert fails.summary == "not_null on id fails"


def test_an_assertion_that_holds_later_resolves() -> None:
    """Same job, dataset, assertion and column: same alert; wherever the facet stands."""
    failed = of(a_run("FAIL", inputs=[a_dataset("orders", an_assertion(False), place="inputFacets")]))
    done = of(a_run("COMPLETE", inputs=[a_dataset("orders", an_assertion(True))]))
    assert [alert.key for alert in failed] == [alert.key for alert in done[1:]]
    assert {alert.status for alert in done} == {AlertStatus.RESOLVED}


@pytest.mark.parametrize(
    ("name", "fault"),
    [("not_null", "feed.null_surge"), ("unique", "feed.duplicate_surge"), ("accepted_values", "feed.contract_break"),
     ("freshness", "feed.stale"), ("rows_shipped", "feed.volume_drop")],
)  # fmt: skip
def test_the_name_of_an_assertion_says_what_is_wrong(name: str, fault: str) -> None:
    """The operator's mapping first, then the names everybody uses, then a broken contract."""
    source = a_source("openlineage", faults={"rows_.*": "feed.volume_drop"})
    event = a_run("COMPLETE", inputs=[a_dataset("orders", an_assertion(False, name))])
    firing = [alert for alert in alerts_of(event, source, RULES) if alert.status is AlertStatus.FIRING]
    assert [alert.fault for alert in firing] == [fault]


def test_an_assertion_that_only_warns_is_a_warning() -> None:
    """Whatever the severity of the fault."""
    event = a_run(
        inputs=[a_dataset("orders", an_assertion(False, severity="warn", expected="0", actual="5"))]
    )
    alert = alert_of(event, SOURCE, RULES)
    assert alert.severity is Severity.WARNING
    assert alert.summary == "not_null on id fails: expected 0, actual 5"


def test_of_two_assertions_of_one_name_on_one_column_the_failed_one_counts() -> None:
    """Nothing tells them apart, so they fail together."""
    for pair in ([True, False], [False, True]):
        event = a_run("FAIL", inputs=[a_dataset("orders", *(an_assertion(success) for success in pair))])
        assert [alert.status for alert in of(event)] == [AlertStatus.FIRING]


def test_a_job_the_catalog_does_not_know_is_known_by_what_it_writes() -> None:
    """And a completed one also resolves what it opened before it could say what it would write."""
    job = {"namespace": "dbt", "name": "run_customers"}
    early = alert_of(a_run(job=job), SOURCE, RULES)
    late = alert_of(a_run(job=job, outputs=[a_dataset("customers")]), SOURCE, RULES)
    assert (early.component, late.component) == ("dbt/run_customers", "feed.customers")
    said = parse(a_run("COMPLETE", job=job, outputs=[a_dataset("customers")]), SOURCE, RULES)
    scopes = [part.scope for part in said if isinstance(part, Observation)]
    assert scopes == ["main", "unmapped"]
    keys = {part.alert.key for part in said if isinstance(part, Observation) and part.alert}
    assert keys == {early.key} == {late.key}


def test_a_step_of_a_job_leaves_the_failure_to_its_job() -> None:
    """Every SQL statement of dbt is reported as a run of its own."""
    parent = {"parent": {"run": {"runId": "0"}, "job": {"namespace": "etl", "name": "load_orders"}}}
    step = {"namespace": "etl", "name": "load_orders.sql.2", "facets": {"jobType": {"jobType": "SQL"}}}
    assert isinstance(one(a_run(job=step, run={"runId": "1", "facets": parent}), SOURCE, RULES), Ignored)
    assert alert_of(a_run(job=step), SOURCE, RULES).component == "etl/load_orders.sql.2"


def test_a_test_that_could_not_say_why_breaks_the_contract_of_what_it_reads() -> None:
    """A run of kind TEST without assertions; its completion resolves it."""
    job = {
        "namespace": "dbt",
        "name": "test.shop.positive_amounts",
        "facets": {"jobType": {"jobType": "TEST"}},
    }
    failed = alert_of(a_run(job=job, inputs=[a_dataset("customers")]), SOURCE, RULES)
    assert (failed.component, failed.fault) == ("feed.customers", "feed.contract_break")
    done = alert_of(a_run("COMPLETE", job=job, inputs=[a_dataset("customers")]), SOURCE, RULES)
    assert (done.key, done.status) == (failed.key, AlertStatus.RESOLVED)


@needs_corpus
def test_a_recorded_failing_dbt_run_is_read() -> None:
    """One alert for the model, one for the command; none for the SQL steps, none for the starts."""
    rules = a_company(known_as("feed.orders", dbt="model.jaffle_shop.orders"))
    events = corpus("openlineage/dbt_pg_failed_run_events_concrete.json")
    firing = [alert for event in events for alert in alerts_of(event, SOURCE, rules)]
    assert [alert.component for alert in firing] == ["feed.orders", "dbt-test-namespace/dbt-run-jaffle_shop"]


@needs_corpus
def test_recorded_dbt_tests_are_read() -> None:
    """One assertion fails among those that hold."""
    rules = a_company(
        known_as("feed.customers", openlineage="postgres://postgres:5432/postgres.public.customers")
    )
    events = corpus("openlineage/dbt_pg_test_events_concrete.json")
    alerts = [alert for event in events for alert in alerts_of(event, SOURCE, rules)]
    firing = {(alert.component, alert.fault) for alert in alerts if alert.status is AlertStatus.FIRING}
    assert ("feed.customers", "feed.contract_break") in firing
    assert len(firing) == 2


@needs_corpus
def test_every_recorded_event_is_read_ignored_or_refused_for_its_own_flaw() -> None:
    """The one without a run id, and templates that were never filled in."""
    assert code_of(corpus("openlineage/negative_fluentd_no_run_id.json"), SOURCE) is RejectCode.MISSING_FIELD
    for name in (
        "run_event_full",
        "fluentd_event_full",
        "fluentd_event_simple",
        "python_client_full_event",
        "flink_failed",
    ):
        assert all(
            isinstance(said, Observation) for said in parse(corpus(f"openlineage/{name}.json"), SOURCE)
        ), name
    for name in ("serde_run_event", "serde_job_event", "serde_dataset_event"):
        assert isinstance(one(corpus(f"openlineage/{name}.json"), SOURCE), Ignored), name
