"""Generated days are what their truth says, and the same arguments give the same days."""

import os
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from bench.company import rules_of
from bench.days.case import make
from bench.days.setting import SETTINGS
from router.model.fault import FAULTS
from router.recording import Recorded, record_of
from router.replay import Replay

ROOT = Path(__file__).parents[3]
CASES = [
    make(11, number, setting) for setting in SETTINGS for number in range(2 if setting == "large" else 6)
]


@pytest.fixture(params=CASES, ids=lambda case: case["case_id"])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def value(case: dict[str, Any], index: int) -> dict[str, Any]:
    return case["events"][index]["value"]


def test_the_same_arguments_give_the_same_file_in_another_process(tmp_path: Path):
    """Neither the hash seed of the process nor anything of the machine is in a case."""
    written = []
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.jsonl.gz"
        command = ["-m", "bench.days", "--seed", "5", "--cases", "3", "--setting", "noisy", "--out", str(out)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)
        written.append(out.read_bytes())
    assert written[0] == written[1]


def test_seeds_cases_and_settings_differ():
    """No two cases share their events: the name of each is in its chance."""
    bodies = [
        orjson.dumps(make(seed, n, s)["events"])
        for seed in (1, 2)
        for n in (0, 1)
        for s in ("normal", "dark")
    ]
    assert len(set(bodies)) == len(bodies)


def test_events_are_recorded_in_order_of_arrival(case: dict[str, Any]):
    """Offsets run on and arrival never goes back; the event's own time is never after its arrival."""
    assert [event["offset"] for event in case["events"]] == list(range(len(case["events"])))
    assert all(a["timestamp_ms"] <= b["timestamp_ms"] for a, b in pairwise(case["events"]))
    for event in case["events"]:
        assert moment(event["value"]["time"]).timestamp() * 1000 <= event["timestamp_ms"] + 1


def test_every_alert_is_of_one_failure_or_noise_and_changes_are_neither(case: dict[str, Any]):
    """Members and noise together are exactly the alerts, each of them once."""
    labelled = [m for incident in case["truth"]["incidents"] for m in incident["members"]] + case["truth"][
        "noise"
    ]
    alerts = [i for i in range(len(case["events"])) if value(case, i)["type"] == "router.alert.v1"]
    assert sorted(labelled) == alerts


def test_no_effect_precedes_its_failure(case: dict[str, Any]):
    """Neither an alert of a failure nor the beginning it claims is before the failure began."""
    for incident in case["truth"]["incidents"]:
        assert incident["members"]
        assert incident["began_at"] < incident["fixed_at"]
        for member in incident["members"]:
            event = value(case, member)
            # Times are written in whole milliseconds, so they may be equal.
            assert incident["began_at"] <= event["data"]["started_at"] <= event["time"]


def test_only_what_the_cause_can_reach_alerts_of_it(case: dict[str, Any]):
    """Every component of a failure lies downstream of its cause in the catalog."""
    downstream: dict[str, set[str]] = {}
    for edge in case["company"]["edges"]:
        downstream.setdefault(edge["from"], set()).add(edge["to"])
    for incident in case["truth"]["incidents"]:
        root = incident["cause"]["component"]
        reached, waiting = {root}, [root]
        while waiting:
            found = downstream.get(waiting.pop(), set()) - reached
            reached |= found
            waiting += found
        assert {*incident["alerting"], *incident["affected"]} <= reached
        assert {value(case, m)["subject"] for m in incident["members"]} == set(incident["alerting"])
        assert incident["root_alerts"] == (root in incident["alerting"])


def test_the_owner_is_by_the_rule_of_the_labels(case: dict[str, Any]):
    """The partner where the concern is its or IT's, else the owner for the concern, else IT."""
    owners = {component["id"]: component["owners"] for component in case["company"]["components"]}
    for incident in case["truth"]["incidents"]:
        of, fault = owners[incident["cause"]["component"]], FAULTS[incident["cause"]["fault"]]
        concern = fault.concern.value
        if concern in ("it", "partner") and "partner" in of:
            wanted = of["partner"]
        else:
            wanted = of[concern] if concern in of else of["it"]
        assert incident["owner"] == wanted


def test_guilty_changes_are_changes_of_the_cause_before_it_broke(case: dict[str, Any]):
    """A change is guilty of a failure of its own component that began later."""
    for incident in case["truth"]["incidents"]:
        for index in incident["guilty_changes"]:
            change = value(case, index)
            assert change["type"] == "router.change.v1"
            assert change["subject"] == incident["cause"]["component"]
            assert change["time"] <= incident["began_at"]


def test_failures_of_a_day_are_unrelated(case: dict[str, Any]):
    """No failure's cause is a victim of another, so each has a cause of its own."""
    incidents = case["truth"]["incidents"]
    for one in incidents:
        for other in incidents:
            if one is not other:
                assert one["cause"]["component"] not in other["affected"]


def test_the_catalog_is_whole(case: dict[str, Any]):
    """Edges, workflows and owners name what exists; every component has an IT owner and a place in a workflow."""
    company = case["company"]
    names = {component["id"] for component in company["components"]}
    teams = {team["id"]: team["kind"] for team in company["teams"]}
    assert len(names) == len(company["components"])
    for edge in company["edges"]:
        assert {edge["from"], edge["to"]} <= names
        assert 0 <= edge["delay_seconds"][0] < edge["delay_seconds"][1]
    for component in company["components"]:
        assert "it" in component["owners"]
        assert all(teams[team] == kind for kind, team in component["owners"].items())
    assert {name for flow in company["workflows"] for name in flow["components"]} == names


@pytest.mark.parametrize("setting", [name for name in SETTINGS if name != "large"])
def test_the_router_reads_every_event(setting: str):
    """No generated event is a dead letter, ignored, or of an unknown component."""
    case = make(11, 0, setting)
    events = [Recorded(number, record_of(event, number)) for number, event in enumerate(case["events"])]
    document = Replay(rules_of(case["company"]), events).document()
    assert document["rejected"] == []
    assert document["ignored"] == []


def test_history_holds_no_failures():
    """With days of history, all but the last day are noise and innocent changes."""
    case = make(3, 0, "normal", days=4)
    arrivals = [event["timestamp_ms"] for event in case["events"]]
    assert max(arrivals) - min(arrivals) > 2.5 * 86_400_000
    last = max(moment(incident["began_at"]) for incident in case["truth"]["incidents"])
    first = min(moment(incident["began_at"]) for incident in case["truth"]["incidents"])
    assert (last - first).total_seconds() < 86_400
    early = [i for i in case["truth"]["noise"] if moment(value(case, i)["time"]) < first]
    assert len(early) > len(case["truth"]["noise"]) / 2


def test_settings_are_as_hard_as_their_names():
    """Large is larger, noisy is noisier, dark has fewer alerts a failure: on the mean of some cases."""

    def mean(setting: str, count: Any) -> float:
        return sum(count(make(21, number, setting)) for number in range(12)) / 12

    def noise(case: dict[str, Any]) -> int:
        return len(case["truth"]["noise"])

    def alerting(case: dict[str, Any]) -> float:
        found = case["truth"]["incidents"]
        return sum(len(i["alerting"]) / len(i["affected"]) for i in found) / len(found)

    def latest(case: dict[str, Any]) -> float:
        return max(edge["delay_seconds"][1] for edge in case["company"]["edges"])

    assert mean("noisy", noise) > 2.5 * mean("normal", noise)
    assert mean("quiet", noise) < 0.5 * mean("normal", noise)
    assert mean("dark", alerting) < 0.85 * mean("normal", alerting)
    assert mean("slow", latest) > 1.5 * mean("normal", latest)
    assert all(150 <= len(make(21, n, "large")["company"]["components"]) <= 400 for n in range(3))
