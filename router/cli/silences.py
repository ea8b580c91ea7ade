"""`router silence`, `unsilence`, `silences`: who silenced what, until when.

A silence is one id in every scope, or in the one that is named: a command goes to each.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from uuid import uuid4

import typer

from router.cli.commands import TimeoutOption, WaitOption, ask, make, seconds_of
from router.cli.connection import ActorOption, JsonOption, KafkaOption, connect
from router.cli.output import count, moment, print_json, say, table
from router.cli.problem import Problem
from router.cli.scopes import MaybeRulesOption, MaybeScopeOption, ask_all, read_records, scopes_of

if TYPE_CHECKING:
    from router.config.runtime import KafkaSettings
    from router.model.record import Silence

StartsOption = Annotated[
    str,
    typer.Option(
        "--from", metavar="TIME", help="When it begins, as in 2026-11-22T22:00+01:00; now if left out."
    ),
]


class Found(NamedTuple):
    """A silence, the scopes that hold it, and whether it is pending, active or expired now."""

    silence: "Silence"
    scopes: tuple[str, ...]
    state: str


def silence(
    actor: ActorOption,
    span: Annotated[str, typer.Option("--for", metavar="DURATION", help="For how long, as in 2h or 90m.")],
    match: Annotated[
        list[str] | None,
        typer.Option(help="What to silence, as in 'owner=\"erp-platform\"'; all given must match."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for whoever finds it later.")] = "",
    starts: StartsOption = "",
    edit: Annotated[
        str,
        typer.Option(metavar="SILENCE", help="Change this one: what is not given stays, but for its end."),
    ] = "",
    scope: MaybeScopeOption = "",
    rules: MaybeRulesOption = None,
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Silence incidents that match: they are tracked as ever, and told if they still burn when it ends."""
    seconds, begins, given = seconds_of(span), time_of(starts), _checked(match or ())
    if not edit and not (given and reason):
        raise Problem(
            "router silence", "--match or --reason is missing", "say what, and why; or --edit a silence"
        )
    name = f"silence-{uuid4().hex[:8]}"
    fields: dict[str, Any] = {"actor": actor, "silence": name, "seconds": seconds, "starts_at": begins}
    if not edit and scope:
        return ask(make(scope, "silence", match=given, reason=reason, **fields), wait, timeout, kafka, json)
    settings = connect(kafka)
    if edit:
        old = _held(settings, edit, scope)
        fields["replaces"] = edit
        given = given or tuple(map(str, old.silence.match))
        reason = reason or old.silence.reason
        if begins is None and old.state == "pending":
            fields["starts_at"] = old.silence.started_at
    chosen = old.scopes if edit else scopes_of(settings, scope, rules)
    commands = [make(one, "silence", match=given, reason=reason, **fields) for one in chosen]
    code = ask_all(settings, commands, name, timeout if wait else 0, json)
    if not json and not edit:
        say(f"End it early: router unsilence {name}")
    return code


def unsilence(
    silence: Annotated[str, typer.Argument(metavar="SILENCE", help="The silence's id.")],
    actor: ActorOption,
    scope: MaybeScopeOption = "",
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """End a silence before its time; what it muted and still burns is told at once."""
    if scope:
        return ask(make(scope, "expire_silence", actor=actor, silence=silence), wait, timeout, kafka, json)
    settings = connect(kafka)
    held = _held(settings, silence, scope)
    commands = [make(one, "expire_silence", actor=actor, silence=silence) for one in held.scopes]
    return ask_all(settings, commands, silence, timeout if wait else 0, json)


def silences(
    every: Annotated[bool, typer.Option("--all", help="Expired ones, too; they are kept five days.")] = False,
    scope: MaybeScopeOption = "",
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """List silences: active ones first, the next to end first."""
    found = [one for one in read_silences(connect(kafka), scope) if every or one.state != "expired"]
    if json:
        print_json({"silences": [document(one) for one in found]})
    elif found:
        columns = ["silence", "state", "what", "by", "from", "until", "why", ">scopes"]
        say(
            table(columns, [_row(one) for one in found]),
            "",
            f"{count(len(found), 'silence')}. Times are UTC.",
        )
    else:
        say("There are no silences.")
    return 0


def read_silences(kafka: "KafkaSettings", scope: str = "", now: datetime | None = None) -> list[Found]:
    """Every silence that scopes remember, once: active ones first, then pending, then expired."""
    from router.model.record import Silence

    at = now or datetime.now(UTC)
    held: dict[str, tuple[Silence, list[str]]] = {}
    for name, record in read_records(kafka, ("silence",)):
        if isinstance(record, Silence) and scope in ("", name):
            held.setdefault(record.id, (record, []))[1].append(name)
    found = [Found(record, tuple(scopes), record.stands(at)) for record, scopes in held.values()]
    order = ("active", "pending", "expired")
    return sorted(found, key=lambda one: (order.index(one.state), one.silence.ends_at, one.silence.id))


def document(found: Found) -> dict[str, Any]:
    """What `--json` prints of a silence."""
    silence = found.silence
    return {
        "id": silence.id,
        "state": found.state,
        "match": [str(matcher) for matcher in silence.match],
        "author": silence.actor,
        "comment": silence.reason,
        "starts_at": silence.started_at,
        "ends_at": silence.ends_at,
        "scopes": list(found.scopes),
    }


def _row(found: Found) -> tuple[object, ...]:
    silence = found.silence
    what = ", ".join(map(str, silence.match))
    times = (moment(silence.started_at), moment(silence.ends_at))
    return (silence.id, found.state, what, silence.actor, *times, silence.reason, len(found.scopes))


def _held(kafka: "KafkaSettings", name: str, scope: str) -> Found:
    """A silence that is not over. Raises Problem when no scope holds it."""
    found = next((one for one in read_silences(kafka, scope) if one.silence.id == name), None)
    if found is None or found.state == "expired":
        what = f"no silence {name!r} is pending or active"
        raise Problem("SILENCE", what, "see `router silences --all`")
    return found


def _checked(match: Iterable[str]) -> tuple[str, ...]:
    from router.model.matcher import parse_matcher

    given = tuple(match)
    for text in given:
        try:
            parse_matcher(text)
        except ValueError as error:
            raise Problem(
                "--match", f"{text!r} is no condition: {error}", "write it like 'severity=\"minor\"'"
            ) from None
    return given


def time_of(text: str) -> datetime | None:
    """A moment; without a zone it is UTC."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Problem("--from", f"{text!r} is no time", "write it like 2026-11-22T22:00+01:00") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
