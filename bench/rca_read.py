"""Reads labelled failures of any of the known formats, told apart by what is in them, without copies.

Data sets hold copies: the same failure filed again under another id, sometimes moved in time. A copy in the history
would be the answer itself, so the first of each is kept.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from bench.rca_case import Case
from bench.rca_itbench import itbench_cases
from bench.rca_petshop import petshop_cases
from bench.rca_telemetry import telemetry_cases


class UnknownFormat(ValueError):
    """The file holds no cases that any reader knows."""


class Reading(NamedTuple):
    """What a file holds: its format, its unique cases, and how many copies were dropped."""

    format: str
    cases: list[Case]
    copies: int


def read(path: Path, graph: Path | None) -> Reading:
    """The unique cases of a file of JSON Lines.

    Without `graph`, the graph that a case names is looked for beside the file, then `<part of the name>_graph.json`.

    Raises:
        UnknownFormat: no reader knows these rows.
    """
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    unique = without_copies(rows)
    copies = len(rows) - len(unique)
    if not rows:
        raise UnknownFormat(f"{path} holds no cases")
    if "alerts" in rows[0] and "groups" in rows[0]:
        return Reading("itbench", itbench_cases(unique), copies)
    if "events" not in rows[0] or "root_cause" not in rows[0]:
        raise UnknownFormat(f"{path}: cases with alerts and groups, or events and root_cause, are known")
    deviating = next((e for row in rows for e in row["events"] if "z" in e), None)
    if deviating is None:
        return Reading("telemetry", telemetry_cases(unique, _graph(path, graph, "")), copies)
    sites: dict[str, list[dict[str, Any]]] = {}
    for row in unique:
        sites.setdefault(row.get("graph", ""), []).append(row)
    found = [
        case
        for name, group in sites.items()
        for case in petshop_cases(group, _graph(path, graph, name), name or path.stem)
    ]
    return Reading("petshop", found, copies)


def without_copies(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows whose content, ids and dates aside, was not there before."""
    seen: set[bytes] = set()
    unique: list[dict[str, Any]] = []
    for row in rows:
        content = orjson.dumps(_content(row), option=orjson.OPT_SORT_KEYS)
        if content not in seen:
            seen.add(content)
            unique.append(row)
    return unique


def _content(row: dict[str, Any]) -> Any:
    """What makes a failure this failure: times count from the first event; the label counts as far as it names."""
    if "events" not in row:
        return {key: value for key, value in row.items() if key != "case_id"}
    times = [event["t_ms"] for event in row["events"] if event.get("t_ms")]
    start = min(times, default=0)
    events = sorted(
        (
            round(event["t_ms"] - start, 3) if event.get("t_ms") else -1.0,
            event["entity"],
            event["signal"],
            str(event.get("direction")),
            event.get("caller") or "",
        )
        for event in row["events"]
    )
    return {"events": events, "entity": row["root_cause"]["entity"], "graph": row.get("graph", "")}


def _graph(cases: Path, given: Path | None, named: str) -> dict[str, Any]:
    """The graph: as given (a file, or a folder for what the cases name), else found beside the cases, else empty."""
    folder = given if given and given.is_dir() else cases.parent
    tries = [given] if given and given.is_file() else []
    if named:
        tries.insert(0, folder / named)
    words = cases.name.partition(".")[0].split("_")
    tries += [folder / f"{'_'.join(words[:count])}_graph.json" for count in range(len(words), 0, -1)]
    for path in tries:
        if path.is_file():
            graph = orjson.loads(path.read_bytes())
            return graph if isinstance(graph, dict) else {}
    return {}
