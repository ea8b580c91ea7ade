"""Alertmanager's timing scenarios: who is notified when, on the virtual clock.

Each expected notification must come in its window, with the same alerts, and nothing else may come. What we do
otherwise on purpose is in `OTHERWISE`, and with its reason in docs/compatibility.md.
"""

from typing import Any, NamedTuple

import pytest

from tests.builders import a_batch, a_component, an_alert
from tests.conformance.corpus import cases
from tests.conformance.timing import Heard, key_of, play
from tests.scenarios.muting import a_quiet_company
from tests.scenarios.story import Story

TOLERANCE = 0.15
"""Of the scenarios, in their seconds."""


class Differs(NamedTuple):
    """What is notified at this moment instead (None: nothing is), and why; `members`: it shows other alerts."""

    when: float | None
    why: str
    members: bool = False


END = "its end is told at once, not when the group is flushed next"
DELIVERY = (
    "how a channel is reached that does not answer is the notifier's: test_alertmanager_failing_receiver.py"
)
WHOLE = "the message shows the whole incident: what is inhibited or silenced in it stays on it"

OTHERWISE: dict[str, dict[int, Differs]] = {
    "merge_alerts": {3: Differs(4.6, END)},
    "repeat": {2: Differs(3.5, END)},
    "retry_two_webhooks": {2: Differs(None, DELIVERY)},
    "resolved_by_timeout": {1: Differs(11.0, END)},
    "reload": {1: Differs(8.0, "new rules restart no clock")},
    "webhook_timeout": {0: Differs(2.0, DELIVERY)},
    "inhibiting": {1: Differs(3.0, WHOLE, members=True), 2: Differs(4.0, WHOLE, members=True)},
    "silencing": {1: Differs(3.0, WHOLE, members=True), 2: Differs(4.0, WHOLE, members=True)},
}
"""Scenario -> place of the expectation -> what we do."""

NOT_PLAYED = {"cold_start": "there is no start delay: the state outlives the process"}


def scenarios() -> list[Any]:
    """The scenarios that are steps on a clock."""
    found = cases("alertmanager_timing.json", "scenarios")
    return [each for each in found if each.values[0] is None or "steps" in each.values[0]]


def firing(expected: dict[str, Any]) -> set[str]:
    """The alerts that the expected notification shows as firing."""
    return {key_of(alert["labels"]) for alert in expected["alerts"] if len(alert["active"]) == 1}


@pytest.mark.parametrize("scenario", scenarios())
def test_people_are_notified_when_alertmanager_notifies_them(scenario):
    """In its window, of the same alerts; and of nothing else at any other time."""
    if scenario["id"] in NOT_PLAYED:
        pytest.skip(NOT_PLAYED[scenario["id"]])
    differs = OTHERWISE.get(scenario["id"], {})
    last = max(expected["between"][1] for expected in scenario["expect"])
    left: list[Heard] = play(scenario, last - 0.01).heard
    for place, expected in enumerate(scenario["expect"]):
        found, other = None, differs.get(place)
        if other is not None and other.when is not None:
            found = next((heard for heard in left if heard.when == other.when), None)
            assert found, f"not even otherwise, at {other.when}: {other.why}"
        elif other is None:
            low, high = expected["between"]
            found = next((h for h in left if low - TOLERANCE <= h.when <= high + TOLERANCE), None)
            assert found, f"nothing between {low} and {high}; heard {left}"
        if found is not None:
            left.remove(found)
            if other is None or not other.members:
                assert found.firing == firing(expected)
            else:
                assert found.firing >= firing(expected)
    assert left == []


def test_every_difference_is_of_a_scenario_that_there_is():
    """Nothing is excused that is not there."""
    known = {each.id for each in scenarios()}
    if known != {"absent"}:
        assert {*OTHERWISE, *NOT_PLAYED} <= known


def test_a_group_is_told_after_its_wait_then_in_intervals_and_ends_with_its_last_alert():
    """`aggr_group_sequence`: wait, interval, one member resolves, the group empties."""
    story = Story(a_quiet_company(settings={"settle_seconds": 100, "update_interval_seconds": 30}))
    story.alert(0, "api.island", "api.latency", key="a1").advance(99)
    assert story.told == []
    assert story.advance(100).told == [(100, "#it", "opened")]
    story.alert(101, "api.island", "api.latency", key="a3").advance(129)
    assert story.simulator.notices[-1].incident.alerts == 1
    assert story.advance(130).simulator.notices[-1].incident.alerts == 2
    story.resolve(140, "api.island", "api.latency", key="a1").advance(160)
    assert story.simulator.notices[-1].incident.firing == 1
    story.resolve(170, "api.island", "api.latency", key="a3")
    assert story.told[-1] == (170, "#it", "resolved")


def test_without_a_wait_every_one_of_a_thousand_groups_is_told_at_once():
    """`group_wait_zero_5000`: none is lost to a race. There are no races; there is one order of inputs."""
    islands = tuple(a_component(f"api.i{number}") for number in range(1_000))
    story = Story(a_quiet_company(*islands, settings={"settle_seconds": 0}))
    batch = a_batch(*(an_alert(island.id, "api.latency") for island in islands), first=0)
    story.simulator.advance(batch.items[0].alert.at)
    story.simulator.apply("main", batch)
    assert len([telling for telling in story.told if telling[2] == "opened"]) == 1_000


def test_beyond_the_bound_of_incidents_alerts_join_the_overflow_and_none_is_refused():
    """`group_limit`: Alertmanager refuses the alert of the seventh group; we keep it, in the overflow incident."""
    islands = tuple(a_component(f"api.i{number}") for number in range(8))
    story = Story(a_quiet_company(*islands, settings={"max_open_incidents": 6}))
    for number in range(8):
        story.alert(number, f"api.i{number}", "api.latency")
    assert len(story.simulator.incidents) == 7
    assert sum(incident.alerts for incident in story.simulator.incidents.values()) == 8
    assert "joined.scope_full" in story.reasons
