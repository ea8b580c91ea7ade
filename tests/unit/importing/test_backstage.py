"""Backstage's catalog as components: each relation in its direction, from either side, in YAML and JSON."""

from typing import Any

import orjson
import pytest

from router.importing import backstage
from router.importing.description import CannotImport, Given
from router.model.fault import ComponentKind
from tests.unit.importing.shop import by_key, sample


def described(content: str | bytes) -> Any:
    """The description of a file's content."""
    return backstage.describe(
        [Given("catalog-info.yaml", content.encode() if isinstance(content, str) else content)], []
    )


def entity(
    kind: str, name: str, relations: list[dict[str, str]] | None = None, **spec: object
) -> dict[str, Any]:
    """An entity as the catalog's API answers it."""
    return {"kind": kind, "metadata": {"name": name}, "spec": spec, "relations": relations or []}


def edges(description: Any) -> set[tuple[str, str]]:
    """(what depends, on what) by name."""
    return {
        (thing.name, upstream.partition("/")[2])
        for thing in description.things
        for upstream in thing.depends_on
    }


def test_the_sample_catalog_becomes_a_workflow() -> None:
    """Kinds by type, dependencies by relation, owners by reference."""
    found = backstage.describe([sample("catalog-info.yaml")], [])
    assert {thing.name: thing.kind for thing in found.things} == {
        "quote-agent": ComponentKind.AGENT,
        "pricing-api": ComponentKind.API,
        "pricing": ComponentKind.APP,
        "pricing-cache": ComponentKind.STORE,
        "quotes-db": ComponentKind.STORE,
    }
    assert edges(found) == {
        ("quote-agent", "quotes-db"),
        ("quote-agent", "pricing-api"),
        ("pricing-api", "pricing"),
        ("pricing", "pricing-cache"),
        ("pricing", "quotes-db"),
    }
    assert {thing.workflow for thing in found.things} == {"quoting"}
    assert found.business_owners["quoting"].title == "Sales operations"
    agent = by_key(found)["component:default/quote-agent"]
    assert agent.owners[0].members == ("mei.tanaka@acme.example",)
    assert agent.known_as["pagerduty"] == ("PQUOTE1",)


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("dependsOn", ("one", "two")),
        ("dependencyOf", ("two", "one")),
        ("consumesApi", ("one", "two")),
        ("apiConsumedBy", ("two", "one")),
        ("apiProvidedBy", ("one", "two")),
        ("providesApi", ("two", "one")),
        ("partOf", ("two", "one")),
        ("hasPart", ("one", "two")),
    ],
)
def test_relations_of_the_api_are_read_in_their_direction(relation: str, expected: tuple[str, str]) -> None:
    """What depends comes first."""
    listed = [
        entity("Component", "one", [{"type": relation, "targetRef": "component:default/two"}]),
        entity("Component", "two"),
    ]
    assert edges(described(orjson.dumps(listed))) == {expected}
    assert edges(described(orjson.dumps({"items": listed}))) == {expected}


def test_references_find_their_entity_whatever_the_case_and_namespace() -> None:
    """Defaults come from the field and the entity."""
    text = """
kind: Component
metadata: {name: One, namespace: Sales}
spec: {dependsOn: ["Component:two", "resource:default/three"], owner: Group:default/Desk}
---
kind: Component
metadata: {name: TWO, namespace: sales}
---
kind: Resource
metadata: {name: three}
"""
    found = described(text)
    assert edges(found) == {("One", "two"), ("One", "three")}
    assert by_key(found)["component:sales/one"].owners[0].name == "desk"


def test_what_is_left_out_is_listed() -> None:
    """Unknown targets, libraries and what leads to them, other kinds, entities given twice, fields not read."""
    text = """
kind: Component
metadata: {name: one, tags: [java]}
spec: {dependsOn: ["component:gone", "component:lib"], lifecycle: production}
---
kind: Component
metadata: {name: lib}
spec: {type: library}
---
kind: Component
metadata: {name: one}
---
kind: Template
metadata: {name: new-service}
---
kind: Robot
metadata: {name: r2}
"""
    listed = [(one.what, one.names) for one in described(text).unmapped]
    assert listed == [
        ("template", ("template:default/new-service",)),
        ("component that does not run", ("component:default/lib",)),
        ("entity of an unknown kind", ("robot:default/r2",)),
        ("dependency", ("component:default/one -> component:default/gone",)),
        ("dependency", ("component:default/one -> component:default/lib",)),
        ("field", ("metadata.tags", "spec.lifecycle")),
        ("entity given twice", ("component:default/one",)),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &a [x]\nb: *a\n", "anchor"),
        ("kind: !!python/object:os.system x\n", "tag"),
        ("kind: [\n", "not YAML"),
        ("kind: Component\n---\nkind: Component\nkind: API\n", "given twice"),
        ("[" * 100, "not JSON"),
        ("a:\n" + "".join(f"{'  ' * depth}a:\n" for depth in range(1, 60)), "nested"),
        ("", "no Backstage entity"),
        ("kind: Component\n", "no Backstage entity"),
        ("a: " + "x" * 300_000, "larger than"),
    ],
)
def test_hostile_or_broken_yaml_is_refused_with_its_place(text: str, says: str) -> None:
    """Anchors, tags, depth and size are bounded as in rules."""
    with pytest.raises(CannotImport, match=r"catalog-info\.yaml") as refused:
        described(text)
    assert says in str(refused.value)


def test_the_place_of_a_mistake_counts_from_the_beginning_of_the_file() -> None:
    """Not of the document that it is in."""
    with pytest.raises(CannotImport, match=r"catalog-info\.yaml:5:1"):
        described("kind: Component\nmetadata: {name: x}\n---\nkind: API\nkind: API\n")
