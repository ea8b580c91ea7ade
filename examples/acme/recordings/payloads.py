"""What Acme's senders put on Kafka, in the shapes their real tools use.

Nothing here is random: ids are derived from contents, so the recordings never change by themselves.
Times are aware datetimes in UTC.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

Json = dict[str, Any]
IDS = UUID("5b0d1c52-7d0b-5c0e-9f52-9a3e3f5b7c11")


class Sender(NamedTuple):
    """A sender of native events: CloudEvents 1.0, in structured mode unless it says `binary`."""

    topic: str
    source: str
    binary: bool = False


SENDERS = {
    "sap": Sender("acme.erp.events.v1", "/sap/prd/interface-monitor"),
    "crm": Sender("acme.crm.events.v1", "/salesforce/prod/event-relay"),
    "models": Sender("acme.ai.models.v1", "/mlops/monitors", binary=True),
    "agents": Sender("acme.ai.agents.v1", "/agents/runtime"),
    "releases": Sender("acme.ai.releases.v1", "/delivery/releases"),
    "bi": Sender("acme.business.events.v1", "/process-mining/measures"),
    "nordlicht": Sender("acme.partner.nordlicht.v1", "/nordlicht/service-reporting", binary=True),
}

JOBS = {
    "orders.load_stg_orders": "snowflake://acme-eu/analytics.staging.orders",
    "customers.load_stg_customers": "snowflake://acme-eu/analytics.staging.customers",
    "customers.build_churn_features": "snowflake://acme-eu/analytics.marts.churn_features",
    "claims.load_claim_documents": "snowflake://acme-eu/analytics.staging.claim_documents",
    "claims.embed_policy_documents": "qdrant://claims/policy_chunks",
}
"""The scheduler's jobs and the dataset that each one writes."""

AIRFLOW = "https://github.com/apache/airflow/tree/providers-openlineage/1.12.0"
FACETS = "https://openlineage.io/spec/facets/1-0-1"


def iso(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def stable_id(*parts: object) -> str:
    """A UUID that is the same for the same parts."""
    return str(uuid5(IDS, "|".join(str(part) for part in parts)))


def cloudevent(sender: Sender, what: str, subject: str, at: datetime, data: Json) -> Json:
    """A native event in structured form; `what` is alert, change or heartbeat."""
    return {
        "specversion": "1.0",
        "id": stable_id(sender.source, subject, what, data.get("fault"), data.get("status"), iso(at)),
        "source": sender.source,
        "type": f"router.{what}.v1",
        "subject": subject,
        "time": iso(at),
        "datacontenttype": "application/json",
        "data": data,
    }


def binary(event: Json) -> tuple[Json, dict[str, str]]:
    """The same event in binary mode: value and headers (CloudEvents Kafka protocol binding)."""
    attributes = {name: text for name, text in event.items() if name not in ("data", "datacontenttype")}
    headers = {f"ce_{name}": text for name, text in attributes.items()}
    return event["data"], {**headers, "content-type": event["datacontenttype"]}


def webhook(alerts: Sequence[Json]) -> Json:
    """One Alertmanager notification (version 4, `group_by: [cluster, namespace]`) with these alerts."""
    first = alerts[0]
    shared = {
        name: text
        for name, text in first["labels"].items()
        if all(alert["labels"][name] == text for alert in alerts)
    }
    return {
        "receiver": "kafka-bridge",
        "status": "firing" if any(alert["status"] == "firing" for alert in alerts) else "resolved",
        "alerts": list(alerts),
        "groupLabels": {"cluster": "prod-eu", "namespace": "acme-prod"},
        "commonLabels": shared,
        "commonAnnotations": first["annotations"] if len(alerts) == 1 else {},
        "externalURL": "https://alertmanager.acme.example",
        "version": "4",
        "groupKey": '{}/{receiver="kafka-bridge"}:{cluster="prod-eu", namespace="acme-prod"}',
        "truncatedAlerts": 0,
    }


def prometheus_alert(told: Mapping[str, str], starts: datetime, ends: datetime | None) -> Json:
    """One alert of a notification; no end is written as the year 1."""
    labels = {
        "alertname": told["alertname"],
        "cluster": "prod-eu",
        "namespace": "acme-prod",
        "service": told["service"],
        "severity": told["severity"],
    }
    return {
        "status": "resolved" if ends else "firing",
        "labels": labels,
        "annotations": {"summary": told["text"]},
        "startsAt": iso(starts),
        "endsAt": iso(ends) if ends else "0001-01-01T00:00:00Z",
        "generatorURL": "https://prometheus.acme.example/alerts",
        "fingerprint": stable_id("fingerprint", *sorted(labels.items())).replace("-", "")[:16],
    }


def run_event(state: str, job: str, at: datetime, error: str = "") -> Json:
    """An OpenLineage run event of the scheduler; one with an error says why in the errorMessage facet."""
    facets: Json = {
        "nominalTime": {
            "_producer": AIRFLOW,
            "_schemaURL": f"{FACETS}/NominalTimeRunFacet.json#/$defs/NominalTimeRunFacet",
            "nominalStartTime": iso(at.replace(minute=0, second=0)),
        }
    }
    if error:
        facets["errorMessage"] = {
            "_producer": AIRFLOW,
            "_schemaURL": f"{FACETS}/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
            "message": error,
            "programmingLanguage": "python",
        }
    namespace, _, dataset = JOBS[job].rpartition("/")
    return {
        "eventType": state,
        "eventTime": iso(at),
        "run": {"runId": stable_id("run", job, at.replace(minute=0, second=0)), "facets": facets},
        "job": {"namespace": "airflow-prod", "name": job, "facets": {}},
        "inputs": [],
        "outputs": [{"namespace": namespace, "name": dataset, "facets": {}}],
        "producer": AIRFLOW,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }


def run_results(at: datetime, results: Mapping[str, str]) -> Json:
    """The `target/run_results.json` of dbt (version 6): unique id to `success`, `pass`, `fail 18204`."""
    return {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json",
            "dbt_version": "1.8.7",
            "generated_at": iso(at),
            "invocation_id": stable_id("dbt", iso(at)),
            "env": {"target": "prod"},
        },
        "results": [_result(at, place, *told) for place, told in enumerate(results.items())],
        "elapsed_time": 41.7,
        "args": {"which": "build", "target": "prod", "quiet": False},
    }


def _result(at: datetime, place: int, name: str, told: str) -> Json:
    status, _, failures = told.partition(" ")
    began, done = (iso(at - timedelta(seconds=seconds - place)) for seconds in (20, 12))
    test, bad = name.startswith("test."), status in ("fail", "warn")
    counted = f"Got {failures} result{'' if failures == '1' else 's'}, configured to fail if != 0"
    return {
        "status": status,
        "timing": [
            {"name": "compile", "started_at": began, "completed_at": began},
            {"name": "execute", "started_at": began, "completed_at": done},
        ],
        "thread_id": f"Thread-{place + 1}",
        "execution_time": 8.0,
        "adapter_response": {} if test else {"_message": "SUCCESS 1", "code": "SUCCESS", "rows_affected": 1},
        "message": counted if bad else None if test else "SUCCESS 1",
        "failures": int(failures or 0) if test else None,
        "unique_id": name,
        "compiled": True,
        "relation_name": None if test else f"analytics.{name.rpartition('.')[2]}",
    }
