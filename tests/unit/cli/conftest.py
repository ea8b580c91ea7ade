"""The command line as a test runs it: in this process, with an environment of its own."""

import logging
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from router.cli.main import execute
from router.kafka.embedded import EmbeddedBroker


class Ran(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def router(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`router("topics", "plan")` runs that command line."""
    for name in [name for name in os.environ if name.startswith("ROUTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("USER", "ada")
    logger = logging.getLogger("router")
    level = logger.level

    def run(*arguments: str) -> Ran:
        capfd.readouterr()
        code = execute(arguments)
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    yield run
    logger.setLevel(level)


@pytest.fixture
def broker(router: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedBroker]:
    """A broker that the environment names; with our topics and `ops`."""
    with EmbeddedBroker(("ops",)) as broker:
        monkeypatch.setenv("ROUTER_KAFKA__BOOTSTRAP", broker.bootstrap)
        monkeypatch.setenv("ROUTER_KAFKA__EMBEDDED", "true")
        yield broker
