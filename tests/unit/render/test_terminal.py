"""The same words on the terminal."""

import io

from rich.console import Console, RenderableType

from router.model.incident import IncidentState
from router.render.runbook_text import RunbookText
from router.render.terminal import terminal_notes, terminal_panel, terminal_update
from tests.builders import at
from tests.unit.render.samples import ESCALATED, NOT_SURE, a_notice, company


def shown(thing: RenderableType) -> str:
    """What a terminal of 120 columns shows."""
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    console.print(thing)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_panel_says_what_slack_says() -> None:
    """Title, owner, cause, impact, steps, evidence and alerts are all there, without Slack's markup."""
    runbook = RunbookText("Feed changed", "https://x.example/rb", steps=(("look",), ("ask",)))
    text = shown(terminal_panel(a_notice(), company(), (runbook,)))
    for words in (
        "Major · feed.orders",
        "#data · main-17",
        "very likely (82 %)",
        "14:00 UTC",
        "1. look",
        "PSI 0.41",
    ):
        assert words in text
    assert "<!date" not in text


def test_what_we_are_not_sure_of_is_numbered() -> None:
    """Candidates, best first."""
    text = shown(terminal_panel(a_notice(cause=NOT_SURE), company()))
    assert "three candidates" in text
    assert "1. erp.orders: interface error, 31 %" in text


def test_a_runbook_with_a_problem_says_so() -> None:
    """As in Slack."""
    text = shown(terminal_panel(a_notice(), company(), (RunbookText("Feed", "", problem="no"),)))
    assert "could not be rendered: no" in text


def test_control_characters_of_a_sender_never_reach_the_terminal() -> None:
    """An escape sequence in a summary cannot paint or move anything."""
    notice = a_notice()
    headline = notice.incident.headlines[0].model_copy(
        update={"summary": "\x1b[2J\x1b]0;owned\x07boom [red]x[/red]"}
    )
    incident = notice.incident.model_copy(update={"headlines": (headline,)})
    text = shown(terminal_panel(notice.model_copy(update={"incident": incident}), company()))
    assert "\x1b" not in text
    assert "[red]x[/red]" in text


def test_a_change_is_one_line_and_notes_are_indented() -> None:
    """A terminal cannot edit what it showed, so it says what changed."""
    line = shown(terminal_update(a_notice("resolved", state=IncidentState.RESOLVED), company()))
    assert line.startswith("#data  ✅ Resolved · feed.orders: schema change")
    assert shown(terminal_notes((ESCALATED,), "#data", at(0))).startswith(
        "#data    ⏫ 08:41 UTC Nobody acknowledged"
    )
