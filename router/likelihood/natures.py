"""What stops is not what is wrong: a late delivery has the right content, and a wrong one is on time."""

STOPPED = frozenset(
    {
        "agent.stalled",
        "api.auth_failure",
        "api.latency",
        "api.rate_limited",
        "api.unavailable",
        "app.crash",
        "app.latency",
        "crm.sync_lag",
        "erp.batch_failed",
        "erp.idoc_stuck",
        "erp.unavailable",
        "feed.job_failed",
        "feed.late",
        "feed.stale",
        "genai.latency",
        "genai.provider_outage",
        "genai.rate_limited",
        "model.serving_latency",
        "partner.sla_breach",
        "platform.certificate_expiry",
        "platform.queue_lag",
        "platform.resource_saturation",
        "source.silent",
        "store.latency",
        "store.stale",
        "store.unavailable",
    }
)
"""Faults in which something does not come, does not answer, or comes late."""

WRONG = frozenset(
    {
        "crm.data_quality",
        "erp.breaking_change",
        "erp.master_data_mismatch",
        "feed.contract_break",
        "feed.dead_letters",
        "feed.distribution_shift",
        "feed.duplicate_surge",
        "feed.null_surge",
        "feed.schema_change",
        "feed.volume_surge",
    }
)
"""Faults in which what comes is wrong. All others, such as a drift or a falling KPI, may follow from either."""
