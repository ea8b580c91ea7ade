"""What a person can ask for: `router ack`, `resolve`, `handover`, `confirm`, `correct`, `silence`, `forget`, ….

Each becomes one command on Kafka, in the order of everything else that happens to the incident.
"""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from router.cli.connection import ActorOption, JsonOption, KafkaOption, connect
from router.cli.output import print_json, say
from router.cli.problem import Problem

if TYPE_CHECKING:
    from router.kafka.sender import Landed
    from router.model.decision import Decision
    from router.model.input import Command

IncidentArgument = Annotated[
    str, typer.Argument(metavar="INCIDENT", help="The incident's id, as in order-to-cash-17.")
]
WaitOption = Annotated[
    bool, typer.Option("--wait", help="Wait for the decision about it; exit with 1 when it is refused.")
]
TimeoutOption = Annotated[float, typer.Option(min=0, help="How many seconds --wait waits.")]
ScopeOption = Annotated[
    str, typer.Option("--scope", help="The scope: an incident's id without its number, as in order-to-cash.")
]


def ack(
    incident: IncidentArgument,
    actor: ActorOption,
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Acknowledge an incident: you look after it, so nobody else is called."""
    command = _about(incident, "acknowledge", actor=actor)
    return _ask(command, wait, timeout, kafka, json)


def resolve(
    incident: IncidentArgument,
    actor: ActorOption,
    reason: Annotated[str, typer.Option(help="Why it is over, for the record.")] = "",
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Resolve an incident although its sources have not said that it is over."""
    command = _about(incident, "resolve", actor=actor, reason=reason)
    return _ask(command, wait, timeout, kafka, json)


def handover(
    incident: IncidentArgument,
    actor: ActorOption,
    to: Annotated[str, typer.Option(metavar="TEAM", help="The team that shall own it.")],
    reason: Annotated[str, typer.Option(help="Why; both teams read it.")],
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Hand an incident over to another team; evidence does not take it away from there again."""
    command = _about(incident, "hand_over", actor=actor, team=to, reason=reason)
    return _ask(command, wait, timeout, kafka, json)


def confirm(
    incident: IncidentArgument,
    actor: ActorOption,
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Say that the cause of an incident is right: evidence does not move it any more, and the router learns from it."""
    return _ask(_about(incident, "confirm", actor=actor), wait, timeout, kafka, json)


def correct(
    incident: IncidentArgument,
    actor: ActorOption,
    component: Annotated[str, typer.Option(help="The component that failed, as the catalog calls it.")],
    fault: Annotated[str, typer.Option(help="Its fault; without it, the likeliest one there.")] = "",
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Say what the cause of an incident really is: its owner follows, and the router learns from it."""
    command = _about(incident, "correct", actor=actor, component=component, fault=fault)
    return _ask(command, wait, timeout, kafka, json)


def silence(
    actor: ActorOption,
    scope: ScopeOption,
    match: Annotated[
        list[str], typer.Option(help="What to silence, as in 'owner=\"erp-platform\"'; all given must match.")
    ],
    span: Annotated[str, typer.Option("--for", metavar="DURATION", help="For how long, as in 2h or 90m.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever finds it later.")],
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Silence incidents that match: they are tracked as ever, and told if they still burn when it ends."""
    from router.config.durations import parse_duration
    from router.model.matcher import parse_matcher

    try:
        seconds = parse_duration(span)
    except ValueError as error:
        raise Problem("--for", f"{span!r} is no span of time", str(error)) from None
    for text in match:
        try:
            parse_matcher(text)
        except ValueError as error:
            raise Problem(
                "--match", f"{text!r} is no condition: {error}", "write it like 'severity=\"minor\"'"
            ) from None
    name = f"silence-{uuid4().hex[:8]}"
    command = _command(
        scope, "silence", actor=actor, silence=name, match=tuple(match), seconds=seconds, reason=reason
    )
    return _ask(command, wait, timeout, kafka, json)


def unsilence(
    silence: Annotated[str, typer.Argument(metavar="SILENCE", help="The silence's id.")],
    actor: ActorOption,
    scope: ScopeOption,
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """End a silence before its time; what it muted and still burns is told at once."""
    command = _command(scope, "expire_silence", actor=actor, silence=silence)
    return _ask(command, wait, timeout, kafka, json)


def forget(
    actor: ActorOption,
    scope: ScopeOption,
    component: Annotated[
        str, typer.Option(help="Forget who had incidents of this component, and how often it alerts anyway.")
    ] = "",
    taught_by: Annotated[
        str, typer.Option(metavar="NAME", help="Forget everything that this person taught.")
    ] = "",
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Forget what a scope learned of a component, or from a person; `router learned` shows what there is."""
    if not component and not taught_by:
        raise Problem(
            "router forget", "nothing is named", "give --component ID, --taught-by NAME, or both of them"
        )
    command = _command(scope, "forget", actor=actor, component=component, taught_by=taught_by)
    return _ask(command, wait, timeout, kafka, json)


def _about(incident: str, verb: str, **fields: Any) -> "Command":
    """A command about one incident; an incident's id is its scope, a dash and a number."""
    scope, _, number = incident.rpartition("-")
    if not scope or not number.isdigit():
        raise Problem("INCIDENT", f"{incident!r} is no incident's id", "see `router incidents` for the ids")
    return _command(scope, verb, incident=incident, **fields)


def _command(scope: str, verb: str, **fields: Any) -> "Command":
    from datetime import UTC, datetime

    from pydantic import ValidationError

    from router.model.input import Command, Verb

    try:
        return Command(
            id=str(uuid4()), scope=scope, verb=Verb(verb), at=datetime.now(UTC), via="cli", **fields
        )
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise Problem(f"router {verb}", wrong, "shorten or correct it") from None


def _ask(command: "Command", wait: bool, timeout: float, kafka: str, json: bool) -> int:
    from router.kafka.commanding import send_and_wait, send_command

    settings = connect(kafka)
    if not wait:
        landed = send_command(settings, command)
        _tell(command, landed, None, json)
        return 0
    landed, decision = send_and_wait(settings, command, timeout)
    _tell(command, landed, decision, json)
    if decision is None and not json:
        say(f"No decision within {timeout:g} s: is the engine running? The command waits for it.")
    return 0 if decision is not None and not refused(decision) else 1


def refused(decision: "Decision") -> bool:
    """Whether it turns the command down."""
    return decision.reason.value.startswith("command.refused")


def _tell(command: "Command", landed: "Landed", decision: "Decision | None", json: bool) -> None:
    if json:
        decided = decision and {
            "applied": not refused(decision),
            "reason": decision.reason.value,
            "text": decision.text,
            "at": decision.at,
        }
        named = {"incident": command.incident} if command.incident else {"scope": command.scope}
        named = {"silence": command.silence} if command.silence else named
        print_json({"command": command.id, **named, "position": str(landed), "decision": decided})
    elif decision is None:
        what = f" silence {command.silence}" if command.silence else ""
        say(f"Sent{what}: {landed}")
    else:
        say(
            f"Refused: {decision.text}."
            if refused(decision)
            else f"{decision.text[:1].upper()}{decision.text[1:]}."
        )
        if command.verb.value == "silence" and not refused(decision):
            say(f"End it early: router unsilence {command.silence} --scope {command.scope}")
