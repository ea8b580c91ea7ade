"""What OpenLineage events say about jobs and data, collected over many events.

https://openlineage.io/docs/spec/object-model and the facets parent, nominalTime, jobType, ownership, symlinks; for
schedules Airflow's own facet `airflow`, whose `dag` has `schedule_interval` or `timetable_summary`. Static events
(job or dataset without a run) count for what they describe.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import orjson

from router.importing.delays import MAX_RUNS, History
from router.importing.description import MAX_EDGES, MAX_THINGS, CannotImport, Given, OwnerName
from router.importing.document import Document, mapping, seconds, sequence, text
from router.importing.owners import owners_of
from router.importing.schedule import period_of

_ENDS = frozenset({"COMPLETE", "FAIL", "ABORT"})

Key = tuple[str, str]
"""(namespace, name) of a job or a dataset."""


@dataclass(slots=True)
class Job:
    """A job as all its events show it."""

    inputs: set[Key] = field(default_factory=set)
    outputs: set[Key] = field(default_factory=set)
    kind: str = ""
    streaming: bool = False
    parents: set[Key] = field(default_factory=set)
    owners: tuple[OwnerName, ...] = ()
    spans: dict[str, list[float | None]] = field(default_factory=dict)
    nominal: set[float] = field(default_factory=set)
    schedule_seconds: float | None = None

    def history(self) -> History:
        """Its finished runs; the period from its schedule, else from the nominal times of its runs."""
        runs = sorted(
            (span[0], span[1]) for span in self.spans.values() if span[0] is not None and span[1] is not None
        )
        spaced = sorted(self.nominal)
        between = sorted(later - earlier for earlier, later in pairwise(spaced))
        nominal = between[len(between) // 2] if between else None
        return History(
            tuple(run for run in runs if run[1] >= run[0])[-MAX_RUNS:], self.schedule_seconds or nominal
        )


@dataclass(slots=True)
class Data:
    """A dataset as all events show it; `aliases` are its names in other places (symlinks)."""

    owners: tuple[OwnerName, ...] = ()
    aliases: set[Key] = field(default_factory=set)


class Lineage:
    """Everything that was said, by job and dataset."""

    def __init__(self) -> None:
        self.jobs: dict[Key, Job] = {}
        self.data: dict[Key, Data] = {}
        self.unread = 0

    def add(self, event: Document) -> None:
        """Take in one event; one without a job or dataset is counted as unread."""
        key = _key(mapping(event, "job"))
        if key is None:
            if self._dataset(mapping(event, "dataset")) is None:
                self.unread += 1
            return
        job = self.jobs.setdefault(key, Job())
        self._job_facets(job, mapping(event, "job", "facets"))
        for side, known in (("inputs", job.inputs), ("outputs", job.outputs)):
            for given in sequence(event.get(side)):
                found = self._dataset(mapping(given))
                if found:
                    known.add(found)
        self._run(job, event)

    def _dataset(self, given: Document) -> Key | None:
        key = _key(given)
        if key:
            known = self.data.setdefault(key, Data())
            known.owners = known.owners or _owners(mapping(given, "facets"))
            for other in sequence(mapping(given, "facets", "symlinks").get("identifiers"))[:10]:
                alias = _key(mapping(other))
                if alias:
                    known.aliases.add(alias)
        return key

    def _job_facets(self, job: Job, facets: Document) -> None:
        kind = mapping(facets, "jobType")
        job.kind = text(kind, "jobType").upper() or job.kind
        job.streaming = job.streaming or text(kind, "processingType").upper() == "STREAMING"
        job.owners = job.owners or _owners(facets)

    def _run(self, job: Job, event: Document) -> None:
        run = mapping(event, "run")
        facets = mapping(run, "facets")
        parent = _key(mapping(facets, "parent", "job") or mapping(facets, "parentRun", "job"))
        if parent:
            job.parents.add(parent)
        nominal = seconds(mapping(facets, "nominalTime").get("nominalStartTime"))
        if nominal is not None and len(job.nominal) < MAX_RUNS:
            job.nominal.add(nominal)
        dag = mapping(facets, "airflow", "dag") or mapping(facets, "airflowDagRun", "dag")
        job.schedule_seconds = job.schedule_seconds or period_of(
            text(dag, "schedule_interval", "timetable_summary")
        )
        at, identity = seconds(event.get("eventTime")), text(run, "runId")
        state = text(event, "eventType").upper()
        if at is None or not identity or (identity not in job.spans and len(job.spans) >= MAX_RUNS):
            return
        span = job.spans.setdefault(identity, [None, None])
        if state == "START":
            span[0] = at if span[0] is None else min(span[0], at)
        elif state in _ENDS:
            span[1] = at if span[1] is None else max(span[1], at)


def collect(files: "tuple[Given, ...] | list[Given]") -> Lineage:
    """All events of these files. Raises CannotImport."""
    lineage = Lineage()
    for given in files:
        for event in events_of(given):
            lineage.add(event)
            if len(lineage.jobs) + len(lineage.data) > MAX_THINGS:
                raise CannotImport(
                    given.name, f"more than {MAX_THINGS:,} jobs and datasets", "import a part of them"
                )
    edges = sum(len(job.inputs) + len(job.outputs) for job in lineage.jobs.values())
    if edges > MAX_EDGES:
        raise CannotImport(files[-1].name, f"more than {MAX_EDGES:,} edges", "import a part of them")
    if not lineage.jobs:
        raise CannotImport(
            files[0].name, "no OpenLineage event in it", "give run events as JSON lines or as a list"
        )
    return lineage


def events_of(given: Given) -> Iterator[Document]:
    """The events of a list, of JSON lines, or of recorded events (their `value`). Raises CannotImport."""
    if given.content.lstrip()[:1] == b"[":
        yield from map(mapping, sequence(_loaded(given.content, given.name)))
        return
    try:
        whole = orjson.loads(given.content)
    except orjson.JSONDecodeError:
        whole = None
    if isinstance(whole, dict):
        yield _unwrapped(whole)
        return
    for number, line in enumerate(given.content.splitlines(), 1):
        if line.strip():
            yield _unwrapped(mapping(_loaded(line, f"{given.name}:{number}")))


def _loaded(content: bytes, where: str) -> object:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise CannotImport(
            where, f"not JSON: {error}", "give OpenLineage events, one a line or as a list"
        ) from None


def _unwrapped(line: Document) -> Document:
    value = line.get("value") if "timestamp_ms" in line else None
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    return mapping(value) if "timestamp_ms" in line else line


def _key(entity: Document) -> Key | None:
    name = text(entity, "name")
    return (text(entity, "namespace"), name) if name else None


def _owners(facets: Document) -> tuple[OwnerName, ...]:
    return owners_of(sequence(mapping(facets, "ownership").get("owners")))
