"""Alertmanager's inhibition cases: rules, the alerts that are active, and whether a target is muted."""

from typing import Any

import pytest

from router.model.event import Alert, AlertStatus, Position
from router.model.fault import OwnerKind, Severity
from router.model.incident import Cause, Incident, IncidentState, Ownership
from router.model.matcher import parse_matcher
from router.model.muting import Inhibition
from router.model.record import IncidentRecord, OpenAlert
from router.stages.inhibit import Inhibitors
from tests.builders import at
from tests.conformance.corpus import cases

OTHERWISE = {"hasequal_1", "hasequal_3"}
"""Cases of a function inside Alertmanager (`hasEqual`, told not to look at both sides). Its whole decision (`Mutes`)
is ours: a rule without matchers takes every alert for source and target, and two such do not mute each other."""

OURS: list[dict[str, Any]] = [
    {
        "id": "missing_on_both_sides_is_equal",
        "rules": [{"source": ["s=1"], "target": ["t=1"], "equal": ["zone"]}],
        "alerts": [{"labels": {"s": "1"}, "state": "active"}],
        "target": {"t": "1"},
        "muted": True,
    },
    {
        "id": "missing_here_is_not_equal_to_given_there",
        "rules": [{"source": ["s=1"], "target": ["t=1"], "equal": ["zone"]}],
        "alerts": [{"labels": {"s": "1", "zone": "a"}, "state": "active"}],
        "target": {"t": "1"},
        "muted": False,
    },
    {
        "id": "empty_is_missing",
        "rules": [{"source": ["s=1"], "target": ["t=1"], "equal": ["zone"]}],
        "alerts": [{"labels": {"s": "1", "zone": ""}, "state": "active"}],
        "target": {"t": "1"},
        "muted": True,
    },
    {
        "id": "all_equal_labels_must_agree",
        "rules": [{"source": ["s=1"], "target": ["t=1"], "equal": ["zone", "job"]}],
        "alerts": [{"labels": {"s": "1", "zone": "a", "job": "x"}, "state": "active"}],
        "target": {"t": "1", "zone": "a", "job": "y"},
        "muted": False,
    },
    {
        "id": "a_one_sided_source_mutes_a_two_sided_target",
        "rules": [{"source": ['s=~"1|2"'], "target": ["t=1"], "equal": []}],
        "alerts": [
            {"labels": {"s": "2", "t": "1"}, "state": "active"},
            {"labels": {"s": "2"}, "state": "active"},
        ],
        "target": {"s": "1", "t": "1"},
        "muted": True,
    },
    {
        "id": "the_last_word_on_an_alert_counts",
        "rules": [{"source": ["s=1"], "target": ["t=1"], "equal": []}],
        "alerts": [{"labels": {"s": "1"}, "state": "active"}, {"labels": {"s": "1"}, "state": "resolved"}],
        "target": {"t": "1"},
        "muted": False,
    },
    {
        "id": "another_rule_may_mute_what_the_first_does_not",
        "rules": [
            {"source": ["s=1"], "target": ["t=2"], "equal": []},
            {"source": ["s=1"], "target": ["t=1"], "equal": []},
        ],
        "alerts": [{"labels": {"s": "1"}, "state": "active"}],
        "target": {"t": "1"},
        "muted": True,
    },
]


def an_incident(name: str) -> Incident:
    """An incident of which nothing matters but its id."""
    return Incident(
        id=name,
        scope="main",
        state=IncidentState.OPEN,
        severity=Severity.MAJOR,
        opened_at=at(0),
        started_at=at(0),
        updated_at=at(0),
        cause=Cause(component="c", fault="f", confidence=1),
        owner=Ownership(team="t", kind=OwnerKind.IT, why=""),
    )


def a_record(labels: dict[str, str], incident: str, active: bool) -> OpenAlert:
    """An alert with these labels, alone in its incident."""
    alert = Alert(
        key=incident,
        component="c",
        fault="f",
        status=AlertStatus.FIRING if active else AlertStatus.RESOLVED,
        severity=Severity.MAJOR,
        summary="",
        source="s",
        at=at(0),
        started_at=at(0),
        arrived_at=at(0),
        labels=labels,
    )
    first = Position(topic="t", partition=0, offsets=(0,))
    return OpenAlert(alert=alert, incident=incident, first=first, heard_at=at(0), due=at(1))


def muted(case: dict[str, Any]) -> bool:
    """Whether the target of the case is muted, each alert being an incident of its own."""
    rules = [
        Inhibition(
            name=f"rule-{number}",
            source=tuple(parse_matcher(text) for text in rule["source"]),
            target=tuple(parse_matcher(text) for text in rule["target"]),
            equal=tuple(rule["equal"]),
        )
        for number, rule in enumerate(case["rules"])
    ]
    index = Inhibitors(rules, lambda _: [{}])
    known: dict[str, OpenAlert] = {}

    def put(labels: dict[str, str], active: bool) -> str:
        name = str(sorted(labels.items()))
        record = a_record(labels, name, active)
        if name not in known:
            index.change(None, IncidentRecord(incident=an_incident(name)))
        index.change(known.get(name), record)
        known[name] = record
        return name

    for alert in case["alerts"]:
        put(alert["labels"], alert["state"] == "active")
    target = str(sorted(case["target"].items()))
    if target not in known or not known[target].firing:
        target = put({**case["target"], "target of the case": "1"}, active=True)
    return index.inhibits(an_incident(target)) is not None


@pytest.mark.parametrize("case", cases("alertmanager_inhibition.json"))
def test_a_target_is_muted_as_alertmanager_mutes_it(case):
    """Same rules, same alerts, same answer."""
    wanted = case["muted"] is not (case["id"] in OTHERWISE)
    assert muted(case) is wanted, case["why"]


@pytest.mark.parametrize("case", OURS, ids=[case["id"] for case in OURS])
def test_a_target_is_muted_as_the_documents_say(case):
    """Cases that follow from the rules, beyond the peers' own tests."""
    assert muted(case) is case["muted"]
