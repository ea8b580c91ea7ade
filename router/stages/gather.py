"""What is this incident made of? Its symptoms: one headline a (component, fault), however many alerts say so."""

from bisect import bisect
from collections.abc import Iterable
from datetime import datetime

from router.model.event import Alert
from router.model.headline import Headline

MAX_HEADLINES = 200
"""Symptoms kept per incident; alerts of further ones are counted only."""

Headlines = tuple[Headline, ...]


def gather(headlines: Headlines, alert: Alert, background: float = 0.0) -> Headlines:
    """The symptoms with one more firing alert, earliest first. `background`: how often a day it alerts anyway."""
    symptom = Headline.of(alert, background)
    place = _find(headlines, alert.component, alert.fault)
    if place is None:
        if len(headlines) >= MAX_HEADLINES:
            return headlines
        place = bisect(headlines, _order(symptom), key=_order)
        return (*headlines[:place], symptom, *headlines[place:])
    known = headlines[place]
    if known.started_at < symptom.started_at and known.severity.rank >= symptom.severity.rank:
        # The common case in a storm: one more of the same, which changes a count and no order.
        more = known.model_copy(update={"firing": known.firing + 1, "since": _since(known, alert)})
        return (*headlines[:place], more, *headlines[place + 1 :])
    joined = _join(known, symptom).model_copy(update={"since": _since(known, alert)})
    return _sorted((*headlines[:place], joined, *headlines[place + 1 :]))


def unite(one: Headlines, other: Headlines) -> Headlines:
    """The symptoms of two incidents that are one: commutative and associative below MAX_HEADLINES."""
    found = {(h.component, h.fault): h for h in one}
    for headline in other:
        key = (headline.component, headline.fault)
        found[key] = _join(found[key], headline) if key in found else headline
    return _sorted(found.values())[:MAX_HEADLINES]


def fade(headlines: Headlines, alert: Alert) -> Headlines:
    """The symptoms with one alert fewer firing."""
    place = _find(headlines, alert.component, alert.fault)
    if place is None:
        return headlines
    known = headlines[place]
    fewer = known.model_copy(update={"firing": max(0, known.firing - 1)})
    if known.firing and not fewer.firing:
        lasted = (alert.at - (known.since or known.started_at)).total_seconds()
        update = {"spells": known.spells + 1, "lasted_seconds": known.lasted_seconds + max(0.0, lasted)}
        fewer = fewer.model_copy(update=update)
    return (*headlines[:place], fewer, *headlines[place + 1 :])


def symptoms(headlines: Headlines) -> frozenset[tuple[str, str, datetime, int]]:
    """What attribution sees of them: a change here is new evidence."""
    return frozenset((h.component, h.fault, h.started_at, h.spells) for h in headlines)


def same_symptoms(one: Headlines, other: Headlines) -> bool:
    """Whether `symptoms` of both are the same, told without looking at each where one has more."""
    return len(one) == len(other) and all(
        a is b
        or (a.component, a.fault, a.started_at, a.spells) == (b.component, b.fault, b.started_at, b.spells)
        for a, b in zip(one, other, strict=True)
    )


def _since(known: Headline, alert: Alert) -> datetime:
    """When what fires now began: with this alert, if nothing fired before it."""
    return known.since or known.started_at if known.firing else max(alert.at, alert.started_at)


def _find(headlines: Headlines, component: str, fault: str) -> int | None:
    for place, headline in enumerate(headlines):
        if headline.component == component and headline.fault == fault:
            return place
    return None


def _join(one: Headline, other: Headline) -> Headline:
    """The earlier one speaks; severity is the worse, firing alerts add up."""
    first = min(one, other, key=lambda h: (h.started_at, h.summary, sorted(h.labels.items())))
    severity = max(one.severity, other.severity, key=lambda severity: severity.rank)
    return first.model_copy(
        update={
            "severity": severity,
            "firing": one.firing + other.firing,
            "since": min(one.since or one.started_at, other.since or other.started_at),
            "spells": one.spells + other.spells,
            "lasted_seconds": one.lasted_seconds + other.lasted_seconds,
            "background": max(one.background, other.background),
        }
    )


def _sorted(headlines: Iterable[Headline]) -> Headlines:
    return tuple(sorted(headlines, key=_order))


def _order(headline: Headline) -> tuple[datetime, str, str]:
    return (headline.started_at, headline.component, headline.fault)
