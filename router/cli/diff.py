"""`router diff`: what would have been different over a recording, had other rules been in force."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from router.cli.replay import EventsOption, JsonOption, MoreEvents

if TYPE_CHECKING:
    from router.comparing.difference import Changed, Difference
    from router.comparing.totals import Total
    from router.comparing.truth import Truth
    from router.model.rules import Rules
    from router.recording import Recorded


def diff(
    old: Annotated[Path, typer.Argument(help="The rules folder as it is.", file_okay=False)],
    new: Annotated[Path, typer.Argument(help="The rules folder as it could be.", file_okay=False)],
    events: EventsOption,
    more: MoreEvents = None,
    truth: Annotated[
        Path | None,
        typer.Option(help="What really failed (JSON), to tell better from worse.", dir_okay=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Replay a recording under two rules folders and show who would have been told differently.

    Exits with 1 when anything differs.
    """
    from router.comparing.difference import compare
    from router.config.load import load
    from router.recording import read_recordings

    older, newer = load(old), load(new)
    really = _truth(truth) if truth else None
    recorded = list(read_recordings([*events, *(more or [])]))
    found = compare(_replayed(older, recorded), _replayed(newer, recorded), really)
    if json:
        from router.cli.output import print_json

        print_json(found.document())
    else:
        show(found)
    raise typer.Exit(0 if found.same else 1)


def _replayed(rules: "Rules", recorded: Sequence["Recorded"]) -> dict[str, Any]:
    """The replay document; events of topics that these rules do not read count as outcome `not_read`."""
    from router.replay import Replay

    topics = {event.record.topic for event in recorded}
    read = {topic for topic in topics if rules.source_of(topic)}
    document = Replay(rules, [event for event in recorded if event.record.topic in read]).document()
    if unread := sum(event.record.topic not in read for event in recorded):
        document["outcomes"]["not_read"] = unread
    return document


def _truth(path: Path) -> "Truth":
    from router.cli.problem import Problem
    from router.comparing.truth import NoTruth, truth_of

    try:
        return truth_of(orjson.loads(path.read_bytes()))
    except (ValueError, NoTruth) as error:
        raise Problem(
            str(path),
            f"not the truth of a recording: {error}",
            'write {"incidents": [{"cause": "COMPONENT", "owner": "TEAM", "members": [EVENT, ...]}]}',
        ) from None


def show(found: "Difference") -> None:
    """Print a difference for people."""
    from router.cli.output import count, say, table

    if found.same:
        say(f"Nothing differs: {count(found.compared, 'incident')} compared.")
        return
    judged = any(changed.verdict for changed in found.incidents)
    columns = ["incident", "cause", "what", "old", "new", *(["verdict"] if judged else [])]
    rows = [row for changed in found.incidents for row in _rows(changed, judged=judged)]
    if rows:
        say(table(columns, rows), "")
    say(table(["in all", ">old", ">new", ">difference"], [_total(total) for total in found.totals]), "")
    say(f"{len(found.incidents)} of {count(found.compared, 'incident')} would have been different.")


def _rows(changed: "Changed", *, judged: bool) -> list[list[str]]:
    """A line for everything that differs; what the incident is stands on its first line."""
    facts, old, new = changed.match.either, changed.match.old, changed.match.new
    name = old.id if old else facts.id
    if old and new and old.id != new.id:
        name = f"{old.id} / {new.id}"
    rows = [["", "", change.aspect.value, change.old, change.new] for change in changed.changes]
    rows[0][:2] = [name, f"{facts.component} {facts.fault}"]
    if judged:
        words = [changed.verdict.value if changed.verdict else "-", *[""] * (len(rows) - 1)]
        rows = [[*row, word] for row, word in zip(rows, words, strict=True)]
    return rows


def _total(total: "Total") -> list[str]:
    change = "" if total.old is None or total.new is None else f"{total.new - total.old:+,.6g}"
    return [total.what, _number(total.old), _number(total.new), "" if change in ("+0", "-0") else change]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.6g}"
