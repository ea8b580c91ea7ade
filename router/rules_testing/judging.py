"""Holds what a test expects against what came of it, and says what differs and why it came out so."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from router.model.decision import Decision, Outcome
from router.model.incident import Incident, IncidentState
from router.model.rules_test import ExpectedIncident, ExpectedTelling
from router.simulator import Simulator

NOTHING = "nothing"
"""What mutes an incident that is not muted."""

MOST_REASONS = 5

_BEHIND: Mapping[str, tuple[str, ...]] = {
    "cause": ("cause.",),
    "fault": ("cause.",),
    "abstained": ("cause.", "owner."),
    "owner": ("owner.", "cause.moved"),
    "also": ("told.also", "also."),
    "state": ("incident.", "command.", "told.", "not_told.", "muted."),
    "members": ("opened.", "joined.", "incident."),
    "told": ("told.", "not_told.", "muted.", "escalated."),
    "not_told": ("told.", "escalated."),
    "muted_by": ("muted.",),
    "escalated_to": ("escalated.", "told.", "command."),
    "handovers": ("owner.",),
}
"""What is expected -> beginnings of the reasons of the decisions that made it so."""


class Mismatch(NamedTuple):
    """One thing that is not as expected, as a sentence; `because` are the decisions that led there, in order."""

    text: str
    because: tuple[str, ...] = ()


class Outcomes(NamedTuple):
    """An incident at the end of a test, with everything that was decided about it and what it took in."""

    incident: Incident
    decisions: tuple[Decision, ...]
    started: datetime

    def first_told(self) -> dict[str, Decision]:
        """The decision behind the first message at each destination."""
        found: dict[str, Decision] = {}
        for decision in self.decisions:
            if decision.reason.value.startswith("told.") and decision.destination:
                found.setdefault(decision.destination, decision)
        return found

    def clock(self, at: datetime) -> str:
        """A moment as tests write it: `18m`, from the start of the test."""
        return _span(at - self.started)


def judge(
    expected: Sequence[ExpectedIncident], simulator: Simulator, started: datetime
) -> tuple[Mismatch, ...]:
    """Each expectation is held against the incident that differs from it least."""
    left = [
        Outcomes(incident, tuple(_decisions(incident, simulator)), started)
        for incident in simulator.incidents.values()
        if not incident.merged_into
    ]
    found: list[Mismatch] = []
    for number, expectation in enumerate(expected, start=1):
        if not left:
            text = f"incident {number}: expected {_named(expectation)}, but there is no such incident"
            found.append(Mismatch(text))
            continue
        best = min(left, key=lambda outcomes: len(compare(expectation, outcomes)))
        left.remove(best)
        found += [
            Mismatch(f"incident {number} ({best.incident.id}): {wrong.text}", wrong.because)
            for wrong in compare(expectation, best)
        ]
    return (*found, *(_unexpected(outcomes) for outcomes in left))


def compare(expected: ExpectedIncident, outcomes: Outcomes) -> list[Mismatch]:
    """Everything about this incident that is not as expected."""
    found = list(_values(expected, outcomes))
    if expected.told is not None:
        found += [(("told"), text) for text in _told(expected.told, outcomes)]
    if expected.not_told is not None:
        told = sorted(set(expected.not_told) & set(outcomes.incident.destinations))
        found += [("not_told", f"{_text(told)} was told, expected not")] if told else []
    if expected.reasons is not None:
        reasons = {decision.reason for decision in outcomes.decisions}
        missing = [reason.value for reason in expected.reasons if reason not in reasons]
        found += [("reasons", f"no decision has the reason {_text(missing)}")] if missing else []
    return [Mismatch(text, _because(name, outcomes)) for name, text in found]


def _values(expected: ExpectedIncident, outcomes: Outcomes) -> Iterator[tuple[str, str]]:
    """The name of each value that differs, and a sentence."""
    for name, value in _actual(outcomes).items():
        wanted = getattr(expected, name)
        if isinstance(wanted, tuple):
            wanted = tuple(sorted(wanted))
        if wanted is not None and wanted != value and not (name == "muted_by" and _is_kind(value, wanted)):
            yield name, f"{name} is {_text(value)}, expected {_text(wanted)}"


def _actual(outcomes: Outcomes) -> dict[str, object]:
    incident = outcomes.incident
    closed = incident.state is IncidentState.CLOSED
    joined = (Outcome.OPENED, Outcome.JOINED)
    return {
        "cause": incident.cause.component,
        "fault": incident.cause.fault,
        "owner": incident.owner.team,
        "also": tuple(sorted({track.team for track in incident.also} - {incident.owner.team})),
        "state": IncidentState.RESOLVED if closed else incident.state,
        "severity": incident.severity,
        # Alerts by key: a repeat or a resolve is no further member.
        "members": len({d.alert for d in outcomes.decisions if d.outcome in joined}),
        "workflows": tuple(sorted(incident.workflows)),
        "muted_by": incident.muted_by or NOTHING,
        "escalated_to": incident.escalated_to,
        "abstained": incident.cause.abstained,
        "handovers": incident.handovers,
        "runbook": next(iter(incident.runbooks), ""),
    }


def _is_kind(muted_by: object, wanted: object) -> bool:
    return str(muted_by).startswith(f"{wanted}:")


def _told(expected: Sequence[ExpectedTelling], outcomes: Outcomes) -> Iterator[str]:
    told, wanted = set(outcomes.incident.destinations), {telling.destination for telling in expected}
    informed = {told.destination for told in outcomes.incident.told if told.also}
    if told - informed - wanted or wanted - told:
        yield f"told is {_text(sorted(told))}, expected {_text(sorted(wanted))}"
    firsts = outcomes.first_told()
    for telling in expected:
        if decision := firsts.get(telling.destination):
            yield from _first(telling, decision, outcomes)


def _first(expected: ExpectedTelling, decision: Decision, outcomes: Outcomes) -> Iterator[str]:
    where, at = expected.destination, outcomes.clock(decision.at)
    kind = decision.reason.value.removeprefix("told.")
    waited = decision.at - outcomes.incident.opened_at
    if expected.at_seconds is not None and decision.at != outcomes.started + _seconds(expected.at_seconds):
        yield f"{where} was told at {at}, expected at {_span(_seconds(expected.at_seconds))}"
    if expected.within_seconds is not None and waited > _seconds(expected.within_seconds):
        limit = _span(_seconds(expected.within_seconds))
        yield f"{where} was told {_span(waited)} after the opening, expected within {limit}"
    if expected.kind and kind != expected.kind:
        yield f"{where} was first told as {kind}, expected as {expected.kind}"
    if expected.team and decision.team != expected.team:
        yield f"{where} was told for {decision.team}, expected for {expected.team}"


def _because(name: str, outcomes: Outcomes) -> tuple[str, ...]:
    """The decisions behind what is not as expected; of many the last ones."""
    beginnings = _BEHIND.get(name, ())
    found = [d for d in outcomes.decisions if beginnings and d.reason.value.startswith(beginnings)]
    return tuple(
        f"{outcomes.clock(d.at)} {d.reason.value}{_whom(d)}: {d.text}" for d in found[-MOST_REASONS:]
    )


def _whom(decision: Decision) -> str:
    return f" {decision.team} at {decision.destination}" if decision.destination else ""


def _decisions(incident: Incident, simulator: Simulator) -> Iterator[Decision]:
    """Those of the incident and of all that were merged into it."""
    merged = {i.id for i in simulator.incidents.values() if i.merged_into == incident.id} | {incident.id}
    return (decision for decision in simulator.decisions if decision.incident in merged)


def _unexpected(outcomes: Outcomes) -> Mismatch:
    incident = outcomes.incident
    text = f"cause {incident.cause.component} ({incident.cause.fault}), owner {incident.owner.team}"
    return Mismatch(f"not expected: {incident.id}, {text}", _because("members", outcomes))


def _named(expected: ExpectedIncident) -> str:
    given = expected.model_dump(mode="json", exclude_none=True, exclude={"told"})
    if expected.told is not None:
        given["told"] = [telling.destination for telling in expected.told]
    return ", ".join(f"{name} {_text(value)}" for name, value in given.items()) or "one more"


def _text(value: object) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(str(one) for one in value) + "]"
    return str(value) if value != "" else "nobody"


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


def _span(length: timedelta) -> str:
    """`1h30m`, as tests write durations."""
    left, parts = int(length.total_seconds()), []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        number, left = divmod(left, size)
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts) or "0s"
