"""Why this cause, and what would change our mind: terms add up to what decided; what is said to happen does."""

import math

import orjson
import pytest

from bench.company import rules_of
from bench.days.case import make
from bench.stories.reading import company, names, recorded, story
from router.explain.incident import explain_incident, times_words
from router.explain.minds import trials
from router.explain.terms import differences, parts_of, suspects_of
from router.explain.witness import Assessed, Witness, WitnessedReplay
from router.recording import Recorded, record_of
from tests.builders import a_company, a_component
from tests.scenarios.story import Story

SOME = [*names()[::4], 1, 2]


class Witnessed(Story):
    """A story before a witness."""

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)
        self.witness = self.simulator = Witness(self.rules)

    @property
    def assessed(self) -> Assessed:
        return self.witness.assessed["main-1"]


def replayed(name: str | int) -> WitnessedReplay:
    """A story, or a generated day by its number: there much is learned on the way."""
    if isinstance(name, int):
        case = make(seed=5, number=name, setting_name="normal")
        events = [Recorded(number, record_of(event, number)) for number, event in enumerate(case["events"])]
        return WitnessedReplay(rules_of(case["company"]), events)
    told = story(name)
    return WitnessedReplay(company(told.company), recorded(told))


@pytest.mark.parametrize("name", SOME)
def test_what_is_explained_is_what_was_decided(name: str | int) -> None:
    """Ranked again from what was known at the last assessment, the best cause and its score are the incident's own."""
    replay = replayed(name)
    looked_at = 0
    for incident_id, assessed in replay.witness.assessed.items():
        suspects = suspects_of(assessed, replay.rules)
        cause = replay.witness.incidents[incident_id].cause
        if suspects and suspects[0].component == cause.component:
            assert round(suspects[0].score, 4) == cause.odds
            looked_at += 1
    assert looked_at


@pytest.mark.parametrize("name", SOME)
def test_the_terms_add_up_to_the_score_and_the_differences_to_what_is_between(name: str | int) -> None:
    """Nothing that decided is left out, and nothing is put down to dependence: the defaults know none."""
    replay = replayed(name)
    for assessed in replay.witness.assessed.values():
        suspects = suspects_of(assessed, replay.rules)[:3]
        parts = [parts_of(suspect, assessed, replay.rules) for suspect in suspects]
        for suspect, its_parts in zip(suspects, parts, strict=True):
            assert math.fsum(part.counts for part in its_parts) == pytest.approx(suspect.score)
            assert "dependence" not in {part.kind for part in its_parts}
        for suspect, its_parts in list(zip(suspects, parts, strict=True))[1:]:
            ahead = math.fsum(d.value for d in differences(parts[0], its_parts))
            assert ahead == pytest.approx(suspects[0].score - suspect.score)


def test_a_term_says_in_which_way_a_symptom_is_explained() -> None:
    """Its own alert directly, a late one by way of what it reached, a second fault of a component as one more."""
    told = Witnessed()
    told.change(-60, "erp.orders").alert(0, "erp.orders", "erp.interface_error")
    told.alert(500, "feed.orders", "feed.stale").alert(900, "feed.orders", "feed.volume_drop")
    told.alert(1_000, "model.pricing", "model.data_drift")
    best = suspects_of(told.assessed, told.rules)[0]
    ways = {(part.fault, part.kind, part.by) for part in parts_of(best, told.assessed, told.rules)}
    assert best.component == "erp.orders"
    assert ("", "change", "") in ways
    assert ("erp.interface_error", "direct", "") in ways
    assert ("feed.volume_drop", "again", "feed.orders") in ways
    assert {kind for fault, kind, _ in ways if fault == "model.data_drift"} <= {"direct", "via", "lasting"}
    assert "unheard" not in {kind for _, kind, _ in ways}


def test_a_cause_that_raises_no_alert_pays_for_its_silence() -> None:
    """Two feeds alert at once; the ERP behind both is the cause, and one of its terms says that it was not heard."""
    fork = a_company(
        a_component("erp.orders"),
        *(a_component(f"feed.{name}", "erp.orders") for name in ("stock", "prices", "orders")),
    )
    told = Witnessed(fork)
    for seconds, name in enumerate(("stock", "prices", "orders")):
        told.alert(seconds, f"feed.{name}", "feed.volume_drop")
    best = suspects_of(told.assessed, told.rules)[0]
    assert best.component == "erp.orders"
    assert "unheard" in {part.kind for part in parts_of(best, told.assessed, told.rules)}


def test_what_would_change_our_mind_does() -> None:
    """The alert that is said to make another component the cause does so when it is sent, just as surely."""

    def heard() -> Witnessed:
        return (
            Witnessed().alert(0, "feed.orders", "feed.stale").alert(60, "model.pricing", "model.data_drift")
        )

    told = heard()
    found = trials(told.assessed, suspects_of(told.assessed, told.rules), told.rules)
    tried = next(trial for trial in found if trial.what == "alert" and trial.component == "erp.orders")
    assert told.incident().cause.component == "feed.orders"
    assert tried.cause == "erp.orders"
    assert tried.at is not None
    began = (tried.at - told.assessed.at).total_seconds() + 60
    after = heard().alert(60, "erp.orders", tried.fault, started=began).incident().cause
    assert after.component == "erp.orders"
    assert after.confidence == pytest.approx(tried.share, abs=0.001)


def test_without_its_own_alert_another_component_would_be_the_cause() -> None:
    """Leaving out one component's alerts is tried too, and told only where it changes the cause."""
    told = Witnessed().alert(0, "feed.orders", "feed.stale").alert(60, "model.pricing", "model.data_drift")
    found = trials(told.assessed, suspects_of(told.assessed, told.rules), told.rules)
    without = {trial.component: trial.cause for trial in found if trial.what == "without"}
    assert without == {"feed.orders": "model.pricing"}


def test_no_evidence_changes_the_mind_of_a_person() -> None:
    """Once somebody handed it over, that is what is said; the terms stay there to be read."""
    told = Witnessed(settle_seconds=0).alert(0, "feed.orders", "feed.stale")
    told.person(100, "hand_over", team="sales").alert(130, "model.pricing", "model.data_drift")
    replay = WitnessedReplay(told.rules, ())
    replay.witness = told.witness
    replay._index = {("ops", 0, offset): offset for offset in range(9)}
    answer = explain_incident(replay, "main-1")
    assert answer["would_change_our_mind"] == [
        "nothing: a person handed it over, and evidence does not override a person"
    ]
    assert answer["terms"]


def test_the_same_recording_is_explained_the_same_to_the_byte() -> None:
    """As everything else that a replay says."""
    once, again = (
        orjson.dumps([explain_incident(replay, one) for one in replay.witness.incidents])
        for replay in (replayed(SOME[0]), replayed(SOME[0]))
    )
    assert once == again


@pytest.mark.parametrize(
    ("log_odds", "words"),
    [
        (0.1, "hardly likelier"),
        (1.0, "2.7 times likelier"),
        (4.6, "about 99 times likelier"),
        (7.0, "about 1,100 times likelier"),
        (20.0, "more than a million times likelier"),
    ],
)
def test_log_odds_are_told_as_a_factor(log_odds: float, words: str) -> None:
    """People think in times, not in logarithms; two figures are enough."""
    assert times_words(log_odds) == words
