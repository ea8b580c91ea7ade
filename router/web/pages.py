"""The console: what is open, one incident, one runbook. Server-rendered, read only, nothing from elsewhere."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from router.model.fault import OwnerKind, Severity
from router.model.incident import Cause, Incident, IncidentState, Ownership
from router.model.rules import Rules, Runbook
from router.model.value import EPOCH, Moment
from router.render.runbook import RunbookError, values_of
from router.render.runbook_text import RunbookText
from router.web.markup import line_html, runbook_html, since, time_html
from router.web.parts import Parts
from router.web.views import page_of, row_of

OVER_SHOWN = 15
KEPT_TEXTS = 256
_HERE = Path(__file__).parent


def console_routes(parts: Parts) -> APIRouter:
    """The pages."""
    routes = APIRouter(default_response_class=HTMLResponse)
    pages, texts = Pages(parts), RunbookTexts(parts)

    @routes.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    def board() -> Response:
        """What is open, worst first; what is over, newest first."""
        now = parts.now()
        rows = [(incident, row_of(incident, parts.rules, now)) for incident in parts.model.live()]
        waiting = [row for incident, row in rows if incident.state is not IncidentState.ACKNOWLEDGED]
        taken = [row for incident, row in rows if incident.state is IncidentState.ACKNOWLEDGED]
        over = [row_of(incident, parts.rules, now) for incident in parts.model.over(OVER_SHOWN)]
        return pages.show("board.html", "Incidents", now, waiting=waiting, taken=taken, over=over)

    @routes.api_route("/incidents/{incident_id}", methods=["GET", "HEAD"], include_in_schema=False)
    async def incident(incident_id: str) -> Response:
        """One incident."""
        now, found = parts.now(), parts.model.get(incident_id)
        if found is None:
            why = "The console keeps what is open and what ended last. The name may be wrong, or it ended long ago."
            return pages.missing("No such incident", why)
        steps = await run_in_threadpool(texts.steps, found)
        page = page_of(found, parts.rules, now)
        lines = [line_html(step, now) for step in steps.steps] if steps else []
        problem = steps.problem if steps else ""
        return pages.show(
            "incident.html", page.row.title, now, page=page, incident=found, steps=lines, problem=problem
        )

    @routes.api_route("/runbooks/{runbook_id}", methods=["GET", "HEAD"], include_in_schema=False)
    async def runbook(runbook_id: str, request: Request) -> Response:
        """One runbook, filled in for `?incident=` where that is known."""
        now, found = parts.now(), parts.rules.runbooks.get(runbook_id)
        if found is None:
            return pages.missing("No such runbook", "The rules name no runbook of this id.")
        about = parts.model.get(request.query_params.get("incident", ""))
        text, problem = await run_in_threadpool(texts.whole, found, about)
        return pages.show(
            "runbook.html",
            found.title or found.id,
            now,
            runbook=found,
            text=text,
            problem=problem,
            incident=about,
        )

    @routes.api_route("/console.css", methods=["GET", "HEAD"], include_in_schema=False)
    def style() -> Response:
        """The console's only other file."""
        return Response(pages.style, media_type="text/css", headers={"Cache-Control": "max-age=300"})

    return routes


class Pages:
    """The templates, with what every page needs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.style = (_HERE / "console.css").read_text(encoding="utf-8")
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    def show(self, template: str, title: str, now: Moment, status: int = 200, **values: Any) -> HTMLResponse:
        """A page; `values` are its own."""
        freshness = self._parts.model.freshness
        text = self._environment.get_template(template).render(
            title=title,
            company=self._parts.rules.settings.company,
            now=now,
            clock=lambda at: time_html(at, now),
            freshness=freshness,
            stale=since(freshness.as_of, now) if freshness.as_of else "",
            **values,
        )
        return HTMLResponse(text, status)

    def missing(self, title: str, why: str) -> HTMLResponse:
        """404, in words."""
        return self.show("missing.html", title, self._parts.now(), 404, why=why)


class RunbookTexts:
    """Rendered runbooks, remembered: rendering waits for a child process, and pages are asked for again and again."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._kept: OrderedDict[tuple[object, ...], Any] = OrderedDict()

    def steps(self, incident: Incident) -> RunbookText | None:
        """The incident's first runbook as messages carry it: title and first steps."""
        key = ("steps", incident.id, incident.revision, incident.updated_at)
        texts = self._once(key, lambda: self._parts.renderer.texts(incident, self._parts.rules))
        return texts[0] if texts else None

    def whole(self, runbook: Runbook, incident: Incident | None) -> tuple[Markup, str]:
        """The runbook as HTML, and what kept it from being filled in ("" for nothing; then it shows as written)."""
        shown = incident or example_for(runbook, self._parts.rules)
        key = ("whole", runbook.id, shown.id, shown.revision, shown.updated_at)

        def render() -> tuple[Markup, str]:
            values = values_of(shown, self._parts.rules)
            try:
                return runbook_html(self._parts.renderer.render(runbook.body, values)), ""
            except RunbookError as error:
                return runbook_html(runbook.body), str(error)

        return self._once(key, render)

    def _once(self, key: tuple[object, ...], render: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = render()
            while len(self._kept) > KEPT_TEXTS:
                self._kept.popitem(last=False)
        return self._kept[key]


def example_for(runbook: Runbook, rules: Rules) -> Incident:
    """What a runbook is filled in with when it is read without an incident: the first thing it is for."""
    component = runbook.components[0] if runbook.components else "the component"
    fault = runbook.faults[0] if runbook.faults else "the fault"
    return Incident(
        id="the incident",
        scope="the scope",
        state=IncidentState.OPEN,
        severity=Severity.MAJOR,
        opened_at=EPOCH,
        started_at=EPOCH,
        updated_at=EPOCH,
        cause=Cause(component=component, fault=fault, confidence=0.0, evidence=("what the router found",)),
        owner=Ownership(team=rules.settings.triage_team, kind=OwnerKind.IT, why="no incident is given"),
    )
