"""Entities of a Backstage catalog: catalog-info.yaml with several documents, or JSON as the catalog's API answers.

https://backstage.io/docs/features/software-catalog/descriptor-format and .../references. YAML is read by the same
reader as rules: no anchors, aliases or tags, no document larger or deeper than a rules file may be.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from router.config.node import Node
from router.config.report import Report
from router.config.yaml_reader import parse_yaml
from router.importing.description import MAX_THINGS, CannotImport, Given
from router.importing.document import Document, mapping, parse_json, sequence, text

MAX_YAML_BYTES = 16 * 1024 * 1024
MAX_DOCUMENT = 256 * 1024

_MARK = re.compile(r"^---(?=\s|$)", re.MULTILINE)


class Ref(NamedTuple):
    """kind:namespace/name, in lower case: Backstage compares references without regard to case."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}"


class Entity(NamedTuple):
    """One entity: what it is, its names as written, and its parts."""

    ref: Ref
    name: str
    metadata: Document
    spec: Document
    relations: tuple[tuple[str, Ref], ...]


def entities_of(given: Given) -> Iterator[Entity]:
    """The entities of the file, in its order. Raises CannotImport."""
    found = 0
    for document in _documents(given):
        entity = _entity(mapping(document))
        if entity:
            found += 1
            if found > MAX_THINGS:
                raise CannotImport(given.name, f"more than {MAX_THINGS:,} entities", "import a part of them")
            yield entity


def reference(written: str, kind: str, namespace: str) -> Ref | None:
    """`[kind:][namespace/]name` with defaults from where it stands; None if it is none."""
    head, colon, rest = written.rpartition(":")
    place, slash, name = rest.rpartition("/")
    if not name.strip():
        return None
    parts = (head if colon else kind, place if slash else namespace, name)
    return Ref(*(part.strip().casefold() for part in parts))


def _entity(document: Document) -> Entity | None:
    metadata, kind = mapping(document, "metadata"), text(document, "kind")
    name = text(metadata, "name")
    if not kind or not name:
        return None
    namespace = text(metadata, "namespace") or "default"
    relations = []
    for relation in map(mapping, sequence(document.get("relations"))):
        target = reference(text(relation, "targetRef"), "component", namespace)
        if target and text(relation, "type"):
            relations.append((text(relation, "type"), target))
    ref = Ref(kind.casefold(), namespace.casefold(), name.casefold())
    return Entity(ref, name, metadata, mapping(document, "spec"), tuple(relations))


def _documents(given: Given) -> Iterator[Any]:
    if given.content.lstrip()[:1] in (b"[", b"{"):
        value = parse_json(given, "a catalog as Backstage's API answers it")
        yield from value if isinstance(value, list) else sequence(mapping(value).get("items")) or [value]
        return
    if len(given.content) > MAX_YAML_BYTES:
        raise CannotImport(given.name, f"larger than {MAX_YAML_BYTES >> 20} MB", "import it in parts")
    try:
        written = given.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CannotImport(given.name, "not UTF-8 text", "give catalog-info.yaml") from None
    starts = [0, *(mark.start() for mark in _MARK.finditer(written))]
    for start, end in zip(starts, [*starts[1:], len(written)], strict=True):
        part = written[start:end]
        if part.removeprefix("---").strip() and not part.startswith("%"):
            yield _parsed(part, given.name, written.count("\n", 0, start))


def _parsed(part: str, name: str, lines_before: int) -> Any:
    first = lines_before + 1
    if len(part) > MAX_DOCUMENT:
        do = "move what is large, such as a definition, into a file of its own ($text)"
        raise CannotImport(f"{name}:{first}", f"a document larger than {MAX_DOCUMENT >> 10} KB", do)
    report = Report()
    node = parse_yaml(part, name, report, first)
    for finding in report.findings():
        hint = finding.hint or "mend it"
        raise CannotImport(f"{finding.file}:{finding.line}:{finding.column}", finding.message, hint)
    return _plain(node) if node else {}


def _plain(node: Node) -> Any:
    value = node.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, dict):
        return {key: _plain(entry.node) for key, entry in value.items()}
    return None
