"""What happens on the day: one function a story, each a stream of records."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from day_events import (
    STRUCTURED,
    Record,
    changed,
    clock,
    dbt,
    ends,
    every,
    fires,
    native,
    notified,
    pods,
    trouble,
)
from payloads import JOBS, run_event


def ordinary() -> Iterator[Record]:
    """What comes on any day: heartbeats, good runs, and warnings that go away by themselves."""
    subjects = {"sap": "ORDERS05", "crm": "Account", "models": "pricing-prod", "agents": "quote-agent"}
    subjects |= {"bi": "O2C-040", "nordlicht": "scan-delivery"}
    for name, subject in subjects.items():
        for at in every("00:00:20", "24:00", 150):
            yield native(name, subject, at, {}, "heartbeat")
    for number, job in enumerate(JOBS):
        for at in every(f"00:{5 + number:02d}", "24:00", 900):
            for state, seconds in (("START", 0), ("COMPLETE", 180)):
                done = at + timedelta(seconds=seconds)
                value = run_event(state, job, done)
                yield Record(done + timedelta(seconds=2), "acme.openlineage.v1", job, {}, value)
    for service, alertname in (
        ("pricing-api", "ApiLatencyHigh"),
        ("campaign-app", "PortalSlow"),
        ("document-archive", "StoreSlow"),
    ):
        for hour in (0, 3, 7, 8, 19, 23):
            told = {
                "alertname": alertname,
                "service": service,
                "severity": "notice",
                "text": "p95 above its objective",
            }
            begins = clock(f"{hour:02d}:17")
            yield notified(told, 0, begins, begins, None)
            over = begins + timedelta(minutes=4)
            yield notified(told, 0, over, begins, over)


def partner() -> Iterator[Record]:
    """The partner outside the hours of its contract, in the night and in the evening."""
    text = "Delivery 1: 0 of 4,120 documents"
    yield from trouble("nordlicht", "scan-delivery", "partner.delivery_failed", "01:10", "05:40", 120, text)
    yield from pods("nordlicht-ocr", "AppErrors", 6, "22:40", "23:35", 60, "page")
    yield from trouble(
        "nordlicht", "ocr-prod", "app.crash", "22:40:30", "23:36", 60, "OCR engine down", severity="critical"
    )


def format_change() -> Iterator[Record]:
    """The story of the front page, with every repeat."""
    yield changed(
        "sap",
        "Z_SD_ORDER_EXTRACT",
        "04:55",
        "config",
        "Transport PRDK904411: delivery date with time zone",
        version="PRDK904411",
    )
    yield from trouble(
        "sap",
        "Z_SD_ORDER_EXTRACT",
        "erp.breaking_change",
        "05:40",
        "13:30",
        600,
        "VDATU is CHAR26, expected DATS",
    )
    yield from trouble("sap", "ORDERS05", "erp.interface_error", "05:46", "13:42", 30, "IDocs in status 26")
    bad = {
        "model.acme.stg_orders": "success",
        "test.acme.not_null_stg_orders_requested_delivery_date.6f0c1d2a9b": "fail 18204",
    }
    for at in every("00:20", "24:00", 3_600):
        broken = clock("06:00") < at < clock("14:00")
        yield dbt(
            at, bad if broken else {name: "pass" if "fail" in told else told for name, told in bad.items()}
        )
    yield from trouble(
        "models",
        "pricing-prod",
        "model.data_drift",
        "08:30",
        "16:00",
        60,
        "lead_time_days imputed",
        severity="warning",
    )
    yield from trouble(
        "agents", "quote-agent", "agent.escalation_surge", "09:10", "16:25", 60, "Hand-over in 37 % of quotes"
    )
    yield from trouble("bi", "O2C-040", "step.backlog", "10:30", "17:05", 300, "212 quotes wait")
    yield from trouble("bi", "KPI-Q-WIN", "kpi.drop", "12:40", "18:30", 900, "Win rate 21 %")
    yield changed(
        "sap",
        "Z_SD_ORDER_EXTRACT",
        "13:20",
        "config",
        "Transport PRDK904437 takes the format back",
        version="PRDK904437",
    )


def provider_outage() -> Iterator[Record]:
    """The model provider fails: everybody else is quicker to say so than the partner who runs the gateway."""
    yield from pods("claims-assistant", "GenerationSlow", 24, "09:00", "10:10", 90)
    yield from pods("llm-gateway", "ModelServingErrors", 16, "09:01", "10:08", 90, "page")
    yield from pods("doc-classifier", "ModelServingErrors", 16, "09:02", "10:12", 90)
    yield from pods("claims-agent", "AgentQueueStuck", 12, "09:06", "10:15", 90)
    yield from trouble(
        "nordlicht",
        "llm-gateway",
        "genai.provider_outage",
        "09:05",
        "10:05",
        30,
        "503 in 82 % of calls",
        severity="critical",
    )
    text = "Straight-through rate 31 %"
    yield from trouble("bi", "KPI-CL-STP", "kpi.drop", "10:20", "12:30", 600, text)


def repeats() -> Iterator[Record]:
    """A connector that has lost its offsets says one thing over and over, the very same bytes."""
    since = clock("10:40")
    first = fires("crm", "ContractChangeEvent", "crm.event_gap", since, since, "Replay id 88121 missing")
    for at in every("10:40", "12:10", 4):
        yield first._replace(arrives=at + timedelta(seconds=2))
    yield dbt(
        clock("11:10"),
        {"model.acme.stg_customers": "success", "test.acme.row_count_stg_customers.2d9e6f3310": "fail 1"},
    )
    yield ends("crm", "ContractChangeEvent", "crm.event_gap", "12:15")
    yield dbt(
        clock("12:20"),
        {"model.acme.stg_customers": "success", "test.acme.row_count_stg_customers.2d9e6f3310": "pass"},
    )


def reorganisation() -> Iterator[Record]:
    """The pricing model cannot be trained in the night and in the evening; in between its team changes hands."""
    for changed_at, first, skewed, last in (
        ("01:12", "01:30", "01:50", "03:40"),
        ("18:58", "19:06", "19:16", "19:58"),
    ):
        yield changed(
            "releases", "pricing-prod", changed_at, "model_version", "Pricing features 7", version="7"
        )
        yield from trouble(
            "models", "pricing-prod", "model.training_failure", first, last, 120, "No model was made"
        )
        yield from trouble(
            "models", "pricing-prod", "model.feature_skew", skewed, last, 120, "Offline and online differ"
        )


def full_store() -> Iterator[Record]:
    """The feature store is full, and everything on top of it with it."""
    yield changed("releases", "pricing-prod", "13:40", "model_version", "Pricing model 41", version="41")
    yield from pods("feature-store", "DiskPressure", 12, "14:00", "15:30", 90, "page")
    yield from pods("pricing-model", "ModelServingSlow", 16, "14:03", "15:34", 90)
    yield from pods("pricing-api", "HighErrorRate", 24, "14:06", "15:36", 90)
    yield from pods("quote-agent", "AgentToolErrors", 8, "14:10", "15:40", 90)


def afternoon() -> Iterator[Record]:
    """An agent that pays what it may not, and an API that fails, then flaps."""
    told = {
        "alertname": "UpstreamAuthFailures",
        "service": "policy-api",
        "severity": "ticket",
        "text": "401 for some",
    }
    yield from pods("claims-agent", "AgentToolErrors", 4, "16:03", "16:22", 60)
    spells = [(clock("16:00"), 1440), *((begins, 150) for begins in every("16:30", "18:30", 360))]
    for begins, seconds in spells:
        over = begins + timedelta(seconds=seconds)
        yield notified(told, 0, begins, begins, None)
        yield notified(told, 0, over, begins, over)
    text = "Payment of 18,400 euros released without approval"
    yield from trouble(
        "agents",
        "claims-agent",
        "agent.unauthorised_action",
        "14:20",
        "15:20",
        300,
        text,
        severity="critical",
    )


def maintenance() -> Iterator[Record]:
    """The CRM is worked on from eight to ten; the campaign application does not come back with it."""
    yield changed("crm", "Account", "20:00", "deploy", "CRM release 26.1", version="26.1")
    yield from pods("crm-core", "AppErrors", 12, "20:02", "21:50", 90, "page")
    yield from pods("crm-cdc-connector", "AppErrors", 6, "20:03", "21:52", 90)
    yield from pods("crm-api", "ApiDown", 16, "20:02", "21:51", 90, "page")
    yield from pods("retention-agent", "AgentToolErrors", 6, "20:05", "21:55", 90)
    yield from pods("campaign-app", "PortalErrors", 8, "20:20", "23:10", 90)


def oddities() -> Iterator[Record]:
    """Faxes that nobody mapped, and events that nobody can use."""
    for at in every("07:30", "08:15", 90):
        told = {
            "alertname": "FaxQueueLong",
            "service": "fax-gateway",
            "severity": "ticket",
            "text": "faxes wait",
        }
        yield notified(told, 0, at, clock("07:30"), None)
    for number, at in enumerate(every("02:00", "22:00", 3_600)):
        value: Any = "{not json" if number % 2 else {"specversion": "1.0", "type": "router.alert.v1"}
        yield Record(at, "acme.ai.models.v1", "pricing-prod", STRUCTURED, value)


STORIES = (
    ordinary,
    partner,
    format_change,
    provider_outage,
    repeats,
    reorganisation,
    full_store,
    afternoon,
    maintenance,
    oddities,
)
