"""dbt's target/manifest.json as components: sources, models, seeds and snapshots are feeds, exposures what uses them.

https://docs.getdbt.com/reference/artifacts/manifest-json, written for versions 10 to 12 (dbt 1.6 and later); older
ones are read as far as their shape is the same. Owners come from `meta.owner`, the group's owner, the exposure's
owner, in this order; from dbt 1.10 on `meta` may stand under `config`. Semantic models are only a way from metrics
to models; a test is a name of what it tests.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from router.importing.dbt_owners import Owners
from router.importing.dbt_runs import histories
from router.importing.delays import History, guess, longer, propose
from router.importing.description import CannotImport, Delay, Description, Given, Thing, Unmapped
from router.importing.document import Document, mapping, parse_json, sequence, text, texts
from router.model.fault import ComponentKind

_SCHEMA = re.compile(r"https?://schemas\.getdbt\.com/dbt/manifest/v([0-9]+)\.json")
OLDEST, NEWEST = 10, 12
_KINDS = {
    "source": ComponentKind.FEED,
    "model": ComponentKind.FEED,
    "seed": ComponentKind.FEED,
    "snapshot": ComponentKind.FEED,
    "exposure": ComponentKind.APP,
    "metric": ComponentKind.KPI,
}
_EXPOSED = {"ml": ComponentKind.MODEL}
_SECTIONS = (
    "nodes",
    "sources",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "functions",
)
_TESTS = frozenset({"test"})
_WAYS = frozenset({"semantic_model"})
"""Resources that only lead from what depends on them to what they depend on."""
_NO_COUNTERPART = {
    "analysis": "compiled, never run",
    "operation": "a hook, nothing that others depend on",
    "sql_operation": "a hook, nothing that others depend on",
    "saved_query": "a question about metrics, nothing that runs by itself",
    "unit_test": "checks code before it runs, not data",
    "function": "code that models call",
}
_PERIODS = {"minute": 60, "hour": 3_600, "day": 86_400}
_CORE_TESTS = frozenset({"not_null", "unique", "accepted_values", "relationships"})


def describe(files: Sequence[Given], runs: Sequence[Given]) -> Description:
    """The project of one manifest; `runs` are run results of it, for the delays. Raises CannotImport."""
    if len(files) != 1:
        raise CannotImport(
            files[-1].name, "a second manifest", "import one project at a time, then use --add"
        )
    manifest = mapping(parse_json(files[0], "target/manifest.json as dbt wrote it"))
    schema = _SCHEMA.fullmatch(text(mapping(manifest, "metadata"), "dbt_schema_version"))
    if schema is None:
        raise CannotImport(files[0].name, "this is no manifest", "give target/manifest.json as dbt wrote it")
    return _Project(manifest, int(schema[1])).description(runs)


class _Project:
    """One manifest, and what was found in it."""

    def __init__(self, manifest: Document, version: int) -> None:
        self.manifest = manifest
        self.version = version
        self.resources = {
            str(key): body
            for section in _SECTIONS
            for key, body in mapping(manifest, section).items()
            if isinstance(body, dict)
        }
        self.types = {key: key.partition(".")[0] for key in self.resources}
        self.owners = Owners(mapping(manifest, "groups"))
        self.tested = {
            key: home for key in self.resources if self.types[key] in _TESTS and (home := self._tested(key))
        }

    def description(self, runs: Sequence[Given]) -> Description:
        names: dict[str, list[str]] = defaultdict(list)
        for test, home in sorted(self.tested.items()):
            if not self._guessable(test, home):
                names[home].append(test)
        history = histories(runs, self.tested)
        kinds = {key: kind for key in self.resources if (kind := self._kind(key))}
        things = tuple(
            self._thing(key, kinds, names[key], self._delays(key, kinds, history)) for key in sorted(kinds)
        )
        metadata = mapping(self.manifest, "metadata")
        project = text(metadata, "project_name") or next((thing.workflow for thing in things), "")
        return Description(project, things, unmapped=tuple(self._unmapped()), format="dbt")

    def _kind(self, key: str) -> ComponentKind | None:
        kind = _KINDS.get(self.types[key])
        if self.types[key] == "exposure":
            return _EXPOSED.get(text(self.resources[key], "type"), kind)
        return kind

    def _thing(
        self, key: str, kinds: dict[str, ComponentKind], tests: list[str], delays: dict[str, Delay]
    ) -> Thing:
        body, kind = self.resources[key], self.types[key]
        name = text(body, "name") or key
        relation = re.sub(r"[\"`\[\]]", "", text(body, "relation_name"))
        known = tuple(name for name in (key, relation, *tests) if name)
        return Thing(
            key=key,
            kind=kinds[key],
            name=name,
            qualifier=text(body, "source_name") if kind == "source" else text(body, "package_name"),
            workflow=text(body, "package_name") or (*key.split("."), "")[1],
            title=text(body, "label"),
            owners=self.owners.of(body),
            known_as={"dbt": known},
            depends_on=delays,
        )

    def _delays(
        self, key: str, kinds: dict[str, ComponentKind], history: dict[str, History]
    ) -> dict[str, Delay]:
        found = {}
        because = "no run history was given (--runs)" if not history else "none of the runs has it"
        if self.types[key] in ("exposure", "metric"):
            because = "dbt does not run it"
        for upstream in sorted(set(self._upstream(key, kinds))):
            otherwise = guess(kinds[upstream], kinds[key], because)
            delay = propose(history.get(upstream, History()), history.get(key, History()), otherwise)
            cadence = _freshness(self.resources[upstream])
            if cadence:
                delay = longer(delay, cadence[0], cadence[1])
            found[upstream] = delay
        return found

    def _upstream(self, key: str, kinds: dict[str, ComponentKind]) -> Iterator[str]:
        """What it depends on directly, seen through resources that are only a way."""
        left, seen = [key], {key}
        while left:
            for parent in texts(mapping(self.resources[left.pop()], "depends_on").get("nodes")):
                if parent in seen or parent not in self.resources:
                    continue
                seen.add(parent)
                if parent in kinds:
                    yield parent
                elif self.types[parent] in _WAYS:
                    left.append(parent)

    def _tested(self, test: str) -> str:
        """The node that a test is about: what it is attached to, else the one in its name, else the first it reads."""
        body = self.resources[test]
        parents = texts(mapping(body, "depends_on").get("nodes"))
        named = [parent for parent in parents if self._guessable(test, parent)]
        return next(
            (one for one in (text(body, "attached_node"), *named, *parents) if one in self.resources), ""
        )

    def _guessable(self, test: str, home: str) -> bool:
        """Whether events of the test lead to its node by the test's name alone, as dbt names its own tests."""
        kind, name = text(mapping(self.resources[test], "test_metadata"), "name"), test.split(".")[2:3]
        prefix = "source_" if home.startswith("source.") else ""
        node = "_".join(home.split(".")[2:])
        return kind in _CORE_TESTS and bool(name) and name[0].startswith(f"{prefix}{kind}_{node}_")

    def _unmapped(self) -> Iterator[Unmapped]:
        if not OLDEST <= self.version <= NEWEST:
            why = f"written for versions {OLDEST} to {NEWEST}: compare what came out with your project"
            yield Unmapped("manifest version", (f"v{self.version}",), why)
        for kind, why in _NO_COUNTERPART.items():
            names = tuple(sorted(key for key, its in self.types.items() if its == kind))
            if names:
                yield Unmapped(kind, names, why)
        lost = tuple(
            sorted(key for key in self.types if self.types[key] in _TESTS and key not in self.tested)
        )
        if lost:
            yield Unmapped(
                "test", lost, "it reads nothing of this project, so nothing is known that it tests"
            )
        known = {*_KINDS, *_TESTS, *_WAYS, *_NO_COUNTERPART}
        strange = tuple(sorted(key for key, kind in self.types.items() if kind not in known))
        if strange:
            yield Unmapped("resource of an unknown type", strange, "not known here")
        disabled = tuple(sorted(map(str, mapping(self.manifest, "disabled") or ())))
        if disabled:
            yield Unmapped("disabled resource", disabled, "it does not run")
        yield from self._macros()
        yield from self.owners.unmapped()

    def _macros(self) -> Iterator[Unmapped]:
        macros = [str(name) for name in mapping(self.manifest, "macros")]
        own = tuple(sorted(name for name in macros if not name.startswith(("macro.dbt.", "macro.dbt_"))))
        if own:
            yield Unmapped("macro", own, "code, nothing that fails by itself")
        if sequence(self.manifest.get("selectors")):
            yield Unmapped("selectors", (), "how to choose nodes, nothing that runs")


def _freshness(source: Document) -> tuple[int, str] | None:
    """How old data of a source may become: `freshness` of the source, or of its `config` (dbt 1.10 and later)."""
    for freshness in (mapping(source, "freshness"), mapping(source, "config", "freshness")):
        for name in ("error_after", "warn_after"):
            bound = mapping(freshness, name)
            count, period = bound.get("count"), text(bound, "period")
            if isinstance(count, int) and 0 < count <= 10_000 and period in _PERIODS:
                plural = "" if count == 1 else "s"
                seconds = count * _PERIODS[period]
                return seconds, f"its freshness: {name.replace('_', ' ')} {count} {period}{plural}"
    return None
