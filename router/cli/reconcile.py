"""`router reconcile`: was anything lost or doubled?"""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from router.cli.connection import JsonOption, KafkaOption, connect
from router.cli.output import count, moment, print_json, say, table

if TYPE_CHECKING:
    from router.kafka.balance import Difference
    from router.kafka.reconcile import Reconciliation

SHOWN = 20
"""Differences that are named one by one."""

COLUMNS = ("consumed", "opened", "joined", "repeated", "resolved", "changed", "muted", "heartbeat", "ignored")


def reconcile(
    kafka: KafkaOption = "",
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds that what is on its way may take to get its outcome.")
    ] = 0,
    since: Annotated[
        str, typer.Option(help="Only what was consumed this long ago or later, as in 2h or 7d.")
    ] = "",
    json: JsonOption = False,
) -> int:
    """Balance every source position that was consumed against what became of it.

    Each must have exactly the outcomes that it should: an alert or a change one, a webhook of five alerts five; or
    be a heartbeat, ignored or rejected. Exits with 1 on any difference.
    """
    from router.kafka.reconcile import reconcile as balance

    settings = connect(kafka)
    result = balance(settings, wait, past(since) if since else None)
    if json:
        print_json(document(result))
    else:
        _tell(result, wait)
    return 1 if result.differences else 0


def past(written: str) -> Any:
    """The moment so long ago. Raises BadParameter."""
    from datetime import UTC, datetime, timedelta

    from router.config.durations import parse_duration

    try:
        return datetime.now(UTC) - timedelta(seconds=parse_duration(written))
    except ValueError as error:
        raise typer.BadParameter(f"{written!r} is no span of time: {error}") from None


def document(result: "Reconciliation") -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "balanced": not result.differences,
        "since": result.since,
        "topics": {topic: dict(sorted(counts.items())) for topic, counts in result.counts.items()},
        "differences": {
            "count": len(result.differences),
            "first": [
                {
                    "source": one.place.source,
                    "offset": one.place.offset,
                    "kind": one.kind.value,
                    "expected": one.expected,
                    "found": one.found,
                }
                for one in result.differences[:SHOWN]
            ],
        },
    }


def _tell(result: "Reconciliation", wait: float) -> None:
    if result.since:
        say(f"Consumed since {moment(result.since)} UTC:", "")
    if not result.counts:
        say("Nothing was consumed.")
        return
    say(_drawn(result.counts), "")
    if not result.differences:
        total = sum(counts["consumed"] for counts in result.counts.values())
        say(f"Balanced: {count(total, 'position')} consumed, each with its outcome.")
        return
    say(
        table(["source", ">offset", "what", ">expected", ">found"], map(_row, result.differences[:SHOWN])), ""
    )
    left = len(result.differences) - SHOWN
    say(
        f"Not balanced: {count(len(result.differences), 'difference')}"
        + (f", of which {left:,} are not shown." if left > 0 else ".")
    )
    if not wait:
        say("If the router runs, some may be on their way: try --wait 30.")


def _drawn(counts: Mapping[str, Counter[str]]) -> Any:
    columns = (*COLUMNS, "rejected")
    rows = [(topic, *(found[column] for column in columns)) for topic, found in counts.items()]
    if len(rows) > 1:
        total = sum(counts.values(), Counter())
        rows.append(("all", *(total[column] for column in columns)))
    return table(["topic", *(f">{column}" for column in columns)], rows)


def _row(one: "Difference") -> tuple[object, ...]:
    what = {
        "missing": "an outcome is missing: lost, or still on its way",
        "doubled": "has more outcomes than it should",
        "not_consumed": "has an outcome, and the ledger does not know it",
    }[one.kind.value]
    return (one.place.source, one.place.offset, what, one.expected, one.found)
