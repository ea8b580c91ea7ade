"""Internal events: each is logged under its name and counted, and says what it may say only."""

import dataclasses
import itertools
import logging
import typing

import pytest
from prometheus_client import REGISTRY

from router.telemetry import edge_events, engine_events, events, intake_events
from router.telemetry.events import Event, KafkaTroubled, LagMeasured, RoleFailed, RoleStarted, emit

MODULES = (events, intake_events, engine_events, edge_events)


def every_event() -> list[type[Event]]:
    """All classes of events, of all modules."""
    found = {
        kind
        for module in MODULES
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }
    return sorted(found, key=lambda kind: kind.name)


_fresh = itertools.count(10)


def any_of(kind: type[Event]) -> Event:
    """An event of this class with values that no other had, so that a gauge moves too."""
    number = next(_fresh)
    hints = typing.get_type_hints(kind)
    made = {str: f"text{number}", int: number, float: number + 0.5, bool: True, dict[str, int]: {"opened": 2}}
    return kind(**{field.name: made[hints[field.name]] for field in dataclasses.fields(kind)})


def total() -> float:
    """The sum of all our samples; changes when anything was counted."""
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        if metric.name.startswith("router_") and metric.name != "router_canary_age_seconds"
        for sample in metric.samples
        if not sample.name.endswith("_created")
    )


COUNTED_NOWHERE = {"role.stopped", "canary.sent"}
"""Events that only the log needs."""


@pytest.mark.parametrize("kind", every_event(), ids=lambda kind: kind.name)
def test_each_event_is_logged_and_counted(kind: type[Event], caplog: pytest.LogCaptureFixture) -> None:
    """One line of its level under its name with all its fields, and a metric that moves."""
    caplog.set_level(logging.DEBUG, "router")
    event = any_of(kind)
    before = total()
    emit(event)
    assert (total() == before) is (kind.name in COUNTED_NOWHERE)
    [record] = caplog.records
    told = record.msg
    assert isinstance(told, dict)
    assert record.levelname.lower() == kind.level
    assert told["event"] == kind.name
    assert dataclasses.asdict(event).items() <= told.items()
    assert (told.get("intentional") is False) is not kind.intentional


def test_names_of_events_are_unique_and_dotted() -> None:
    """A name finds one class, and says who and what."""
    names = [kind.name for kind in every_event()]
    assert len(set(names)) == len(names)
    assert all(name.count(".") == 1 and name.islower() for name in names)


def test_an_event_whose_level_is_not_wanted_is_still_counted(caplog: pytest.LogCaptureFixture) -> None:
    """Metrics do not depend on how much is logged."""
    caplog.set_level(logging.ERROR, "router")
    emit(LagMeasured("t", 1, 41))
    assert REGISTRY.get_sample_value("router_partition_lag", {"topic": "t", "partition": "1"}) == 41
    assert not caplog.records


def test_what_happens_in_every_role_is_counted_by_its_labels() -> None:
    """The labels are what alerts and dashboards select by."""
    emit(RoleStarted("engine", "1.2", "abc"))
    emit(RoleFailed("engine", "ValueError at x.py:1"))
    emit(KafkaTroubled("_TRANSPORT", "gone", False))
    labels = {"role": "engine", "build": "1.2", "rules": "abc"}
    assert REGISTRY.get_sample_value("router_role_info", labels) == 1
    assert REGISTRY.get_sample_value("router_unexpected_errors_total", {"role": "engine"})
    assert REGISTRY.get_sample_value("router_kafka_errors_total", {"code": "_TRANSPORT"})
