"""What became of one recorded event, and why an alert of it is in one incident and not in another: both are weighed as
one failure and as two, as they were when the alert came and as they were at last.
"""

import math
from collections.abc import Sequence
from typing import Any

from router.explain import TELLING, NothingToExplain, lines
from router.explain.incident import incident_of, times_words
from router.explain.witness import Heard, WitnessedReplay, of_known
from router.likelihood.partition import gain_of
from router.likelihood.weighing import Changes, Weighing, likelihood_of
from router.model.decision import Decision
from router.model.event import Alert, Position
from router.model.headline import Headline
from router.model.incident import Incident
from router.model.rules import Rules
from router.stages.testify import span_of

PERSISTED = 0.05
"""What the time for which an incident fired counts below this (log-odds) is not mentioned."""


def explain_event(replay: WitnessedReplay, number: int, incident_id: str = "") -> dict[str, Any]:
    """What became of a recorded event, and why; given an incident, whether and why it is in that.

    Raises NothingToExplain.
    """
    if not 0 <= number < len(replay.events):
        raise NothingToExplain(f"no event {number}: the recording holds events 0 to {len(replay.events) - 1}")
    record = next(event.record for event in replay.events if event.number == number)
    asked = incident_of(replay, incident_id) if incident_id else None
    for outcome, position in _refused(replay):
        if number in replay.indexes([position]):
            return {"event": number, "topic": record.topic, "became": outcome, "incidents": []}
    decisions = [d for d in replay.witness.decisions if number in replay.indexes(d.positions)]
    incidents = sorted({d.incident for d in decisions if d.incident})
    about = [d for d in replay.witness.decisions if d.incident in incidents]
    answer = {
        "event": number,
        "topic": record.topic,
        "became": [f"{d.outcome.value}: {d.text}" for d in decisions if d.outcome] or ["heartbeat: counted"],
        "incidents": incidents,
        "told": lines(replay.name, about, TELLING),
    }
    weighed = [
        found
        for heard in replay.heard(number)
        for alert in heard.alerts
        if (found := _weighed(replay, heard, alert, decisions, asked)) is not None
    ]
    return answer | {"weighed": weighed, "why_in_or_not": [line for one in weighed for line in one["text"]]}


def _weighed(
    replay: WitnessedReplay,
    heard: Heard,
    alert: Alert,
    decisions: Sequence[Decision],
    asked: Incident | None,
) -> dict[str, Any] | None:
    """One alert of the event against the incident asked for, or against its own."""
    first = next((d.incident for d in decisions if d.alert == alert.key and d.incident), "")
    if not first and asked is None:
        return None
    mine = replay.holder(alert, first) if first else ""
    against = asked.id if asked else first
    inside = bool(mine) and mine == replay.survivor(against)
    found: dict[str, Any] = {
        "component": alert.component,
        "fault": alert.fault,
        "incident": mine,
        "asked": against,
        "is_in_it": inside,
    }
    if not mine:
        return found | {"text": [f"{alert.component} {alert.fault} is in no incident: it is over"]}
    if against != first and incident_of(replay, against).scope != heard.scope:
        return found | {
            "text": [
                f"{alert.component} is of scope {heard.scope}, {against} of another: incidents never cross scopes"
            ]
        }
    numbers = _numbers(replay, heard, alert, first, against, inside)
    if replay.survivor(first) != mine:
        numbers["text"].append(
            f"{alert.component} {alert.fault} began as another failure, and went to {mine}"
        )
    return found | numbers


def _numbers(
    replay: WitnessedReplay, heard: Heard, alert: Alert, mine: str, against: str, inside: bool
) -> dict[str, Any]:
    """The evidence with and without the alert when it came, and of both incidents at last."""
    rules, parameters = replay.rules, likelihood_of(replay.rules).parameters
    if alert.component not in rules.components:
        return {
            "text": [f"{alert.component} is not in the catalog, so {alert.fault} of it cannot be weighed"]
        }
    headline = _headline(replay, alert, mine)
    told: dict[str, Any] = {"text": []}
    _weigh_joining(replay, heard, headline, against, mine, told)
    if not inside and replay.survivor(mine) != replay.survivor(against):
        told["text"].insert(0, f"{alert.component} {alert.fault} is in {mine}, not in {against}")
        instead: dict[str, Any] = {"text": []}
        _weigh_joining(replay, heard, headline, mine, mine, instead)
        told["joining_its_own"] = instead.get("joining")
        merging = told["merging"] = _merging(replay, mine, against, heard.changes)
        told["text"] += [
            instead["text"][-1],
            _merging_words(mine, against, merging, parameters.merge),
        ]
    return told


def _weigh_joining(
    replay: WitnessedReplay, heard: Heard, new: Headline, against: str, mine: str, told: dict[str, Any]
) -> None:
    """Add to `told` how the alert and an incident were weighed as one failure and as two, when the alert came."""
    rules, subject = replay.rules, f"{new.component} {new.fault}"
    before = replay.witness.before(against, heard.step)
    if before is None or not of_known(before.headlines, rules):
        opened = incident_of(replay, against).opened_at
        absent = f"when {subject} came, {against} was not there yet: it opened {opened:%H:%M} UTC"
        told["text"].append(f"{subject} opened {mine}" if mine == against else absent)
    elif any((h.component, h.fault) == (new.component, new.fault) for h in before.headlines):
        told["text"].append(f"{against} showed {subject} already, so it needed no weighing")
    else:
        joining = told["joining"] = _joining(rules, before.headlines, new, heard.changes)
        told["text"] += _why_not(rules, before.headlines, new, heard.changes)
        if before.resolved_at is not None and mine != against:
            told["text"].append(f"{against} was over since {before.resolved_at:%H:%M} UTC")
        told["text"] += _joining_words(subject, against, joining, likelihood_of(rules).parameters.join)


def _headline(replay: WitnessedReplay, alert: Alert, incident_id: str) -> Headline:
    """The symptom that this alert began, with what was known of how often it alerts anyway."""
    for grown in replay.witness.grown.get(incident_id, ()):
        for headline in grown.incident.headlines:
            if (headline.component, headline.fault) == (alert.component, alert.fault):
                return Headline.of(alert, headline.background)
    return Headline.of(alert)


def _joining(
    rules: Rules, headlines: Sequence[Headline], new: Headline, changes: Changes
) -> dict[str, float]:
    """Evidence of the incident without the alert, of the alert alone, of both as one failure; and as a repeat."""
    likelihood = likelihood_of(rules)
    known = of_known(headlines, rules)
    without = likelihood.weigh(known, changes)
    alone = likelihood.weigh((new,), changes).evidence
    together = likelihood.weigh((*known, new), changes)
    gain = gain_of(likelihood, without, together, new.started_at.timestamp()) - alone
    found = {"without": without.evidence, "alone": alone, "together": together.evidence, "gain": gain}
    again = likelihood.onward.again(known, new)
    if again > -math.inf:
        found["again"] = again
    return {name: round(value, 4) for name, value in found.items()}


def _joining_words(subject: str, against: str, joining: dict[str, float], least: float) -> list[str]:
    gain, again = joining["gain"], joining.get("again")
    evidence = (
        f"evidence of a failure (log-odds): {against} without it {joining['without']:.1f}, "
        f"{subject} alone {joining['alone']:.1f}, both as one {joining['together']:.1f}"
    )
    persisted = gain - (joining["together"] - joining["without"] - joining["alone"])
    if persisted >= PERSISTED:
        evidence += f"; {against} had fired for long by then: {persisted:+.1f}"
    if gain <= least and again is not None and again > least:
        likely = times_words(again)
        return [
            evidence,
            f"one more fault of a component that alerts there: {likely} than chance ({again:+.1f})",
        ]
    would = "" if gain > least else f"; above {least:.1f} it would join"
    return [evidence, f"{subject} and {against}: {_verdict(gain)} ({gain:+.1f}{would})"]


def _verdict(gain: float) -> str:
    """One failure or two, for people."""
    if abs(gain) < math.log(1.5):
        return "about as likely one failure as two"
    return f"{times_words(abs(gain))} {'one failure than two' if gain > 0 else 'two failures than one'}"


def _why_not(rules: Rules, headlines: Sequence[Headline], new: Headline, changes: Changes) -> list[str]:
    """What keeps the likeliest cause of an incident from being behind the alert too; nothing if it is."""
    likelihood = likelihood_of(rules)
    weighing = likelihood.weigh((*of_known(headlines, rules), new), changes)
    alone = likelihood.weigh(of_known(headlines, rules), changes)
    if not alone.tallies:
        return []
    cause = max(alone.tallies.items(), key=lambda item: (item[1].value, item[0]))[0]
    if any(
        (term.headline.component, term.headline.fault) == (new.component, new.fault)
        for term in weighing.tallies[cause].terms()
    ):
        return [f"the likeliest cause of the incident, {cause}, explains it"]
    link = likelihood.links(new.component, new.fault).get(cause)
    if link is None:
        return [f"the likeliest cause of the incident, {cause}, is not upstream of {new.component}"]
    elapsed = new.started_at.timestamp() - (alone.tallies[cause].low + alone.tallies[cause].high) / 2
    when = f"{span_of(elapsed)} after" if elapsed >= 0 else f"{span_of(-elapsed)} before"
    window = f"a failure shows there after {span_of(link.soonest)} to {span_of(link.latest)}"
    return [
        f"the likeliest cause of the incident, {cause}, does not explain it: {window}; it began {when} that"
    ]


def _merging(replay: WitnessedReplay, mine: str, against: str, changes: Changes) -> dict[str, float]:
    """Evidence of both incidents as they were at last, each for itself and as one."""
    likelihood = likelihood_of(replay.rules)
    each: list[Weighing] = []
    for incident_id in (mine, against):
        assessed = replay.witness.assessed[incident_id]
        each.append(assessed.weighing)
    one, other = each
    together = likelihood.weigh((*one.headlines, *other.headlines), changes)
    found = {
        "mine": one.evidence,
        "other": other.evidence,
        "together": together.evidence,
        "gain": together.evidence - one.evidence - other.evidence,
    }
    return {name: round(value, 4) for name, value in found.items()}


def _merging_words(mine: str, against: str, merging: dict[str, float], least: float) -> str:
    gain = merging["gain"]
    return (
        f"at last: {mine} {merging['mine']:.1f}, {against} {merging['other']:.1f}, both as one "
        f"{merging['together']:.1f}: {_verdict(gain)} ({gain:+.1f}; above {least:.1f} they are made one)"
    )


def _refused(replay: WitnessedReplay) -> list[tuple[list[str], Position]]:
    witness = replay.witness
    rejected = [([f"rejected: {r.code.value}: {r.message}"], position) for position, r in witness.rejected]
    ignored = [([f"ignored: {i.reason.value}: {i.detail}"], position) for position, i in witness.ignored]
    return rejected + ignored
