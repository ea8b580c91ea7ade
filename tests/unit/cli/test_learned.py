"""`router learned`: what is kept of what people taught, as tables and as an export."""

from datetime import timedelta

import orjson
import pytest

from router.kafka.codec import encode, state_key
from router.kafka.embedded import EmbeddedBroker
from router.kafka.sender import Sender
from router.kafka.topics import STATE
from router.model.calibration import Calibration, Moved
from router.model.experience import Lesson, day_of
from router.model.record import AnyRecord, BackgroundRate, ScopeHeader
from tests.builders import START
from tests.unit.cli.conftest import Run
from tests.unit.cli.golden import expect_golden
from tests.unit.cli.writing import write


def a_lesson(number: int, actor: str = "ann", component: str = "portal") -> Lesson:
    """An incident of this component that ended with sales."""
    features = (("component", component), ("given to", "triage"))
    at = START + timedelta(days=number)
    return Lesson(incident=f"commerce-{number}", at=at, team="sales", actor=actor, features=features)


LEARNED: tuple[AnyRecord, ...] = (
    ScopeHeader(scope="commerce"),
    a_lesson(1),
    a_lesson(2, "bob"),
    a_lesson(3, component="feed.orders"),
    Calibration(at=START, people={"bob": Moved(by=-0.25, day=day_of(START) + 10**6, steps=2)}),
    BackgroundRate(
        component="feed.orders", fault="feed.stale", count=3.25, at=START, due=START + timedelta(days=90)
    ),
)


def remember(broker: EmbeddedBroker, scope: str, *records: AnyRecord) -> None:
    """What the engine writes."""
    sender = Sender(broker.settings)
    for record in records:
        sender.send(STATE, encode(record), key=state_key(scope, record.key))
    sender.finish()


def test_the_tables_are_the_golden_ones(router: Run, broker: EmbeddedBroker) -> None:
    """Who said what of which incident, how confidence is moved, and what alerts anyway."""
    remember(broker, "commerce", *LEARNED)
    ran = router("learned")
    assert (ran.code, ran.err) == (0, "")
    expect_golden("learned", ran.out)


def test_the_export_holds_every_record(router: Run, broker: EmbeddedBroker) -> None:
    """One JSON document, scope by scope; what was deleted is not in it."""
    remember(broker, "commerce", *LEARNED)
    remember(broker, "unmapped", a_lesson(7))
    write(broker, STATE, None, key="commerce|lesson|commerce-2")
    commerce, unmapped = orjson.loads(router("learned", "--json").out)["scopes"]
    assert [lesson["incident"] for lesson in commerce["lessons"]] == ["commerce-1", "commerce-3"]
    assert commerce["lessons"][0]["features"] == [["component", "portal"], ["given to", "triage"]]
    assert (commerce["calibration"]["bias"], commerce["background"][0]["count"]) == (-0.25, 3.25)
    assert (unmapped["scope"], unmapped["calibration"], len(unmapped["lessons"])) == ("unmapped", None, 1)


@pytest.mark.parametrize(
    ("arguments", "lessons", "rates", "calibrated"),
    [
        (("--component", "portal"), 2, 0, False),
        (("--component", "feed.orders"), 1, 1, False),
        (("--taught-by", "bob"), 1, 0, True),
        (("--taught-by", "ann"), 2, 0, False),
        (("--scope", "commerce"), 3, 1, True),
    ],
)
def test_one_component_or_person_can_be_asked_for(
    router: Run,
    broker: EmbeddedBroker,
    arguments: tuple[str, ...],
    lessons: int,
    rates: int,
    calibrated: bool,
) -> None:
    """What `router forget` with the same words would delete."""
    remember(broker, "commerce", *LEARNED)
    (found,) = orjson.loads(router("learned", *arguments, "--json").out)["scopes"]
    assert (len(found["lessons"]), len(found["background"])) == (lessons, rates)
    assert (found["calibration"] is not None) == calibrated


def test_nothing_learned_is_said_in_words(router: Run, broker: EmbeddedBroker) -> None:
    """An empty table would leave a doubt."""
    assert router("learned").out == "Nothing was learned yet.\n"
    remember(broker, "commerce", *LEARNED)
    assert router("learned", "--scope", "other").out == "No such thing was learned.\n"
