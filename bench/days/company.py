"""A made-up company: components with processing schedules, what they depend on, monitors, owners, workflows.

The declared delay of an edge is what an engineer would write into the catalog: from the fastest path to what a
slow but ordinary run of the consumer, and of its monitor, takes; now and then too narrow or too wide.
"""

from random import Random
from typing import Any, NamedTuple

from bench.days.part import HOUR, MINUTE, Input, Part, a_part
from bench.days.setting import Setting


class Company(NamedTuple):
    """The plant, and its catalog as a labelled case carries it."""

    parts: dict[str, Part]
    consumers: dict[str, tuple[str, ...]]
    catalog: dict[str, Any]


_FASTEST = {
    **dict.fromkeys(("api", "app"), 3.0),
    "agent": 20.0,
    "feed": 6 * MINUTE,
    "store": 4 * MINUTE,
    "model": 8 * MINUTE,
    "step": 5 * MINUTE,
    "kpi": 30 * MINUTE,
}
"""How soon a failure of an input can show at all, in seconds, give or take: what an extract or a task takes."""

_UPSTREAM = {
    "api": (("erp", "crm", "erp"), 1, 2),
    "feed": (("erp", "crm", "api", "feed"), 1, 3),
    "store": (("feed",), 1, 2),
    "model": (("feed", "feed", "store"), 1, 3),
    "agent": (("model", "api"), 2, 4),
    "app": (("model", "api", "agent"), 1, 3),
    "step": (("agent", "app", "app", "model"), 1, 3),
    "kpi": (("step",), 1, 2),
}
_MIX = {
    "erp": 7,
    "crm": 3,
    "api": 13,
    "feed": 22,
    "store": 6,
    "model": 14,
    "agent": 9,
    "app": 8,
    "step": 11,
    "kpi": 7,
}
_NOUNS = (
    "orders",
    "claims",
    "invoices",
    "stock",
    "quotes",
    "returns",
    "leads",
    "policies",
    "payments",
    "visits",
)


def company(chance: Random, setting: Setting) -> Company:
    """A company of this setting's size."""
    low, high = setting.components
    size = chance.randint(low, high)
    teams = {
        kind: [f"{kind}-{n}" for n in range(max(1, round(count * (1 + size / 120))))]
        for kind, count in (("it", 4), ("data", 3), ("business", 3), ("risk", 1), ("partner", 2))
    }
    counts = {kind: max(1, round(size * share / 100)) for kind, share in _MIX.items()}
    parts: dict[str, Part] = {}
    by_kind: dict[str, list[str]] = {}
    for kind, count in counts.items():
        by_kind[kind] = []
        for number in range(count):
            name = f"{kind}.{_NOUNS[number % 10]}" + (f"-{number // 10}" if number >= 10 else "")
            parts[name] = a_part(chance, setting, name, kind, _inputs(chance, kind, by_kind), teams)
            by_kind[kind].append(name)
    consumers: dict[str, list[str]] = {name: [] for name in parts}
    for part in parts.values():
        for one in part.inputs:
            consumers[one.upstream].append(part.id)
    frozen = {name: tuple(found) for name, found in consumers.items()}
    return Company(parts, frozen, _catalog(chance, parts, by_kind, teams))


def _inputs(chance: Random, kind: str, by_kind: dict[str, list[str]]) -> tuple[Input, ...]:
    if kind not in _UPSTREAM:
        return ()
    kinds, least, most = _UPSTREAM[kind]
    chosen: dict[str, Input] = {}
    for number in range(chance.randint(least, most)):
        candidates = by_kind.get(chance.choice(kinds), ())
        if not candidates:
            continue
        # Nearby components work together more often than distant ones: workflows overlap, they are no mesh.
        place = min(
            len(candidates) - 1,
            int(chance.triangular(0, len(candidates), chance.uniform(0, len(candidates)))),
        )
        weight = chance.uniform(0.7, 1.0) if number == 0 else chance.uniform(0.35, 0.9)
        fastest = _FASTEST[kind]
        chosen[candidates[place]] = Input(candidates[place], weight, fastest * chance.uniform(0.8, 1.8))
    return tuple(chosen.values())


def _catalog(
    chance: Random, parts: dict[str, Part], by_kind: dict[str, list[str]], teams: dict[str, list[str]]
) -> dict[str, Any]:
    edges = []
    for part in parts.values():
        accumulates = part.memory if part.kind in ("model", "kpi") else 0.0
        accumulates += (
            2 * HOUR if part.kind == "step" else 2 * part.period if part.kind in ("feed", "store") else 0.0
        )
        watch = max((monitor.interval * monitor.patience for monitor in part.monitors), default=0.0)
        for one in part.inputs:
            latest = (one.latency + part.period + accumulates + watch) * chance.uniform(0.9, 1.8)
            soonest = one.latency * chance.uniform(0.3, 0.8)
            edges.append(
                {
                    "from": one.upstream,
                    "to": part.id,
                    "delay_seconds": [round(soonest), round(max(latest, soonest + 20))],
                }
            )
    return {
        "components": [{"id": part.id, "kind": part.kind, "owners": part.owners} for part in parts.values()],
        "edges": edges,
        "workflows": _workflows(chance, parts, by_kind, teams["business"]),
        "teams": [{"id": team, "kind": kind} for kind, named in teams.items() for team in named],
    }


def _workflows(
    chance: Random, parts: dict[str, Part], by_kind: dict[str, list[str]], owners: list[str]
) -> list[dict[str, Any]]:
    """Each KPI's workflow is what it rests on; components are shared. What no KPI rests on is a workflow of its own."""
    found, covered = [], set()
    for kpi in by_kind["kpi"]:
        reached, open_ = {kpi}, [kpi]
        while open_:
            for one in parts[open_.pop()].inputs:
                if one.upstream not in reached:
                    reached.add(one.upstream)
                    open_.append(one.upstream)
        covered |= reached
        name = kpi.partition(".")[2]
        found.append(
            {"id": f"flow-{name}", "business_owner": chance.choice(owners), "components": sorted(reached)}
        )
    rest = sorted(set(parts) - covered)
    if rest:
        found.append({"id": "flow-other", "business_owner": chance.choice(owners), "components": rest})
    return found
