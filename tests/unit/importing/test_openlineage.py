"""OpenLineage events as components: a job is one with the only data it writes, delays come from runs."""

from typing import Any

import orjson
import pytest

from router.importing import openlineage
from router.importing.description import CannotImport, Given
from router.model.fault import ComponentKind
from tests.unit.importing.shop import by_key, sample


def described(*events: dict[str, Any]) -> Any:
    """The description of these events."""
    return openlineage.describe([Given("events.jsonl", b"\n".join(map(orjson.dumps, events)))], [])


def event(
    job: str, inputs: str = "", outputs: str = "", state: str = "COMPLETE", **more: Any
) -> dict[str, Any]:
    """A run event; inputs and outputs are names with spaces between."""
    return {
        "eventType": state,
        "eventTime": more.pop("at", "2026-03-02T08:00:00Z"),
        "run": {"runId": more.pop("run", "r1"), "facets": more.pop("run_facets", {})},
        "job": {"namespace": "sched", "name": job, "facets": more.pop("facets", {})},
        "inputs": [{"namespace": "db", "name": name} for name in inputs.split()],
        "outputs": [{"namespace": "db", "name": name} for name in outputs.split()],
    } | more


def edges(description: Any) -> set[tuple[str, str]]:
    """(what depends, on what) by the last part of their keys."""
    return {
        (thing.key.split("\x00")[-1], upstream.split("\x00")[-1])
        for thing in description.things
        for upstream in thing.depends_on
    }


def test_the_sample_week_becomes_four_components() -> None:
    """The ERP's table that nobody writes, and three jobs with their data."""
    things = {thing.name: thing for thing in openlineage.describe([sample("openlineage.jsonl")], []).things}
    assert {name: thing.kind for name, thing in things.items()} == {
        "CLAIMS": ComponentKind.ERP,
        "claims": ComponentKind.FEED,
        "clean": ComponentKind.FEED,
        "scores": ComponentKind.FEED,
    }
    assert things["clean"].known_as == {
        "openlineage": ("airflow-prod/claims.clean", "snowflake://acme/dwh.claims.clean")
    }
    assert [owner.name for owner in things["clean"].owners] == ["claims-data"]
    assert things["claims"].owners == ()  # airflow is nobody
    (scheduled,) = things["claims"].depends_on.values()
    (triggered,) = things["clean"].depends_on.values()
    (clocked,) = things["scores"].depends_on.values()
    assert scheduled.why == "runs every 1d (scheduled), takes up to 26m"
    assert triggered.why == "7 runs: starts 1m30s to 1m30s after it, takes up to 15m"
    assert (clocked.soonest_seconds, clocked.latest_seconds) == (0, 7 * 3_600)


def test_a_job_with_several_outputs_is_a_component_that_they_depend_on() -> None:
    """Its alerts are about all of them."""
    found = described(event("split", "raw", "left right"))
    assert edges(found) == {("split", "raw"), ("left", "split"), ("right", "split")}


def test_data_that_two_jobs_write_is_a_component_of_its_own() -> None:
    """Each of them may have broken it."""
    found = described(event("one", "a", "shared"), event("two", "b", "shared"))
    assert edges(found) == {("one", "a"), ("two", "b"), ("shared", "one"), ("shared", "two")}


def test_steps_count_to_their_job_and_tests_to_their_data() -> None:
    """As intake reads their failures."""
    parent = {"parent": {"run": {"runId": "r0"}, "job": {"namespace": "sched", "name": "app"}}}
    sql, test = {"jobType": {"jobType": "SQL"}}, {"jobType": {"jobType": "TEST"}}
    found = described(
        event("app"),
        event("app.insert", "raw", "clean", facets=sql, run_facets=parent),
        event("not_null", "clean", "audit", facets=test),
    )
    assert edges(found) == {("app", "raw")}
    assert {thing.name for thing in found.things} == {"clean", "raw"}
    listed = {one.what: one.names for one in found.unmapped}
    assert listed == {
        "test": ("sched/not_null",),
        "step of a job": ("sched/app.insert",),
        "data": ("db/audit",),
    }


def test_data_that_only_a_test_reads_is_a_component_all_the_same() -> None:
    """Its broken expectations need an owner; a job that runs the test fails with it."""
    parent = {"parent": {"run": {"runId": "r0"}, "job": {"namespace": "sched", "name": "nightly"}}}
    test = event("not_null", "clean", "audit", facets={"jobType": {"jobType": "TEST"}}, run_facets=parent)
    found = described(event("nightly"), test)
    assert {thing.name for thing in found.things} == {"nightly", "clean"}
    assert edges(found) == {("nightly", "clean")}


def test_a_job_depends_on_the_jobs_that_it_runs() -> None:
    """A DAG fails with its task; one that was never seen itself is listed."""
    parent = {"parent": {"run": {"runId": "r0"}, "job": {"namespace": "sched", "name": "dag"}}}
    task = event("dag.task", "raw", "clean", run_facets=parent)
    assert edges(described(event("dag"), task)) == {("dag.task", "raw"), ("dag", "dag.task")}
    alone = described(task)
    assert edges(alone) == {("dag.task", "raw")}
    assert [(one.what, one.names) for one in alone.unmapped] == [("parent job", ("sched/dag",))]


def test_a_job_that_reads_what_it_writes_does_not_depend_on_itself() -> None:
    """An incremental table is one component."""
    assert edges(described(event("merge", "table new", "table"))) == {("merge", "new")}


def test_symlinks_are_further_names_of_data() -> None:
    """The same table by its path and by its name in the metastore."""
    linked = event("load", "", "warehouse/orders")
    linked["outputs"][0]["facets"] = {
        "symlinks": {"identifiers": [{"namespace": "hive", "name": "orders", "type": "TABLE"}]}
    }
    (thing,) = described(linked).things
    assert thing.known_as["openlineage"] == ("sched/load", "db/warehouse/orders", "hive/orders")


def test_lists_lines_and_recordings_are_read_alike() -> None:
    """A list, JSON lines, one event, and what `router record` writes."""
    events = [event("one", "a", "b"), event("two", "b", "c")]
    recorded = [{"topic": "lineage", "timestamp_ms": 0, "value": each} for each in events]
    texts = [{"topic": "lineage", "timestamp_ms": 0, "value": orjson.dumps(each).decode()} for each in events]
    contents = [
        orjson.dumps(events),
        *(b"\n".join(map(orjson.dumps, lines)) for lines in (events, recorded, texts)),
    ]
    found = [edges(openlineage.describe([Given("x", content)], [])) for content in contents]
    assert found == [{("one", "a"), ("two", "one")}] * 4
    assert edges(openlineage.describe([Given("x", orjson.dumps(events[0]))], [])) == {("one", "a")}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"[1, null]", b"not json", b'{"a": 1}\nnot json'])
def test_what_holds_no_event_is_refused(content: bytes) -> None:
    """With its name, and the line where it is."""
    with pytest.raises(CannotImport, match=r"x\.jsonl"):
        openlineage.describe([Given("x.jsonl", content)], [])


@pytest.mark.parametrize(
    "junk", [None, 1, "x", [], [None], {"facets": 3}, [{"name": 4}], {"job": {"name": []}}]
)
def test_junk_in_any_field_is_as_if_it_were_not_there(junk: object) -> None:
    """Nothing an event can hold raises anything but CannotImport."""
    for field in event("one", "a", "b"):
        for other in ({field: junk}, {field: {"facets": junk, "namespace": "n", "name": "m"}}):
            described(event("two", "b", "c"), event("one", "a", "b") | other)


def test_a_key_is_by_name_and_namespace() -> None:
    """The same name in two schedulers is two jobs, with two ids."""
    other = event("load", "", "x")
    other["job"]["namespace"] = "elsewhere"
    other["outputs"][0]["namespace"] = "lake"
    assert len(by_key(described(event("load", "", "x"), other))) == 2
