"""Stories as files: a post-mortem in prose, what was heard and when, and the incidents that an engineer sees in it.

`told/NAME.yaml` is a story, `companies/NAME/` the rules folder of a company as an operator writes it. A moment is
`HH:MM` of the story's day, UTC, or `dN HH:MM` for another day: d1 is the story's, d0 the day before.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from ruamel.yaml import YAML

from router.config.durations import parse_duration
from router.config.load import load
from router.model.event import ChangeKind
from router.model.fault import FAULTS, Severity
from router.model.rules import Rules
from router.recording import Recorded, record_of

HERE = Path(__file__).parent
ON_THE_WAY = timedelta(seconds=20)
"""What an event takes from its sender to us, unless the story says when it arrived."""

At = Annotated[str, StringConstraints(pattern=r"^(d\d+ )?[0-2]\d:[0-5]\d$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Heard(_Part):
    """One thing that was heard: either an alert (a fault) or a change (its kind), of a component.

    `since` is when the sender says it began, `until` when the sender says it is over, `every` how often it repeats
    itself, `arrives` when the first event reached us. `incident` is the number of the labelled incident it belongs
    to, from 1; 0 is noise.
    """

    at: At
    of: str
    alert: str = ""
    change: ChangeKind | None = None
    text: str = ""
    since: At | None = None
    until: At | None = None
    every: str = ""
    arrives: At | None = None
    severity: Severity | None = None
    traces: tuple[str, ...] = ()
    incident: int = Field(1, ge=0)


class Expected(_Part):
    """An incident as an engineer sees it. `faults`: any of these is right; none given: not looked at.

    `cause` is empty where nobody could know from what was heard: then the triage desk must get it.
    """

    cause: str = ""
    faults: tuple[str, ...] = ()
    owner: str
    why: str


class Story(_Part):
    """A story as its file has it. `pages`: so many incidents at most may be told to anybody; None: not looked at."""

    title: str
    company: str
    day: date
    post_mortem: str = Field(min_length=200)
    heard: tuple[Heard, ...]
    incidents: tuple[Expected, ...]
    pages: int | None = None


class Event(NamedTuple):
    """A recorded event of a story, and the number of the incident it belongs to (None: a change)."""

    document: dict[str, Any]
    incident: int | None


def names() -> list[str]:
    """All stories, by file name."""
    return sorted(path.stem for path in (HERE / "told").glob("*.yaml"))


@cache
def story(name: str) -> Story:
    """The story of this name."""
    return Story.model_validate(YAML(typ="safe").load((HERE / "told" / f"{name}.yaml").read_text()))


@cache
def company(name: str) -> Rules:
    """The rules of a company of the stories."""
    return load(HERE / "companies" / name)


def events(told: Story) -> list[Event]:
    """Everything heard, as recorded events in order of arrival."""
    found = [event for number, heard in enumerate(told.heard) for event in _events(told, heard, number)]
    found.sort(key=lambda event: (event.document["timestamp_ms"], event.document["value"]["id"]))
    return [
        event._replace(document={**event.document, "offset": offset}) for offset, event in enumerate(found)
    ]


def recorded(told: Story) -> list[Recorded]:
    """The same, as replay takes them."""
    return [Recorded(n, record_of(event.document, n)) for n, event in enumerate(events(told))]


def moment(told: Story, at: str) -> datetime:
    """A moment of the story."""
    number, _, clock = at.rpartition(" ")
    day = told.day + timedelta(days=int(number[1:]) - 1 if number else 0)
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=UTC)


def _events(told: Story, heard: Heard, number: int) -> Iterator[Event]:
    at = moment(told, heard.at)
    first_arrival = moment(told, heard.arrives) if heard.arrives else at + ON_THE_WAY
    if heard.change is not None:
        data = {"kind": heard.change.value, "summary": heard.text or f"{heard.change.value} of {heard.of}"}
        yield Event(_document(heard, "change", at, first_arrival, data, f"{number}"), None)
        return
    started = moment(told, heard.since) if heard.since else at
    severity = heard.severity or FAULTS[heard.alert].severity
    claim: dict[str, Any] = {
        "fault": heard.alert,
        "status": "firing",
        "severity": severity.value,
        "summary": heard.text or f"{heard.alert} on {heard.of}",
        "dedup_key": f"{heard.of}/{heard.alert}",
        "started_at": _stamp(started),
        "trace_ids": list(heard.traces),
    }
    end = moment(told, heard.until) if heard.until else None
    yield Event(_document(heard, "alert", at, first_arrival, claim, f"{number}-0"), heard.incident)
    if heard.every and end is not None:
        step = timedelta(seconds=parse_duration(heard.every))
        for repeat in range(1, 1_000):
            again = at + step * repeat
            if again >= end:
                break
            arrival = max(again + ON_THE_WAY, first_arrival)
            document = _document(heard, "alert", again, arrival, claim, f"{number}-{repeat}")
            yield Event(document, heard.incident)
    if end is not None:
        over = {**claim, "status": "resolved"}
        arrival = max(end + ON_THE_WAY, first_arrival)
        yield Event(_document(heard, "alert", end, arrival, over, f"{number}-over"), heard.incident)


def _document(
    heard: Heard, kind: str, at: datetime, arrives: datetime, data: dict[str, Any], number: str
) -> dict[str, Any]:
    source = heard.of.partition(".")[0]
    value = {
        "specversion": "1.0",
        "id": number,
        "source": f"monitoring/{source}",
        "type": f"router.{kind}.v1",
        "subject": heard.of,
        "time": _stamp(at),
        "data": data,
    }
    milliseconds = round(arrives.timestamp() * 1000)
    return {"topic": f"events.{source}", "key": heard.of, "timestamp_ms": milliseconds, "value": value}


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
