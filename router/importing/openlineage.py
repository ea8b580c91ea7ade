"""OpenLineage run events as components: data that a job writes is one component with that job, as both fail together.

A job with several outputs, or one that shares its output with another job, is a component of its own that its data
depends on. A step (jobType SQL with a parent) counts to its parent and a test (jobType TEST) to the data it reads:
intake attributes their events the same way.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from router.importing.delays import History, contained, guess, propose
from router.importing.description import Delay, Description, Given, OwnerName, Thing, Unmapped
from router.importing.kinds import kind_of
from router.importing.lineage import Job, Key, Lineage, collect
from router.model.fault import ComponentKind

_SCHEMES = {"sap": ComponentKind.ERP, "salesforce": ComponentKind.CRM, "dynamics": ComponentKind.CRM}
_UNSEEN = guess(ComponentKind.FEED, ComponentKind.FEED, "the events show no finished run")
_STREAMED = Delay(0, 900, "it runs all the time (processingType STREAMING)")


def describe(files: Sequence[Given], runs: Sequence[Given]) -> Description:
    """Jobs and data of these events; `runs` are more files of them. Raises CannotImport."""
    return _Graph(collect([*files, *runs])).description()


class _Graph:
    """Which job and which data are one component, and what depends on what."""

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage
        self.tests = {key for key, job in lineage.jobs.items() if job.kind == "TEST"}
        self.steps = {key for key, job in lineage.jobs.items() if job.kind == "SQL" and job.parents}
        self.jobs = {key: job for key, job in lineage.jobs.items() if key not in self.tests | self.steps}
        self._take_steps()
        self._take_tests()
        self.children: dict[Key, list[Key]] = defaultdict(list)
        self.readers: dict[Key, list[Key]] = defaultdict(list)
        for key in sorted(self.jobs):
            for parent in self.jobs[key].parents - {key}:
                self.children[parent].append(key)
            for data in self.jobs[key].inputs:
                self.readers[data].append(key)
        self.writers: dict[Key, set[Key]] = defaultdict(set)
        for key, job in self.jobs.items():
            for output in job.outputs:
                self.writers[output].add(key)
        self.one_with = {
            data: next(iter(writers))
            for data, writers in self.writers.items()
            if len(writers) == 1 and len(self.jobs[next(iter(writers))].outputs) == 1
        }
        self.histories = {key: job.history() for key, job in self.jobs.items()}
        used = self.readers.keys() | self.writers.keys() | self.tested.keys()
        self.data = sorted(used - self.one_with.keys())
        self.lonely = {
            key for key, job in self.jobs.items() if not (job.inputs or job.outputs or self.children[key])
        }

    def _take_steps(self) -> None:
        """What a step reads and writes, its parent's job reads and writes; a step's parent may be a step."""
        for key in sorted(self.steps):
            step = self.lineage.jobs[key]
            home, seen = key, {key}
            while home in self.steps and (above := min(self.lineage.jobs[home].parents)) not in seen:
                home = above
                seen.add(home)
            if home in self.jobs:
                self.jobs[home].inputs |= step.inputs
                self.jobs[home].outputs |= step.outputs

    def _take_tests(self) -> None:
        """What a test reads can fail; a job that runs the test fails with it, so it depends on the same."""
        self.tested: dict[Key, Key] = {}
        for key in sorted(self.tests):
            test = self.lineage.jobs[key]
            for data in test.inputs:
                self.tested.setdefault(data, key)
            for parent in test.parents & self.jobs.keys():
                self.jobs[parent].inputs |= test.inputs - self.jobs[parent].outputs

    def description(self) -> Description:
        jobs = [self._job(key) for key in sorted(self.jobs) if key not in self.lonely]
        data = [self._dataset(key) for key in self.data]
        company = max(
            (key[0] for key in sorted(self.jobs)), key=[key[0] for key in self.jobs].count, default=""
        )
        return Description(company, (*jobs, *data), unmapped=tuple(self._unmapped()), format="openlineage")

    def _home(self, data: Key) -> str:
        """The component that stands for a dataset."""
        return _id(self.one_with[data]) if data in self.one_with else _id(data, "data")

    def _job(self, key: Key) -> Thing:
        job = self.jobs[key]
        written = [data for data in job.outputs if data in self.one_with]
        name = written[0][1] if written else key[1]
        delays: dict[str, Delay] = {}
        for data in sorted(job.inputs - set(written)):
            delays[self._home(data)] = self._delay(data, key)
        for child in self.children[key]:
            if child not in self.lonely:
                delays.setdefault(_id(child), contained(self.histories[key], _UNSEEN))
        delays.pop(_id(key), None)
        aliases = [alias for data in written for alias in self._names(data)]
        return Thing(
            key=_id(key),
            kind=kind_of(key[1], ComponentKind.FEED) if not job.outputs else ComponentKind.FEED,
            name=_short(name),
            qualifier=_short(key[1]) if written else key[0],
            workflow=key[0],
            title=name,
            owners=self._owners(job, written),
            known_as={"openlineage": tuple(dict.fromkeys(["/".join(key), *aliases]))},
            depends_on=delays,
        )

    def _dataset(self, key: Key) -> Thing:
        writers = sorted(self.writers.get(key, ()))
        users = [*writers, *self.readers.get(key, ()), self.tested.get(key, key)]
        otherwise = Delay(0, 900, "the job that writes it")
        scheme = key[0].partition(":")[0].casefold()
        return Thing(
            key=_id(key, "data"),
            kind=ComponentKind.FEED if writers else _SCHEMES.get(scheme, ComponentKind.FEED),
            name=_short(key[1]),
            qualifier=key[0],
            workflow=users[0][0],
            title=key[1],
            owners=self.lineage.data[key].owners[:1],
            known_as={"openlineage": tuple(self._names(key))},
            depends_on={_id(writer): otherwise for writer in writers if writer not in self.lonely},
        )

    def _names(self, data: Key) -> list[str]:
        found = [data, *sorted(self.lineage.data[data].aliases)]
        return list(dict.fromkeys("/".join(name) for name in found))

    def _owners(self, job: Job, written: list[Key]) -> tuple[OwnerName, ...]:
        given = [*job.owners, *(owner for data in written for owner in self.lineage.data[data].owners)]
        return tuple(given[:1])

    def _delay(self, data: Key, reader: Key) -> Delay:
        writers = sorted(self.writers.get(data, ()))
        if writers:
            return max(
                (self._between(writer, reader) for writer in writers), key=lambda delay: delay.latest_seconds
            )
        return self._between(None, reader)

    def _between(self, upstream: Key | None, downstream: Key) -> Delay:
        if self.jobs[downstream].streaming:
            return _STREAMED
        before = self.histories[upstream] if upstream else History()
        return propose(before, self.histories[downstream], _UNSEEN)

    def _unmapped(self) -> Iterator[Unmapped]:
        listed = (
            ("test", self.tests, "its events lead to the data that it reads"),
            ("step of a job", self.steps, "its job reports the same; what it reads and writes is its job's"),
            (
                "job without data",
                self.lonely,
                "it reads and writes nothing, so nothing is known to depend on it",
            ),
        )
        for what, keys, why in listed:
            if keys:
                yield Unmapped(what, tuple("/".join(key) for key in sorted(keys)), why)
        idle = self.lineage.data.keys() - set(self.data) - self.one_with.keys()
        if idle:
            names = tuple("/".join(key) for key in sorted(idle))
            yield Unmapped("data", names, "no job but a test reads or writes it")
        unseen = {parent for job in self.jobs.values() for parent in job.parents} - self.lineage.jobs.keys()
        if unseen:
            names = tuple("/".join(key) for key in sorted(unseen))
            yield Unmapped("parent job", names, "no event of its own was seen")
        if self.lineage.unread:
            yield Unmapped(f"{self.lineage.unread} events", (), "they name neither a job nor a dataset")


def _id(key: Key, kind: str = "job") -> str:
    return "\x00".join((kind, *key))


def _short(name: str) -> str:
    """What people call it: the last part of a path or of database.schema.table."""
    return [part for part in name.replace("/", ".").split(".") if part][-1:][0] if name.strip("./") else name
