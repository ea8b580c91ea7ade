"""`FakeSlack`: the fake workspace on a thread of this process, for tests."""

import asyncio
import copy
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.fake_slack.click import Click
from tests.fake_slack.server import FakeServer, Settings
from tests.fake_slack.store import Json, channel_id

T = TypeVar("T")
_STARTS_WITHIN_SECONDS = 10.0


class FakeSlack:
    """A fake workspace with its own thread, loop and free port; use it as a context manager.

    Arguments are the fields of `server.Settings`. Every method may be called from the test's thread, and
    returns copies.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.token = self.settings.token
        self.signing_secret = self.settings.signing_secret
        self.url = ""
        self._address = (host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="fake-slack", daemon=True)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._server: FakeServer

    @property
    def api_url(self) -> str:
        """What a Slack client takes for its base URL."""
        return f"{self.url}/api/"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(_STARTS_WITHIN_SECONDS) or self._failure is not None:
            raise RuntimeError(f"the fake Slack did not start: {self._failure!r}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STARTS_WITHIN_SECONDS)

    # What happened

    def messages(self, channel: str | None = None, *, deleted: bool = False) -> list[Json]:
        """Messages in the order they were posted, of one channel (name or id) or of all."""
        wanted = None if channel is None else self.channel_id(channel)
        return [
            message
            for message in self.state()["messages"]
            if wanted in (None, message["channel"]) and (deleted or not message["deleted"])
        ]

    def calls(self, method: str | None = None) -> list[Json]:
        """Every call that came in, as in the log file; of one method, or all."""
        calls = self._ask(lambda: copy.deepcopy(self._server.log.calls))
        return [call for call in calls if method in (None, call["method"])]

    def state(self) -> Json:
        """As `GET /_control/state`."""
        return self._ask(lambda: copy.deepcopy(self._server.state()))

    # What is to happen

    def mode(self, mode: str, **wish: Any) -> None:
        """As `POST /_control/mode`: e.g. `mode("rate_limited", calls=2, seconds=3)`."""
        self._ask(lambda: self._server.switch({"mode": mode, **wish}))

    def channel_id(self, name_or_id: str) -> str:
        """The id of a channel by its name, or the id itself."""
        known = self._ask(lambda: self._server.store.channel(name_or_id))
        return known.id if known is not None else channel_id(name_or_id)

    def add_channel(self, name: str, *, private: bool = False) -> str:
        """Creates a channel; its id."""
        return self._ask(lambda: self._server.store.add_channel(name, private=private)).id

    def click(
        self, url: str, action_id: str, message: Mapping[str, Any], user: str = "alice", **options: Any
    ) -> Click:
        """Presses a button of `message` (as from `messages()`), and waits for the answer.

        `options`: `option` of a menu; `timestamp`, `secret`, `changed` to forge; see `FakeServer.click`.
        """
        pressing = self._server.click(url, action_id, message["channel"], message["ts"], user, **options)
        return asyncio.run_coroutine_threadsafe(pressing, self._loop).result(_STARTS_WITHIN_SECONDS)

    def _ask(self, question: Callable[[], T]) -> T:
        """Runs it on the server's loop, so that nothing is read half-changed."""

        async def ask() -> T:
            return question()

        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result(_STARTS_WITHIN_SECONDS)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner: web.AppRunner | None = None
        try:
            self._server = FakeServer(self.settings)
            runner = self._loop.run_until_complete(started(self._server, *self._address))
            self.url = url_of(runner)
            self._ready.set()
            self._loop.run_forever()
        except BaseException as error:
            self._failure = error
            self._ready.set()
        finally:
            if runner is not None:
                self._loop.run_until_complete(self._stop(runner))
            self._loop.close()

    async def _stop(self, runner: web.AppRunner) -> None:
        """Stops, and cuts off what still waits to answer."""
        await runner.cleanup()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self._server.log.close()


async def started(server: FakeServer, host: str, port: int) -> web.AppRunner:
    """The server, listening. Handlers that still sleep are cut off when it is cleaned up."""
    runner = web.AppRunner(server.app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


def url_of(runner: web.AppRunner) -> str:
    """The address to reach it at; a server that listens everywhere is reached on loopback."""
    host, port = runner.addresses[0][:2]
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
