"""`router renew` and `router done`: still on it, and what was proposed is done."""

from typing import Annotated

import typer

from router.cli.commands import IncidentArgument, TimeoutOption, WaitOption, about, ask
from router.cli.connection import ActorOption, JsonOption, KafkaOption


def renew(
    incident: IncidentArgument,
    actor: ActorOption,
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Say that you are still on an acknowledged incident: the acknowledgement holds from now on again."""
    return ask(about(incident, "renew", actor=actor), wait, timeout, kafka, json)


def done(
    incident: IncidentArgument,
    actor: ActorOption,
    proposal: Annotated[int, typer.Option(min=1, help="The number of the proposed action, from 1.")] = 1,
    wait: WaitOption = False,
    timeout: TimeoutOption = 30,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Confirm that an action which the router proposed was done; the router itself never does one."""
    return ask(about(incident, "confirm_action", actor=actor, proposal=proposal), wait, timeout, kafka, json)
