"""`router topology`: draw what depends on what, and propose what is missing."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from router.cli.output import count, print_json, say, table
from router.cli.problem import Problem
from router.cli.replay import EventsOption, JsonOption, MoreEvents, RulesOption
from router.config.durations import write_duration

if TYPE_CHECKING:
    from router.drawing.picture import Picture
    from router.model.incident import Incident
    from router.model.rules import Rules
    from router.topology_learning.onsets import History
    from router.topology_learning.propose import Learned, Proposal

MOST_DRAWN = 600
"""A drawing of more components than this nobody can read."""

topology = typer.Typer(help="Draw what depends on what, and propose what is missing.", no_args_is_help=True)


class Format(StrEnum):
    """How the graph is shown."""

    TEXT = "text"
    MERMAID = "mermaid"
    SVG = "svg"


@topology.command("show")
def show(
    rules: RulesOption,
    form: Annotated[
        Format, typer.Option("--format", help="As a table, a Mermaid flowchart, or SVG.")
    ] = Format.TEXT,
    events: Annotated[
        list[Path] | None, typer.Option("--events", help="A recording with the incident.")
    ] = None,
    incident: Annotated[str, typer.Option(help="The id of an incident, as replay prints it.")] = "",
    component: Annotated[
        str, typer.Option(help="Only what this one depends on, and what depends on it.")
    ] = "",
    json: JsonOption = False,
) -> None:
    """Show the topology, or the part around a component; with --events, an incident's way through it."""
    from router.config.load import load
    from router.drawing.picture import picture

    if incident and not events:
        raise typer.BadParameter("--incident needs the recording that it is in: add --events FILE")
    loaded = load(rules)
    try:
        drawn = picture(loaded, component, _incident(loaded, events, incident) if events else None)
    except LookupError:
        from router.config.suggest import did_you_mean

        hint = did_you_mean(component, loaded.components) or "see `router topology show` for all"
        raise typer.BadParameter(f'the rules have no component "{component}"; {hint}') from None
    _print(drawn, form, json=json)


def _incident(rules: "Rules", events: list[Path], wanted: str) -> "Incident":
    """The incident of a replay; the only one where none is named."""
    from router.replay import read_and_replay

    found = read_and_replay(rules, events).simulator.incidents
    there = [name for name, incident in found.items() if not incident.merged_into]
    if not wanted and len(there) == 1:
        return found[there[0]]
    if wanted in found:
        return found[wanted]
    listed = ", ".join(there) or "none"
    what = f'no incident "{wanted}" comes of it' if wanted else f"{count(len(there), 'incident')} come of it"
    raise Problem(str(events[0]), f"{what}: {listed}", "name one with --incident")


def _print(drawn: "Picture", form: Format, *, json: bool) -> None:
    from router.drawing.words import document

    if json:
        print_json(document(drawn))
        return
    if form is Format.TEXT:
        _print_table(drawn)
        return
    if len(drawn.nodes) > MOST_DRAWN:
        what = f"{count(len(drawn.nodes), 'component')} are too many for one drawing"
        raise Problem("topology", what, "draw a part: --component ID, or an incident with --events")
    if form is Format.MERMAID:
        from router.drawing.mermaid import mermaid

        typer.echo(mermaid(drawn), nl=False)
    else:
        from router.drawing.svg import svg

        typer.echo(svg(drawn), nl=False)


def _print_table(drawn: "Picture") -> None:
    from router.drawing.words import rows, sentence, whole

    made = f"{count(len(drawn.nodes), 'component')}, {count(len(drawn.edges), 'dependency', 'dependencies')}"
    say(f"{drawn.about}: {made}")
    incident = drawn.incident
    if incident:
        cause = incident.cause
        sure = "not sure" if cause.abstained else f"{cause.confidence:.0%} sure"
        say(f"incident {incident.id}: {cause.component} ({cause.fault}), {sure}; owner {incident.owner.team}")
    columns = ["component", "kind", "owner", "depends on"]
    if incident:
        say("", table(["mark", *columns], rows(drawn)))
    else:
        say("", table(columns, (row[1:] for row in rows(drawn))))
    if drawn.paths:
        say("", "How it got there:", *(f"  {sentence(path)}" for path in whole(drawn.paths)))


@topology.command("learn")
def learn(
    rules: RulesOption,
    events: EventsOption,
    more: MoreEvents = None,
    json: JsonOption = False,
) -> None:
    """Propose dependencies that are missing, from alerts that came one after the other again and again.

    Nothing is added: what is printed is for you to judge and to paste.
    """
    from router.config.load import load
    from router.recording import read_recordings
    from router.topology_learning.onsets import history
    from router.topology_learning.propose import document
    from router.topology_learning.propose import learn as learn_from

    loaded = load(rules)
    seen = history(loaded, read_recordings([*events, *(more or [])]))
    learned = learn_from(loaded, seen)
    if json:
        print_json(document(learned, seen))
    else:
        _print_learned(learned, seen)


def _print_learned(learned: "Learned", seen: "History") -> None:
    from router.topology_learning.chance import DAY_SECONDS
    from router.topology_learning.pairs import MIN_DAYS, MIN_EPISODES

    said = f"{count(len(seen.onsets), 'component')} alerted in {seen.span_seconds / DAY_SECONDS:.1f} days"
    say(f"{said}; {learned.tests:,} pairs and windows tested")
    if seen.unread:
        say(
            f"not read, as no source reads them: {', '.join(f'{n} of {topic}' for topic, n in seen.unread.items())}"
        )
    if not learned.proposals:
        say(
            "Nothing to propose: no component alerts after another one more often than chance allows, in "
            f"{MIN_EPISODES} separate episodes on {MIN_DAYS} days at least, that the topology does not explain."
        )
    for one in learned.proposals:
        say("", *_proposal(one))
    if learned.passed:
        say("", "Beyond chance, but not proposed:")
        say(*(f"  {one.pair.downstream} after {one.pair.upstream}: {one.why}" for one in learned.passed))
    if learned.proposals:
        say(
            "",
            "Nothing was changed. A common cause that nobody monitors looks the same: judge before you paste.",
        )


def _proposal(one: "Proposal") -> list[str]:
    pair = one.pair
    least, half, most = (write_duration(lag) for lag in (pair.lags[0], pair.median_seconds, pair.lags[-1]))
    often = f"{pair.confidence:.0%}; by chance {pair.expected:.1%}, so {pair.lift:.0f} times as often"
    lines = [
        f"{pair.downstream} may depend on {pair.upstream}",
        f"  alerts after it in {pair.episodes} of {pair.trials} episodes on {pair.days} days ({often})",
        f"  after {least} to {most}, half of them within {half}; p {pair.p:.1g}, corrected for all tests",
        f"  # in the file of workflow {one.workflow}",
        *one.snippet.rstrip().splitlines(),
    ]
    if one.crosses_scopes:
        lines.append("  (they are in different scopes: this edge would join them, unless a scope is named)")
    return lines
