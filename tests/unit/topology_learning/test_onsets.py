"""Onsets are read by the same intake as in production, and what could not be used is counted."""

import orjson

from router.model.rules import Source
from router.recording import Recorded
from router.stages.intake.record import SourceRecord
from router.topology_learning.onsets import history
from tests.unit.topology_learning.test_learning import rules

HOUR_MS = 3_600_000


def recorded(hour: int, component: str, status: str = "firing", topic: str = "events") -> Recorded:
    """A native alert."""
    event = {
        "specversion": "1.0",
        "id": f"{hour}{component}",
        "source": "test",
        "type": "router.alert.v1",
        "subject": component,
        "data": {"fault": "feed.stale", "status": status, "severity": "major", "summary": "x"},
    }
    record = SourceRecord(topic, 0, hour, hour * HOUR_MS, None, orjson.dumps(event), ())
    return Recorded(hour, record)


def test_only_alerts_that_fire_on_components_of_the_catalog_count() -> None:
    """Resolved ones end nothing here; unknown components and unread topics are counted."""
    known = rules(2).model_copy(
        update={"sources": {"all": Source(name="all", topics=("events",), format="native")}}
    )
    seen = history(
        known,
        [
            recorded(1, "c0"),
            recorded(2, "c0", status="resolved"),
            recorded(3, "c1"),
            recorded(5, "c0"),
            recorded(6, "stranger"),
            recorded(7, "c1", topic="elsewhere"),
        ],
    )
    assert seen.onsets == {"c0": (3_600.0, 18_000.0), "c1": (10_800.0,)}
    assert (seen.first, seen.last) == (3_600.0, 7 * 3_600.0)
    assert (seen.unread, seen.unknown) == ({"elsewhere": 1}, 1)


def test_an_empty_recording_has_no_span() -> None:
    """And nothing else."""
    assert history(rules(2), []).span_seconds == 0
