"""The senders at Acme: what each of them puts on Kafka, in the shape its real tool uses.

Every function answers steps: one Kafka record each, with the time it arrives and what it means in the story.
Nothing here is random: ids are derived from the contents, so the recordings never change by themselves.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

IDS = UUID("5b0d1c52-7d0b-5c0e-9f52-9a3e3f5b7c11")
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One record: when it arrives, where, and its role: alert, resolve, change, heartbeat, ignored or rejected.

    `incident` is the index of the story's incident that it belongs to; `code` the reject code of a rejected one;
    exactly one of `value`, `raw` (a string taken as bytes) and `base64` is the record's value.
    """

    arrives: datetime
    topic: str
    key: str
    role: str
    value: Any = None
    raw: str | None = None
    base64: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    incident: int = 0
    code: str = ""


Steps = tuple[Step, ...]


def day(date: str) -> Callable[[str], datetime]:
    """A clock face: `t = day("2026-03-09"); t("05:40")`. Hours may run past 24; `t("05:40:12")` has seconds."""
    midnight = datetime.fromisoformat(date).replace(tzinfo=UTC)

    def at(clock: str) -> datetime:
        hours, minutes, *seconds = (int(part) for part in clock.split(":"))
        return midnight + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))

    return at


def iso(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def of(incident: int, *groups: Steps) -> Steps:
    """These steps belong to the story's incident of this index."""
    return tuple(replace(step, incident=incident) for group in groups for step in group)


def twice(steps: Steps, after: float = 1.0) -> Steps:
    """The first of these records again, byte for byte: a producer that retried without idempotence."""
    again = replace(steps[0], arrives=steps[0].arrives + timedelta(seconds=after))
    return (*steps, again)


def _id(*parts: object) -> str:
    return str(uuid5(IDS, "|".join(str(part) for part in parts)))


@dataclass(frozen=True)
class CloudEvents:
    """A sender of native events: CloudEvents 1.0, in structured mode unless it says `binary`."""

    topic: str
    source: str
    binary: bool = False

    def firing(
        self,
        at: datetime,
        subject: str,
        fault: str,
        summary: str,
        *,
        severity: str = "major",
        after: float = 2.0,
        repeats: Iterable[datetime] = (),
        **more: Any,
    ) -> Steps:
        """An alert, arriving `after` seconds later, and its repeats: same failure, new event ids."""
        data = {"fault": fault, "status": "firing", "severity": severity, "summary": summary, **more}
        first = self._event(at, "alert", subject, {**data, "started_at": iso(at)}, after, "alert")
        later = [self._event(t, "alert", subject, {**data, "started_at": iso(at)}, 2.0, "alert") for t in repeats]
        return (first, *later)

    def resolved(self, at: datetime, subject: str, fault: str, summary: str, *, after: float = 2.0) -> Steps:
        """The same alert, over."""
        data = {"fault": fault, "status": "resolved", "severity": "info", "summary": summary}
        return (self._event(at, "alert", subject, data, after, "resolve"),)

    def change(self, at: datetime, subject: str, kind: str, summary: str, **more: Any) -> Steps:
        """Something was changed: `kind` is deploy, schema, prompt, model_version, config or data."""
        return (self._event(at, "change", subject, {"kind": kind, "summary": summary, **more}, 3.0, "change"),)

    def heartbeat(self, at: datetime, subject: str) -> Steps:
        """The monitor of this component is alive."""
        return (self._event(at, "heartbeat", subject, {}, 1.0, "heartbeat"),)

    def _event(self, at: datetime, what: str, subject: str, data: Json, after: float, role: str) -> Step:
        attributes = {
            "specversion": "1.0",
            "id": _id(self.source, subject, what, data.get("fault"), data.get("status"), iso(at)),
            "source": self.source,
            "type": f"router.{what}.v1",
            "subject": subject,
            "time": iso(at),
        }
        arrives = at + timedelta(seconds=after)
        if self.binary:
            headers = (*((f"ce_{name}", value) for name, value in attributes.items()), ("content-type", "application/json"))
            return Step(arrives, self.topic, subject, role, value=data, headers=headers)
        value = {**attributes, "datacontenttype": "application/json", "data": data}
        headers = (("content-type", "application/cloudevents+json; charset=UTF-8"),)
        return Step(arrives, self.topic, subject, role, value=value, headers=headers)


@dataclass(frozen=True)
class Prom:
    """One alert inside an Alertmanager notification. `ends` is None while it fires."""

    service: str
    alertname: str
    severity: str
    starts: datetime
    summary: str
    ends: datetime | None = None

    def payload(self) -> Json:
        """The alert as Alertmanager writes it (webhook version 4); no end is the year 1."""
        labels = {
            "alertname": self.alertname,
            "cluster": "prod-eu",
            "namespace": "acme-prod",
            "service": self.service,
            "severity": self.severity,
        }
        return {
            "status": "resolved" if self.ends else "firing",
            "labels": labels,
            "annotations": {"summary": self.summary},
            "startsAt": iso(self.starts),
            "endsAt": iso(self.ends) if self.ends else "0001-01-01T00:00:00Z",
            "generatorURL": f"https://prometheus.acme.example/graph?g0.expr=ALERTS%7Balertname%3D%22{self.alertname}%22%7D",
            "fingerprint": _id("fingerprint", *sorted(labels.items())).replace("-", "")[:16],
        }


def webhook(arrives: datetime, *alerts: Prom) -> Steps:
    """One Alertmanager notification (`group_by: [cluster, namespace]`), as the bridge puts it on Kafka."""
    payloads = [alert.payload() for alert in alerts]
    firing = any(alert.ends is None for alert in alerts)
    group = {"cluster": "prod-eu", "namespace": "acme-prod"}
    common = {
        name: text
        for name, text in payloads[0]["labels"].items()
        if all(payload["labels"][name] == text for payload in payloads)
    }
    value = {
        "receiver": "kafka-bridge",
        "status": "firing" if firing else "resolved",
        "alerts": payloads,
        "groupLabels": group,
        "commonLabels": common,
        "commonAnnotations": payloads[0]["annotations"] if len(payloads) == 1 else {},
        "externalURL": "https://alertmanager.acme.example",
        "version": "4",
        "groupKey": '{}/{receiver="kafka-bridge"}:{cluster="prod-eu", namespace="acme-prod"}',
        "truncatedAlerts": 0,
    }
    role = "alert" if firing else "resolve"
    return (Step(arrives, "acme.alertmanager.v1", "prod-eu", role, value=value),)


def openlineage(at: datetime, state: str, job: str, output: str, *, role: str = "ignored", error: str = "") -> Steps:
    """A run event of the scheduler (`namespace/name` of job and output dataset); a failed one says why."""
    producer = "https://github.com/apache/airflow/tree/providers-openlineage/1.12.0"
    facets: dict[str, Any] = {
        "nominalTime": {
            "_producer": producer,
            "_schemaURL": "https://openlineage.io/spec/facets/1-0-1/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet",
            "nominalStartTime": iso(at.replace(minute=0, second=0)),
        }
    }
    if error:
        facets["errorMessage"] = {
            "_producer": producer,
            "_schemaURL": "https://openlineage.io/spec/facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
            "message": error,
            "programmingLanguage": "python",
        }
    space, _, name = job.rpartition("/")
    dataset_space, _, dataset = output.rpartition("/")
    value = {
        "eventType": state,
        "eventTime": iso(at),
        "run": {"runId": _id("run", job, at.date()), "facets": facets},
        "job": {"namespace": space, "name": name, "facets": {}},
        "inputs": [],
        "outputs": [{"namespace": dataset_space, "name": dataset, "facets": {}}],
        "producer": producer,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }
    return (Step(at + timedelta(seconds=4), "acme.openlineage.v1", job, role, value=value),)


def dbt(at: datetime, role: str, *results: tuple[str, str, str, int | None]) -> Steps:
    """`target/run_results.json` of one invocation; a result is (unique id, status, message, failures)."""
    value = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json",
            "dbt_version": "1.8.7",
            "generated_at": iso(at),
            "invocation_id": _id("dbt", iso(at)),
            "env": {"target": "prod"},
        },
        "results": [_result(at, number, *result) for number, result in enumerate(results)],
        "elapsed_time": 41.7 + len(results),
        "args": {"which": "build", "project_dir": "/srv/dbt/acme", "target": "prod", "quiet": False},
    }
    return (Step(at + timedelta(seconds=6), "acme.dbt.run-results.v1", "acme", role, value=value),)


def _result(at: datetime, number: int, name: str, status: str, message: str, failures: int | None) -> Json:
    began, done = at - timedelta(seconds=20 - number), at - timedelta(seconds=12 - number)
    timing = [
        {"name": "compile", "started_at": iso(began), "completed_at": iso(began)},
        {"name": "execute", "started_at": iso(began), "completed_at": iso(done)},
    ]
    ran = status != "skipped"
    return {
        "status": status,
        "timing": timing if ran else [],
        "thread_id": f"Thread-{number + 1}",
        "execution_time": 8.0 if ran else 0.0,
        "adapter_response": {"_message": "SUCCESS 1", "code": "SUCCESS"} if status in ("success", "pass") else {},
        "message": message,
        "failures": failures,
        "unique_id": name,
        "compiled": ran,
        "relation_name": None if name.startswith("test.") else f"analytics.{name.split('.')[-1]}",
    }
