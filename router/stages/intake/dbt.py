"""dbt's artifacts run_results.json and sources.json, as one record each.

https://docs.getdbt.com/reference/artifacts/run-results-json, versions 1 to 6, and
https://docs.getdbt.com/reference/artifacts/sources-json, versions 1 to 3. A result opens when it is an
error, a failure or a warning and resolves when it is a success; what was skipped says nothing. A test
belongs to what it tests.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from router.model.errors import RejectedEvent
from router.model.event import AlertStatus, IgnoreReason, RejectCode
from router.model.fault import Severity
from router.stages.intake.bounds import parse
from router.stages.intake.claim import AlertClaim, Claim, Context, Nothing
from router.stages.intake.fields import invalid, mapping, missing, moment, required, sequence, text
from router.stages.intake.quality import CONTRACT_BREAK, JOB_FAILED, STALE, fault_of_test
from router.stages.intake.record import Document, SourceRecord

MAX_KEYS = 50_000
"""One record holds a whole run; its bytes are bounded all the same."""

_SCHEMA = re.compile(r"https?://schemas\.getdbt\.com/dbt/(run-results|sources)/v([0-9]+)\.json")
_NEWEST = {"run-results": 6, "sources": 3}
_FIRING = ("error", "fail", "warn", "runtime error", "partial success")
_RESOLVED = ("success", "pass", "reused")
_GENERIC = (
    "source_not_null_",
    "source_unique_",
    "not_null_",
    "unique_",
    "accepted_values_",
    "relationships_",
)
_LAYERS = frozenset(("stg", "int", "fct", "dim", "raw", "base", "src", "mart", "snap", "agg", "tmp"))
_HASH = re.compile(r"[0-9a-f]{10}")

Tested = Mapping[tuple[str, str], str]
"""(project, name with underscores) -> the name of a node, as the catalog has it."""


def unwrap(record: SourceRecord) -> Document:
    """The artifact. Raises RejectedEvent."""
    return parse(record.value, MAX_KEYS)


def claims(artifact: Document, context: Context) -> list[Claim]:
    """One claim a result that says something. Raises RejectedEvent."""
    metadata = mapping(artifact, "metadata")
    schema = _SCHEMA.fullmatch(
        required(
            metadata, "dbt_schema_version", "metadata.dbt_schema_version", "send the artifact as dbt wrote it"
        )
    )
    if schema is None:
        raise RejectedEvent(
            RejectCode.UNSUPPORTED_TYPE, "this artifact is not read; send run_results or sources"
        )
    if not 1 <= int(schema.group(2)) <= _NEWEST[schema.group(1)]:
        raise RejectedEvent(RejectCode.UNSUPPORTED_VERSION, "this version of the artifact is not known here")
    if artifact.get("results") is None:
        raise missing("results", "send the artifact as dbt wrote it")
    tested = _tested(context.names)
    found = [
        _claim_or_refusal(result, metadata, tested, f"results[{place}]")
        for place, result in enumerate(sequence(artifact, "results"))
    ]
    said = [claim for claim in found if claim is not None]
    return said or [Nothing(IgnoreReason.NOT_A_FAILURE, "no result that failed or succeeded")]


def _claim_or_refusal(result: object, metadata: Document, tested: Tested, path: str) -> Claim | None:
    if type(result) is not dict:
        return invalid(path, "send an object")
    try:
        return _claim(result, metadata, tested, path)
    except RejectedEvent as refusal:
        return refusal


def _claim(result: Document, metadata: Document, tested: Tested, path: str) -> AlertClaim | None:
    status = required(result, "status", f"{path}.status").casefold()
    node = text(result, "unique_id", f"{path}.unique_id")
    if status not in _FIRING and (status not in _RESOLVED or not node):
        return None  # skipped, no-op, or a success of nobody knows what
    if not node:
        raise missing(f"{path}.unique_id", "send the artifact as dbt wrote it")
    kind, _, name = node.partition(".")
    name = _test_name(node) if kind == "test" else name
    message, failures = result.get("message"), result.get("failures")
    counted = type(failures) is int and failures > 0
    return AlertClaim(
        names=_names(result, node, tested),
        identity=("node", node),
        status=AlertStatus.FIRING if status in _FIRING else AlertStatus.RESOLVED,
        words=(name,) if kind == "test" else (name, kind),
        fault=_fault(kind, name, status),
        fallback=CONTRACT_BREAK,
        severity=Severity.WARNING if status in ("warn", "partial success") else None,
        summary=f"{name}: {status}" + (f", {message}" if type(message) is str and message else ""),
        at=_finished(result, metadata, path),
        labels={"unique_id": node, "dbt_status": status},
        measure={"name": "failures", "value": failures, "threshold": 0, "unit": "rows"} if counted else None,
    )


def _fault(kind: str, name: str, status: str) -> str:
    """A test that could not run, like a model that could not be built, is a failed job, not bad data."""
    if (
        status == "runtime error"
        or (kind != "source" and status == "error")
        or kind not in ("test", "source")
    ):
        return JOB_FAILED
    return STALE if kind == "source" else fault_of_test(name)


def _finished(result: Document, metadata: Document, path: str) -> datetime | None:
    """When the node was done, or when the artifact was written."""
    for step in reversed(sequence(result, "timing", f"{path}.timing")):
        if type(step) is dict and step.get("completed_at") is not None:
            return moment(step["completed_at"], f"{path}.timing.completed_at", zone_optional=True)
    written = metadata.get("generated_at")
    return None if written is None else moment(written, "metadata.generated_at", zone_optional=True)


def _names(result: Document, node: str, tested: Tested) -> tuple[str, ...]:
    """The node, the table it made, what it depends on if that is said, and what its name says it tests."""
    names = [node]
    relation = result.get("relation_name")
    if type(relation) is str and relation:
        names.append(re.sub(r"[\"`\[\]]", "", relation))
    if node.startswith("test."):
        depends = result.get("depends_on")
        nodes = depends.get("nodes") if type(depends) is dict else None
        names += [upstream for upstream in nodes or [] if type(upstream) is str][:1]
        names += _guess(node, tested)
    return tuple(names)


def _test_name(node: str) -> str:
    """`test.<project>.<name>[.<hash>]` -> name."""
    parts = node.split(".")
    if len(parts) > 3 and _HASH.fullmatch(parts[-1]):
        parts.pop()
    return ".".join(parts[2:])


def _tested(names: Mapping[str, str]) -> Tested:
    """The catalog's dbt names the way they stand in the names of tests."""
    found = {}
    for name in names:
        parts = name.split(".")
        place = (parts[1], "_".join(parts[2:])) if len(parts) > 2 else ("", name)
        found[place] = name
    return found


def _guess(node: str, tested: Tested) -> list[str]:
    """What a generic test looks at: dbt names it `<test>_<node>_<column>...`; its first, longest node.

    Of dbt's own tests we know where the node begins; elsewhere `stg_orders` must not be taken for `orders`.
    """
    project, name = (*node.split("."), "")[1], _test_name(node)
    generic = next((prefix for prefix in _GENERIC if name.startswith(prefix)), "")
    words = name.removeprefix(generic).split("_")[:40]
    for start in range(1 if generic else len(words)):
        if start and words[start - 1] in _LAYERS:
            continue
        for end in range(len(words), start, -1):
            span = "_".join(words[start:end])
            known = tested.get((project, span)) or tested.get(("", span))
            if known:
                return [known]
    return []
