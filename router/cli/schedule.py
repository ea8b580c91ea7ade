"""`router schedule`: who is on call, when, and schedules from and to calendars."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from router.cli.output import count, print_json, say, table, warn
from router.cli.problem import Problem
from router.cli.replay import JsonOption, RulesOption
from router.model.wall_clock import moment, reading

if TYPE_CHECKING:
    from router.importing.ical import Imported
    from router.model.schedule import Schedule

schedule = typer.Typer(
    help="Show who is on call; import and export schedules as calendars.", no_args_is_help=True
)

MARGIN = timedelta(days=60)
"""How far around the days asked for a shift is followed to its beginning and end."""

NameArgument = Annotated[str, typer.Argument(help="The schedule's id in schedules.yaml.")]
AtOption = Annotated[
    str,
    typer.Option("--at", help='A moment: 2026-12-24T18:00Z, or "2026-12-24 18:00" in the schedule\'s zone.'),
]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=1000, help="How many days.")]


@schedule.command("who")
def who(name: NameArgument, rules: RulesOption, at: AtOption = "", json: JsonOption = False) -> None:
    """Say who is on call now, or at another moment.

    Exits with 1 when nobody is.
    """
    from router.model.shifts import shifts

    chosen = _schedule(rules, name)
    asked = _moment(at, chosen)
    shift = next(iter(shifts(chosen, asked, asked + MARGIN)), None)
    if shift and shift.starts > asked:
        shift = None
    if json:
        people = shift.who if shift else ()
        print_json({"schedule": name, "at": asked, "who": people, "until": shift.ends if shift else None})
    elif shift:
        until = f"until {_local(shift.ends, chosen)}" if shift.ends < asked + MARGIN else "for long"
        say(f"{', '.join(shift.who)} ({shift.source}), {until} {chosen.zone}")
    else:
        told = chosen.fallback or chosen.team
        say(f"nobody is on call; {f'{told} is told' if told else 'the incident stays with its owner'}")
    raise typer.Exit(0 if shift else 1)


@schedule.command("show")
def show(
    name: NameArgument, rules: RulesOption, days: DaysOption = 14, at: AtOption = "", json: JsonOption = False
) -> None:
    """Show the shifts of the coming days, and where nobody is on call."""
    from router.model.shifts import gaps, shifts

    chosen = _schedule(rules, name)
    first = _moment(at, chosen)
    last = first + timedelta(days=days)
    found, missing = shifts(chosen, first, last), gaps(chosen, first, last)
    if json:
        print_json(
            {
                "schedule": name,
                "time_zone": chosen.zone,
                "shifts": [shift.model_dump() for shift in found],
                "gaps": [gap.model_dump() for gap in missing],
            }
        )
        return
    rows = [(s.starts, s.ends, ", ".join(s.who), s.source) for s in found]
    rows += [(gap.starts, gap.ends, "NOBODY", "gap") for gap in missing]
    shown = [(_local(a, chosen), _local(b, chosen), people, by) for a, b, people, by in sorted(rows)]
    say(f"{chosen.title}, {chosen.zone}", table(("from", "until", "who", "layer"), shown))


@schedule.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The calendar, an .ics file.", dir_okay=False)],
    out: Annotated[Path, typer.Option("--out", help="The schedules.yaml to write; it must not be there.")],
    name: Annotated[str, typer.Option("--name", help="The schedule's id; the file's name if left out.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="Its time zone; the calendar's if left out.")] = "",
    person: Annotated[
        list[str] | None,
        typer.Option("--person", help='A name in titles and whose it is, "NAME=address"; may be repeated.'),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a schedule of a calendar of shifts: titles or attendees are the persons, `[L1]` is a level.

    Exits with 1 when some events could not be shifts; they are listed.
    """
    from router.importing.description import CannotImport
    from router.importing.ical import read_calendar
    from router.importing.ical_writer import schedules_yaml
    from router.importing.ids import slug

    if out.exists():
        raise Problem(str(out), "is there already, and nothing is overwritten", "name another file")
    try:
        made = read_calendar(
            file.read_bytes(), str(file), name or slug(file.stem), _people(person or []), zone
        )
    except CannotImport as error:
        raise Problem(error.where, error.what, error.do) from None
    out.write_text(schedules_yaml(made.schedule, f"Made by `router schedule import {file.name}`."), "utf-8")
    _report(made, out, json=json)
    raise typer.Exit(1 if made.left_out else 0)


@schedule.command("export")
def export(
    name: NameArgument,
    rules: RulesOption,
    out: Annotated[Path | None, typer.Option("--out", help="The file; standard output if left out.")] = None,
    days: DaysOption = 90,
    at: AtOption = "",
) -> None:
    """Write the shifts of the coming days as an iCalendar file that calendars can subscribe to."""
    from router.importing.ical_writer import calendar
    from router.model.shifts import shifts

    chosen = _schedule(rules, name)
    first = _moment(at, chosen)
    last = first + timedelta(days=days)
    # Whole shifts, so that one has the same beginning, and the same id, however often it is exported.
    around = shifts(chosen, first - MARGIN, last + MARGIN)
    made = calendar(chosen, (shift for shift in around if shift.ends > first and shift.starts < last), first)
    if out:
        out.write_bytes(made)
    else:
        typer.echo(made.decode(), nl=False)


def _schedule(rules: Path, name: str) -> "Schedule":
    from router.config.load import load
    from router.config.suggest import did_you_mean

    known = load(rules).schedules
    if name not in known:
        hint = did_you_mean(name, known) or f"known are {', '.join(known) or 'none'}"
        raise typer.BadParameter(f'the rules have no schedule "{name}"; {hint}')
    return known[name]


def _moment(text: str, chosen: "Schedule") -> datetime:
    """The moment asked for, now if none is; a time without a zone is one of the schedule's clock."""
    if not text:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'"{text}" is no moment: write it like 2026-12-24T18:00Z') from None
    return at.astimezone(UTC) if at.tzinfo else moment(at, chosen.zone)


def _local(at: datetime, chosen: "Schedule") -> str:
    return f"{reading(at, chosen.zone):%a %Y-%m-%d %H:%M}"


def _people(given: list[str]) -> dict[str, str]:
    people = dict(each.partition("=")[::2] for each in given)
    for written, address in people.items():
        if not written or not address:
            raise typer.BadParameter('write a person as "Jane Doe=jane@acme.example"')
    return people


def _report(made: "Imported", out: Path, *, json: bool) -> None:
    shifts = sum(len(layer.fixed) for layer in made.schedule.layers)
    left = [{"title": one.title, "starts": one.starts, "why": one.why} for one in made.left_out]
    if json:
        people = made.schedule.people
        print_json({"schedule": made.schedule.id, "shifts": shifts, "people": people, "left_out": left})
        return
    say(f"{out}: schedule {made.schedule.id} of {count(shifts, 'shift')}, {made.schedule.zone}")
    for one in left:
        warn(f"left out: {one['title'] or 'an event without title'} ({one['starts']}): {one['why']}")
