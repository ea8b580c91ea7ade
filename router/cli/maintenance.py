"""`router maintenance start|list|end`: somebody works on a component, and nobody is told what that explains."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from router.cli.commands import TimeoutOption, WaitOption, make, seconds_of
from router.cli.connection import ActorOption, JsonOption, KafkaOption, connect
from router.cli.output import count, moment, print_json, say, table
from router.cli.problem import Problem
from router.cli.scopes import MaybeRulesOption, MaybeScopeOption, ask_all, read_records, scopes_of
from router.cli.silences import StartsOption, time_of

if TYPE_CHECKING:
    from pathlib import Path

    from router.config.runtime import KafkaSettings
    from router.model.record import DeclaredMaintenance

maintenance = typer.Typer(
    help="Begin, list and end maintenance: what it explains is tracked, and told to nobody while it lasts.",
    no_args_is_help=True,
)


@maintenance.command()
def start(
    component: Annotated[list[str], typer.Argument(metavar="COMPONENT", help="What is worked on.")],
    actor: ActorOption,
    span: Annotated[str, typer.Option("--for", metavar="DURATION", help="For how long, as in 2h.")],
    subtree: Annotated[
        bool, typer.Option("--subtree", help="On everything downstream of it as well, whatever its faults.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    starts: StartsOption = "",
    scope: MaybeScopeOption = "",
    rules: MaybeRulesOption = None,
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Begin to work on components: what that explains is told if it still burns at the end."""
    from pydantic import ValidationError

    from router.model.muting import Maintenance

    name = f"maintenance-{uuid4().hex[:8]}"
    fields: dict[str, Any] = {("subtrees" if subtree else "components"): tuple(component)}
    try:
        window = Maintenance(
            id=name,
            starts_at=time_of(starts) or datetime.now(UTC),
            seconds=seconds_of(span),
            reason=reason,
            **fields,
        )
    except ValidationError:
        raise Problem("--for", f"{span!r} is too short or too long", "a minute to 90 days") from None
    settings = connect(kafka)
    chosen = scopes_of(settings, scope, rules)
    commands = [make(one, "maintenance", actor=actor, window=window, reason=reason) for one in chosen]
    code = ask_all(settings, commands, name, timeout if wait else 0, json)
    if not json:
        say(f"End it early: router maintenance end {name}")
    return code


@maintenance.command()
def end(
    window: Annotated[str, typer.Argument(metavar="MAINTENANCE", help="Its id.")],
    actor: ActorOption,
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """The work is done before its time; what it muted and still burns is told at once."""
    settings = connect(kafka)
    held = [scope for scope, record in _declared(settings) if record.window.id == window]
    if not held:
        raise Problem(
            "MAINTENANCE", f"no maintenance {window!r} was begun by command", "see `router maintenance list`"
        )
    commands = [make(scope, "end_maintenance", actor=actor, silence=window) for scope in held]
    return ask_all(settings, commands, window, timeout if wait else 0, json)


@maintenance.command(name="list")
def list_(
    rules: MaybeRulesOption = None,
    days: Annotated[
        int, typer.Option(min=1, max=400, help="How far ahead, of the windows in the rules.")
    ] = 14,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """List what was begun by command and is not over, and with --rules the windows that come by the rules."""
    now = datetime.now(UTC)
    rows = _planned(rules, now, days) if rules else []
    seen = {record.window.id: record for _, record in _declared(connect(kafka)) if record.ends_at > now}
    rows += [
        {
            "id": name,
            "what": [*record.window.components, *record.window.subtrees, *record.window.workflows],
            "starts_at": record.window.starts_at,
            "ends_at": record.ends_at,
            "author": record.actor,
            "why": record.window.reason,
        }
        for name, record in seen.items()
    ]
    rows.sort(key=lambda row: (row["starts_at"], row["id"]))
    if json:
        print_json({"maintenance": rows})
    elif rows:
        columns = ["maintenance", "of", "from", "until", "by", "why"]
        drawn = [
            (
                r["id"],
                ", ".join(r["what"]),
                moment(r["starts_at"]),
                moment(r["ends_at"]),
                r["author"],
                r["why"],
            )
            for r in rows
        ]
        say(table(columns, drawn), "", f"{count(len(rows), 'window')}. Times are UTC.")
    else:
        say("No maintenance is under way or coming.")
    return 0


def _planned(rules: "Path", now: datetime, days: int) -> list[dict[str, Any]]:
    """The windows of the rules that are open, or begin within so many days."""
    from router.config.load import load
    from router.model.recur import starts_of

    return [
        {
            "id": window.id,
            "what": [*window.components, *window.subtrees, *window.workflows],
            "starts_at": span.began,
            "ends_at": span.ends,
            "author": "rules",
            "why": window.reason,
        }
        for window in load(rules).maintenance
        for span in starts_of(window).spans(
            now - timedelta(seconds=window.seconds), now + timedelta(days=days)
        )
        if span.ends > now
    ]


def _declared(kafka: "KafkaSettings") -> "list[tuple[str, DeclaredMaintenance]]":
    from router.model.record import DeclaredMaintenance

    return [
        (scope, record)
        for scope, record in read_records(kafka, ("maintenance",))
        if isinstance(record, DeclaredMaintenance)
    ]
