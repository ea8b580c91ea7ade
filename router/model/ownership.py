"""Who answers for what, in which hours, under which contract and duty; and who else must know, with which clock.

A contract says what a partner answers for and what it may see. An override gives incidents to another team than the
catalog does, for a while or for good. An obligation is a duty that a kind of fault brings with it. A track is one
team that must know of an incident beside its owner.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import Field

from router.model.fault import OwnerKind, Severity
from router.model.matcher import Matcher
from router.model.time_interval import TimeInterval
from router.model.value import Moment, Value
from router.model.wall_clock import zone_of


class Hours(Value):
    """Working hours: within `interval`, but not on a holiday of its place (`time_zone` decides which day it is)."""

    interval: TimeInterval
    time_zone: str = "UTC"
    holidays: tuple[date, ...] = ()

    def contains(self, at: datetime) -> bool:
        """Whether this moment (aware) is working time."""
        if self.holidays and at.astimezone(zone_of(self.time_zone)).date() in self.holidays:
            return False
        return self.interval.contains(at)


class Shown(StrEnum):
    """What of an incident an audience outside the company may be shown, beside its state, times and own components.

    summary: the words of alerts of its own components. evidence: sentences that name only its own components and teams.
    labels: of its own components' alerts. links: to the console. runbook: its steps. impact: the workflows that are
    hit. owner: which team has it. people: who acknowledged and resolved it.
    """

    SUMMARY = "summary"
    EVIDENCE = "evidence"
    LABELS = "labels"
    LINKS = "links"
    RUNBOOK = "runbook"
    IMPACT = "impact"
    OWNER = "owner"
    PEOPLE = "people"


HIDDEN = "not shown"
"""Stands for a component or fault, in what a partner may see, that is none of its own."""


class Contract(Value):
    """What a partner answers for, and what it may see.

    `components` are ids or patterns (`feed.*`), none: every component that names it; `faults` are names or prefixes
    (`api.`), none: those that concern IT or the partner. `hours`, none: always. `response_seconds` and
    `resolution_seconds` count from the moment it is told, by severity. `fallback` is the team that gets what is
    outside, where the component names nobody else.
    """

    components: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    hours: Hours | None = None
    response_seconds: dict[Severity, int] = Field(default_factory=dict)
    resolution_seconds: dict[Severity, int] = Field(default_factory=dict)
    shows: tuple[Shown, ...] = ()
    fallback: str = ""

    def covers(self, component: str, fault: str, concern: OwnerKind) -> bool:
        """Whether this fault of this component is within its scope, whatever the hour."""
        if self.components and not any(fits(pattern, component) for pattern in self.components):
            return False
        if not self.faults:
            return concern in (OwnerKind.IT, OwnerKind.PARTNER)
        return any(fits(pattern, fault) for pattern in self.faults)

    def knows(self, component: str) -> bool:
        """Whether the contract names this component."""
        return any(fits(pattern, component) for pattern in self.components)


def fits(pattern: str, name: str) -> bool:
    """Whether a name is this one, or begins as the pattern does: `api.` and `api.*` are everything of `api.`."""
    stem = pattern.removesuffix("*")
    return name.startswith(stem) if pattern.endswith(("*", ".")) else name == pattern


class Override(Value):
    """Incidents that match go to `team`, whatever the catalog says; the first that matches decides.

    Every matcher must hold, over the labels that routes see (`owner` is whom the catalog names); `faults` are names or
    prefixes, none: all; it holds from `starts` until before `ends` and within `hours`, where given.
    """

    name: str
    team: str
    match: tuple[Matcher, ...] = ()
    faults: tuple[str, ...] = ()
    starts: Moment | None = None
    ends: Moment | None = None
    hours: Hours | None = None
    why: str = ""


class ClockStart(StrEnum):
    """The moment from which a clock counts."""

    BEGAN = "began"
    """The first alert of the incident began."""
    TOLD = "told"
    """The owner was told of it first: the company is aware."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody acknowledged it first."""


class Obligation(Value):
    """A duty that a fault brings with it: to assess, and where need be to report, within a time.

    It is configuration, no legal advice: `source` says where it is written down. It arises for `faults` (names or
    prefixes), of components that fit `components` (none: all), whose labels match, from `severity` on. `team` answers
    for it (none: the component's risk owner, else the company's); `within_seconds` counts from `starts`, 0 has no
    clock. `remind_seconds` before it ends the team is reminded (None: a quarter of the time).
    """

    id: str
    title: str
    source: str
    faults: tuple[str, ...]
    components: tuple[str, ...] = ()
    match: tuple[Matcher, ...] = ()
    severity: Severity = Severity.INFO
    team: str = ""
    within_seconds: int = Field(0, ge=0)
    starts: ClockStart = ClockStart.TOLD
    remind_seconds: int | None = Field(None, ge=0)


class TrackRole(StrEnum):
    """Why a team must know, most binding first."""

    OBLIGATION = "obligation"
    PARTNER = "partner"
    BUSINESS = "business"
    AFFECTED = "affected"
    SUSPECT = "suspect"
    ROUTE = "route"


class ClockEnd(StrEnum):
    """What a clock waits for."""

    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Clock(Value):
    """A moment by which something must have happened: `duty` says what, `source` where it is written down.

    It counts `seconds` from `starts`, which was `started_at`; it does not run before. `met_at` is when it happened.
    `reminded` and `passed`: the reminder before, and the moment itself, have been said.
    """

    name: str
    duty: str
    source: str = ""
    starts: ClockStart = ClockStart.TOLD
    until: ClockEnd = ClockEnd.ACKNOWLEDGED
    seconds: int = Field(ge=0)
    remind_seconds: int = Field(0, ge=0)
    started_at: Moment | None = None
    due: Moment | None = None
    met_at: Moment | None = None
    reminded: bool = False
    passed: bool = False

    def started(self, at: datetime, met_at: datetime | None) -> "Clock":
        """The clock running from this moment, and stopped where what it waits for happened."""
        due = at + timedelta(seconds=self.seconds)
        return self.model_copy(update={"started_at": at, "due": due, "met_at": met_at})

    def words(self, over: bool) -> str:
        """`report it, due 14:00 UTC, counted from 10:00 UTC, by GDPR Art. 33`, or that its time is over."""
        said = "time is over: was due" if over else "due"
        due = f"{self.due:%Y-%m-%d %H:%M} UTC" if self.due else "not yet"
        counted = f", counted from {self.started_at:%Y-%m-%d %H:%M} UTC" if self.started_at else ""
        source = f", by {self.source}" if self.source else ""
        return f"{self.duty}, {said} {due}{counted}{source}"

    @property
    def remind_at(self) -> Moment | None:
        """When the reminder is said; None: there is none."""
        return self.due - timedelta(seconds=self.remind_seconds) if self.due and self.remind_seconds else None

    @property
    def next_due(self) -> Moment | None:
        """When it must be looked at next; None: it does not run."""
        if self.met_at is not None or self.passed:
            return None
        return self.due if self.reminded or not self.remind_seconds else self.remind_at


class Track(Value):
    """A team that must know of an incident beside its owner, and why; told at `destination` once it matters enough.

    The owner's own team has a track only where it has clocks. `about` tells tracks of one team and role apart: the
    obligation, or the component. `told_at`: when it was told first. `ended_at`: it was told, and does not concern it
    any more; `declined`: a person said that it is outside its contract, so it does not come back. `acknowledged_by`
    saw it.
    """

    team: str
    kind: OwnerKind
    role: TrackRole = TrackRole.BUSINESS
    why: str
    about: str = ""
    destination: str = ""
    told_at: Moment | None = None
    ended_at: Moment | None = None
    declined: bool = False
    acknowledged_at: Moment | None = None
    acknowledged_by: str = ""
    clocks: tuple[Clock, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """Team, role and what it is about: the same track, however often it is worked out."""
        return (self.team, self.role.value, self.about)

    @property
    def running(self) -> Clock | None:
        """Its clock that ends first among those that run; None: none does."""
        running = [clock for clock in self.clocks if clock.due and clock.met_at is None]
        return min(running, key=lambda clock: (clock.due, clock.name), default=None)

    @property
    def asks(self) -> bool:
        """Whether somebody of the team shall say that they saw it."""
        return self.role in (TrackRole.OBLIGATION, TrackRole.PARTNER) and self.acknowledged_at is None
