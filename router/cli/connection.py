"""How commands get at Kafka: the flags they share, the settings of this installation, brokers that answer."""

import logging
from typing import TYPE_CHECKING, Annotated, Any

import typer

from router.cli.problem import Problem

if TYPE_CHECKING:
    from confluent_kafka.admin import ClusterMetadata

    from router.config.runtime import KafkaSettings, RuntimeSettings

ANSWER_SECONDS = 10.0
"""How long brokers may take to answer at first."""

KafkaOption = Annotated[
    str,
    typer.Option(
        "--kafka",
        metavar="HOST:PORT",
        help="The brokers; without it ROUTER_KAFKA__BOOTSTRAP, or localhost:9092.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else on stdout.")
]
ActorOption = Annotated[
    str, typer.Option("--actor", envvar="USER", metavar="NAME", help="Who asks for it, for the record.")
]


class LoginRefused(Problem):
    """Brokers are there and do not let us in."""


def settings(kafka: str = "", **sections: dict[str, Any]) -> "RuntimeSettings":
    """The settings of this installation: the environment's, and what flags say instead.

    Raises Problem, naming the environment variables that are wrong, never what they hold.
    """
    from pydantic import ValidationError

    from router.config.runtime import RuntimeSettings

    given: dict[str, Any] = {name: section for name, section in sections.items() if section}
    if kafka:
        given["kafka"] = {**given.get("kafka", {}), "bootstrap": kafka}
    try:
        return RuntimeSettings(**given)
    except ValidationError as error:
        mistakes = "; ".join(map(_mistake, error.errors()))
        raise Problem("settings", mistakes, "correct the environment") from None


def connect(kafka: str = "") -> "KafkaSettings":
    """Settings of brokers that answer, for a command that a person waits for. Raises Problem."""
    # What the clients would log is told once, in words, when the command cannot go on.
    logging.getLogger("router").setLevel(logging.CRITICAL)
    chosen = settings(kafka).kafka
    look(chosen)
    return chosen


def look(kafka: "KafkaSettings") -> "ClusterMetadata":
    """What the brokers say of their topics. Raises Problem when none answers, with what the client heard last."""
    from confluent_kafka import KafkaError, KafkaException

    from router.kafka.clients import admin

    heard: list[KafkaError] = []
    client = admin(kafka, error_cb=heard.append)
    try:
        return client.list_topics(timeout=ANSWER_SECONDS)
    except KafkaException:
        client.poll(0)
        where = f"Kafka at {kafka.bootstrap}"
        refused = [error for error in heard if error.code() == KafkaError._AUTHENTICATION]  # noqa: SLF001
        if refused:
            do = "correct ROUTER_KAFKA__SASL_USERNAME, ROUTER_KAFKA__SASL_PASSWORD or ROUTER_KAFKA__SASL_MECHANISM"
            raise LoginRefused(where, f"the login is refused ({refused[-1].str()})", do) from None
        last = f" ({heard[-1].str()})" if heard else ""
        do = "start Kafka, or say where it is: --kafka HOST:PORT or ROUTER_KAFKA__BOOTSTRAP"
        what = f"no broker answers within {ANSWER_SECONDS:.0f} s{last}"
        raise Problem(where, what, do) from None


def _mistake(error: Any) -> str:
    """One mistake in the settings, by the name of its environment variable."""
    name = "__".join(str(part) for part in error["loc"]).upper()
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"ROUTER_{name}: {message}" if name else message
