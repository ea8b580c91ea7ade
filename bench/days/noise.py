"""What happens in a company without any failure: alerts that mean nothing, changes that break nothing."""

from random import Random
from typing import NamedTuple

from bench.days.company import Company
from bench.days.faults import BREAKAGES, CHANGES, PROBES
from bench.days.monitors import Episode
from bench.days.part import HOUR, MINUTE, Part
from bench.days.plant import business_load

DAY = 24 * HOUR


class Made(NamedTuple):
    """Somebody changed something."""

    component: str
    kind: str
    at: float


def noise(chance: Random, company: Company, start: float, days: int, factor: float) -> list[Episode]:
    """Episodes that no failure causes, over whole days.

    Chronic monitors fire at their own time of day, most days; flappers in bouts; the rest are single blips of any
    length, more by day than by night; now and then a measure moves for reasons of the business, or the platform of
    the monitors itself hiccups and several speak at once.
    """
    watched = [part for part in company.parts.values() if part.monitors]
    size = len(company.parts)
    found: list[Episode] = []
    if not watched:
        return found
    for _ in range(_count(chance, factor * (0.6 + size / 45))):
        part, moment = chance.choice(watched), chance.uniform(0, DAY)
        fault, severity, length = _fault(chance, part), _severity(chance), chance.uniform(20, 150) * MINUTE
        for day in range(days):
            if chance.random() < 0.85:
                at = start + day * DAY + moment + chance.gauss(0, 6 * MINUTE)
                found.append(_episode(chance, part, fault, at, length * chance.uniform(0.7, 1.3), severity))
    for _ in range(_count(chance, factor * (0.3 + size / 90))):
        part = chance.choice(watched)
        fault, severity = _fault(chance, part), _severity(chance)
        for day in range(days):
            at = start + day * DAY + chance.uniform(0, DAY)
            for _ in range(chance.choice((0, 2, 2, 3, 5))):
                length = chance.uniform(3, 20) * MINUTE
                found.append(_episode(chance, part, fault, at, length, severity))
                at += length + chance.uniform(5, 60) * MINUTE
    for day in range(days):
        found += _blips(chance, watched, start + day * DAY, factor * (2.5 + size / 20))
        if chance.random() < 0.08 * factor:
            found += _hiccup(chance, watched, start + day * DAY + chance.uniform(0, DAY))
    return found


def _blips(chance: Random, watched: list[Part], start: float, rate: float) -> list[Episode]:
    found = []
    for _ in range(_count(chance, rate)):
        at = start + chance.uniform(0, DAY)
        if chance.random() > business_load(at) + 0.3:
            continue
        part = chance.choice(watched)
        length = chance.choice((8, 15, 30, 30, 60, 240)) * MINUTE * chance.uniform(0.5, 1.5)
        if part.kind == "kpi":
            length *= 4  # a shift of the business, not of the systems
        found.append(_episode(chance, part, _fault(chance, part), at, length, _severity(chance)))
    return found


def _hiccup(chance: Random, watched: list[Part], at: float) -> list[Episode]:
    kind = chance.choice(watched).kind
    hit = [part for part in watched if part.kind == kind and chance.random() < 0.5][:6]
    return [
        _episode(
            chance, part, chance.choice(part.monitors).fault, at + chance.uniform(0, 90), 6 * MINUTE, "minor"
        )
        for part in hit
    ]


def _fault(chance: Random, part: Part) -> str:
    """A fault that a monitor of this component could report, though no monitor of the plant reads it."""
    possible = [monitor.fault for monitor in part.monitors]
    possible += [b.fault for b in BREAKAGES[part.kind] if not b.flavour or b.flavour == part.flavour]
    possible += [
        probe.fault for probe in PROBES[part.kind] if not probe.flavour or probe.flavour == part.flavour
    ]
    return chance.choice(possible)


def _severity(chance: Random) -> str:
    """Empty: the fault's own."""
    return chance.choices(("", "critical", "major", "minor", "warning", "info"), (5, 1, 1, 1, 1, 0.5))[0]


def _episode(chance: Random, part: Part, fault: str, at: float, length: float, severity: str) -> Episode:
    repeat, firings = chance.uniform(10, 60) * MINUTE, [at]
    while firings[-1] + repeat < at + length and len(firings) < 6:
        firings.append(firings[-1] + repeat * chance.uniform(0.9, 1.1))
    return Episode(part.id, fault, at, tuple(f for f in firings if f < at + length), at + length, severity)


def innocent(chance: Random, company: Company, start: float, days: int) -> list[Made]:
    """Changes that break nothing; most are made in business hours."""
    names = list(company.parts)
    found = []
    for _ in range(_count(chance, days * (3 + len(names) * 0.15))):
        at = start + chance.uniform(0, days * DAY)
        if chance.random() < business_load(at) + 0.1:
            part = company.parts[chance.choice(names)]
            found.append(Made(part.id, chance.choice(CHANGES[part.kind]), at))
    return found


def _count(chance: Random, mean: float) -> int:
    """A whole number with this mean."""
    spread = mean * chance.uniform(0.7, 1.3)
    return int(spread) + (chance.random() < spread % 1)
