"""Laws of tracks: the owner first, one message a destination, a decision a telling, clocks that start once."""

from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from router.model.decision import Reason
from router.model.incident import Incident
from router.model.notice import NoticeRole
from tests.scenarios.duties import CHAIN, a_company_with_duties
from tests.scenarios.story import Story

FAULTS = {
    "feed.scans": ("feed.late", "feed.schema_change", "store.stale"),
    "model.claims": ("genai.pii_leak", "model.data_drift", "model.bias"),
    "agent.claims": ("agent.stalled", "agent.goal_failure"),
    "kpi.claims": ("kpi.drop",),
}
alerts = st.sampled_from([(body.id, fault) for body in CHAIN for fault in FAULTS[body.id]])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("alert"), alerts, st.sampled_from(("minor", "major", "critical"))),
        st.tuples(st.just("resolve"), alerts),
        st.tuples(st.just("acknowledge")),
        st.tuples(st.just("seen"), st.sampled_from(("risk", "vendor", "sales"))),
        st.tuples(
            st.just("hand_over"),
            st.sampled_from(("it-team", "risk", "vendor", "data-team")),
            st.sampled_from(("other", "needs_help", "not_ours_contract")),
        ),
        st.tuples(st.just("wait"), st.integers(1, 40_000)),
    ),
    min_size=1,
    max_size=14,
)


def play(said: list[Any]) -> Story:
    """The story of these steps, a minute apart; commands are about the first incident."""
    story, now = Story(a_company_with_duties()), 0
    for number, step in enumerate(said):
        now += 60
        match step:
            case ("alert", (component, fault), severity):
                story.alert(now, component, fault, severity=severity)
            case ("resolve", (component, fault)):
                story.resolve(now, component, fault)
            case ("wait", seconds):
                now += seconds
                story.advance(now)
            case ("seen", team):
                story.person(now, "seen", team=team, actor=f"person-{number}")
            case ("hand_over", team, because):
                story.person(now, "hand_over", team=team, because=because)
            case _:
                story.person(now, "acknowledge")
    return story.advance(now + 4 * 86_400)


def starts(incident: Incident) -> dict[tuple[str, str, str, str], datetime]:
    """When each clock that runs began."""
    return {
        (*track.key, clock.name): clock.started_at
        for track in incident.also
        for clock in track.clocks
        if clock.started_at
    }


@settings(max_examples=60, deadline=None)
@given(steps)
def test_whoever_must_know_is_told_once_after_the_owner_and_with_a_reason(said: list[Any]) -> None:
    """One message a destination and incident; each has its decision, and the owner's is the first."""
    story = play(said)
    told: dict[str, list[Any]] = {}
    for decision in story.simulator.decisions:
        if decision.reason.value.startswith("told.") and decision.destination:
            told.setdefault(decision.incident, []).append(decision)
    for incident in story.simulator.incidents.values():
        destinations = list(incident.destinations)
        assert len(destinations) == len(set(destinations))
        decided = told.get(incident.id, [])
        assert set(destinations) <= {decision.destination for decision in decided}
        if decided:
            assert decided[0].reason is Reason.TOLD_OPENED
    for notice in story.simulator.notices:
        if notice.role is NoticeRole.ALSO:
            assert notice.destination != notice.incident.destination


@settings(max_examples=60, deadline=None)
@given(steps)
def test_a_clock_starts_once_and_an_incident_has_the_timer_that_it_needs(said: list[Any]) -> None:
    """Nothing gives a duty more time; `track_due` is the next moment of a clock, while the incident lives."""
    story = play(said)
    began: dict[str, dict[tuple[str, str, str, str], datetime]] = {}
    for notice in story.simulator.notices:
        if notice.shows is not None:
            continue
        known = began.setdefault(notice.incident.id, {})
        for key, at in starts(notice.incident).items():
            assert at <= known.setdefault(key, at)
    for incident in story.simulator.incidents.values():
        if not incident.live:
            assert incident.track_due is None
            continue
        dues = [clock.next_due for track in incident.also for clock in track.clocks if clock.next_due]
        assert incident.track_due is None or incident.track_due in dues
    reminded = [
        (d.incident, d.reason, d.text) for d in story.simulator.decisions if d.reason is Reason.ALSO_DUE
    ]
    assert len(reminded) == len(set(reminded)), "each end of a time is said once"
