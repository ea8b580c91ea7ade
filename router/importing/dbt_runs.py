"""When did dbt run what? From run_results.json of several invocations (versions 1 to 6).

https://docs.getdbt.com/reference/artifacts/run-results-json: each result has `unique_id`, `status` and `timing`, a
list of steps (`compile`, `execute`) with `started_at` and `completed_at`. A test counts to what it tests: a failure
of the model shows when its tests have run.
"""

import re
from collections.abc import Mapping, Sequence

from router.importing.delays import MAX_RUNS, History
from router.importing.description import CannotImport, Given
from router.importing.document import mapping, parse_json, seconds, sequence, text

_SCHEMA = re.compile(r"https?://schemas\.getdbt\.com/dbt/run-results/v[0-9]+\.json")

_NOT_RUN = frozenset({"skipped", "no-op"})


def histories(files: Sequence[Given], tested: Mapping[str, str]) -> dict[str, History]:
    """Node -> its runs. `tested` says which node a test belongs to. Raises CannotImport."""
    runs: dict[str, list[tuple[float, float]]] = {}
    for given in files:
        artifact = mapping(parse_json(given, "run_results.json as dbt wrote it"))
        if not _SCHEMA.fullmatch(text(mapping(artifact, "metadata"), "dbt_schema_version")):
            raise CannotImport(
                given.name, "these are no run results", "give run_results.json as dbt wrote it"
            )
        for node, span in _spans(artifact, tested).items():
            runs.setdefault(node, []).append(span)
    return {node: History(tuple(sorted(set(spans))[-MAX_RUNS:])) for node, spans in runs.items()}


def _spans(artifact: Mapping[str, object], tested: Mapping[str, str]) -> dict[str, tuple[float, float]]:
    """When each node of one invocation started, and when it and its tests were done."""
    own: dict[str, tuple[float, float]] = {}
    ends: dict[str, float] = {}
    for result in map(mapping, sequence(artifact.get("results"))):
        node, steps = text(result, "unique_id"), [mapping(step) for step in sequence(result.get("timing"))]
        starts = [at for step in steps if (at := seconds(step.get("started_at"))) is not None]
        stops = [at for step in steps if (at := seconds(step.get("completed_at"))) is not None]
        if text(result, "status") in _NOT_RUN or not (node and starts and stops) or max(stops) < min(starts):
            continue
        if node in tested:
            ends[tested[node]] = max(ends.get(tested[node], 0), max(stops))
        else:
            own[node] = (min(starts), max(stops))
    return {node: (start, max(end, ends.get(node, 0))) for node, (start, end) in own.items()}
