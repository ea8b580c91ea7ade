"""`router canary`: does an alert that goes in come out?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from router.cli.connection import JsonOption, KafkaOption, connect
from router.cli.output import print_json, say
from router.cli.problem import Problem

if TYPE_CHECKING:
    from router.kafka.canary import Flight


def canary(
    rules: Annotated[
        Path | None, typer.Option(help="The rules folder, to find a topic that takes native events.")
    ] = None,
    topic: Annotated[str, typer.Option(help="The topic to send it to, instead.")] = "",
    wait: Annotated[float, typer.Option(min=0, help="Seconds that it may take.")] = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Send a test alert through the running router and wait until it would be told; nobody is told.

    Exits with 1 when it does not arrive, and says how far it got.
    """
    from router.kafka.canary import fly

    where = topic or _native_topic(rules)
    flight = fly(connect(kafka), where, wait)
    if json:
        fields = ("incident", "decided_seconds", "told_seconds")
        document = {field: getattr(flight, field) for field in fields}
        print_json({"arrived": flight.told_seconds is not None, "sent": str(flight.sent), **document})
    else:
        say(*story_of(flight, wait))
    return 1 if flight.told_seconds is None else 0


def story_of(flight: "Flight", wait: float) -> list[str]:
    """How far it got, and where to look if it did not arrive."""
    lines = [f"Sent to {flight.sent}."]
    if flight.decided_seconds is None:
        return [*lines, f"Nothing was decided about it within {wait:g} s: look at intake and engine."]
    lines.append(f"Decided after {flight.decided_seconds:.1f} s: {flight.incident or 'no incident'}.")
    if flight.told_seconds is None:
        return [*lines, f"It was not told within {wait:g} s: look at the notifier."]
    return [*lines, f"Arrived after {flight.told_seconds:.1f} s."]


def _native_topic(rules: Path | None) -> str:
    """The first topic of a source that reads native events."""
    from router.config.load import load
    from router.kafka.canary import canary_topic

    if rules is None:
        raise Problem("router canary", "no topic to send it to", "give --rules or --topic")
    if topic := canary_topic(load(rules)):
        return topic
    raise Problem(str(rules), "no source of format native names a topic", "give --topic")
