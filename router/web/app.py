"""The web application: routes put together, and every error as a short answer without secrets."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from router.web.answers import Guard, problem
from router.web.api_routes import api_routes
from router.web.pages import Pages, console_routes
from router.web.parts import Parts
from router.web.slack_routes import slack_routes


def build_app(parts: Parts) -> FastAPI:
    """The application over these parts; starting and stopping them is the caller's."""
    # Interactive documents would load scripts from elsewhere; the description itself is served.
    app = FastAPI(
        title="Incident and ownership router",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    pages = Pages(parts)

    async def not_served(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404 and not request.url.path.startswith(("/api/", "/slack/")):
            return pages.missing("Nothing here", "There is no such page.")
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        return problem(status, f"http_{status}", "Not served.", **headers)

    async def not_valid(_request: Request, error: Exception) -> Response:
        found = error.errors() if isinstance(error, RequestValidationError) else ()
        wrong = "; ".join(f"{e['loc'][-1]}: {e['msg']}" for e in found)
        return problem(422, "invalid_request", wrong[:1000])

    app.add_exception_handler(HTTPException, not_served)
    app.add_exception_handler(RequestValidationError, not_valid)
    app.include_router(slack_routes(parts))
    app.include_router(api_routes(parts))
    app.include_router(console_routes(parts, pages))
    app.add_middleware(Guard)
    return app
