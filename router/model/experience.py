"""What a scope learned from hand-overs: lessons, and the counts that are derived from them.

A lesson is one finished or handed-over incident: what it looked like, and which team it ended with. Lessons are the
only thing stored, one small record an incident, so each step of learning has a name, an author and a way back:
putting the incident's record again replaces its lesson, deleting it undoes it. Counts are integers over days, so
they depend on which lessons there are and never on the order in which they came.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from heapq import nlargest
from itertools import chain, combinations
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field

from router.model.value import EPOCH, Moment, Value

Feature = tuple[str, str]
"""One thing that can be said about an incident: a name and a value, `("symptom", "cannot log in")`."""

Combination = tuple[Feature, ...]
"""Features that hold together; the empty one holds for every incident."""

MAX_FEATURES = 6
"""Features that a lesson or a question may have: the work of a prediction grows with their pairs."""
MAX_LESSONS = 10_000
"""Lessons a scope keeps; the oldest are forgotten first."""
KEEP_DAYS = 180
"""A lesson older than this is forgotten: it weighs less than 1/500 of a new one."""
HALF_LIFE_DAYS = 20
"""After so many days a lesson counts half: ownership changes with reorganisations, monitors with releases."""
ONE = 1024
"""The weight of a lesson of today; weights are integers, so sums do not depend on their order."""
MAX_A_DAY = 5
"""So many lessons of one person a day count for one team in one combination; more change nothing."""
MAX_OF_ONE = 3
"""So many lessons of one person count as support for proposing a team."""
MAX_TALLIES = 4096
"""Combinations whose counts are kept at hand; derived, so dropping them costs time only."""
FEW = 16
"""Combinations of so many lessons are counted each time: most combinations are rare."""

WEIGHTS = tuple(round(ONE * 2 ** (-days / HALF_LIFE_DAYS)) for days in range(KEEP_DAYS + 1))


def in_order(features: Iterable[Feature]) -> Combination:
    """These features as a combination: sorted, each once."""
    return tuple(sorted(set(features)))


class Question(StrEnum):
    """What was asked, by its best answer: these three are right in different shares at the same strength."""

    WHO = "who"
    """Who will own it, with nobody named yet."""
    KEPT = "kept"
    """A team has it, and keeps it."""
    MOVED = "moved"
    """A team has it, and another one will."""


class Answered(Value):
    """The best answer that experience gave before it knew; `share` is raw, in thousandths."""

    question: Question
    team: str
    share: int = Field(ge=0, le=1000)

    @property
    def tenth(self) -> int:
        """The tenth that its share lies in, 0 to 9."""
        return min(self.share // 100, 9)


class Lesson(Value):
    """One incident and the team that it ended with.

    `actor` is the person whose word it is. `answers` is what experience had said when the incident opened: how often
    that was right calibrates later answers.
    """

    record: Literal["lesson"] = "lesson"
    incident: str
    at: Moment
    team: str = Field(min_length=1)
    actor: str = Field(min_length=1)
    features: Annotated[Combination, Field(max_length=MAX_FEATURES), AfterValidator(in_order)]
    answers: tuple[Answered, ...] = Field((), max_length=2)

    @property
    def key(self) -> str:
        """`lesson|` and the incident's id: an incident teaches once."""
        return f"lesson|{self.incident}"

    @property
    def due(self) -> Moment:
        """When it is forgotten."""
        return self.at + timedelta(days=KEEP_DAYS)


class Tally(NamedTuple):
    """What the lessons with a combination say: the weight of each team, and their sum, in units of `ONE`."""

    weights: Mapping[str, int]
    total: int


class Recent(NamedTuple):
    """Of the last `of` incidents, `ended` ended with a team, on the word of `people` different persons.

    `support` counts each person `MAX_OF_ONE` times at most.
    """

    ended: int
    of: int
    people: int
    support: int


class _Counted:
    """A tally as it grows: who said how often on which day that it was this team."""

    __slots__ = ("said", "total", "weights")

    def __init__(self) -> None:
        self.said: dict[tuple[str, str, int], int] = {}
        self.weights: dict[str, int] = {}
        self.total = 0

    def count(self, lesson: Lesson, today: int, step: int) -> None:
        """Take a lesson in (`step` 1) or out (-1). The first `MAX_A_DAY` of a person count, whichever they are."""
        day = day_of(lesson.at)
        who = (lesson.team, lesson.actor, day)
        before = self.said.get(who, 0)
        self.said[who] = before + step
        change = (min(before + step, MAX_A_DAY) - min(before, MAX_A_DAY)) * weight(today - day)
        self.weights[lesson.team] = self.weights.get(lesson.team, 0) + change
        if not self.weights[lesson.team]:
            del self.weights[lesson.team]
        self.total += change


Place = tuple[Moment, str]
"""Where a lesson stands among the others: its time and, within one instant, its key."""


class Experience:
    """The lessons of a scope with their counts. Changed in place by `State`, which owns it; not thread-safe.

    `version` grows with every change.
    """

    def __init__(self) -> None:
        self.lessons: dict[str, Lesson] = {}
        self.version = 0
        self._places: list[Place] = []
        self._having: dict[Feature, set[Place]] = {}
        self._right: dict[tuple[Question, int], dict[int, list[int]]] = {}
        self._tallies: dict[Combination, _Counted] = {}
        self._today = -1

    def add(self, lesson: Lesson) -> None:
        """Take a lesson in; one of the same incident is replaced."""
        self.remove(lesson.key)
        self.version += 1
        self.lessons[lesson.key] = lesson
        place = (lesson.at, lesson.key)
        insort(self._places, place)
        for feature in lesson.features:
            self._having.setdefault(feature, set()).add(place)
        self._count(lesson, 1)

    def remove(self, key: str) -> None:
        """Undo a lesson, exactly; an unknown key changes nothing."""
        lesson = self.lessons.pop(key, None)
        if lesson is None:
            return
        self.version += 1
        place = (lesson.at, key)
        del self._places[bisect_left(self._places, place)]
        for feature in lesson.features:
            having = self._having[feature]
            having.remove(place)
            if not having:
                del self._having[feature]
        self._count(lesson, -1)

    def tally(self, combination: Combination, now: Moment) -> Tally:
        """What the lessons with all these features say today."""
        today = day_of(now)
        if today != self._today or len(self._tallies) >= MAX_TALLIES:
            self._tallies, self._today = {}, today
        counted = self._tallies.get(combination)
        if counted is None:
            counted, places = _Counted(), self._with(combination)
            for _, key in places:
                counted.count(self.lessons[key], today, 1)
            if len(places) > FEW:
                self._tallies[combination] = counted
        return Tally(counted.weights, counted.total)

    def recent(self, combination: Combination, team: str, last: int) -> Recent:
        """How many of the last so many incidents with all these features ended with this team."""
        places = nlargest(last, self._with(combination)) if combination else self._places[-last:]
        newest = [self.lessons[key] for _, key in places]
        said = Counter(lesson.actor for lesson in newest if lesson.team == team)
        support = sum(min(times, MAX_OF_ONE) for times in said.values())
        return Recent(said.total(), len(newest), len(said), support)

    def record_of(self, answer: Answered, now: Moment) -> tuple[int, int]:
        """How often such answers of about this raw share were right, and of how many, as weights."""
        today = day_of(now)
        right = total = 0
        for day, (good, count) in self._right.get((answer.question, answer.tenth), {}).items():
            right += good * weight(today - day)
            total += count * weight(today - day)
        return right, total

    def beyond_bounds(self) -> tuple[str, ...]:
        """Keys of the oldest lessons above `MAX_LESSONS`, oldest first."""
        excess = max(0, len(self._places) - MAX_LESSONS)
        return tuple(key for _, key in self._places[:excess])

    def _with(self, combination: Combination) -> Collection[Place]:
        if not combination:
            return self._places
        groups = sorted((self._having.get(feature, set()) for feature in combination), key=len)
        return groups[0].intersection(*groups[1:]) if len(groups) > 1 else groups[0]

    def _count(self, lesson: Lesson, step: int) -> None:
        parts = (combinations(lesson.features, size) for size in range(len(lesson.features) + 1))
        for combination in chain.from_iterable(parts):
            counted = self._tallies.get(combination)
            if counted is not None:
                counted.count(lesson, self._today, step)
        day = day_of(lesson.at)
        for answer in lesson.answers:
            days = self._right.setdefault((answer.question, answer.tenth), {})
            record = days.setdefault(day, [0, 0])
            record[0] += step * (answer.team == lesson.team)
            record[1] += step
            if not record[1]:
                del days[day]


def combinations_of(features: Combination) -> list[Combination]:
    """The combinations that answer a question, general to specific: none, each, each pair, all."""
    found: list[Combination] = [(), *((feature,) for feature in features), *combinations(features, 2)]
    return found if len(features) < 3 else [*found, features]


def to_forget(experience: Experience, feature: Feature | None = None, actor: str = "") -> tuple[str, ...]:
    """Keys of the lessons with this feature (a component's, say) and by this person, whichever is given."""
    if feature is None and not actor:
        return ()
    return tuple(
        sorted(
            lesson.key
            for lesson in experience.lessons.values()
            if (feature is None or feature in lesson.features) and (not actor or lesson.actor == actor)
        )
    )


def day_of(at: Moment) -> int:
    """The day since 1970 that this moment lies in."""
    return (at - EPOCH).days


def weight(days: int) -> int:
    """What a lesson that many days old counts, in units of `ONE`."""
    return WEIGHTS[max(days, 0)] if days <= KEEP_DAYS else 0
