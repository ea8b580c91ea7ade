"""Source documents and records for the tests of intake; all written by hand in the shape of the real thing."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from router.model.catalog import Component
from router.model.event import Alert, Change, Ignored, RejectCode, Rejected
from router.model.fault import ComponentKind
from router.model.rules import Rules, Source
from router.stages.identify import Identities
from router.stages.intake.read import SourceReader, read
from router.stages.intake.record import Headers, Observation, Parsed, SourceRecord
from tests.builders import a_company

CORPUS = Path(__file__).parents[5] / "shared" / "corpus" / "payloads"
ARRIVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ARRIVED_MS = int(ARRIVED.timestamp() * 1000)

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real payloads is not beside the repository"
)


def corpus(name: str) -> Any:
    """A real payload."""
    return orjson.loads((CORPUS / name).read_bytes())


def a_record(
    value: object, *, offset: int = 0, at_ms: int = ARRIVED_MS, headers: Headers = (), topic: str = "events"
) -> SourceRecord:
    """A record with this JSON value, or with these very bytes."""
    body = value if isinstance(value, bytes) or value is None else orjson.dumps(value)
    return SourceRecord(topic, 0, offset, at_ms, b"key", body, headers)


def native(data: dict[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    """A native alert; `data` and attributes replace what it holds, and None leaves a field out."""
    event = {
        "specversion": "1.0",
        "id": "event-1",
        "source": "acme/feed",
        "type": "router.alert.v1",
        "subject": "feed.orders",
        "time": "2026-03-02T08:59:30.000Z",
        "data": {
            "fault": "feed.stale",
            "status": "firing",
            "severity": "major",
            "summary": "no new rows",
            **(data or {}),
        },
        **attributes,
    }
    event["data"] = {name: value for name, value in event["data"].items() if value is not None}
    return {name: value for name, value in event.items() if value is not None}


def a_source(format_name: str = "native", **fields: Any) -> Source:
    """A source that reads topic `events`."""
    return Source(name="acme", topics=("events",), format=format_name, **fields)


def known_as(component: str, **names: str | tuple[str, ...]) -> Component:
    """A component of scope `main` with these names, by namespace."""
    spelled = {space: (given,) if isinstance(given, str) else given for space, given in names.items()}
    kind = ComponentKind(component.split(".")[0])
    return Component(id=component, kind=kind, workflow="main", scope="main", known_as=spelled)


def parse(
    value: object, source: Source | None = None, rules: Rules | None = None, headers: Headers = ()
) -> tuple[Parsed, ...]:
    """What a record with this value says."""
    return read(a_record(value, headers=headers), source or a_source(), rules or a_company())


def one(
    value: object, source: Source | None = None, rules: Rules | None = None, headers: Headers = ()
) -> Parsed:
    """The one thing it says."""
    (said,) = parse(value, source, rules, headers)
    return said


def alert_of(
    value: object, source: Source | None = None, rules: Rules | None = None, headers: Headers = ()
) -> Alert:
    """The one alert it is."""
    said = one(value, source, rules, headers)
    assert isinstance(said, Observation), said
    assert said.alert is not None
    return said.alert


def change_of(value: object, source: Source | None = None, rules: Rules | None = None) -> Change:
    """The one change it is."""
    said = one(value, source, rules)
    assert isinstance(said, Observation), said
    assert said.change is not None
    return said.change


def alerts_of(value: object, source: Source, rules: Rules | None = None) -> list[Alert]:
    """All its alerts, in order."""
    said = parse(value, source, rules)
    return [part.alert for part in said if isinstance(part, Observation) and part.alert is not None]


def code_of(
    value: object, source: Source | None = None, rules: Rules | None = None, headers: Headers = ()
) -> RejectCode:
    """Why it is refused."""
    said = one(value, source, rules, headers)
    assert isinstance(said, Rejected), said
    return said.code


def is_ignored(value: object, source: Source) -> bool:
    """Whether it says nothing that we act on."""
    return isinstance(one(value, source), Ignored)


def a_reader(source: Source | None = None, rules: Rules | None = None) -> SourceReader:
    """A reader with a memory."""
    rules = rules or a_company()
    return SourceReader(source or a_source(), rules, Identities(rules))
