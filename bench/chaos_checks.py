"""What must hold after chaos, read off Kafka and Slack from outside: each check answers what is wrong, in sentences."""

import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from confluent_kafka import TopicPartition

from bench.chaos_company import SOURCE
from bench.chaos_roles import ROOT
from router.config.runtime import KafkaSettings
from router.kafka.clients import consumer, partitions_of, read_to_end
from router.kafka.codec import decode_decision, decode_incident, decode_notice
from router.kafka.topics import DECISIONS, INCIDENTS, NOTICES
from router.model.incident import Incident, IncidentState
from router.model.notice import Notice
from tests.fake_slack.fake import FakeSlack

SHOWN = 5
"""Examples of one kind of wrong that are named."""


def consumed(kafka: KafkaSettings, sent: int, wait_seconds: float) -> list[str]:
    """Wait until intake has committed all that was sent; its group may still wait for the dead to be declared so."""
    reader = consumer(kafka, kafka.name("intake"))
    places = [TopicPartition(SOURCE, partition) for partition in range(partitions_of(reader, SOURCE))]
    deadline = time.monotonic() + wait_seconds
    while True:
        done = sum(max(0, place.offset) for place in reader.committed(places, timeout=30))
        if done >= sent:
            reader.close()
            return []
        if time.monotonic() > deadline:
            reader.close()
            return [f"{sent} events were sent and {done} committed by intake after {wait_seconds:.0f} s"]
        time.sleep(0.5)


def reconciled(kafka: KafkaSettings, sent: int, wait_seconds: float) -> list[str]:
    """`router reconcile` balances, and what it counts as consumed is what was sent."""
    command = [sys.executable, "-m", "router.cli.main", "reconcile", "--kafka", kafka.bootstrap, "--json"]
    ended = subprocess.run(
        [*command, "--wait", str(wait_seconds)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    try:
        document = json.loads(ended.stdout)
    except ValueError:
        return [f"router reconcile ended with {ended.returncode} and says {ended.stderr[-300:]}"]
    problems = []
    if ended.returncode:
        problems.append(f"router reconcile exits with {ended.returncode}: {document['differences']}")
    found = document["topics"].get(SOURCE, {}).get("consumed", 0)
    if found != sent:
        problems.append(f"{sent} events were sent and {found} are in the ledger")
    return problems


def decisions_numbered(kafka: KafkaSettings) -> list[str]:
    """Decisions of each scope are numbered 1, 2, 3 ... on the topic: none lost, none doubled, none out of order."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for record in read_to_end(kafka, DECISIONS):
        decision = decode_decision(record.value() or b"")
        numbers[decision.scope].append(decision.number)
    wrong = [scope for scope, found in numbers.items() if found != list(range(1, len(found) + 1))]
    return [f"decisions of {scope} are not numbered without gaps" for scope in wrong[:SHOWN]]


class Told:
    """Slack as it is now, against the newest notices and incidents."""

    def __init__(self, kafka: KafkaSettings, slack: FakeSlack) -> None:
        self.notices = _newest(kafka, NOTICES, decode_notice)
        self.incidents = _newest(kafka, INCIDENTS, decode_incident)
        self._names = {channel["id"]: channel["name"] for channel in slack.state()["channels"]}
        self.roots: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for message in slack.messages():
            if not message["thread_ts"]:
                payload = (message["metadata"] or {}).get("event_payload", {})
                channel = "#" + self._names[message["channel"]]
                self.roots[channel, payload.get("incident_id", "")].append(payload)

    def problems(self) -> list[str]:
        """Every notice has exactly one live message, which shows its revision; no message is without a notice."""
        wrong: list[str] = []
        wanted = {(notice.destination, notice.incident.id): notice for notice in self.notices.values()}
        for place, notice in wanted.items():
            shown = [int(payload.get("version", -1)) for payload in self.roots.get(place, [])]
            if shown != [notice.incident.revision]:
                wrong.append(
                    f"{place} should show revision {notice.incident.revision} once, and shows {shown}"
                )
        wrong += [f"{place} has a message and no notice" for place in self.roots if place not in wanted]
        wrong += [problem for incident in self.incidents.values() if (problem := self._behind(incident))]
        return wrong

    def _behind(self, incident: Incident) -> str:
        """In what the newest notice to its owner is behind an incident that was told: its state, but for closing."""
        notice = self.notices.get(f"{incident.destination}|{incident.id}")
        state = IncidentState.RESOLVED if incident.state is IncidentState.CLOSED else incident.state
        if not incident.told or (notice is not None and notice.incident.state is state):
            return ""
        shown = notice.incident.state.value if notice else "nothing"
        return f"{incident.id} is {incident.state.value}, and {incident.destination} is shown {shown}"


def told(kafka: KafkaSettings, slack: FakeSlack, wait_seconds: float) -> tuple[list[str], int]:
    """What is wrong once the notifier had so long to catch up, and how many messages are right."""
    deadline = time.monotonic() + wait_seconds
    while True:
        now = Told(kafka, slack)
        problems = now.problems()
        if not problems or time.monotonic() > deadline:
            return _shortened(problems), len(now.notices)
        time.sleep(2.0)


def posted_twice(slack: FakeSlack) -> int:
    """Messages that were posted again although one was there: allowed by nobody, told apart from what is left."""
    posts = Counter(
        (message["channel"], (message["metadata"] or {}).get("event_payload", {}).get("effect_id"))
        for message in slack.messages(deleted=True)
    )
    return sum(times - 1 for times in posts.values() if times > 1)


def _newest(kafka: KafkaSettings, topic: str, decode: Any) -> dict[str, Any]:
    found: dict[str, Notice | Incident] = {}
    for record in read_to_end(kafka, topic):
        key, value = (record.key() or b"").decode(), record.value()
        if value is None:
            found.pop(key, None)
        else:
            found[key] = decode(value)
    return found


def _shortened(problems: list[str]) -> list[str]:
    left = len(problems) - SHOWN
    return problems[:SHOWN] + ([f"and {left} more"] if left > 0 else [])
