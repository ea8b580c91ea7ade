"""A story and what a senior engineer expects of it, and how both become files."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from payloads import Step, Steps

PARTITIONS = {"acme.alertmanager.v1": 2, "acme.ai.models.v1": 2, "acme.ai.agents.v1": 2}
"""Partitions of the topics that have more than one."""
COUNTED = ("change", "heartbeat", "ignored")


@dataclass(frozen=True)
class Expect:
    """One incident as a senior engineer would write it up."""

    component: str
    fault: str
    owner: str
    owner_kind: str
    workflows: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Story:
    """One recording: a failure from the change before it to the last resolve after it."""

    name: str
    title: str
    text: str
    expects: tuple[Expect, ...]
    parts: tuple[Steps, ...]

    @property
    def steps(self) -> list[Step]:
        """All records in the order in which the broker got them."""
        return sorted((step for part in self.parts for step in part), key=lambda step: step.arrives)

    def lines(self) -> str:
        """The recording: JSON Lines, offsets contiguous per topic and partition."""
        return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in self._records())

    def expectation(self) -> dict[str, Any]:
        """The story's entry in stories.yaml: indexes are those of the recorded events, from 0."""
        steps = self.steps
        counts = Counter(step.role for step in steps)
        rejected = Counter(step.code for step in steps if step.role == "rejected")
        return {
            "name": self.name,
            "file": f"recordings/{self.name}.jsonl",
            "title": self.title,
            "story": self.text,
            "began_at": _minute(steps[0].arrives),
            "ended_at": _minute(steps[-1].arrives),
            "events": len(steps),
            "incidents": [self._incident(number, expect, steps) for number, expect in enumerate(self.expects)],
            "counts": {role: counts[role] for role in COUNTED},
            "rejected": dict(sorted(rejected.items())),
        }

    def _incident(self, number: int, expect: Expect, steps: list[Step]) -> dict[str, Any]:
        def indexes(role: str) -> list[int]:
            return [index for index, step in enumerate(steps) if step.role == role and step.incident == number]

        return {
            "cause": {"component": expect.component, "fault": expect.fault},
            "owner": expect.owner,
            "owner_kind": expect.owner_kind,
            "workflows": list(expect.workflows),
            "alerts": indexes("alert"),
            "resolves": indexes("resolve"),
            "state": "resolved",
            "why": expect.why,
        }

    def _records(self) -> Iterator[dict[str, Any]]:
        following: dict[tuple[str, int], int] = {}
        for step in self.steps:
            partition = crc32(step.key.encode()) % PARTITIONS.get(step.topic, 1)
            place = (step.topic, partition)
            offset = following.get(place, crc32(f"{self.name}{place}".encode()) % 90_000)
            following[place] = offset + 1
            record: dict[str, Any] = {"topic": step.topic, "partition": partition, "offset": offset, "key": step.key}
            record["headers"] = dict(step.headers)
            record["timestamp_ms"] = round(step.arrives.timestamp() * 1000)
            if step.base64 is not None:
                record["value_base64"] = step.base64
            else:
                record["value"] = step.value if step.raw is None else step.raw
            yield record


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
