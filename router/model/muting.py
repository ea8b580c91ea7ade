"""What may keep us from telling for a while: silences, maintenance windows, inhibition, snoozes, flapping, rates.

Muting stops telling, never tracking. `Incident.muted_by` names what mutes it, as `kind:name`, in the order in which
they are asked: silence, maintenance, inhibition, interval, snooze, flapping, rate.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from router.model.fault import Severity
from router.model.matcher import Matcher
from router.model.value import Moment, Value

MAX_MUTED_SECONDS = 90 * 86_400
"""A silence, a window by command or a snooze lasts at most so long."""


class MuteKind(StrEnum):
    """What mutes, in the order in which it is asked."""

    SILENCE = "silence"
    MAINTENANCE = "maintenance"
    INHIBITION = "inhibition"
    INTERVAL = "interval"
    SNOOZE = "snooze"
    FLAPPING = "flapping"
    RATE = "rate"


_KINDS = frozenset(kind.value for kind in MuteKind)


class Mute(NamedTuple):
    """Nobody is told now: because of what, until when (None: until an event ends it), and in words."""

    kind: MuteKind
    name: str
    until: datetime | None
    detail: str

    @property
    def by(self) -> str:
        """As it stands on the incident."""
        return f"{self.kind.value}:{self.name}" if self.name else self.kind.value


def kind_of(muted_by: str) -> MuteKind | None:
    """Which kind of mute an incident's `muted_by` names; None: it is not muted.

    A name without a kind is a silence's: records of before there were others.
    """
    if not muted_by:
        return None
    kind = muted_by.partition(":")[0]
    return MuteKind(kind) if kind in _KINDS else MuteKind.SILENCE


class Recurrence(Value):
    """A recurrence rule of RFC 5545 (the value of RRULE) over what clocks show in `zone` (an IANA name).

    `skipped` are EXDATEs: local dates (2026-12-24: every start on that day) or local times (2026-12-24T22:00:00).
    """

    rule: str
    zone: str = "UTC"
    skipped: tuple[str, ...] = ()


class Maintenance(Value):
    """A maintenance window: somebody works on these, so what that explains is told to nobody meanwhile.

    `components` are worked on; `subtrees` are too, with everything downstream of them; `workflows` stand for all their
    components. `starts_at` is the first (or only) start, `seconds` how long each lasts.
    """

    id: str
    components: tuple[str, ...] = ()
    subtrees: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    starts_at: Moment
    seconds: int = Field(ge=60, le=MAX_MUTED_SECONDS)
    recurrence: Recurrence | None = None
    reason: str = ""


class Inhibition(Value):
    """While an alert of another incident that matches `source` fires, what matches `target` is told to nobody.

    Both must agree in the labels of `equal`; an absent label counts as empty. A target waits `wait_seconds` before its
    first telling, so that a source that reports a little later still finds it untold.
    """

    name: str
    source: tuple[Matcher, ...] = ()
    target: tuple[Matcher, ...] = ()
    equal: tuple[str, ...] = ()
    wait_seconds: int = Field(60, ge=0, le=3_600)


class Snooze(Value):
    """Somebody does not want to hear of an incident for a while: as this team, unless it gets worse than this."""

    until: Moment
    by: str
    team: str
    severity: Severity


class Flapping(Value):
    """The incident keeps ending and coming back: since when, how bad it was then, and when it last did either."""

    since: Moment
    severity: Severity
    last: Moment


class Span(NamedTuple):
    """From `began` until before `ends`."""

    began: datetime
    ends: datetime

    @classmethod
    def of(cls, began: datetime, seconds: float) -> "Span":
        """So many seconds from a moment on."""
        return cls(began, began + timedelta(seconds=seconds))
