"""The web role: listens, reads incidents, sends commands; ends in order when asked to."""

import asyncio
import contextlib
import dataclasses
import socket
import threading
from collections.abc import Callable, Generator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from router import __version__
from router.config.runtime import RuntimeSettings
from router.kafka.ending import describe
from router.kafka.rules_watch import RulesWatch
from router.model.rules import Rules
from router.render.runbook import RunbookRenderer
from router.telemetry.events import RoleFailed, RoleStarted, RoleStopped, emit
from router.telemetry.health import serve as serve_health
from router.web.app import build_app
from router.web.parts import Parts, utc_now
from router.web.people import KnowsPeople, Nobody, People
from router.web.read_model import ReadModel
from router.web.reader import IncidentReader
from router.web.sender import CommandSender

ROLE = "web"
GRACE_SECONDS = 3
MAX_CONNECTIONS = 500


def run(
    runtime: RuntimeSettings, rules: Rules, stop: threading.Event, watch: RulesWatch | None = None
) -> int:
    """Serve until `stop` is set. 0: ended in order; 1: could not start, or a part broke and must start anew.

    `watch` has newer rules, when there are.
    """
    try:
        return asyncio.run(_serve(runtime, rules, stop, watch))
    except OSError as error:
        # The port is taken, or the address is not ours.
        emit(RoleFailed(ROLE, describe(error)))
        return 1


async def _serve(
    runtime: RuntimeSettings, rules: Rules, stop: threading.Event, watch: RulesWatch | None
) -> int:
    with contextlib.ExitStack() as closing:
        listening = closing.enter_context(_listen(runtime.web.host, runtime.web.port))
        model = ReadModel()
        reader = IncidentReader(runtime.kafka, model, utc_now)
        sender = CommandSender(runtime.kafka)
        people = _people(runtime)
        renderer = closing.enter_context(RunbookRenderer())
        health = serve_health(
            ROLE,
            runtime.metrics.host,
            runtime.metrics.port_of(ROLE),
            {"incidents": reader.problem, "commands": lambda: sender.broken},
        )
        if health is not None:
            closing.enter_context(health)
        closing.callback(sender.close)
        closing.callback(reader.close)
        reader.start()
        sender.start()
        parts = Parts(
            rules=rules,
            model=model,
            sender=sender,
            signing_secrets=runtime.slack.signing_secrets,
            team_id=runtime.slack.team_id,
            token=runtime.web.token.get_secret_value() if runtime.web.token else "",
            people=people,
            renderer=renderer,
        )
        app = CurrentApp(parts, watch)

        def ended() -> bool:
            app.take_up_news()
            return bool(stop.is_set() or reader.failed or sender.broken)

        server = _Server(app, ended)
        emit(RoleStarted(ROLE, __version__, rules.hash))
        try:
            await server.serve([listening])
        finally:
            if isinstance(people, People):
                await people.close()
        why = describe(reader.failed) if reader.failed else sender.broken
        emit(RoleFailed(ROLE, why) if why else RoleStopped(ROLE))
        return 1 if why or not stop.is_set() else 0


def _people(runtime: RuntimeSettings) -> KnowsPeople:
    token = runtime.slack.token
    return People(token.get_secret_value(), runtime.slack.base_url, utc_now) if token else Nobody()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; one of ours, because uvicorn ends the process when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=512)


class CurrentApp:
    """The application under the newest rules: made anew when they change. Requests under way end as they began."""

    def __init__(self, parts: Parts, watch: RulesWatch | None) -> None:
        self._parts = parts
        self._watch = watch
        self._app: ASGIApp = build_app(parts)

    def take_up_news(self) -> None:
        """Answer by newer rules from now on, if there are any."""
        news = self._watch.news(self._parts.rules) if self._watch else None
        if news is not None:
            self._parts = dataclasses.replace(self._parts, rules=news)
            self._app = build_app(self._parts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        await self._app(scope, receive, send)


class _Server(uvicorn.Server):
    """uvicorn without its own signals, logs and greetings; it ends when `ended` says so."""

    def __init__(self, app: ASGIApp, ended: Callable[[], bool]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="none",
                lifespan="off",
                limit_concurrency=MAX_CONNECTIONS,
                timeout_keep_alive=10,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

        self._ended = ended

    async def on_tick(self, counter: int) -> bool:
        """Asked ten times a second whether to go on."""
        return await super().on_tick(counter) or self._ended()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals set `stop`; who started this role sees to that."""
        yield
