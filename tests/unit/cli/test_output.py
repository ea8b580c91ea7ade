"""What commands print: harmless, complete, and the same on every machine."""

from datetime import UTC, datetime

import orjson
import pytest

from router.cli.output import count, moment, print_json, say, table, warn


def test_a_table_cuts_nothing_off(capsys: pytest.CaptureFixture[str]) -> None:
    """Long words go on in the next line."""
    say(table(["id", "text"], [("commerce-1", "x" * 300)]))
    assert capsys.readouterr().out.count("x") == 300 + 1  # one in the heading


def test_numbers_stand_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    """And are grouped, so that they can be compared at a glance."""
    say(table(["topic", ">events"], [("ops", 7), ("dbt", 12_345)]))
    assert capsys.readouterr().out.splitlines()[2:] == ["ops         7", "dbt    12,345"]


def test_text_from_outside_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences, line breaks and right-to-left marks go; brackets are no markup."""
    say(table(["summary"], [("\x1b[31mred\x1b[0m\nnext \u202e[bold]line",)]))
    printed = capsys.readouterr().out
    assert printed.splitlines()[2] == "[31mred[0m next [bold]line"


def test_where_stdout_is_no_terminal_there_are_no_colours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor trailing spaces, nor a width that depends on the machine."""
    monkeypatch.setenv("COLUMNS", "20")
    say(table(["a", "b"], [("1", "word " * 20)]), "done")
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert all(line == line.rstrip() for line in printed.splitlines())
    assert len(printed.splitlines()) == 4


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Moments in UTC, as RFC 3339."""
    print_json({"at": datetime(2026, 3, 2, 8, tzinfo=UTC)})
    assert orjson.loads(capsys.readouterr().out) == {"at": "2026-03-02T08:00:00Z"}


def test_remarks_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """So that stdout can be piped."""
    warn("careful")
    assert capsys.readouterr() == ("", "careful\n")


def test_words_for_times_and_counts() -> None:
    """The few that tables need."""
    assert moment(datetime(2026, 3, 2, 8, 5, tzinfo=UTC)) == "2026-03-02 08:05"
    assert moment(None) == "-"
    assert [count(1, "event"), count(1_200, "event"), count(2, "entry", "entries")] == [
        "1 event",
        "1,200 events",
        "2 entries",
    ]
