"""Runbooks for the console, rendered by the same child process as those in messages, and remembered.

A page is asked for again and again, and rendering may take a second: each text is rendered once a revision.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from markupsafe import Markup
from pydantic import BaseModel

from router.model.catalog import Component, Team
from router.model.fault import Fault, OwnerKind, Severity
from router.model.incident import Cause, Incident, IncidentState, Ownership
from router.model.rules import Rules
from router.model.runbook import Runbook
from router.model.value import EPOCH
from router.render.runbook import RunbookError, RunbookRenderer, values_of
from router.render.runbook_text import RunbookText
from router.web.markup import runbook_html

KEPT_TEXTS = 256

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class RunbookTexts:
    """Both methods block for a second at worst: call them off the event loop."""

    def __init__(self, renderer: RunbookRenderer, rules: Rules) -> None:
        self._renderer = renderer
        self._rules = rules
        self._steps: OrderedDict[Hashable, RunbookText | None] = OrderedDict()
        self._wholes: OrderedDict[Hashable, tuple[Markup, str]] = OrderedDict()

    def steps(self, incident: Incident) -> RunbookText | None:
        """The incident's first runbook as messages carry it: title and first steps."""

        def render() -> RunbookText | None:
            return next(iter(self._renderer.texts(incident, self._rules)), None)

        return _once(self._steps, _revision(incident), render)

    def whole(self, runbook: Runbook, incident: Incident | None) -> tuple[Markup, str]:
        """The runbook as HTML, and what kept it from being filled in ("" for nothing; then it is as written)."""

        def render() -> tuple[Markup, str]:
            values = values_of(incident, self._rules) if incident else example_values(runbook, self._rules)
            try:
                return runbook_html(self._renderer.render(runbook.body, values)), ""
            except RunbookError as error:
                return runbook_html(runbook.body), str(error)

        return _once(self._wholes, (runbook.id, incident and _revision(incident)), render)


def example_values(runbook: Runbook, rules: Rules) -> dict[str, Any]:
    """What a runbook is filled in with when it is read without an incident: what it is for, and gaps."""
    incident = Incident(
        id="{incident}",
        scope="{scope}",
        state=IncidentState.OPEN,
        severity=Severity.MAJOR,
        opened_at=EPOCH,
        started_at=EPOCH,
        updated_at=EPOCH,
        cause=Cause(
            component=next(iter(runbook.components), "{component}"),
            fault=next(iter(runbook.faults), "{fault}"),
            confidence=0.0,
            evidence=("{evidence}",),
        ),
        owner=Ownership(team=runbook.owner or "{owner}", kind=OwnerKind.IT, why="{why}"),
        workflows=("{workflow}",),
    )
    values = values_of(incident, rules)
    gaps = {name: "{" + name + "}" for name in values["incident"] if name.endswith("_at")}
    values["incident"] |= gaps
    for name, model in (("component", Component), ("fault", Fault), ("team", Team)):
        values[name] = {field: _gap(name, field, model) for field in model.model_fields} | values[name]
    return values


def _gap(name: str, field: str, model: type[BaseModel]) -> str:
    """Stands for a value of text; anything else is left empty."""
    return f"{{{name}.{field}}}" if model.model_fields[field].annotation is str else ""


def _revision(incident: Incident) -> Hashable:
    return (incident.id, incident.revision, incident.updated_at)


def _once(kept: OrderedDict[K, V], key: K, render: Callable[[], V]) -> V:
    if key not in kept:
        kept[key] = render()
        while len(kept) > KEPT_TEXTS:
            kept.popitem(last=False)
    return kept[key]
