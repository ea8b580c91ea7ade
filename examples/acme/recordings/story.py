"""Reads a story: its table of events becomes Kafka records, in the order in which the broker got them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from payloads import SENDERS, Json, binary, cloudevent, prometheus_alert, run_event, run_results, webhook
from ruamel.yaml import YAML

STRUCTURED = {"content-type": "application/cloudevents+json; charset=UTF-8"}
ABOUT = ("at", "text", "after", "repeats", "twice", "incident", "firing", "resolved", "change", "heartbeat")
"""Columns of a native event that are not fields of its data as they stand."""


@dataclass(frozen=True)
class Step:
    """One record.

    `role`: alert, resolve, success (good news of what never failed), change, heartbeat, ignored, or the code
    of the dead letter it becomes.
    `content` is the recording's own field for the value: {"value": ...} or {"value_base64": ...}.
    """

    arrives: datetime
    topic: str
    key: str
    role: str
    content: Json
    headers: dict[str, str] = field(default_factory=dict)
    incident: int = 0


class Story:
    """One file of stories/: `told` is its table, `steps` the records."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.told: Json = YAML(typ="safe", pure=True).load(path)
        self._midnight = datetime.fromisoformat(str(self.told["day"])).replace(tzinfo=UTC)
        rows = [step for row in self.told["events"] for step in self._steps(row)]
        self.steps = sorted(rows, key=lambda step: step.arrives)

    def _at(self, clock: str) -> datetime:
        hours, minutes, *seconds = (int(part) for part in clock.split(":"))
        return self._midnight + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))

    def _steps(self, row: Json) -> Iterator[Step]:
        """A row's record, its repeats (same failure, later event) and its double (same bytes, again)."""
        step = self._step(row, self._at(row["at"]), row.get("after", 2))
        step = replace(step, role=row.get("role", step.role), incident=row.get("incident", 0))
        yield step
        for clock in row.get("repeats", ()):
            yield replace(self._step(row, self._at(clock), 2), incident=step.incident)
        if "twice" in row:
            yield replace(step, arrives=step.arrives + timedelta(seconds=row["twice"]))

    def _step(self, row: Json, at: datetime, after: float) -> Step:
        arrives = at + timedelta(seconds=after)
        if "alertmanager" in row:
            return self._notification(row["alertmanager"], arrives)
        if "openlineage" in row:
            content = {"value": run_event(row["openlineage"], row["job"], at, row.get("error", ""))}
            role = {"FAIL": "alert", "COMPLETE": "success"}.get(row["openlineage"], "ignored")
            return Step(arrives, "acme.openlineage.v1", row["job"], role, content)
        if "dbt" in row:
            failed = any(told.split(" ")[0] in ("fail", "error") for told in row["dbt"].values())
            content = {"value": run_results(at, row["dbt"])}
            return Step(arrives, "acme.dbt.run-results.v1", "acme", "alert" if failed else "resolve", content)
        if "bad" in row:
            return self._bad(row, arrives)
        return self._native(row, at, arrives)

    def _native(self, row: Json, at: datetime, arrives: datetime) -> Step:
        name = next(name for name in SENDERS if name in row)
        sender, subject = SENDERS[name], row[name]
        role, data = _claim(row, self._at(row["at"]).isoformat().replace("+00:00", "Z"))
        data |= {column: value for column, value in row.items() if column not in (*ABOUT, name)}
        what = "alert" if role == "resolve" else role
        event = cloudevent(sender, what, subject, at, data)
        if sender.binary:
            value, headers = binary(event)
            return Step(arrives, sender.topic, subject, role, {"value": value}, headers)
        return Step(arrives, sender.topic, subject, role, {"value": event}, STRUCTURED)

    def _notification(self, members: Mapping[str, str], arrives: datetime) -> Step:
        """A webhook: each member fires, or has ended at the time given."""
        alerts = []
        for name, state in members.items():
            told = self.told["alerts"][name]
            ends = None if state == "firing" else self._at(state)
            alerts.append(prometheus_alert(told, self._at(told["starts"]), ends))
        value = webhook(alerts)
        role = "alert" if value["status"] == "firing" else "resolve"
        return Step(arrives, "acme.alertmanager.v1", "prod-eu", role, {"value": value})

    def _bad(self, row: Json, arrives: datetime) -> Step:
        """A good event of the pricing model's monitor, spoilt in the way that the row says."""
        data = {
            "fault": "model.serving_latency",
            "status": "firing",
            "severity": "warning",
            "summary": "p95 3.9 s",
        }
        event = cloudevent(SENDERS["models"], "alert", "pricing-prod", arrives, data)
        data |= row.get("data", {})
        event |= row.get("attributes", {})
        event["data"] = {name: value for name, value in data.items() if value is not None}
        if "nested" in row:
            event["data"]["labels"] = _nested(row["nested"])
        content: Json = {"value": [event] if "listed" in row else event}
        if "cut" in row:
            content = {"value": json.dumps(event)[: row["cut"]]}
        if "base64" in row:
            content = {"value_base64": row["base64"]}
        return Step(arrives, "acme.ai.models.v1", "pricing-prod", row["bad"], content)


def _claim(row: Json, started_at: str) -> tuple[str, Json]:
    """The role and what the data of a native event always has."""
    text = {"summary": row.get("text", "")}
    if "firing" in row:
        severity = row.get("severity", "major")
        data = {
            "fault": row["firing"],
            "status": "firing",
            "severity": severity,
            **text,
            "started_at": started_at,
        }
        return "alert", data
    if "resolved" in row:
        return "resolve", {"fault": row["resolved"], "status": "resolved", **text}
    if "change" in row:
        return "change", {"kind": row["change"], **text}
    return "heartbeat", {}


def _nested(levels: int) -> Json:
    value: Json = {}
    for _ in range(levels):
        value = {"nest": value}
    return value
