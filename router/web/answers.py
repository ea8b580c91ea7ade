"""Answers that every route gives alike: problems as JSON, and the headers that keep browsers honest."""

from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from router.kafka.ending import describe
from router.telemetry.events import emit
from router.web.events import RequestFailed

METHODS = frozenset(("GET", "HEAD", "POST"))

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""On every answer: nothing from elsewhere is loaded, framed, sniffed or kept."""


def problem(status: int, code: str, message: str, **headers: str) -> JSONResponse:
    """`{"error": {"code", "message"}}`; neither ever quotes the request. Header names with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse({"error": {"code": code, "message": message}}, status, named)


class Guard:
    """ASGI middleware: GET, HEAD and POST only (no TRACE), HEADERS on every answer, and none to a bug's details."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["method"] not in METHODS:
            refused = problem(405, "method_not_allowed", "Only GET, HEAD and POST.", Allow="GET, HEAD, POST")
            await refused(scope, receive, answer)
            return
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            emit(RequestFailed(scope["path"][:200], describe(error)))
            if not begun:
                failed = problem(500, "internal", "This is our mistake; the log says more.")
                await failed(scope, receive, answer)
