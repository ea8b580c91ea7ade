"""Which fields may a runbook read? The types behind `incident`, `component`, `fault`, `team` and of loops over them.

Templates see values as plain mappings of their fields, and some words made for them (`router.render`): a `title`,
and the incident's `url`.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, get_args, get_origin

from jinja2 import nodes
from pydantic import BaseModel

from router.model.catalog import Component, Team
from router.model.fault import Fault
from router.model.incident import Incident


class Variable(NamedTuple):
    """A variable of a runbook: the value behind it, and the words it has besides the value's fields."""

    model: type[BaseModel]
    words: tuple[str, ...]


VARIABLES: Mapping[str, Variable] = {
    "incident": Variable(Incident, ("url",)),
    "component": Variable(Component, ("title",)),
    "fault": Variable(Fault, ("title",)),
    "team": Variable(Team, ("title",)),
}


class UnknownField(NamedTuple):
    """A field that a template reads and that is not there: of what (as written), and what there is."""

    node: nodes.Getattr
    owner: str
    known: tuple[str, ...]


def unknown_fields(tree: nodes.Template) -> Iterator[UnknownField]:
    """Every field that the template reads of a value that has none of this name; doubtful ones are left alone."""
    loops = _loops(tree)
    for each in tree.find_all(nodes.Getattr):
        model = _model_of(each.node, loops)
        if model:
            known = (*model.model_fields, *_words_of(each.node, loops))
            if each.attr not in known:
                yield UnknownField(each, _written(each.node), known)


def _words_of(node: nodes.Node, loops: Mapping[str, type[BaseModel] | None]) -> tuple[str, ...]:
    if isinstance(node, nodes.Name) and node.name in VARIABLES and node.name not in loops:
        return VARIABLES[node.name].words
    return ()


def _loops(tree: nodes.Template) -> dict[str, type[BaseModel] | None]:
    """Names that the template itself gives to values, with the model behind it; None where it is not sure."""
    found: dict[str, type[BaseModel] | None] = {}
    assigned = [name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"]
    for loop in tree.find_all(nodes.For):
        name = loop.target.name if isinstance(loop.target, nodes.Name) else ""
        if name not in VARIABLES and assigned.count(name) == 1:
            found[name] = _item_of(loop.iter)
    return {**dict.fromkeys(assigned), **found}


def _item_of(node: nodes.Node) -> type[BaseModel] | None:
    """The model of the items of `incident.headlines` and its like."""
    if isinstance(node, nodes.Getattr):
        model = _model_of(node.node, {})
        field = model.model_fields.get(node.attr) if model else None
        if field and get_origin(field.annotation) is tuple:
            return _model(get_args(field.annotation)[0])
    return None


def _model_of(node: nodes.Node, loops: Mapping[str, type[BaseModel] | None]) -> type[BaseModel] | None:
    """The model of the value that an expression such as `incident.cause` leads to; None when it is not known."""
    if isinstance(node, nodes.Name):
        if node.name in loops:
            return loops[node.name]
        return VARIABLES[node.name].model if node.name in VARIABLES else None
    if isinstance(node, nodes.Getattr):
        model = _model_of(node.node, loops)
        field = model.model_fields.get(node.attr) if model else None
        return _model(field.annotation) if field else None
    return None


def _model(annotation: object) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_written(node.node)}.{node.attr}"
    return str(getattr(node, "name", "it"))
