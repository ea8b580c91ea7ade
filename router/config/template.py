"""Would this runbook render? Syntax, variables, fields, filters; nothing is rendered or compiled here."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

from router.config.codes import Lint
from router.config.node import Place
from router.config.report import Report
from router.config.suggest import did_you_mean
from router.model.catalog import Component, Team
from router.model.fault import Fault
from router.model.incident import Incident

VARIABLES: Mapping[str, type[BaseModel]] = {
    "incident": Incident,
    "component": Component,
    "fault": Fault,
    "team": Team,
}
"""What a runbook sees, and the value behind each name."""

FUNCTIONS = frozenset({"range", "namespace"})
"""Jinja2's own functions that a runbook may call."""

_FORBIDDEN = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)

_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def check_template(body: str, file: str, first_line: int, report: Report) -> None:
    """Report what would stop the body, whose first line is this line of the file, from rendering."""
    lines = body.splitlines()

    def place(line: int, word: str = "") -> Place:
        text = lines[line - 1] if line <= len(lines) else ""
        return Place(file, first_line + line - 1, max(text.find(word), 0) + 1)

    try:
        tree = _ENVIRONMENT.parse(body)
    except TemplateSyntaxError as error:
        report.add(Lint.BAD_TEMPLATE, place(error.lineno), f"template does not parse: {error.message}")
        return
    except (TemplateError, RecursionError) as error:
        report.add(Lint.BAD_TEMPLATE, place(1), f"template does not parse: {type(error).__name__}")
        return
    for each in tree.find_all(_FORBIDDEN):
        word = type(each).__name__.lower()
        report.add(
            Lint.FORBIDDEN_IN_TEMPLATE, place(each.lineno, "{%"), f"{word} in a runbook", "write the text out"
        )
    _check_names(tree, place, report)
    _check_fields(tree, place, report)
    _check_filters(tree, place, report)


def _check_names(tree: nodes.Template, place: Callable[[int, str], Place], report: Report) -> None:
    unknown = meta.find_undeclared_variables(tree) - VARIABLES.keys() - FUNCTIONS
    told = set()
    for name in tree.find_all(nodes.Name):
        if name.name in unknown and name.name not in told:
            told.add(name.name)
            hint = did_you_mean(name.name, VARIABLES) or f"a runbook sees {', '.join(VARIABLES)}"
            where = place(name.lineno, name.name)
            report.add(Lint.UNDEFINED_VARIABLE, where, f'undefined variable "{name.name}"', hint)


def _check_fields(tree: nodes.Template, place: Callable[[int, str], Place], report: Report) -> None:
    for each in tree.find_all(nodes.Getattr):
        where = place(each.lineno, f".{each.attr}")
        if each.attr.startswith("_"):
            report.add(Lint.FORBIDDEN_IN_TEMPLATE, where, f'private attribute "{each.attr}" in a runbook')
            continue
        model = _type_of(each.node)
        if model and each.attr not in (known := _fields(model)):
            message = f'{_path(each.node)} has no field "{each.attr}"'
            report.add(Lint.UNKNOWN_FIELD, where, message, did_you_mean(each.attr, known))


def _check_filters(tree: nodes.Template, place: Callable[[int, str], Place], report: Report) -> None:
    _report_unknown("filter", tree.find_all(nodes.Filter), _ENVIRONMENT.filters, place, report)
    _report_unknown("test", tree.find_all(nodes.Test), _ENVIRONMENT.tests, place, report)


def _report_unknown(
    noun: str,
    used: Iterable[Any],
    known: Mapping[str, Any],
    place: Callable[[int, str], Place],
    report: Report,
) -> None:
    for each in used:
        if each.name not in known:
            hint = did_you_mean(each.name, known)
            report.add(
                Lint.UNKNOWN_FILTER, place(each.lineno, each.name), f'unknown {noun} "{each.name}"', hint
            )


def _fields(model: type[BaseModel]) -> list[str]:
    """Fields and properties: what a template may read of a value."""
    found = [name for name in vars(model) if isinstance(vars(model)[name], property | cached_property)]
    return [*model.model_fields, *found]


def _type_of(node: nodes.Node) -> type[BaseModel] | None:
    """The value that an expression such as `incident.cause` leads to; None when it is not known."""
    if isinstance(node, nodes.Name):
        return VARIABLES.get(node.name)
    if isinstance(node, nodes.Getattr):
        model = _type_of(node.node)
        field = model.model_fields.get(node.attr) if model else None
        kind = field.annotation if field else None
        return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    return None


def _path(node: nodes.Node) -> str:
    return (
        f"{_path(node.node)}.{node.attr}" if isinstance(node, nodes.Getattr) else getattr(node, "name", "it")
    )
