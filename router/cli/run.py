"""`router run`: the product itself, all roles or one of them."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from router.cli.connection import KafkaOption, LoginRefused, look, settings
from router.cli.output import count, warn
from router.cli.problem import Problem

if TYPE_CHECKING:
    from router.config.runtime import KafkaSettings, RuntimeSettings
    from router.model.rules import Rules

MISSING_SECONDS = 5.0
"""A topic that is missing for so long is missing; a broker that has just started may not know it yet."""


class Role(StrEnum):
    """What a process can be."""

    INTAKE = "intake"
    ENGINE = "engine"
    NOTIFIER = "notifier"
    WEB = "web"


def run(
    rules: Annotated[Path, typer.Option("--rules", help="The rules folder.")],
    role: Annotated[Role | None, typer.Argument(help="One role; without it all, kept running.")] = None,
    kafka: KafkaOption = "",
    slack_url: Annotated[
        str, typer.Option("--slack-url", metavar="URL", help="Slack's Web API, or a stand-in for it.")
    ] = "",
    create: Annotated[
        bool, typer.Option("--apply-topics", help="First create the topics that are missing.")
    ] = False,
) -> int:
    """Run the router until SIGTERM, which lets it finish what is under way; SIGHUP reads the rules again.

    Everything else is set by environment variables, ROUTER_*: see docs/settings.md.
    """
    from router.config.load import load
    from router.model.canary import with_canary
    from router.telemetry.logs import configure

    # The roles are processes of their own: what flags say reaches them as environment.
    for name, value in (("ROUTER_KAFKA__BOOTSTRAP", kafka), ("ROUTER_SLACK__BASE_URL", slack_url)):
        if value:
            os.environ[name] = value
    runtime = settings()
    known = with_canary(load(rules))
    configure(runtime)
    if role is not None:
        wait_for_rights(role, runtime.kafka)
    wait_for_topics(runtime.kafka, create)
    if role is None:
        return _supervise(runtime, rules, known)
    return _work(role, runtime, known)


def wait_for_rights(role: Role, kafka: "KafkaSettings") -> None:
    """Return when this login may do what the role does with our topics and groups. Brokers are waited for.

    Raises Problem, naming the rights that it lacks and the commands that grant them. A source topic that may not be
    read is not asked for here: intake tells of it and reads the others.
    """
    from confluent_kafka import KafkaException

    from router.kafka.acls import acls_of, principal_of, refusal
    from router.kafka.rights import lacking

    while True:
        _wait_for_brokers(kafka)
        try:
            missing = lacking(kafka, acls_of(role, kafka, ()))
        except KafkaException:  # they went away again
            continue
        if not missing:
            return
        what, do = refusal(principal_of(kafka), missing)
        raise Problem(f"Kafka at {kafka.bootstrap}", what, do)


def wait_for_topics(kafka: "KafkaSettings", create: bool, patience_seconds: float = MISSING_SECONDS) -> None:
    """Return when our topics are there. Brokers that do not answer are waited for; topics are not.

    Raises Problem, naming what is missing and the command that creates it.
    """
    from router.kafka.topics import TOPICS
    from router.kafka.topics_plan import apply

    _wait_for_brokers(kafka)
    if create:
        refused = [str(difference) for difference in apply(kafka) if difference.refused]
        for line in refused:
            warn(f"router: {line}")
    deadline = time.monotonic() + patience_seconds
    while missing := [topic for topic in TOPICS if topic not in look(kafka).topics]:
        if time.monotonic() > deadline:
            what = f"{count(len(missing), 'topic')} missing: {', '.join(missing)}"
            raise Problem(
                f"Kafka at {kafka.bootstrap}", what, "run `router topics apply`, or add --apply-topics"
            )
        time.sleep(0.2)


def _wait_for_brokers(kafka: "KafkaSettings") -> None:
    """Return when they answer. Raises LoginRefused when they refuse us twice: a password is read at the start only."""
    told = False
    while True:
        try:
            look(kafka)
        except Problem as problem:
            if told and isinstance(problem, LoginRefused):
                raise
            if not told:
                warn(f"router: {problem.where}: {problem.what}; waiting for it")
            told = True
        else:
            return


def _supervise(runtime: "RuntimeSettings", folder: Path, rules: "Rules") -> int:
    """All roles as child processes, kept running."""
    from router import __version__
    from router.kafka.supervisor import Supervisor

    console = f"http://{runtime.web.host}:{runtime.web.port}"
    warn(f"router {__version__}: rules {rules.hash} of {folder}")
    warn(f"Kafka at {runtime.kafka.bootstrap}, console at {console}")

    def command(role: str) -> Sequence[str]:
        return (sys.executable, "-m", "router.cli.main", "run", role, "--rules", str(folder))

    def mistakes() -> str:
        return mistakes_in(folder)

    return Supervisor(tuple(Role), command, sys.stderr.buffer, may_reload=mistakes).run()


def mistakes_in(folder: Path) -> str:
    """Why these rules cannot be used, or ""; running roles then stay with those they have."""
    from router.config.load import load
    from router.model.errors import RulesError

    try:
        load(folder)
    except RulesError as error:
        return f"{count(len(error.findings), 'mistake')} in {folder}, first: {error.findings[0]}"
    return ""


def _work(role: Role, runtime: "RuntimeSettings", rules: "Rules") -> int:
    """One role in this process."""
    if role is Role.ENGINE:
        from router.kafka import engine

        return engine.run(runtime, rules)
    return until_signalled(lambda stop: _loop(role)(runtime, rules, stop))


def _loop(role: Role) -> "Callable[[RuntimeSettings, Rules, threading.Event], int]":
    match role:
        case Role.INTAKE:
            from router.kafka.intake import run as loop
        case Role.NOTIFIER:
            from router.kafka.notifier import run as loop
        case _:
            from router.web.server import run as loop
    return loop


def until_signalled(work: Callable[[threading.Event], int]) -> int:
    """Work until SIGTERM or SIGINT, or SIGHUP: then the exit code says that we want to be started anew."""
    from router.kafka.ending import Exit

    stop, anew = threading.Event(), threading.Event()

    def reload() -> None:
        anew.set()
        stop.set()

    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    signal.signal(signal.SIGHUP, lambda *_: reload())
    code = work(stop)
    return int(Exit.RELOAD) if anew.is_set() and not code else code
