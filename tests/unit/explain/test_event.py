"""Why an alert is in one incident and not in another: the numbers are those that decided."""

import pytest

from bench.company import rules_of
from bench.days.case import make
from bench.stories.reading import company, names, recorded, story
from router.explain import NothingToExplain
from router.explain.event import explain_event
from router.explain.witness import WitnessedReplay
from router.likelihood.weighing import likelihood_of
from router.model.decision import Outcome, Reason
from router.recording import Recorded, read_recordings, record_of
from tests.scenarios.acme import recording, rules

SOME = names()[::4]
WEIGHED = (Reason.JOINED_ON_PATH, Reason.JOINED_COMMON_CAUSE)


def replayed(name: str) -> WitnessedReplay:
    told = story(name)
    return WitnessedReplay(company(told.company), recorded(told))


@pytest.mark.parametrize("name", SOME)
def test_an_alert_that_joined_is_likelier_one_failure_with_its_incident_than_two(name: str) -> None:
    """The evidence with and without it, computed from what was known when it came, says what the decision says."""
    replay = replayed(name)
    least = likelihood_of(replay.rules).parameters.join
    for decision in replay.witness.decisions:
        if decision.reason in WEIGHED and decision.outcome is Outcome.JOINED:
            (number,) = replay.indexes(decision.positions)
            for weighed in explain_event(replay, number)["weighed"]:
                joining = weighed.get("joining")
                assert joining is None or max(joining["gain"], joining.get("again", -1.0)) > least


@pytest.mark.parametrize("name", SOME)
def test_an_alert_that_opened_an_incident_was_likelier_a_failure_of_its_own(name: str) -> None:
    """Against every incident that was there, in its scope, and could be weighed with it."""
    replay = replayed(name)
    least = likelihood_of(replay.rules).parameters.join
    for decision in replay.witness.decisions:
        if decision.reason is Reason.OPENED_NEW_FAILURE:
            (number,) = replay.indexes(decision.positions)
            for other in replay.witness.incidents.values():
                closed = other.resolved_at is not None and other.resolved_at < decision.at
                if other.scope == decision.scope and other.opened_at < decision.at and not closed:
                    for weighed in explain_event(replay, number, other.id)["weighed"]:
                        if weighed["component"] == decision.component and "joining" in weighed:
                            assert weighed["joining"]["gain"] <= least


def test_an_alert_between_two_failures_is_weighed_with_both() -> None:
    """What could belong to either is explained against the one asked for and against its own."""
    replay = replayed("two-on-one-map")
    (decision,) = (
        d for d in replay.witness.decisions if d.component == "model.churn" and d.outcome is Outcome.JOINED
    )
    (number,) = replay.indexes(decision.positions)
    (other,) = (i for i in replay.witness.incidents if i != decision.incident)
    (weighed,) = explain_event(replay, number, other)["weighed"]
    assert not weighed["is_in_it"]
    assert weighed["joining"]["gain"] < weighed["joining_its_own"]["gain"]
    assert weighed["merging"]["gain"] < likelihood_of(replay.rules).parameters.merge
    assert weighed["text"][0] == f"model.churn model.data_drift is in {decision.incident}, not in {other}"
    (inside,) = explain_event(replay, number, decision.incident)["weighed"]
    assert inside["is_in_it"]
    assert "merging" not in inside


def test_an_incident_that_was_not_there_yet_is_named_with_the_time_it_opened() -> None:
    """Then only the two incidents as they were at last can be weighed."""
    replay = replayed("two-on-one-map")
    first, second = sorted(replay.witness.incidents)
    opened = next(d for d in replay.witness.decisions if d.incident == first and d.outcome is Outcome.OPENED)
    (number,) = replay.indexes(opened.positions)
    (weighed,) = explain_event(replay, number, second)["weighed"]
    assert "joining" not in weighed
    assert any(f"{second} was not there yet" in line for line in weighed["text"])
    assert weighed["merging"]["together"] > 0


def test_scopes_are_never_crossed_and_that_is_said() -> None:
    """An alert of another scope needs no weighing."""
    replay = WitnessedReplay(rules(), list(read_recordings([recording("two-at-once")])))
    claims, commerce = sorted(replay.witness.incidents)
    opened = next(d for d in replay.witness.decisions if d.incident == claims and d.outcome is Outcome.OPENED)
    (number,) = replay.indexes(opened.positions)
    text = explain_event(replay, number, commerce)["why_in_or_not"]
    assert any("incidents never cross scopes" in line for line in text)


def test_what_is_not_in_the_recording_is_named_with_what_is() -> None:
    """Neither an event beyond its end nor an incident that never was has an answer."""
    replay = replayed(SOME[0])
    with pytest.raises(NothingToExplain, match="events 0 to"):
        explain_event(replay, 10_000)
    with pytest.raises(NothingToExplain, match="there are: "):
        explain_event(replay, 0, "nowhere-1")


@pytest.mark.parametrize("number", [1, 2])
def test_the_incident_that_an_alert_is_said_to_be_in_shows_its_symptom(number: int) -> None:
    """Wherever it went first: incidents are merged, and taken apart when something late is heard of."""
    case = make(seed=5, number=number, setting_name="normal")
    events = [Recorded(place, record_of(event, place)) for place, event in enumerate(case["events"])]
    replay = WitnessedReplay(rules_of(case["company"]), events)
    for place in range(len(events)):
        for weighed in explain_event(replay, place)["weighed"]:
            held = replay.witness.incidents[weighed["incident"]].headlines
            assert (weighed["component"], weighed["fault"]) in {(h.component, h.fault) for h in held}
