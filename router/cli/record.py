"""`router record`: real events off Kafka into a file, for `router replay`, tests and bug reports."""

import signal
import threading
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from router.cli.connection import JsonOption, KafkaOption, connect, look
from router.cli.output import count, print_json, say, warn
from router.cli.problem import Problem

if TYPE_CHECKING:
    from router.kafka.tail import Edge, Read, Tail


def record(
    topics: Annotated[str, typer.Option(help="The topics to record, separated by commas.")],
    out: Annotated[Path, typer.Option(help="The file to write, JSON Lines; it must not exist.")],
    start: Annotated[
        str,
        typer.Option("--from", help="Where to begin: earliest, latest, or a time as in 2026-03-02T08:00Z."),
    ] = "latest",
    most: Annotated[int, typer.Option("--max", min=0, help="Stop after so many events.")] = 0,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="Stop at the end of the topics as it is now.")
    ] = False,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Record events off Kafka, exactly as they are, in the form that `router replay` and `router send` read.

    Without --max or --until-end it goes on until it is interrupted. Nothing is committed: nobody else misses an event.
    """
    import orjson

    from router.kafka.record import recorded
    from router.kafka.tail import Tail

    names = [name.strip() for name in topics.split(",") if name.strip()]
    begin = _begin(start)
    settings = connect(kafka)
    _refuse_unknown(names, look(settings).topics)
    counts = dict.fromkeys(names, 0)
    with stopping() as stop, Tail(settings, names, begin) as tail, out.open("xb") as file:
        for number, read in enumerate(_events(tail, until_end, stop), start=1):
            file.write(orjson.dumps(recorded(read)) + b"\n")
            counts[read.topic] += 1
            if number == most:
                break
    if json:
        print_json({"file": str(out), "events": counts})
    else:
        say(f"{count(sum(counts.values()), 'event')} written to {out}")
    return 0


def _refuse_unknown(names: Sequence[str], there: Container[str]) -> None:
    for name in names:
        if name not in there:
            raise Problem(f"topic {name}", "does not exist", "correct the name")


def _events(tail: "Tail", until_end: bool, stop: threading.Event) -> "Iterator[Read]":
    if until_end:
        return tail.to_end()
    warn("Recording; interrupt with Ctrl-C.")
    return tail.follow(stop.is_set)


def _begin(written: str) -> "Edge | datetime":
    from datetime import UTC

    from router.kafka.tail import Edge

    if written in list(Edge):
        return Edge(written)
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise Problem(
            "--from", f"{written!r} is no time", "write earliest, latest or 2026-03-02T08:00Z"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that is set when somebody has had enough: Ctrl-C or SIGTERM."""
    stop = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda _number, _frame: stop.set()) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
