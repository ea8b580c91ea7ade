"""`router explain`: why this owner, why told, why not."""

import shutil
import sys
import textwrap
from typing import Annotated, Any

import orjson
import typer

from router.cli.replay import EventsOption, JsonOption, MoreEvents, RulesOption

_QUESTIONS = {
    "why_this_cause": "Why this cause",
    "why_not_the_next_best": "Why not the next best (log-odds: 1 more is 2.7 times likelier)",
    "candidates": "What else it could be",
    "would_change_our_mind": "What would change our mind",
    "why_this_owner": "Why this owner",
    "way_to_the_owner": "How the owner was found, step by step",
    "also": "Who else must know",
    "symptoms": "What is part of it, and how surely this cause is behind it",
    "why_together": "Why these alerts are together",
    "how_the_cause_moved": "How the cause moved",
    "how_ownership_moved": "How ownership moved",
    "runbooks": "Which runbooks, and why these",
    "telling": "Why told then, or held",
    "who_was_told": "Who was told, when and why",
    "what_was_learned": "What was learned from it",
    "became": "What became of it",
    "why_in_or_not": "Why it is in an incident, or not",
    "told": "Who was told of its incident",
}


def explain(
    rules: RulesOption,
    events: EventsOption,
    more: MoreEvents = None,
    incident: Annotated[str, typer.Option(help="The id of an incident, as replay prints it.")] = "",
    event: Annotated[
        int | None,
        typer.Option(help="The number of a recorded event, from 0; with --incident: why it is in it or not."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say why: of one incident, of one event, of an event and an incident, or of every incident of a recording."""
    from router.config.load import load
    from router.explain import NothingToExplain
    from router.explain.event import explain_event
    from router.explain.incident import explain_incident
    from router.explain.witness import WitnessedReplay
    from router.recording import read_recordings

    finished = WitnessedReplay(load(rules), list(read_recordings([*events, *(more or [])])))
    try:
        if event is not None:
            answers = [explain_event(finished, event, incident)]
        else:
            wanted = [incident] if incident else list(finished.witness.incidents)
            answers = [explain_incident(finished, one) for one in wanted]
    except NothingToExplain as error:
        raise typer.BadParameter(str(error)) from None
    if json:
        typer.echo(orjson.dumps(answers[0] if incident or event is not None else answers))
        return
    for answer in answers:
        show(answer)


def show(answer: dict[str, Any]) -> None:
    """Print one explanation for people."""
    if "event" in answer:
        typer.secho(f"event {answer['event']} from {answer['topic']}", bold=True)
    else:
        owner = answer["owner"]
        typer.secho(f"{answer['incident']} ({answer['state']}): {answer['cause']}; owner {owner}", bold=True)
    for field, question in _QUESTIONS.items():
        found = answer.get(field)
        if found:
            typer.secho(f"  {question}", fg=typer.colors.CYAN)
            for line in _lines(found):
                typer.echo(_wrapped(line))
            if field == "candidates" and answer.get("none_of_these", 0) >= 0.005:
                typer.echo(f"    {answer['none_of_these']:>4.0%}  none of these")
    typer.echo("")


def _wrapped(line: str) -> str:
    """Indented; on a terminal also broken between words, so that a long reason is easy to read."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    return textwrap.fill(
        line,
        width=max(width, 60) if width else sys.maxsize,
        initial_indent="    ",
        subsequent_indent="        ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(found: str | dict[str, Any] | list[Any]) -> list[str]:
    if isinstance(found, str):
        return [found]
    if isinstance(found, dict):
        return [found["text"]]
    return [line if isinstance(line, str) else _sentence(line) for line in found]


def _sentence(part: dict[str, Any]) -> str:
    if "confidence" in part:
        return f"{part['confidence']:>4.0%}  {part['component']} ({part['fault']})"
    if "responsibility" in part:
        began = part["started_at"].replace("T", " ").removesuffix("Z")
        return f"{part['responsibility']:>4.0%}  {began} {part['component']} {part['fault']}"
    return f"{part['team']} ({part['kind']}): {part['why']}"
