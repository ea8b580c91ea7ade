"""How far people's verdicts moved the confidence of attribution, person by person.

The bias is what all of them moved together, in log-odds. Each person's part is kept apart and bounded, so that nobody
moves it far alone, and what somebody moved can be taken back.
"""

import math
from typing import Literal

from pydantic import Field

from router.model.experience import day_of
from router.model.value import Moment, Value

MAX_BIAS = 1.5
"""The bias never lies further from 0, in log-odds: 50 % becomes 18 % or 82 % at most."""
MAX_OF_ONE = 0.5
"""What one person moves it in all, at most."""
MAX_STEP = 0.1
"""What one verdict moves it, at most."""
STEPS_A_DAY = 3
"""Verdicts of one person that count on one day."""
HALF_LIFE_DAYS = 30
"""After so many days half of what somebody moved is left: models, monitors and catalogs change."""
MAX_PEOPLE = 200
"""People whose parts are kept; beyond it the one who moved least is forgotten."""


class Moved(Value):
    """One person's part: how far it moved the bias as of `day` (since 1970), and the verdicts that counted then."""

    by: float = Field(ge=-MAX_OF_ONE, le=MAX_OF_ONE)
    day: int
    steps: int = Field(1, ge=1, le=STEPS_A_DAY)

    def on(self, day: int) -> float:
        """What is left of it on that day, to four digits."""
        return float(round(self.by * 2 ** (-max(0, day - self.day) / HALF_LIFE_DAYS), 4))


class Calibration(Value):
    """The calibration of a scope; `at` is the last verdict that counted, `verdicts` how many ever did."""

    record: Literal["calibration"] = "calibration"
    at: Moment
    people: dict[str, Moved] = Field(default_factory=dict)
    verdicts: int = Field(0, ge=0)

    @property
    def key(self) -> str:
        """`calibration`: there is one a scope."""
        return "calibration"

    def bias(self, now: Moment) -> float:
        """What to add to the log-odds of a confidence today, in log-odds, to four digits."""
        day = day_of(now)
        moved = math.fsum(part.on(day) for part in self.people.values())
        return round(max(-MAX_BIAS, min(MAX_BIAS, moved)), 4)

    def with_step(self, actor: str, step: float, now: Moment) -> "Calibration | None":
        """After this person moved it by `step`, as far as the bounds allow; None where nothing changes."""
        day = day_of(now)
        part = self.people.get(actor)
        steps = part.steps if part and part.day == day else 0
        before = part.on(day) if part else 0.0
        by = before + max(-MAX_STEP, min(MAX_STEP, step))
        by = round(max(-MAX_OF_ONE, min(MAX_OF_ONE, by)), 4)
        if steps >= STEPS_A_DAY or by == before:
            return None
        people = {**self.people, actor: Moved(by=by, day=day, steps=steps + 1)}
        if len(people) > MAX_PEOPLE:
            del people[min(people, key=lambda name: (abs(people[name].on(day)), name))]
        return Calibration(at=now, people=people, verdicts=self.verdicts + 1)

    def without(self, actor: str) -> "Calibration":
        """As if this person had never said anything, but for what the bounds kept others from."""
        return self.model_copy(
            update={"people": {name: part for name, part in self.people.items() if name != actor}}
        )
