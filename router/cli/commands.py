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
    command = about(incident, "acknowledge", actor=actor)
    return ask(command, wait, timeout, kafka, json)


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
    command = about(incident, "resolve", actor=actor, reason=reason)
    return ask(command, wait, timeout, kafka, json)


def handover(
    incident: IncidentArgument,
    actor: ActorOption,
    to: Annotated[str, typer.Option(metavar="TEAM", help="The team that shall own it.")],
    because: Annotated[
        str,
        typer.Option(
            help="Why: wrong_owner, wrong_cause, needs_help, not_ours_contract, out_of_hours or other."
        ),
    ] = "other",
    reason: Annotated[str, typer.Option(help="Why, in words; both teams read it.")] = "",
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Hand an incident over to another team; evidence does not take it away from there again."""
    if because == "other" and not reason:
        raise Problem("router handover", "both teams read why", "give --because or --reason")
    command = about(incident, "hand_over", actor=actor, team=to, because=because, reason=reason)
    return ask(command, wait, timeout, kafka, json)


def seen(
    incident: IncidentArgument,
    actor: ActorOption,
    team: Annotated[str, typer.Option(metavar="TEAM", help="The team that had to know of it.")],
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Say that a team that must know of an incident saw it: nobody reminds it of its duty any more."""
    return ask(about(incident, "seen", actor=actor, team=team), wait, timeout, kafka, json)


def confirm(
    incident: IncidentArgument,
    actor: ActorOption,
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Say that the cause of an incident is right: evidence does not move it any more, and the router learns from it."""
    return ask(about(incident, "confirm", actor=actor), wait, timeout, kafka, json)


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
    command = about(incident, "correct", actor=actor, component=component, fault=fault)
    return ask(command, wait, timeout, kafka, json)


def snooze(
    incident: IncidentArgument,
    actor: ActorOption,
    span: Annotated[
        str, typer.Option("--for", metavar="DURATION", help="For how long, as in 1h; 0s ends a snooze.")
    ],
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Hear nothing of an incident for a while: it is told again if it still burns then, or gets worse before."""
    command = about(incident, "snooze", actor=actor, seconds=seconds_of(span))
    return ask(command, wait, timeout, kafka, json)


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
    command = make(scope, "forget", actor=actor, component=component, taught_by=taught_by)
    return ask(command, wait, timeout, kafka, json)


def seconds_of(span: str) -> int:
    """The seconds of `--for`. Raises Problem."""
    from router.config.durations import parse_duration

    try:
        return parse_duration(span)
    except ValueError as error:
        raise Problem("--for", f"{span!r} is no span of time", str(error)) from None


def about(incident: str, verb: str, **fields: Any) -> "Command":
    """A command about one incident; an incident's id is its scope, a dash and a number."""
    scope, _, number = incident.rpartition("-")
    if not scope or not number.isdigit():
        raise Problem("INCIDENT", f"{incident!r} is no incident's id", "see `router incidents` for the ids")
    return make(scope, verb, incident=incident, **fields)


def make(scope: str, verb: str, **fields: Any) -> "Command":
    """A command to a scope, with an id of its own. Raises Problem where a field is not valid."""
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


def ask(command: "Command", wait: bool, timeout: float, kafka: str, json: bool) -> int:
    """Send it, and wait for the decision about it if so asked; the exit code."""
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
