"""Who is on call, and when: schedules made of layers, rotations or fixed shifts, with overrides over all of them.

Times of a schedule are what the clocks of its zone show (naive datetimes): a week is seven days of the wall, whatever
daylight saving does to one of them. Persons are Slack ids (U…) or e-mail addresses, as in a team's members.
"""

from typing import Annotated

from pydantic import AfterValidator, Field, NaiveDatetime

from router.model.time_interval import TimeInterval
from router.model.value import Moment, Value

DAY_SECONDS = 86_400
WEEK_SECONDS = 7 * DAY_SECONDS

People = Annotated[tuple[str, ...], AfterValidator(lambda people: tuple(dict.fromkeys(people)))]
"""Persons who are on call together, in the order given, each once."""


class Rotation(Value):
    """Takes turns: from `starts` on, every `every_seconds` of the wall clock, the next of `turns` is on call.

    `turns` come round in order; the first has the turn that begins at `starts`. Nobody is on call before `starts`, nor
    from `ends` on.
    """

    starts: NaiveDatetime
    every_seconds: int = Field(WEEK_SECONDS, ge=3_600)
    turns: tuple[People, ...]
    ends: NaiveDatetime | None = None


class FixedShift(Value):
    """`who` is on call for `seconds` of the wall clock from `starts`, once or as an RFC 5545 rule repeats it.

    `repeat` is the rule without its name (`FREQ=WEEKLY;INTERVAL=2`), its UNTIL a reading of this zone's clock;
    `also_at` are further beginnings, `except_at` beginnings that are left out. `zone` differs from the schedule's
    where a calendar says so.
    """

    starts: NaiveDatetime
    seconds: int = Field(ge=1)
    who: People
    repeat: str = ""
    also_at: tuple[NaiveDatetime, ...] = ()
    except_at: tuple[NaiveDatetime, ...] = ()
    zone: str = ""


class Layer(Value):
    """One way of filling a schedule: a rotation or fixed shifts, only within `hours` where they are given.

    Of layers that have somebody at a moment the highest `priority` counts; equal ones are on call together.
    """

    name: str
    priority: int = 0
    rotation: Rotation | None = None
    fixed: tuple[FixedShift, ...] = ()
    hours: TimeInterval | None = None
    zone: str = ""


class ShiftOverride(Value):
    """Between two readings of the schedule's clock only `who` is on call, whatever the layers say."""

    starts: NaiveDatetime
    ends: NaiveDatetime
    who: People
    why: str = ""


class Schedule(Value):
    """A schedule. `team` is whose it is: it is told where nobody is on call, unless `fallback` names another team.

    Of overrides that overlap the later one in the file counts.
    """

    id: str
    name: str = ""
    zone: str = "UTC"
    team: str = ""
    fallback: str = ""
    layers: tuple[Layer, ...] = ()
    overrides: tuple[ShiftOverride, ...] = ()

    @property
    def title(self) -> str:
        """What people read."""
        return self.name or self.id

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who is ever on call, each once, in the order of the file."""
        turns = [who for layer in self.layers if layer.rotation for who in layer.rotation.turns]
        turns += [shift.who for layer in self.layers for shift in layer.fixed]
        turns += [override.who for override in self.overrides]
        return tuple(dict.fromkeys(person for who in turns for person in who))


class Shift(Value):
    """From `starts` until before `ends` these people are on call; `source` names the layer, or "override"."""

    starts: Moment
    ends: Moment
    who: People
    source: str = ""


class Gap(Value):
    """From `starts` until before `ends` nobody is on call."""

    starts: Moment
    ends: Moment
