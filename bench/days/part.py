"""A component of the plant: how often it processes, what it needs, who watches it and who owns it."""

from random import Random
from typing import NamedTuple

from bench.days.faults import PROBES, Probe
from bench.days.setting import Setting

MINUTE, HOUR = 60.0, 3_600.0


class Input(NamedTuple):
    """A dependency: `weight` is the share of the consumer's work that needs it, `latency` the fastest way."""

    upstream: str
    weight: float
    latency: float


class Monitor(NamedTuple):
    """An installed monitor: it samples every `interval`, needs `patience` bad samples, repeats every `repeat`."""

    fault: str
    levels: tuple[int, ...]
    threshold: float
    interval: float
    phase: float
    patience: int
    jitter: float
    repeat: float
    backdates: bool


class Part(NamedTuple):
    """A component of the plant. `period` is how often it processes; `memory` how long it smooths; times in s."""

    id: str
    kind: str
    flavour: str
    period: float
    phase: float
    memory: float
    tolerance: float
    inputs: tuple[Input, ...]
    monitors: tuple[Monitor, ...]
    owners: dict[str, str]


_PERIODS = {
    "erp": (10 * MINUTE, 20 * MINUTE),
    "crm": (10 * MINUTE, 20 * MINUTE),
    "api": (20.0, 60.0),
    "app": (20.0, 60.0),
    "agent": (60.0, 5 * MINUTE),
    "feed": (20 * MINUTE, 90 * MINUTE),
    "store": (15 * MINUTE, 60 * MINUTE),
    "model": (20 * MINUTE, 60 * MINUTE),
    "step": (10 * MINUTE, 30 * MINUTE),
    "kpi": (30 * MINUTE, 120 * MINUTE),
}
_INTERVALS = {
    **dict.fromkeys(("api", "app", "agent"), (MINUTE, 6 * MINUTE)),
    **dict.fromkeys(("erp", "crm", "store", "step"), (4 * MINUTE, 20 * MINUTE)),
    "feed": (10 * MINUTE, 40 * MINUTE),
    "model": (20 * MINUTE, 60 * MINUTE),
    "kpi": (30 * MINUTE, 120 * MINUTE),
}


def a_part(
    chance: Random,
    setting: Setting,
    name: str,
    kind: str,
    inputs: tuple[Input, ...],
    teams: dict[str, list[str]],
) -> Part:
    """A component of this name with everything that differs from one to the next, a few of them unwatched."""
    flavour = chance.choice(("classic", "classic", "genai")) if kind == "model" else ""
    slow = setting.slowness if kind in ("feed", "store", "model", "step", "kpi") else 1.0
    low, high = _PERIODS[kind]
    period = chance.uniform(low, high) * slow
    owners = {"it": chance.choice(teams["it"])}
    for other in ("data", "business", "risk"):
        if chance.random() < 0.94:
            owners[other] = chance.choice(teams[other])
    if kind in ("feed", "api", "model", "app") and chance.random() < 0.15:
        owners["partner"] = chance.choice(teams["partner"])
    watched = chance.random() < 0.85
    monitors = tuple(
        _monitor(chance, kind, probe, period)
        for probe in PROBES[kind]
        if chance.random() < probe.share and (not probe.flavour or probe.flavour == flavour)
        if watched and chance.random() < setting.monitors
    )
    memory = chance.uniform(0.5, 2.5) * HOUR * (slow**0.5)
    return Part(
        id=name,
        kind=kind,
        flavour=flavour,
        period=period,
        phase=chance.uniform(0, period),
        memory=memory,
        tolerance=0.4 if chance.random() < 0.08 else chance.uniform(0.02, 0.15),
        inputs=inputs,
        monitors=monitors,
        owners=owners,
    )


def _monitor(chance: Random, kind: str, probe: Probe, period: float) -> Monitor:
    low, high = _INTERVALS[kind]
    interval = chance.uniform(low, high)
    if kind in ("feed", "model", "kpi"):
        # Checks of data run after the data: a few in every run of the schedule.
        interval = max(5 * MINUTE, period * chance.uniform(0.25, 0.7))
    return Monitor(
        fault=probe.fault,
        levels=probe.levels,
        threshold=probe.threshold * chance.uniform(0.6, 1.5),
        interval=interval,
        phase=chance.uniform(0, interval),
        patience=chance.choice((1, 1, 2, 3)) if interval < 10 * MINUTE else 1,
        jitter=chance.uniform(0.01, 0.05),
        repeat=chance.uniform(15, 90) * MINUTE,
        backdates=chance.random() < 0.4,
    )


def own_monitor(chance: Random, part: Part, fault: str) -> Monitor:
    """A monitor made for this very fault of this component: it reads how far the fault itself has gone."""
    return _monitor(chance, part.kind, Probe(fault, (), 0.3, 1.0), part.period)
