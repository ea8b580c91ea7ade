"""`router explain`: why this owner, why told, why not."""

from typing import Annotated, Any

import orjson
import typer

from router.cli.replay import EventsOption, JsonOption, MoreEvents, RulesOption

_QUESTIONS = {
    "why_this_cause": "Why this cause",
    "candidates": "What else it could be",
    "would_change_our_mind": "What would change our mind",
    "why_this_owner": "Why this owner",
    "also": "Who else must know",
    "why_together": "Why these alerts are together",
    "how_the_cause_moved": "How the cause moved",
    "how_ownership_moved": "How ownership moved",
    "who_was_told": "Who was told, when and why",
    "became": "What became of it",
    "told": "Who was told of its incident",
}


def explain(
    rules: RulesOption,
    events: EventsOption,
    more: MoreEvents = None,
    incident: Annotated[str, typer.Option(help="The id of an incident, as replay prints it.")] = "",
    event: Annotated[int | None, typer.Option(help="The number of a recorded event, from 0.")] = None,
    json: JsonOption = False,
) -> None:
    """Say why: of one incident, of one event, or of every incident of a recording."""
    from router.config.load import load
    from router.explain import NothingToExplain, explain_event, explain_incident
    from router.replay import read_and_replay

    if incident and event is not None:
        raise typer.BadParameter("give --incident or --event, not both")
    finished = read_and_replay(load(rules), [*events, *(more or [])])
    try:
        if event is not None:
            answers = [explain_event(finished, event)]
        else:
            wanted = [incident] if incident else list(finished.simulator.incidents)
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
    if "incident" in answer:
        owner = answer["owner"]
        typer.secho(f"{answer['incident']} ({answer['state']}): {answer['cause']}; owner {owner}", bold=True)
    else:
        typer.secho(f"event {answer['event']} from {answer['topic']}", bold=True)
    for field, question in _QUESTIONS.items():
        found = answer.get(field)
        if found:
            typer.secho(f"  {question}", fg=typer.colors.CYAN)
            for line in _lines(found):
                typer.echo(f"    {line}")
    typer.echo("")


def _lines(found: str | list[Any]) -> list[str]:
    if isinstance(found, str):
        return [found]
    return [line if isinstance(line, str) else _sentence(line) for line in found]


def _sentence(part: dict[str, Any]) -> str:
    if "confidence" in part:
        return f"{part['confidence']:>4.0%}  {part['component']} ({part['fault']})"
    return f"{part['team']} ({part['kind']}): {part['why']}"
