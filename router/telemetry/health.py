"""Is this role alive, ready, and how is it doing: /healthz, /readyz and /metrics on a port of their own.

A small HTTP server in a thread. It answers GET and HEAD and nothing else, and tells nothing but check names,
their messages and metrics. It has no login: bind it to loopback or to a network that only operators reach.
"""

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], str]
"""Answers what is wrong, or the empty string. What it raises counts as wrong."""

REQUEST_SECONDS = 5.0
"""A client that takes longer to ask is cut off."""


class Health:
    """The server of one role; `close` ends it."""

    def __init__(self, role: str, host: str, port: int, checks: Mapping[str, Check]) -> None:
        self.role = role
        self._checks = dict(checks)
        self._server = _Server((host, port), _Handler)
        self._server.health = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="health", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def problems(self) -> dict[str, str]:
        """What each failing check says, by its name."""
        found = {name: _answer(check) for name, check in self._checks.items()}
        return {name: problem for name, problem in found.items() if problem}

    def close(self) -> None:
        """Stop listening. May be repeated."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(role: str, host: str, port: int, checks: Mapping[str, Check]) -> Health | None:
    """Start the server; None when `port` is 0, which means off. Raises OSError when the port is taken.

    /healthz answers 200 while the process runs; /readyz 200 when no check finds anything, else 503; both
    as JSON `{"role", "ready", "problems"}`. /metrics is Prometheus' text format.
    """
    return Health(role, host, port, checks) if port else None


def _answer(check: Check) -> str:
    try:
        return check()
    except Exception as error:  # a check that fails must not take the answer with it
        return f"the check failed: {type(error).__name__}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    health: Health

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = REQUEST_SECONDS
    server_version = "router"
    sys_version = ""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/healthz":
                self._answer(200, orjson.dumps({"role": self.server.health.role}))
            case "/readyz":
                problems = self.server.health.problems()
                body = {"role": self.server.health.role, "ready": not problems, "problems": problems}
                self._answer(503 if problems else 200, orjson.dumps(body))
            case "/metrics":
                self._answer(200, generate_latest(), CONTENT_TYPE_LATEST)
            case _:
                self._answer(404, b'{"error":"not found"}')

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Probes ask every few seconds: no log lines."""
