"""The same words for the terminal, where no Slack token is given: a demo, a dry run, a log to grep."""

from collections.abc import Sequence

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from router.model.fault import Severity
from router.model.incident import IncidentState, Note
from router.model.notice import Notice
from router.model.rules import Rules
from router.model.value import Moment
from router.render.card import Card
from router.render.digest import shown
from router.render.escape import clean
from router.render.line import Code, Line, Link, Strong, plain
from router.render.runbook_text import RunbookText
from router.render.thread import note_line

_COLOURS = {
    Severity.CRITICAL: "red",
    Severity.MAJOR: "dark_orange",
    Severity.MINOR: "yellow",
    Severity.WARNING: "blue",
    Severity.INFO: "white",
}


def terminal_panel(notice: Notice, rules: Rules, runbooks: Sequence[RunbookText] = ()) -> Panel:
    """The whole message in a frame: its colour is the severity, green once it is over."""
    card = shown(notice, rules)
    colour = _COLOURS[notice.incident.severity] if notice.incident.live else "green"
    body = Table.grid(padding=(0, 2))
    body.add_column(style="dim", width=14)
    body.add_column(ratio=1)
    for label, line in _rows(card, runbooks if card.detailed else ()):
        body.add_row(label, _text(line))
    return Panel(
        body,
        title=Text(f"{card.mark} {clean(card.title)}", style="bold"),
        title_align="left",
        subtitle=Text(f"{clean(notice.destination)} · {clean(notice.incident.id)}", style="dim"),
        subtitle_align="right",
        border_style=colour,
    )


def terminal_update(notice: Notice, rules: Rules) -> Text:
    """One line for a message that was shown before and changed."""
    card = shown(notice, rules)
    style = "green" if notice.incident.state is IncidentState.RESOLVED else "dim"
    line = Text(f"{clean(notice.destination)}  {card.mark} {clean(card.title)}  ", style=style)
    return line.append(clean(plain(card.state)), style="dim")


def terminal_notes(notes: Sequence[Note], destination: str, now: Moment) -> Text:
    """The lines of a thread."""
    lines = [f"{clean(destination)}    {plain(note_line(note, now))}" for note in notes]
    return Text("\n".join(lines), style="italic")


def _rows(card: Card, runbooks: Sequence[RunbookText]) -> list[tuple[str, Line]]:
    """Label and words, in the order in which Slack shows them."""
    rows: list[tuple[str, Line]] = [("", card.lead), *card.facts]
    if card.cause:
        rows.append(("Cause", card.cause))
    elif card.candidates:
        rows.append(("Cause", (card.doubt,)))
    rows += _numbered(card.candidates)
    rows += _listed("What it hits", card.impacts)
    rows.append(("State", card.state))
    for runbook in runbooks:
        where: Line = (Link(runbook.title, runbook.url),) if runbook.url else (Strong(runbook.title),)
        rows.append(
            (
                "Runbook",
                (*where, f" (could not be rendered: {runbook.problem})") if runbook.problem else where,
            )
        )
        rows += _numbered(runbook.steps)
    rows += _listed("Why", card.evidence)
    return rows + _listed("First alerts", card.headlines)


def _numbered(lines: Sequence[Line]) -> list[tuple[str, Line]]:
    return [("", (f"{number}. ", *line)) for number, line in enumerate(lines, 1)]


def _listed(label: str, lines: Sequence[Line]) -> list[tuple[str, Line]]:
    return [("" if place else label, ("• ", *line)) for place, line in enumerate(lines)]


def _text(line: Line) -> Text:
    text = Text()
    for part in line:
        match part:
            case Strong(words):
                text.append(clean(words), style="bold")
            case Code(words):
                text.append(clean(words), style="cyan")
            case _:
                text.append(plain((part,)))
    return text
