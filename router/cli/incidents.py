"""`router incidents`: what is wrong now, and whose it is."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from router.cli.connection import JsonOption, KafkaOption, connect
from router.cli.output import count, print_json, say, table

if TYPE_CHECKING:
    from router.config.runtime import KafkaSettings
    from router.model.incident import Incident


def incidents(
    kafka: KafkaOption = "",
    live: Annotated[
        bool, typer.Option("--live", help="Only those in which something is still wrong.")
    ] = False,
    json: JsonOption = False,
) -> int:
    """List the newest state of every incident that Kafka holds: open ones first, the most severe first."""
    found = ordered(read_incidents(connect(kafka)))
    shown = [incident for incident in found if incident.live or not live]
    if json:
        print_json({"incidents": [incident.model_dump(mode="json") for incident in shown]})
    elif shown:
        say(drawn(shown))
        burning = sum(incident.live for incident in found)
        say("", f"{count(len(found), 'incident')}, {burning:,} open. Alerts: firing / all. Times are UTC.")
    else:
        say("Nothing is wrong." if live else "There are no incidents.")
    return 0


def read_incidents(kafka: "KafkaSettings") -> "list[Incident]":
    """The newest revision of each incident."""
    from router.kafka.codec import decode_incident
    from router.kafka.tail import Tail
    from router.kafka.topics import INCIDENTS

    newest: dict[bytes, bytes] = {}
    with Tail(kafka, [INCIDENTS]) as tail:
        for read in tail.to_end():
            if read.key is None:
                continue
            if read.value is None:
                newest.pop(read.key, None)
            else:
                newest[read.key] = read.value
    return [decode_incident(value) for value in newest.values()]


def ordered(found: "Iterable[Incident]") -> "list[Incident]":
    """Open ones by severity and age, then the others, the latest first."""
    by_id = sorted(found, key=lambda incident: incident.id)
    live = [incident for incident in by_id if incident.live]
    over = [incident for incident in by_id if not incident.live]
    live.sort(key=lambda incident: (-incident.severity.rank, incident.opened_at))
    over.sort(key=lambda incident: incident.updated_at, reverse=True)
    return live + over


def drawn(found: "Sequence[Incident]") -> Any:
    """The table for people."""
    columns = ["incident", "state", "likeliest cause", "owner", ">alerts", "opened"]
    return table(columns, [_row(incident) for incident in found])


def _row(incident: "Incident") -> tuple[object, ...]:
    cause = incident.cause
    sure = "not sure" if cause.abstained else f"{cause.confidence:.0%}"
    return (
        incident.id,
        f"{incident.severity.value}, {_state(incident)}",
        f"{cause.component} {cause.fault} ({sure})",
        incident.owner.team,
        f"{incident.firing:,}/{incident.alerts:,}",
        incident.opened_at,
    )


def _state(incident: "Incident") -> str:
    from router.render.muted import muted_words

    state = incident.state.value
    if incident.merged_into:
        return f"merged into {incident.merged_into}"
    if incident.live and incident.acknowledged_by:
        state += f" by {incident.acknowledged_by}"
    return f"{state} ({muted_words(incident)})" if incident.muted_by else state
