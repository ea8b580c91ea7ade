"""Writes the recordings (*.jsonl) and stories.yaml from the tables in stories/.

python examples/acme/recordings/make.py            write them
python examples/acme/recordings/make.py --check    exit 1 if a written file is not what the stories say
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

from story import Step, Story

HERE = Path(__file__).resolve().parent
ORDER = (
    "sap-format-change",
    "genai-provider-outage",
    "prompt-change",
    "crm-bulk-job-failed",
    "stale-vector-store",
    "partner-delivery-failed",
    "certificate-expired",
    "unauthorised-action",
    "unmapped-fax-gateway",
    "two-at-once",
    "poison",
)
PARTITIONS = {"acme.ai.models.v1": 2, "acme.ai.agents.v1": 2}
"""Partitions of the topics that have more than one."""
ROLES = ("alert", "resolve", "success", "change", "heartbeat", "ignored")
HEAD = """\
# Written by make.py from the tables in stories/; edit those.
#
# What a senior engineer expects of each recording. Replaying a file gives exactly these incidents, with this
# cause and this owner.
#   incidents[].alerts     indexes (from 0) of recorded events that claim something of it: all are members
#   incidents[].resolves   indexes of recorded events that end its alerts
#   incidents[].workflows  workflows with a component that alerts
#   counts                 recorded events by role; success is good news of something that never failed
#   rejected               dead letters by code
stories:
"""


def main(arguments: list[str]) -> int:
    """Write the files, or with --check compare them; the exit code."""
    stories = [Story(HERE / "stories" / f"{name}.yaml") for name in ORDER]
    files = {HERE / f"{story.name}.jsonl": "".join(_records(story)) for story in stories}
    files[HERE / "stories.yaml"] = HEAD + "".join(_entry(_expectation(story)) for story in stories)
    if "--check" not in arguments:
        for path, text in files.items():
            path.write_text(text, "utf-8")
        return 0
    stale = [
        path.name for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text
    ]
    for name in stale:
        print(f"{name} is not what the stories say: run {Path(__file__).name}")
    return 1 if stale else 0


def _records(story: Story) -> Iterator[str]:
    """The recording's lines; offsets are contiguous per topic and partition."""
    following: dict[tuple[str, int], int] = {}
    for step in story.steps:
        partition = crc32(step.key.encode()) % PARTITIONS.get(step.topic, 1)
        place = (step.topic, partition)
        offset = following.get(place, crc32(f"{story.name} {place}".encode()) % 90_000)
        following[place] = offset + 1
        yield json.dumps(_record(step, partition, offset), ensure_ascii=False) + "\n"


def _record(step: Step, partition: int, offset: int) -> dict[str, Any]:
    return {
        "topic": step.topic,
        "partition": partition,
        "offset": offset,
        "key": step.key,
        "headers": step.headers,
        "timestamp_ms": round(step.arrives.timestamp() * 1000),
        **step.content,
    }


def _expectation(story: Story) -> dict[str, Any]:
    """The story's entry in stories.yaml."""
    steps, told = story.steps, story.told
    roles = Counter(step.role for step in steps)
    incidents = []
    for number, incident in enumerate(told["incidents"]):
        mine = [(index, step.role) for index, step in enumerate(steps) if step.incident == number]
        members = {f"{role}s": [index for index, its in mine if its == role] for role in ("alert", "resolve")}
        incidents.append({**incident, "state": "resolved", **members})
    return {
        "name": story.name,
        "file": f"{story.name}.jsonl",
        "title": told["title"],
        "story": told["story"],
        "began_at": f"{steps[0].arrives:%Y-%m-%dT%H:%M:%SZ}",
        "ended_at": f"{steps[-1].arrives:%Y-%m-%dT%H:%M:%SZ}",
        "events": len(steps),
        "counts": {role: roles[role] for role in ROLES},
        "rejected": {code: count for code, count in sorted(roles.items()) if code not in ROLES},
        "incidents": incidents,
    }


def _entry(expectation: dict[str, Any]) -> str:
    """One story as YAML: values are JSON, which YAML 1.2 reads as it is."""
    lines: list[str] = []
    for name, value in expectation.items():
        if name != "incidents":
            lines.append(f"{name}: {json.dumps(value, ensure_ascii=False)}")
            continue
        lines.append("incidents:")
        for incident in value:
            fields = [
                f"{key}: {json.dumps(content, ensure_ascii=False)}" for key, content in incident.items()
            ]
            lines += [f"  {'-' if place == 0 else ' '} {text}" for place, text in enumerate(fields)]
    return "".join(f"  {'-' if place == 0 else ' '} {text}\n" for place, text in enumerate(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
