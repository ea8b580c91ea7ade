"""Holds what the router makes of a story against what an engineer said of it."""

from collections.abc import Sequence
from typing import Any

from bench.stories.reading import Expected, Story, company, events, recorded
from router.replay import Replay


def judge(told: Story) -> list[str]:
    """Everything in which the router and the engineer differ; empty: they agree."""
    rules = company(told.company)
    found = Replay(rules, recorded(told)).document()
    if found["rejected"] or found["ignored"]:
        return [f"unreadable events: {found['rejected']} {found['ignored']}"]
    return compare(told, found["incidents"], rules.settings.triage_team)


def compare(told: Story, incidents: Sequence[dict[str, Any]], triage: str) -> list[str]:
    """In what these incidents (as in the replay document) differ from the story's labels."""
    labels = {n: event.incident for n, event in enumerate(events(told)) if event.incident is not None}
    differences = []
    for number, expected in enumerate(told.incidents, start=1):
        alerts = {index for index, label in labels.items() if label == number}
        best = max(incidents, key=lambda incident: len(alerts & set(incident["members"])), default=None)
        if best is None or not alerts & set(best["members"]):
            differences.append(f"incident {number}: there is none")
            continue
        lines = _grouping(alerts, set(best["members"]), labels) + _answer(expected, best, triage)
        differences += [f"incident {number} ({best['id']}): {line}" for line in lines]
    told_of = [incident["id"] for incident in incidents if incident["notifications"]]
    if told.pages is not None and len(told_of) > told.pages:
        differences.append(f"somebody was told of {len(told_of)} incidents, expected {told.pages} at most")
    return differences


def _grouping(alerts: set[int], members: set[int], labels: dict[int, int]) -> list[str]:
    lines = []
    if missing := sorted(alerts - members):
        lines.append(f"events {missing} are not in it")
    if strangers := sorted((members & labels.keys()) - alerts):
        whose = sorted({"noise" if not labels[m] else f"incident {labels[m]}" for m in strangers})
        lines.append(f"events {strangers} of {', '.join(whose)} are in it")
    return lines


def _answer(expected: Expected, incident: dict[str, Any], triage: str) -> list[str]:
    cause, team = incident["cause"], incident["owner"]["team"]
    lines = []
    if not expected.cause:
        if not cause["abstained"]:
            lines.append(f"sure of {cause['component']} ({cause['confidence']:.2f}), but nobody could know")
    elif cause["component"] != expected.cause:
        lines.append(f"cause is {cause['component']}, expected {expected.cause}")
    elif expected.faults and cause["fault"] not in expected.faults:
        lines.append(f"fault is {cause['fault']}, expected {' or '.join(expected.faults)}")
    wanted = expected.owner if expected.cause else triage
    if team != wanted:
        lines.append(f"owner is {team}, expected {wanted}")
    return lines
