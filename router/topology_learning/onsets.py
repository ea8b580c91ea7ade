"""When did each component begin to fail? From recorded events, read by the same intake as in production."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from router.model.event import AlertStatus
from router.model.rules import Rules
from router.recording import Recorded
from router.stages.identify import Identities
from router.stages.intake.read import SourceReader
from router.stages.intake.record import Observation

QUIET_SECONDS = 1_800
"""An alert after so long without one of the same component is a new onset; sooner, it is the same trouble."""


class History(NamedTuple):
    """Onsets by component, ascending, in seconds since 1970; the first and last moment of the recording.

    `unread` counts events by topic that no source of the rules reads; `unknown` alerts of unknown components.
    """

    onsets: Mapping[str, tuple[float, ...]]
    first: float
    last: float
    unread: Mapping[str, int]
    unknown: int

    @property
    def span_seconds(self) -> float:
        """How long was recorded."""
        return self.last - self.first


def history(rules: Rules, events: Iterable[Recorded]) -> History:
    """The onsets in these events."""
    fired: dict[str, list[float]] = {}
    unread: Counter[str] = Counter()
    readers: dict[str, SourceReader | None] = {}
    identities = Identities(rules)
    first, last, unknown = float("inf"), float("-inf"), 0
    for event in events:
        record = event.record
        at = record.timestamp_ms / 1_000
        first, last = min(first, at), max(last, at)
        if record.topic not in readers:
            source = rules.source_of(record.topic)
            readers[record.topic] = SourceReader(source, rules, identities) if source else None
        reader = readers[record.topic]
        if reader is None:
            unread[record.topic] += 1
            continue
        for said in reader.parse(record):
            if isinstance(said, Observation) and said.alert and said.alert.status is AlertStatus.FIRING:
                if said.alert.component in rules.components:
                    fired.setdefault(said.alert.component, []).append(said.alert.started_at.timestamp())
                else:
                    unknown += 1
    onsets = {name: onsets_of(fired[name]) for name in sorted(fired)}
    times = [at for found in onsets.values() for at in (found[0], found[-1])]
    first, last = min([first, *times], default=0.0), max([last, *times], default=0.0)
    return History(onsets, *((first, last) if first <= last else (0.0, 0.0)), dict(unread), unknown)


def onsets_of(times: Iterable[float]) -> tuple[float, ...]:
    """Those of the times that come after quiet."""
    found: list[float] = []
    before = float("-inf")
    for at in sorted(times):
        if at - before > QUIET_SECONDS:
            found.append(at)
        before = at
    return tuple(found)
