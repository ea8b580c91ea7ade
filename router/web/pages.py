"""The console: what is open, one incident, one runbook. Server-rendered, read only, nothing from elsewhere."""

import hashlib
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from router.model.incident import Incident, IncidentState
from router.model.value import Moment
from router.web.markup import line_html, link_html, since, time_html
from router.web.parts import Parts
from router.web.runbooks import RunbookTexts
from router.web.views import Row, page_of, row_of

LIVE_SHOWN, OVER_SHOWN = 200, 15
_HERE = Path(__file__).parent


def console_routes(parts: Parts, pages: "Pages") -> APIRouter:
    """The pages."""
    routes = APIRouter(default_response_class=HTMLResponse)
    texts = RunbookTexts(parts.renderer, parts.rules)

    def rows(found: list[Incident], now: Moment) -> list[Row]:
        return [row_of(incident, parts.rules, now) for incident in found]

    @routes.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
    def board() -> Response:
        """What is open, worst first; what is over, newest first."""
        now = parts.now()
        taken: list[Incident] = []
        waiting: list[Incident] = []
        for incident in parts.model.live():
            (taken if incident.state is IncidentState.ACKNOWLEDGED else waiting).append(incident)
        count = len(waiting)
        more = max(0, count - LIVE_SHOWN) + max(0, len(taken) - LIVE_SHOWN)
        return pages.show(
            "board.html",
            "Incidents",
            now,
            count=count,
            more=more,
            waiting=rows(waiting[:LIVE_SHOWN], now),
            taken=rows(taken[:LIVE_SHOWN], now),
            over=rows(parts.model.over(OVER_SHOWN), now),
        )

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
            link=link_html(found.url, found.url),
            incident=about,
        )

    @routes.api_route("/console.css", methods=["GET", "HEAD"], include_in_schema=False)
    def style() -> Response:
        """The console's only other file."""
        return Response(pages.style, media_type="text/css", headers={"Cache-Control": "max-age=86400"})

    return routes


class Pages:
    """The templates, with what every page needs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.style = (_HERE / "console.css").read_text(encoding="utf-8")
        self._style_version = hashlib.sha256(self.style.encode()).hexdigest()[:12]
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    def show(self, template: str, title: str, now: Moment, status: int = 200, **values: Any) -> HTMLResponse:
        """A page; `values` are its own."""
        freshness = self._parts.model.freshness
        text = self._environment.get_template(template).render(
            title=title,
            style=self._style_version,
            company=self._parts.rules.settings.company,
            now=now,
            clock=lambda at: time_html(at, now),
            freshness=freshness,
            trouble=freshness.problem(now),
            stale=since(freshness.as_of, now) if freshness.as_of else "",
            **values,
        )
        return HTMLResponse(text, status)

    def missing(self, title: str, why: str) -> HTMLResponse:
        """404, in words."""
        return self.show("missing.html", title, self._parts.now(), 404, why=why)
