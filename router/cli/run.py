"""`router run`: the product itself, all roles or one of them."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Hashable, Sequence
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
    """Run the router until SIGTERM, which lets it finish what is under way.

    Changed rules are taken up while it runs, within seconds or at once with SIGHUP.

    Everything else is set by environment variables, ROUTER_*: see docs/settings.md.
    """
    from router.kafka.rules_watch import files_of
    from router.telemetry.logs import configure

    # What arrives before the rules are watched would end the process, and they have just been read anyway.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # The roles are processes of their own: what flags say reaches them as environment.
    for name, value in (("ROUTER_KAFKA__BOOTSTRAP", kafka), ("ROUTER_SLACK__BASE_URL", slack_url)):
        if value:
            os.environ[name] = value
    runtime = settings()
    seen = files_of(rules)
    known = read_rules(rules)
    configure(runtime)
    if role is not None:
        wait_for_rights(role, runtime.kafka)
    wait_for_topics(runtime.kafka, create)
    if role is None:
        return _supervise(runtime, rules, known)
    return _work(role, runtime, known, (rules, seen))


def read_rules(folder: Path) -> "Rules":
    """The rules as running roles use them. Raises RulesError."""
    from router.config.load import load
    from router.model.canary import with_canary

    return with_canary(load(folder))


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

    return Supervisor(tuple(Role), command, sys.stderr.buffer).run()


def _work(role: Role, runtime: "RuntimeSettings", rules: "Rules", read: tuple[Path, Hashable]) -> int:
    """One role in this process. The rules were `read` from a folder when its files were these; it is watched."""
    from router.kafka.rules_watch import INTAKE_WAITS_SECONDS, RulesWatch, files_of

    folder, seen = read

    hold = INTAKE_WAITS_SECONDS if role is Role.INTAKE else 0.0
    watch = RulesWatch(
        role, rules, lambda: read_rules(folder), lambda: files_of(folder), seen=seen, hold_seconds=hold
    )
    watch.start()
    if role is Role.ENGINE:
        from router.kafka import engine

        return engine.run(runtime, rules, watch=watch)
    loop = _loop(role)
    return until_signalled(lambda stop: loop(runtime, rules, stop, watch=watch), watch.nudge)


def _loop(role: Role) -> "Callable[..., int]":
    match role:
        case Role.INTAKE:
            from router.kafka import intake

            return intake.run
        case Role.NOTIFIER:
            from router.kafka import notifier

            return notifier.run
        case _:
            from router.web import server

            return server.run


def until_signalled(
    work: Callable[[threading.Event], int], look_again: Callable[[], None] = lambda: None
) -> int:
    """Work until SIGTERM or SIGINT; SIGHUP means that the rules are to be looked at again, now."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    signal.signal(signal.SIGHUP, lambda *_: look_again())
    return work(stop)
