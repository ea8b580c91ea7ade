"""sources.yaml: the existing Kafka topics, and how to read them."""

import re
from collections.abc import Mapping

from router.config.codes import Lint
from router.config.collections_of import Declarations, Field, ListOf, MapOf, Record
from router.config.draft import Draft
from router.config.node import Node
from router.config.report import Report
from router.config.shapes import ANY_TEXT, INVALID, NAME, Choice, Json, Shape, wrong_type
from router.config.words import SEVERITY
from router.model.fault import Severity
from router.model.rules import Source

FORMATS = ("native", "alertmanager", "openlineage", "dbt")
"""The formats that intake can read (a test compares them with its table)."""

OWN_TOPICS = tuple(
    f"router.{name}.v1"
    for name in ("inputs", "state", "decisions", "notices", "incidents", "deliveries", "ledger", "deadletter")
)
"""What the router writes itself (a test compares them with its list): reading one of them would never end."""


_NOT_POSIX = re.compile(r"\(\?|\\[dDAZ]|\[[^\]]*\\[A-Za-z]|\[\[:[a-z]+:\]")
"""What a pattern means to us, but not to Kafka's client, which takes POSIX expressions; or the other way round."""


class Topic(Shape):
    """The name of a Kafka topic, or a pattern that begins with ^."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if not isinstance(node.value, str):
            return wrong_type(node, what, "text", report)
        topic = node.value
        if topic.startswith("^"):
            sound = _is_shared(topic, node, report) and _compiles(topic, node, report)
        else:
            sound = _is_legal(topic, node, report)
        return topic if sound and _is_foreign(topic, node, report) else INVALID

    def _schema(self) -> Json:
        return {"type": "string", "pattern": r"^(\^.*|[A-Za-z0-9._-]{1,249})$"}


def _is_legal(topic: str, node: Node, report: Report) -> bool:
    legal = bool(re.fullmatch(r"[A-Za-z0-9._-]{1,249}", topic)) and topic not in (".", "..")
    if not legal:
        hint = 'letters, digits, ".", "_" and "-"; a pattern begins with ^'
        report.add(Lint.BAD_TOPIC, node.place, f'"{topic}" is no Kafka topic', hint)
    return legal


def _is_shared(pattern: str, node: Node, report: Report) -> bool:
    """Whether Kafka's client means the same by the pattern."""
    unknown = _NOT_POSIX.search(pattern)
    if unknown:
        message = f'"{pattern}" has "{unknown[0]}", which Kafka\'s client reads otherwise'
        report.add(Lint.PATTERN_NOT_SHARED, node.place, message, "[0-9] is a digit there, and (a|b) a group")
    return not unknown


def _is_foreign(topic: str, node: Node, report: Report) -> bool:
    for own in OWN_TOPICS:
        if topic == own or (topic.startswith("^") and re.match(topic, own)):
            message = f'"{topic}" takes in the router\'s own topic "{own}"'
            report.add(Lint.OWN_TOPIC, node.place, message, "the router would read what it writes, for ever")
            return False
    return True


class Pattern(Shape):
    """A regular expression over a source's own words."""

    def _read(self, node: Node, what: str, report: Report) -> object:
        if not isinstance(node.value, str):
            return wrong_type(node, what, "text", report)
        return node.value if _compiles(node.value, node, report) else INVALID

    def _schema(self) -> Json:
        return {"type": "string"}


def _compiles(pattern: str, node: Node, report: Report) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        report.add(Lint.BAD_PATTERN, node.place, f'"{pattern}" is no regular expression: {error}')
        return False
    return True


SOURCE = Record(
    "a source",
    {
        "topics": Field(ListOf(Topic(), or_one=True), "Kafka topics, or patterns that begin with ^.", True),
        "format": Field(Choice(FORMATS, "format", Lint.UNKNOWN_FORMAT), "How to read them.", True),
        "namespace": Field(NAME, "Under which known_as its names are looked up; the format if left out."),
        "component_labels": Field(
            ListOf(ANY_TEXT, or_one=True), "Labels that may name the component, tried in order."
        ),
        "fault_label": Field(ANY_TEXT, "The label that may name the fault."),
        "faults": Field(
            MapOf(Pattern(), ANY_TEXT, "pattern"), "The source's own word (a pattern) -> fault; first match."
        ),
        "default_fault": Field(ANY_TEXT, "The fault of everything else."),
        "severities": Field(MapOf(ANY_TEXT, SEVERITY, "severity"), "The source's word for severity -> ours."),
    },
)

SHAPE = Record(
    "sources.yaml", {"sources": Field(Declarations(SOURCE, "source"), "The sources by name.", True)}
)


def read_sources(root: Node, draft: Draft) -> None:
    """Fill the draft's sources."""
    values = SHAPE.read(root, "sources.yaml", draft.report)
    if not isinstance(values, Mapping) or "sources" not in values:
        draft.lost.add("sources.yaml")
        return
    for name, given, home in values["sources"]:
        draft.homes["source", name] = home
        severities = given.pop("severities", {})
        given.setdefault("format", FORMATS[0])
        given.setdefault("topics", ())
        ordered = {word: Severity(severities[word]) for word in sorted(severities)}
        draft.sources[name] = Source(name=name, severities=ordered, **given)
