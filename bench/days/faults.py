"""What can break in the simulated plant, and what its monitors look at.

A component's condition is a vector of levels between 0 (well) and 1 (as bad as it gets). A fault presses some
levels of its own component; everything else follows from processing. Monitors read one level each and know
nothing of faults elsewhere. Names of faults are those of the taxonomy (`router.model.fault`).
"""

from typing import NamedTuple

LEVELS = ("down", "slow", "late", "missing", "wrong", "poor", "harm", "queue")
"""down: share of operations that fail; slow: excess latency; late: age of the data in quarters of a cadence times
four; missing: share of rows or fields absent; wrong: share of values off (for a model: drift of its inputs); poor:
quality lost; harm: share of outputs against policy; queue: work waiting, in units of four hours."""

DOWN, SLOW, LATE, MISSING, WRONG, POOR, HARM, QUEUE = range(8)

Levels = list[float]


class Breakage(NamedTuple):
    """A way in which a component of a kind breaks by itself.

    `press` maps levels to the range they are pressed to. `changes` are kinds of change that typically cause it.
    `weight` is how often, among its kind. `flavour` restricts it: "genai", "classic" or "partner" components.
    """

    fault: str
    press: dict[int, tuple[float, float]]
    changes: tuple[str, ...] = ()
    weight: float = 1.0
    flavour: str = ""


class Probe(NamedTuple):
    """A kind of monitor: the fault it reports when the worst of `levels` stands at `threshold` or above."""

    fault: str
    levels: tuple[int, ...]
    threshold: float
    share: float
    """How many components of the kind have one, of those that are monitored at all."""
    flavour: str = ""


B = Breakage
BREAKAGES: dict[str, tuple[Breakage, ...]] = {
    "erp": (
        B("erp.interface_error", {DOWN: (0.3, 0.9), MISSING: (0.2, 0.7)}, ("config", "deploy"), 1.5),
        B("erp.idoc_stuck", {LATE: (0.5, 1.0), MISSING: (0.3, 0.8)}, (), 0.8),
        B("erp.batch_failed", {LATE: (0.6, 1.0)}, ("config",), 1.2),
        B("erp.breaking_change", {MISSING: (0.4, 0.9), WRONG: (0.3, 0.8)}, ("config", "schema"), 1.2),
        B("erp.master_data_mismatch", {MISSING: (0.3, 0.6), WRONG: (0.2, 0.6)}, ("data",), 1.2),
        B("erp.unavailable", {DOWN: (0.9, 1.0)}, ("deploy",), 1.0),
        B("erp.permission", {DOWN: (0.2, 0.5), MISSING: (0.2, 0.5)}, ("config",), 0.5),
    ),
    "crm": (
        B("crm.sync_lag", {LATE: (0.5, 1.0)}, ("config",), 1.0),
        B("crm.bulk_job_failed", {MISSING: (0.4, 0.9)}, ("data", "config"), 1.2),
        B("crm.event_gap", {MISSING: (0.3, 0.6)}, (), 0.7),
        B("crm.data_quality", {WRONG: (0.3, 0.8)}, ("data",), 0.7),
    ),
    "api": (
        B("api.error_rate", {DOWN: (0.2, 0.7)}, ("deploy", "config"), 1.0),
        B("api.latency", {SLOW: (0.5, 1.0)}, ("deploy",), 0.6),
        B("api.unavailable", {DOWN: (0.9, 1.0)}, ("deploy",), 0.6),
        B("api.auth_failure", {DOWN: (0.6, 1.0)}, ("config",), 1.0),
        B("api.breaking_change", {DOWN: (0.3, 0.8), MISSING: (0.3, 0.8)}, ("deploy", "schema"), 1.0),
        B("platform.certificate_expiry", {DOWN: (0.9, 1.0)}, (), 0.7),
        B("api.rate_limited", {DOWN: (0.2, 0.5)}, (), 0.4),
        B("partner.sla_breach", {SLOW: (0.6, 1.0), LATE: (0.3, 0.8)}, (), 3.0, "partner"),
    ),
    "feed": (
        B("feed.schema_change", {MISSING: (0.3, 0.8), WRONG: (0.3, 0.8)}, ("schema",), 1.5),
        B("feed.job_failed", {LATE: (0.7, 1.0), DOWN: (0.6, 1.0)}, ("deploy", "config"), 1.0),
        B("feed.volume_drop", {MISSING: (0.4, 0.9)}, ("config",), 0.8),
        B("feed.duplicate_surge", {WRONG: (0.3, 0.7)}, ("deploy", "data"), 1.0),
        B("feed.distribution_shift", {WRONG: (0.3, 0.7)}, ("data",), 0.6),
        B("feed.lineage_break", {LATE: (0.6, 1.0)}, ("deploy",), 0.4),
        B("feed.dead_letters", {MISSING: (0.3, 0.6)}, ("schema",), 0.6),
        B("partner.delivery_failed", {MISSING: (0.6, 1.0), LATE: (0.4, 1.0)}, (), 5.0, "partner"),
    ),
    "store": (
        B("store.stale", {LATE: (0.6, 1.0)}, ("config",), 1.2),
        B("store.unavailable", {DOWN: (0.8, 1.0)}, ("deploy",), 0.8),
        B("store.latency", {SLOW: (0.5, 1.0)}, (), 0.5),
        B("platform.resource_saturation", {DOWN: (0.2, 0.6), SLOW: (0.5, 1.0)}, ("deploy",), 1.0),
        B("platform.queue_lag", {LATE: (0.4, 0.9), SLOW: (0.3, 0.6)}, (), 0.5),
    ),
    "model": (
        B("model.concept_drift", {POOR: (0.4, 0.8)}, ("model_version",), 1.0, "classic"),
        B("model.feature_skew", {WRONG: (0.4, 0.8), POOR: (0.3, 0.6)}, ("deploy",), 0.8, "classic"),
        B("model.bias", {HARM: (0.4, 0.9)}, ("model_version",), 1.0, "classic"),
        B("model.serving_errors", {DOWN: (0.3, 0.9)}, ("deploy", "model_version"), 1.0),
        B("model.serving_latency", {SLOW: (0.5, 1.0)}, ("deploy",), 0.4, "classic"),
        B("genai.provider_outage", {DOWN: (0.7, 1.0), SLOW: (0.5, 1.0)}, (), 1.2, "genai"),
        B("genai.rate_limited", {DOWN: (0.3, 0.7)}, (), 0.7, "genai"),
        B("genai.hallucination", {POOR: (0.4, 0.8)}, ("prompt", "model_version"), 0.9, "genai"),
        B("genai.prompt_regression", {POOR: (0.4, 0.8)}, ("prompt",), 1.0, "genai"),
        B("genai.output_format", {DOWN: (0.3, 0.8)}, ("model_version", "prompt"), 0.7, "genai"),
        B("genai.pii_leak", {HARM: (0.4, 0.8)}, ("prompt",), 0.8, "genai"),
        B("genai.guardrail_violation", {HARM: (0.4, 0.9)}, ("prompt", "config"), 0.8, "genai"),
    ),
    "agent": (
        B("agent.loop", {DOWN: (0.4, 0.9), POOR: (0.3, 0.7)}, ("prompt",), 1.0),
        B("agent.stalled", {DOWN: (0.6, 1.0)}, ("deploy",), 0.7),
        B("agent.unauthorised_action", {HARM: (0.4, 0.9)}, ("config",), 1.2),
    ),
    "app": (
        B("app.crash", {DOWN: (0.8, 1.0)}, ("deploy",), 1.0),
        B("app.error_rate", {DOWN: (0.2, 0.6)}, ("deploy", "config"), 0.7),
        B("platform.deploy_failed", {DOWN: (0.2, 0.5), SLOW: (0.3, 0.6)}, ("deploy",), 0.5),
    ),
    "step": (
        B("risk.policy_breach", {HARM: (0.4, 0.9)}, ("config",), 0.6),
        B("risk.audit_gap", {HARM: (0.3, 0.6), DOWN: (0.1, 0.3)}, (), 0.4),
        B("step.failed", {DOWN: (0.3, 0.8)}, ("config",), 0.6),
    ),
    "kpi": (),
}

P = Probe
PROBES: dict[str, tuple[Probe, ...]] = {
    "erp": (P("erp.interface_error", (DOWN,), 0.25, 0.4), P("erp.unavailable", (DOWN,), 0.8, 0.6)),
    "crm": (P("crm.sync_lag", (LATE,), 0.3, 0.5), P("crm.data_quality", (WRONG, MISSING), 0.35, 0.3)),
    "api": (
        P("api.error_rate", (DOWN,), 0.1, 0.8),
        P("api.latency", (SLOW,), 0.3, 0.5),
        P("api.unavailable", (DOWN,), 0.8, 0.4),
    ),
    "feed": (
        P("feed.stale", (LATE,), 0.35, 0.6),
        P("feed.late", (LATE,), 0.2, 0.2),
        P("feed.volume_drop", (MISSING,), 0.3, 0.5),
        P("feed.null_surge", (MISSING,), 0.15, 0.35),
        P("feed.contract_break", (MISSING, WRONG), 0.3, 0.35),
        P("feed.dead_letters", (MISSING,), 0.2, 0.15),
        P("feed.distribution_shift", (WRONG,), 0.2, 0.3),
        P("feed.job_failed", (DOWN,), 0.5, 0.35),
    ),
    "store": (
        P("store.stale", (LATE,), 0.35, 0.6),
        P("store.latency", (SLOW,), 0.3, 0.4),
        P("store.unavailable", (DOWN,), 0.5, 0.5),
        P("feed.distribution_shift", (WRONG, MISSING), 0.3, 0.2),
    ),
    "model": (
        P("model.data_drift", (WRONG,), 0.15, 0.7, "classic"),
        P("model.prediction_drift", (WRONG,), 0.25, 0.4, "classic"),
        P("model.performance_drop", (POOR,), 0.2, 0.4, "classic"),
        P("model.serving_errors", (DOWN,), 0.1, 0.5),
        P("model.serving_latency", (SLOW,), 0.3, 0.3, "classic"),
        P("genai.retrieval_quality", (WRONG,), 0.2, 0.4, "genai"),
        P("genai.hallucination", (POOR,), 0.2, 0.4, "genai"),
        P("genai.latency", (SLOW,), 0.3, 0.4, "genai"),
    ),
    "agent": (
        P("agent.tool_failure", (DOWN,), 0.1, 0.6),
        P("agent.goal_failure", (POOR,), 0.3, 0.4),
        P("agent.escalation_surge", (POOR, DOWN), 0.25, 0.5),
        P("agent.override_surge", (POOR,), 0.25, 0.3),
        P("agent.stalled", (DOWN,), 0.6, 0.3),
    ),
    "app": (P("app.error_rate", (DOWN,), 0.08, 0.7), P("app.latency", (SLOW,), 0.25, 0.5)),
    "step": (
        P("step.failed", (DOWN,), 0.15, 0.5),
        P("step.backlog", (QUEUE,), 0.2, 0.6),
        P("step.sla_risk", (QUEUE,), 0.5, 0.4),
        P("risk.policy_breach", (HARM,), 0.2, 0.5),
    ),
    "kpi": (
        P("kpi.drop", (WRONG,), 0.15, 0.8),
        P("kpi.manual_override_surge", (WRONG,), 0.3, 0.2),
        P("kpi.complaint_surge", (WRONG, HARM), 0.2, 0.3),
    ),
}

CHANGES: dict[str, tuple[str, ...]] = {
    "erp": ("config", "deploy", "schema", "data"),
    "crm": ("config", "deploy", "data"),
    "api": ("deploy", "deploy", "config", "schema"),
    "feed": ("schema", "deploy", "config", "data"),
    "store": ("config", "deploy"),
    "model": ("model_version", "deploy", "config", "prompt"),
    "agent": ("prompt", "deploy", "config"),
    "app": ("deploy", "deploy", "config"),
    "step": ("config",),
    "kpi": ("config",),
}
"""Kinds of change people make to a kind of component, the frequent ones more than once."""
