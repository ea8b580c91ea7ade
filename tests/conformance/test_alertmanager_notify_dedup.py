"""When is a group notified again? The last notification, what fires now, and whether we tell again.

Ours is level-triggered: a message always shows the newest state, so what counts as a notification is a telling (a
decision `told.*`), be it the first, of news, of the end, or the repeat.
"""

from typing import Any

import pytest

from tests.conformance.corpus import cases
from tests.scenarios.muting import a_quiet_company, told
from tests.scenarios.story import Story

OTHERWISE = {
    "dedup_7": "there is no send_resolved: whoever was told sees each alert that is over, in the message they have",
}
"""Where we tell and Alertmanager does not, or the other way round; docs/compatibility.md has the reasons."""
NOT_OURS = {"dedup_3": "a telling without a time does not exist: its decision has one"}


def tells_again(case: dict[str, Any]) -> bool:
    """Whether anything is told of the incident once the case's alerts stand as they do now."""
    last, repeat = case["last"], case["repeat_interval_s"] or 3_600
    story = Story(
        a_quiet_company(
            settings={
                "settle_seconds": 0,
                "update_interval_seconds": 10,
                "repeat_interval_seconds": repeat,
                "reopen_seconds": 1_800,
            }
        )
    )
    before = last or {}
    was_firing, was_over = before.get("firing", ()), before.get("resolved", ())
    for number in (*was_firing, *was_over):
        story.alert(0, "api.island", "api.latency", key=str(number))
    for number in was_over:
        story.resolve(1, "api.island", "api.latency", key=str(number))
    # What the message shows now is the last notification; from here on its age counts.
    story.advance(20)
    seen = len(told(story)) + len(refreshes(story))
    age = before.get("age_s")
    when = 20.0 + (age if isinstance(age, int) else 60)
    for number in case["firing"]:
        if number not in was_firing:
            story.alert(when - 30, "api.island", "api.latency", key=str(number))
    for number in case["resolved"]:
        story.resolve(when - 30, "api.island", "api.latency", key=str(number))
    story.advance(when)
    return len(told(story)) + len(refreshes(story)) > seen


def refreshes(story: Story) -> list[str]:
    """Plain refreshes that were told."""
    return [reason for reason in story.reasons if reason == "told.refreshed"]


@pytest.mark.parametrize("case", cases("alertmanager_notify_dedup.json"))
def test_a_group_is_told_again_as_alertmanager_notifies_it(case):
    """Same last notification, same alerts, same answer."""
    if case["id"] in NOT_OURS:
        pytest.skip(NOT_OURS[case["id"]])
    wanted = case["notify"] is not (case["id"] in OTHERWISE)
    assert tells_again(case) is wanted, case["why"]
