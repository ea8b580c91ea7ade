"""Scalars of the rules: what is taken, what is refused, and what editors are told."""

from typing import Any

import jsonschema
import pytest

from router.config.collections_of import Declarations, Declared, Either, Field, Items, ListOf, MapOf, Record
from router.config.node import Node
from router.config.report import Report
from router.config.shapes import (
    ADDRESS,
    ANY_TEXT,
    INVALID,
    NAME,
    Choice,
    Day,
    Delay,
    Duration,
    Flag,
    Number,
    Shape,
)
from router.config.sources import Pattern, Topic
from router.config.teams import Channel
from router.config.yaml_reader import parse_yaml

RECORD = Record(
    "a thing", {"name": Field(ANY_TEXT, "Its name.", required=True), "size": Field(Number(), "Its size.")}
)


def node(written: str) -> Node:
    found = parse_yaml(f"a: {written}", "f.yaml", Report())
    assert found is not None
    value = found.find("a")
    assert value is not None
    return value


def read(shape: Shape, written: str) -> tuple[Any, list[str]]:
    report = Report()
    value = shape.read(node(written), "key", report)
    return value, [finding.code for finding in report.findings()]


GOOD: list[tuple[Shape, str, Any]] = [
    (ANY_TEXT, "abc", "abc"),
    (ANY_TEXT, '"12"', "12"),
    (NAME, "erp.orders-2_b", "erp.orders-2_b"),
    (ADDRESS, "https://a.example/b?c=d#e", "https://a.example/b?c=d#e"),
    (Choice(("x", "y"), "letter"), "y", "y"),
    (Flag(), "true", True),
    (Number(0, 10), "10", 10),
    (Number(0, 1, whole=False), "0.5", 0.5),
    (Number(0, 1, whole=False), "1", 1),
    (Duration(0, 3_600), "1h", 3_600),
    (Delay(), "1m..2m", (60, 120)),
    (Day(), "2024-02-29", "2024-02-29"),
    (Channel(), '"#größe_1-a"', "#größe_1-a"),
    (Channel(), "C012AB3CD", "C012AB3CD"),
    (Topic(), "acme.orders_1-x", "acme.orders_1-x"),
    (Topic(), '"^acme[.]ai[.].*"', "^acme[.]ai[.].*"),
    (Topic(), "'^acme\\.(ai|crm)\\.[a-z0-9]+\\.v1$'", r"^acme\.(ai|crm)\.[a-z0-9]+\.v1$"),
    (Pattern(), "High.*Rate", "High.*Rate"),
    (ListOf(NAME), "[a, b]", ("a", "b")),
    (ListOf(NAME, or_one=True), "a", ("a",)),
    (ListOf(NAME), "[]", ()),
    (MapOf(NAME, Number(), "name"), "{a: 1}", {"a": 1}),
    (Either(Delay(), RECORD, empty=(0, 300)), "", (0, 300)),
    (Either(Delay(), RECORD), "{name: b}", {"name": "b"}),
    (RECORD, "{name: b, size: 1}", {"name": "b", "size": 1}),
]

BAD: list[tuple[Shape, str, str]] = [
    (ANY_TEXT, "12", "R112"),
    (ANY_TEXT, '" "', "R112"),
    (ANY_TEXT, "", "R112"),
    (NAME, "a|b", "R116"),
    (NAME, "a" * 101, "R116"),
    (NAME, ".a", "R116"),
    (ADDRESS, "ftp://a.example", "R117"),
    (ADDRESS, '"https://a.example/<b|c>"', "R117"),
    (Choice(("x", "y"), "letter"), "z", "R212"),
    (Choice(("x", "y"), "letter"), "[x]", "R112"),
    (Flag(), "yes", "R112"),
    (Number(0, 10), "11", "R115"),
    (Number(0, 10), "true", "R112"),
    (Number(0, 10), "1.0", "R112"),
    (Duration(60), "59s", "R115"),
    (Duration(), "true", "R113"),
    (Delay(), "[1, 2]", "R114"),
    (Day(), "2023-02-29", "R507"),
    (Day(), "20230228", "R507"),
    (Channel(), '"#"', "R402"),
    (Channel(), '"#Erp"', "R402"),
    (Channel(), "erp", "R402"),
    (Channel(), f'"#{"a" * 81}"', "R402"),
    (Topic(), "..", "R607"),
    (Topic(), "a" * 250, "R607"),
    (Topic(), "router.state.v1", "R604"),
    (Topic(), '"^r"', "R604"),
    (Topic(), '"^("', "R606"),
    (Topic(), "'^acme[\\w.]+'", "R611"),
    (Topic(), "'^acme[[:alpha:]]+'", "R611"),
    (Pattern(), "'(a'", "R606"),
    (ListOf(NAME), "a", "R112"),
    (ListOf(NAME, or_one=True), "", "R112"),
    (MapOf(NAME, Number(), "name"), "[a]", "R112"),
    (RECORD, "[a]", "R112"),
]


@pytest.mark.parametrize(("shape", "written", "value"), GOOD)
def test_what_fits_is_read_and_passes_the_schema(shape: Shape, written: str, value: Any) -> None:
    """The editor never marks what the router takes."""
    assert read(shape, written) == (value, [])
    jsonschema.validate(plain(node(written)), shape.schema())


@pytest.mark.parametrize(("shape", "written", "code"), BAD)
def test_what_does_not_fit_is_reported_once(shape: Shape, written: str, code: str) -> None:
    """With the code that says why, and a stand-in for the value."""
    assert read(shape, written) == (INVALID, [code])


def test_what_was_reported_before_is_not_reported_again() -> None:
    """An alias is one mistake; that nothing stands in its place is not another."""
    report = Report()
    broken = parse_yaml("a: *x", "f.yaml", Report())
    assert broken is not None
    value = broken.find("a")
    assert value is not None
    for shape, _, _ in GOOD:
        assert shape.read(value, "key", report) is INVALID
    assert report.findings() == ()
    assert report.errors == len(GOOD)


def test_a_collection_keeps_what_is_right() -> None:
    """Reading goes on after a mistake."""
    assert read(ListOf(NAME), "[a, '|', b]") == (("a", "b"), ["R116"])
    assert read(MapOf(NAME, Number(), "name"), "{a: 1, b: x}") == ({"a": 1}, ["R112"])
    assert read(RECORD, "{size: 1, colour: red}") == ({"size": 1}, ["R111", "R110"])


def test_declarations_keep_the_name_of_a_damaged_record() -> None:
    """Whoever refers to it is not to blame."""
    found, codes = read(Declarations(RECORD, "thing"), "{a: {name: x}, b: {size: many}, c: 7}")
    assert [(each.name, each.values, each.home.damaged) for each in found] == [
        ("a", {"name": "x"}, False),
        ("b", {}, True),
        ("c", {}, True),
    ]
    assert codes == ["R111", "R112", "R112"]


def test_items_are_known_by_their_name() -> None:
    """One without a name has none, and stands where it stands."""
    found, _ = read(Items(RECORD), "[{name: x}, {size: 1}]")
    assert all(isinstance(each, Declared) for each in found)
    assert [(each.name, each.home.place.column) for each in found] == [("x", 5), ("", 16)]


def plain(value: Node) -> Any:
    if isinstance(value.value, tuple):
        return [plain(item) for item in value.value]
    if isinstance(value.value, dict):
        return {key: plain(entry.node) for key, entry in value.value.items()}
    return value.value
