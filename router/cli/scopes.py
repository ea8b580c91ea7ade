"""Commands that concern every scope: which scopes there are, what they remember, and one command sent to each."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from router.cli.commands import refused
from router.cli.output import count, print_json, say
from router.cli.problem import Problem

if TYPE_CHECKING:
    from router.config.runtime import KafkaSettings
    from router.model.input import Command
    from router.model.record import AnyRecord

MaybeScopeOption = Annotated[
    str, typer.Option("--scope", help="Only this scope: an incident's id without its number.")
]
MaybeRulesOption = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        help="The rules folder, which names all scopes; without it, the scopes that have heard anything yet.",
    ),
]


def read_records(kafka: "KafkaSettings", kinds: Iterable[str]) -> "list[tuple[str, AnyRecord]]":
    """What scopes remember of these kinds (how record keys begin), by scope and key."""
    from router.kafka.codec import CHECKPOINT_KEY, decode_record, split_state_key
    from router.kafka.tail import Tail
    from router.kafka.topics import STATE

    wanted, newest = frozenset(kinds), dict[tuple[str, str], bytes]()
    with Tail(kafka, [STATE]) as tail:
        for read in tail.to_end():
            if read.key is None or read.key == CHECKPOINT_KEY:
                continue
            place = split_state_key(read.key)
            if place[1].partition("|")[0] not in wanted:
                continue
            if read.value is None:
                newest.pop(place, None)
            else:
                newest[place] = read.value
    return [(scope, decode_record(value)) for (scope, _), value in sorted(newest.items())]


def scopes_of(kafka: "KafkaSettings", scope: str, rules: Path | None) -> list[str]:
    """The one scope that was named, else all of them. Raises Problem when there is none yet."""
    if scope:
        return [scope]
    if rules is not None:
        from router.config.load import load
        from router.model.catalog import UNMAPPED

        return sorted({UNMAPPED, *(component.scope for component in load(rules).components.values())})
    found = sorted({name for name, _ in read_records(kafka, ("scope",))})
    if not found:
        what = "no scope has heard anything yet"
        raise Problem("--scope", what, "name the scope, or the rules folder with --rules DIR")
    return found


def ask_all(kafka: "KafkaSettings", commands: "Sequence[Command]", name: str, wait: float, json: bool) -> int:
    """Send one command to each scope and say what became of them (wait in seconds; 0: nobody waits).

    `name` is what they are about, such as a silence's id. 1 when one is refused or there is no decision in time.
    """
    from router.kafka.commanding import send_to_all

    answers = send_to_all(kafka, commands, wait)
    turned_down = [(command, decision) for command, decision in answers if decision and refused(decision)]
    late = sum(decision is None for _, decision in answers) if wait else 0
    if json:
        print_json(
            {
                "id": name,
                "scopes": [
                    {
                        "scope": command.scope,
                        "command": command.id,
                        "decision": decision
                        and {
                            "applied": not refused(decision),
                            "reason": decision.reason.value,
                            "text": decision.text,
                            "at": decision.at,
                        },
                    }
                    for command, decision in answers
                ],
            }
        )
    else:
        done = [decision.text for _, decision in answers if decision and not refused(decision)]
        if done:
            say(f"{done[0][:1].upper()}{done[0][1:]}, in {count(len(done), 'scope')}.")
        elif not wait:
            say(f"Sent {name} to {count(len(answers), 'scope')}.")
        for command, decision in turned_down:
            say(f"Refused in {command.scope}: {decision.text}.")
        if late:
            say(f"No decision in {count(late, 'scope')}: is the engine running? The command waits for it.")
    return 1 if turned_down or late else 0
