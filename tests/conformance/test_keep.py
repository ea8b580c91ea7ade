"""Keep's rules, deduplication and maintenance windows, as far as they ask what we decide, too.

Keep groups by rules that an operator writes; we group by the topology. So what a rule selects is here one component,
and what Keep asks about thresholds, `create_on` and `resolve_on` has no counterpart (docs/compatibility.md).
"""

import json
from collections import Counter
from typing import Any

import pytest

from router.model.muting import Maintenance
from tests.builders import at
from tests.conformance.corpus import FOLDER, cases
from tests.scenarios.muting import a_quiet_company, told
from tests.scenarios.story import Story

NO_THRESHOLD = (
    "an incident is opened by its first alert; what alerts anyway is held back as learned, not by a count"
)
RESOLVES_WITH_ALL = "an incident is over with its last firing alert; it never stays open without one"
NO_CEL = "rules select by matchers over labels, as Alertmanager's; there are no CEL expressions"
NOT_OURS = {
    "keep_or_rule": NO_CEL,
    "keep_nested_fields": NO_CEL,
    "keep_resolve_never": RESOLVES_WITH_ALL,
    "keep_create_on_all": NO_THRESHOLD,
    "keep_group_expires": NO_THRESHOLD,
    "keep_threshold_same_alert_twice": NO_THRESHOLD,
    "keep_threshold_4_all": NO_THRESHOLD,
    "keep_threshold_grouping": NO_THRESHOLD,
    "keep_threshold_flapping": NO_THRESHOLD,
}
FINGERPRINTS_OF_SENDERS = (
    "the dedup key is the sender's, or the identity that its format has; nobody chooses fields"
)
NOT_OUR_KEYS = dict.fromkeys(
    (
        "keep_dedup_custom_fields",
        "keep_dedup_custom_differs",
        "keep_full_dedup",
        "keep_partial",
        "keep_no_fingerprint_fields",
    ),
    FINGERPRINTS_OF_SENDERS,
)
SEVERITIES = {"critical": "critical", "high": "major", "warning": "warning", "info": "info"}


def send(story: Story, alerts: list[dict[str, Any]], seconds: float) -> None:
    """These alerts, one after the other."""
    for alert in alerts:
        story.alert(
            seconds,
            "api.island",
            "api.latency",
            key=alert.get("fingerprint", "only"),
            status=alert["status"],
            severity=SEVERITIES[alert["severity"]],
        )


def check(story: Story, expected: dict[str, Any]) -> None:
    """What must be true of the incidents now."""
    found = list(story.simulator.incidents.values())
    if "incidents" in expected:
        assert len(found) == expected["incidents"]
    count = expected.get("alerts_count", expected.get("alerts"))
    assert count in (None, found[0].alerts)
    if "status" in expected:
        assert found[0].live is (expected["status"] == "firing")
    if "severity" in expected:
        assert found[0].severity.value == SEVERITIES[expected["severity"]]


@pytest.mark.parametrize("case", cases("keep_rules.json", "rules"))
def test_incidents_hold_what_keep_s_hold(case):
    """How many, of how many alerts, and whether they are over."""
    if case["id"] in NOT_OURS:
        pytest.skip(NOT_OURS[case["id"]])
    story = Story(a_quiet_company())
    if "alerts" in case:
        send(story, case["alerts"], 1)
        check(story, case["expect"])
        return
    for number, each in enumerate(case["steps"]):
        if isinstance(each, list):
            send(story, each, number * 10)
        else:
            check(story, each)


@pytest.mark.parametrize("case", cases("keep_rules.json", "dedup"))
def test_repeats_are_one_alert(case):
    """By the sender's key, however often it is sent."""
    if case["id"] in NOT_OUR_KEYS:
        pytest.skip(NOT_OUR_KEYS[case["id"]])
    story = Story(a_quiet_company())
    for number, event in enumerate(case["send"]):
        story.alert(
            number, "api.island", "api.latency", key=str([event[f] for f in case["fingerprint_fields"]])
        )
    outcomes = Counter(d.outcome.value for d in story.simulator.decisions if d.outcome)
    assert outcomes["opened"] + outcomes["joined"] == case["alerts"]
    assert 100 * outcomes["repeated"] / len(case["send"]) == case["dedup_ratio"]


def in_window(fact: str) -> bool:
    """Each of Keep's facts about maintenance windows, asked of ours: whether it holds."""
    window = Maintenance(id="w", components=("api.island",), starts_at=at(100), seconds=1_000)
    story = Story(a_quiet_company(maintenance=() if fact.startswith("no window") else (window,)))
    if fact.startswith("alert inside an active window"):
        story.alert(200, "api.island", "api.latency").advance(900)
        return told(story) == [] and story.incident().alerts == 1
    if fact.startswith("expired window"):
        return told(story.alert(1_200, "api.island", "api.latency").advance(1_500)) != []
    if fact.startswith("no window"):
        return told(story.alert(200, "api.island", "api.latency").advance(900)) != []
    if fact.startswith("CEL does not match"):
        return told(story.alert(200, "feed.orders", "feed.stale").advance(900)) != []
    if fact.startswith("resolved alert inside"):
        story.alert(10, "api.island", "api.latency").resolve(200, "api.island", "api.latency")
        return told(story)[-1][2] == "resolved"
    if fact.startswith("CEL refers to a missing field"):
        return told(story.alert(200, "somewhere.else", "api.latency").advance(900)) != []
    if fact.startswith("at window end"):
        story.alert(200, "api.island", "api.latency").advance(1_200)
        return told(story) == [(1_100, "#it", "opened")]
    return False


NO_STATUSES = "sources say firing or resolved; acknowledging is a person's command, and never muted"
FACTS_NOT_OURS = {
    "acknowledged alert inside a window: passes": NO_STATUSES,
    "custom ignore-status list is honoured": NO_STATUSES,
}


def facts() -> list[Any]:
    """Keep's facts about maintenance windows."""
    path = FOLDER / "keep_rules.json"
    if not path.exists():
        return [
            pytest.param("", marks=pytest.mark.skip(reason="the reference data is not beside the repository"))
        ]
    return json.loads(path.read_text())["maintenance_facts"]


@pytest.mark.parametrize("fact", facts())
def test_a_window_does_to_alerts_what_keep_s_does(fact):
    """Dropped there is tracked and not told here; what passes there is told here."""
    if fact in FACTS_NOT_OURS:
        pytest.skip(FACTS_NOT_OURS[fact])
    assert in_window(fact)
