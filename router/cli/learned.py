"""`router learned`: what the router learned, from whom, and how it moves what is decided."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from router.cli.connection import JsonOption, KafkaOption, connect
from router.cli.output import count, print_json, say, table

if TYPE_CHECKING:
    from router.config.runtime import KafkaSettings
    from router.model.calibration import Calibration
    from router.model.experience import Lesson
    from router.model.record import BackgroundRate

KINDS = ("lesson", "calibration", "background")
"""How the keys begin of what was learned, among everything else that a scope remembers."""


class Learned(NamedTuple):
    """What one scope learned: lessons, oldest first; the calibration, if any; background rates by component."""

    scope: str
    lessons: "list[Lesson]"
    calibration: "Calibration | None"
    background: "list[BackgroundRate]"


def learned(
    scope: Annotated[str, typer.Option(help="Only this scope.")] = "",
    component: Annotated[str, typer.Option(help="Only what was learned of this component.")] = "",
    taught_by: Annotated[
        str, typer.Option(metavar="NAME", help="Only what this person taught, and nothing else.")
    ] = "",
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Show what was learned: who had incidents like which, how sure to be, and what alerts anyway.

    With --json it is an export of all of it.
    """
    found = [
        chosen
        for one in read_learned(connect(kafka))
        if (chosen := _chosen(one, component, taught_by)) and scope in ("", one.scope)
    ]
    now = datetime.now(UTC)
    if json:
        print_json({"scopes": [document(one, now) for one in found]})
        return 0
    if not found:
        say(
            "Nothing was learned yet."
            if not (scope or component or taught_by)
            else "No such thing was learned."
        )
    for place, one in enumerate(found):
        say(*([""] if place else []), *drawn(one, now))
    return 0


def read_learned(kafka: "KafkaSettings") -> list[Learned]:
    """What each scope learned, by the scope's name; scopes that learned nothing are left out."""
    from router.kafka.codec import CHECKPOINT_KEY, split_state_key
    from router.kafka.tail import Tail
    from router.kafka.topics import STATE

    newest: dict[tuple[str, str], bytes] = {}
    with Tail(kafka, [STATE]) as tail:
        for read in tail.to_end():
            if read.key is None or read.key == CHECKPOINT_KEY:
                continue
            place = split_state_key(read.key)
            if place[1].partition("|")[0] not in KINDS:
                continue
            if read.value is None:
                newest.pop(place, None)
            else:
                newest[place] = read.value
    by_scope: dict[str, list[bytes]] = {}
    for (scope, _), value in sorted(newest.items()):
        by_scope.setdefault(scope, []).append(value)
    return [_gathered(scope, values) for scope, values in by_scope.items()]


def _gathered(scope: str, values: Iterable[bytes]) -> Learned:
    from router.kafka.codec import decode_record
    from router.model.calibration import Calibration
    from router.model.experience import Lesson
    from router.model.record import BackgroundRate

    records = [decode_record(value) for value in values]
    lessons = [record for record in records if isinstance(record, Lesson)]
    return Learned(
        scope,
        sorted(lessons, key=lambda lesson: (lesson.at, lesson.key)),
        next((record for record in records if isinstance(record, Calibration)), None),
        [record for record in records if isinstance(record, BackgroundRate)],
    )


def _chosen(one: Learned, component: str, taught_by: str) -> Learned | None:
    """What of it is about this component and by this person ("": any); None if nothing is."""
    lessons = [
        lesson
        for lesson in one.lessons
        if taught_by in ("", lesson.actor) and (not component or ("component", component) in lesson.features)
    ]
    rates = [] if taught_by else [rate for rate in one.background if component in ("", rate.component)]
    calibration = None if component else one.calibration
    if calibration and taught_by and taught_by not in calibration.people:
        calibration = None
    return Learned(one.scope, lessons, calibration, rates) if lessons or rates or calibration else None


def document(one: Learned, now: datetime) -> dict[str, Any]:
    """What `--json` prints of a scope."""
    return {
        "scope": one.scope,
        "lessons": [lesson.model_dump(mode="json", exclude={"record"}) for lesson in one.lessons],
        "calibration": one.calibration
        and {
            "bias": one.calibration.bias(now),
            "at": one.calibration.at,
            "people": {name: part.model_dump() for name, part in one.calibration.people.items()},
        },
        "background": [rate.model_dump(mode="json", exclude={"record"}) for rate in one.background],
    }


def drawn(one: Learned, now: datetime) -> list[Any]:
    """The tables for people."""
    from router.model.experience import day_of

    shown: list[Any] = [f"Scope {one.scope}", ""]
    if one.lessons:
        rows = (
            (lesson.incident, lesson.at, lesson.team, lesson.actor, _words(lesson)) for lesson in one.lessons
        )
        shown += [table(["incident", "learned", "ended with", "says", "looked like"], rows), ""]
    if one.calibration:
        bias = one.calibration.bias(now)
        shown.append(f"Confidence: {bias:+.2f} log-odds, so {0.5:.0%} is told as {_half(bias):.0%}.")
        day = day_of(now)
        people = sorted(one.calibration.people.items())
        rows_ = ((name, f"{part.on(day):+.2f}") for name, part in people)
        shown += [table(["moved by", ">log-odds"], rows_), ""]
    if one.background:
        rates = ((rate.component, rate.fault, f"{rate.count:.1f}", rate.at) for rate in one.background)
        shown += [table(["component", "alerts anyway", ">times", "last"], rates), ""]
    total = [count(len(one.lessons), "lesson"), count(len(one.background), "background rate")]
    return [*shown, f"{', '.join(total)}. Times are UTC."]


def _half(bias: float) -> float:
    """What a confidence of one half becomes."""
    from router.stages.calibrate import moved

    return moved(0.5, bias)


def _words(lesson: "Lesson") -> str:
    return ", ".join(f"{name} {value}" for name, value in lesson.features)
