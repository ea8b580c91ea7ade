"""What can be wrong: the closed, dotted taxonomy of faults.

Names may be added, never renamed: rules, dashboards and recorded events refer to them. An operator adds
faults of their own under `x.` in router.yaml; everything else must be in `FAULTS`.
`docs/faults.md` is generated from this table (`python -m docs.generate`).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict


class OwnerKind(StrEnum):
    """The five kinds of owner; also the concern of a fault: which kind of owner it is for."""

    IT = "it"
    DATA = "data"
    BUSINESS = "business"
    RISK = "risk"
    PARTNER = "partner"


class ComponentKind(StrEnum):
    """What a node of the topology is."""

    MODEL = "model"
    AGENT = "agent"
    FEED = "feed"
    API = "api"
    ERP = "erp"
    CRM = "crm"
    APP = "app"
    STORE = "store"
    STEP = "step"
    KPI = "kpi"


OUTCOMES = frozenset({ComponentKind.KPI, ComponentKind.STEP, ComponentKind.APP})
"""Kinds of component that people outside IT recognise: what a workflow is for."""


class Severity(StrEnum):
    """How bad it is, worst first. `rank` orders: critical 4 … info 0."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """4 for critical down to 0 for info."""
        return _RANK[self]


_RANK = {severity: 4 - place for place, severity in enumerate(Severity)}


class Spread(StrEnum):
    """The direction in which a kind of fault travels along the topology.

    SELF speaks of its own component (a crash, a schema change). SYMPTOM shows what an upstream does to
    us and travels from producer to consumer. STARVE (too little arrives) also travels from consumer to
    producer: a consumer that stops asking starves the producer of requests.
    """

    SELF = "self"
    SYMPTOM = "symptom"
    STARVE = "starve"


class Fault(BaseModel):
    """One row of the taxonomy.

    `kind` is the component kind it is usual on (other kinds may report it); `concern` names the kind of
    owner it is for; `severity` is assumed where a source gives none; `upstream` lists what typically
    causes it: fault names, or `change.<kind>`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: ComponentKind
    concern: OwnerKind
    severity: Severity
    spread: Spread
    meaning: str
    upstream: tuple[str, ...] = ()


def _f(
    name: str, kind: str, concern: str, severity: str, spread: str, meaning: str, upstream: tuple[str, ...]
) -> Fault:
    return Fault(
        name=name,
        kind=ComponentKind(kind),
        concern=OwnerKind(concern),
        severity=Severity(severity),
        spread=Spread(spread),
        meaning=meaning,
        upstream=upstream,
    )


# fmt: off
_TABLE = (
    _f("model.data_drift", "model", "data", "warning", "symptom",
        "input distribution moved away from the reference",
        ("feed.schema_change", "feed.null_surge", "feed.volume_drop")),
    _f("model.concept_drift", "model", "data", "major", "symptom",
        "relation of inputs to outcome changed", ("change.model_version", "business shift")),
    _f("model.performance_drop", "model", "data", "major", "symptom",
        "quality measured against outcomes fell below target", ("model.data_drift", "feed.null_surge")),
    _f("model.prediction_drift", "model", "data", "warning", "symptom",
        "output distribution moved", ("model.data_drift", "change.model_version")),
    _f("model.feature_skew", "model", "data", "major", "symptom",
        "serving features differ from training features", ("store.stale", "change.deploy")),
    _f("model.training_failure", "model", "data", "warning", "self",
        "scheduled training did not produce a model", ("feed.stale", "platform.resource_saturation")),
    _f("model.serving_errors", "model", "it", "major", "symptom",
        "inference requests fail", ("platform.resource_saturation", "change.deploy")),
    _f("model.serving_latency", "model", "it", "warning", "symptom",
        "inference slower than its objective", ("platform.resource_saturation",)),
    _f("model.bias", "model", "risk", "critical", "self",
        "outcome differs between protected groups beyond the bound", ("model.data_drift", "change.model_version")),
    _f("model.explainability_loss", "model", "risk", "warning", "self",
        "explanations missing or unstable where required", ("change.model_version",)),
    _f("genai.latency", "model", "it", "warning", "symptom",
        "generation slower than its objective", ("genai.provider_outage", "genai.context_overflow")),
    _f("genai.cost_spike", "model", "it", "major", "self",
        "token or call cost above budget", ("agent.loop", "genai.context_overflow", "change.prompt")),
    _f("genai.rate_limited", "model", "it", "major", "self",
        "provider refuses calls for quota", ("agent.loop",)),
    _f("genai.provider_outage", "model", "partner", "critical", "symptom",
        "provider's API unavailable or erroring", ()),
    _f("genai.hallucination", "model", "data", "major", "symptom",
        "ungrounded answers above the bound", ("genai.retrieval_quality", "change.prompt")),
    _f("genai.retrieval_quality", "model", "data", "major", "symptom",
        "retrieved context irrelevant, empty or outdated", ("store.stale", "feed.stale", "feed.schema_change")),
    _f("genai.prompt_regression", "model", "data", "major", "self",
        "evaluation of a prompt or chain fell after a change", ("change.prompt", "change.model_version")),
    _f("genai.guardrail_violation", "model", "risk", "critical", "self",
        "output or input blocked or passed against policy", ("change.prompt",)),
    _f("genai.toxicity", "model", "risk", "critical", "self",
        "harmful output reached people", ("change.model_version",)),
    _f("genai.pii_leak", "model", "risk", "critical", "self",
        "personal data in prompt, log or output", ("change.prompt", "feed.contract_break")),
    _f("genai.prompt_injection", "model", "risk", "critical", "self",
        "untrusted content steered the model", ()),
    _f("genai.context_overflow", "model", "it", "warning", "self",
        "inputs exceed the context window", ("feed.volume_surge", "change.prompt")),
    _f("genai.output_format", "model", "it", "major", "symptom",
        "output not parseable by what consumes it", ("change.model_version", "change.prompt")),
    _f("agent.tool_failure", "agent", "it", "major", "symptom",
        "a tool call fails or answers with an error", ("api.error_rate", "api.auth_failure", "api.breaking_change")),
    _f("agent.loop", "agent", "it", "major", "self",
        "repeats steps without progress", ("agent.tool_failure", "change.prompt")),
    _f("agent.goal_failure", "agent", "business", "major", "symptom",
        "tasks end without the result", ("agent.tool_failure", "genai.hallucination")),
    _f("agent.unauthorised_action", "agent", "risk", "critical", "self",
        "acted outside its permission", ("change.config", "genai.prompt_injection")),
    _f("agent.escalation_surge", "agent", "business", "major", "symptom",
        "hands over to people far more often", ("model.performance_drop", "agent.tool_failure")),
    _f("agent.override_surge", "agent", "business", "major", "symptom",
        "people overrule its decisions far more often", ("model.performance_drop", "genai.hallucination")),
    _f("agent.stalled", "agent", "it", "major", "starve",
        "no progress, queue grows", ("agent.tool_failure", "genai.rate_limited")),
    _f("feed.schema_change", "feed", "data", "major", "self",
        "fields added, removed, renamed or retyped", ("erp.breaking_change", "change.schema")),
    _f("feed.stale", "feed", "data", "major", "symptom",
        "no new data within its cadence", ("erp.batch_failed", "api.unavailable", "feed.job_failed")),
    _f("feed.late", "feed", "data", "warning", "symptom",
        "arrives, but after its deadline", ("erp.batch_failed", "platform.queue_lag")),
    _f("feed.volume_drop", "feed", "data", "major", "starve",
        "far fewer rows than usual", ("erp.interface_error", "crm.sync_lag")),
    _f("feed.volume_surge", "feed", "data", "warning", "symptom",
        "far more rows than usual", ("feed.duplicate_surge",)),
    _f("feed.null_surge", "feed", "data", "major", "symptom",
        "share of missing values jumped", ("feed.schema_change", "erp.master_data_mismatch")),
    _f("feed.duplicate_surge", "feed", "data", "warning", "symptom",
        "share of duplicate keys jumped", ("erp.interface_error",)),
    _f("feed.distribution_shift", "feed", "data", "warning", "symptom",
        "column statistics moved", ("erp.master_data_mismatch",)),
    _f("feed.contract_break", "feed", "data", "major", "self",
        "a declared expectation or contract is violated", ("feed.schema_change",)),
    _f("feed.lineage_break", "feed", "data", "warning", "self",
        "expected upstream or downstream missing", ("change.deploy",)),
    _f("feed.job_failed", "feed", "data", "major", "self",
        "the job that builds it failed", ("platform.resource_saturation", "feed.schema_change")),
    _f("feed.dead_letters", "feed", "data", "warning", "self",
        "records diverted as unusable", ("feed.schema_change",)),
    _f("store.stale", "store", "data", "major", "symptom",
        "feature or vector store not refreshed", ("feed.stale", "feed.job_failed")),
    _f("store.unavailable", "store", "it", "critical", "symptom",
        "store does not answer", ("platform.resource_saturation",)),
    _f("store.latency", "store", "it", "warning", "symptom",
        "store slower than its objective", ("platform.resource_saturation",)),
    _f("api.error_rate", "api", "it", "major", "symptom",
        "share of failing calls above the bound", ("platform.resource_saturation", "change.deploy")),
    _f("api.latency", "api", "it", "warning", "symptom",
        "slower than its objective", ("store.latency",)),
    _f("api.unavailable", "api", "it", "critical", "symptom",
        "does not answer", ("platform.resource_saturation", "platform.certificate_expiry")),
    _f("api.auth_failure", "api", "it", "major", "self",
        "calls refused for credentials or permission", ("platform.certificate_expiry", "change.config")),
    _f("api.rate_limited", "api", "it", "warning", "self",
        "calls refused for quota", ("agent.loop",)),
    _f("api.breaking_change", "api", "it", "major", "self",
        "contract changed incompatibly", ("change.deploy",)),
    _f("erp.interface_error", "erp", "it", "major", "symptom",
        "messages between systems end in error", ("erp.master_data_mismatch", "change.config")),
    _f("erp.idoc_stuck", "erp", "it", "major", "self",
        "documents wait unprocessed", ("platform.queue_lag",)),
    _f("erp.batch_failed", "erp", "it", "major", "self",
        "scheduled job ended in error", ("platform.resource_saturation",)),
    _f("erp.breaking_change", "erp", "it", "major", "self",
        "structure of an extract or message changed", ("change.config",)),
    _f("erp.master_data_mismatch", "erp", "business", "major", "self",
        "keys or codes do not match between systems", ()),
    _f("erp.unavailable", "erp", "it", "critical", "symptom",
        "system does not answer", ()),
    _f("erp.permission", "erp", "it", "warning", "self",
        "technical user lacks authorisation", ("change.config",)),
    _f("crm.sync_lag", "crm", "it", "major", "symptom",
        "changes arrive late or not at all", ("api.rate_limited",)),
    _f("crm.bulk_job_failed", "crm", "it", "major", "self",
        "mass import or update failed", ("api.auth_failure",)),
    _f("crm.event_gap", "crm", "it", "major", "symptom",
        "change events lost, resynchronisation needed", ()),
    _f("crm.data_quality", "crm", "business", "warning", "symptom",
        "records incomplete or contradictory", ()),
    _f("app.error_rate", "app", "it", "major", "symptom",
        "users see errors", ("api.error_rate", "model.serving_errors")),
    _f("app.latency", "app", "it", "warning", "symptom",
        "users wait", ("api.latency",)),
    _f("app.crash", "app", "it", "critical", "self",
        "application down", ("change.deploy",)),
    _f("step.failed", "step", "it", "major", "symptom",
        "a process step ended in error", ("api.error_rate", "agent.tool_failure")),
    _f("step.backlog", "step", "business", "major", "symptom",
        "work waits before a step", ("agent.stalled", "step.failed")),
    _f("step.sla_risk", "step", "business", "major", "symptom",
        "cases will miss their deadline", ("step.backlog",)),
    _f("platform.deploy_failed", "app", "it", "warning", "self",
        "a roll-out did not complete", ()),
    _f("platform.resource_saturation", "store", "it", "major", "self",
        "CPU, memory, disk or connections exhausted", ()),
    _f("platform.queue_lag", "store", "it", "warning", "symptom",
        "consumers fall behind", ()),
    _f("platform.certificate_expiry", "api", "it", "major", "self",
        "certificate expired or about to", ()),
    _f("kpi.drop", "kpi", "business", "major", "symptom",
        "business measure fell beyond its bound", ("model.performance_drop", "agent.goal_failure", "step.backlog")),
    _f("kpi.surge", "kpi", "business", "warning", "symptom",
        "business measure rose beyond its bound", ("feed.duplicate_surge",)),
    _f("kpi.complaint_surge", "kpi", "business", "major", "symptom",
        "customers complain far more often", ("agent.override_surge", "genai.hallucination")),
    _f("kpi.manual_override_surge", "kpi", "business", "major", "symptom",
        "people bypass the automation", ("model.performance_drop",)),
    _f("risk.policy_breach", "step", "risk", "critical", "self",
        "a rule of the company was broken", ("agent.unauthorised_action",)),
    _f("risk.audit_gap", "step", "risk", "major", "self",
        "required record missing", ("step.failed",)),
    _f("risk.regulatory_deadline", "step", "risk", "critical", "self",
        "a statutory clock runs out", ()),
    _f("partner.sla_breach", "api", "partner", "major", "self",
        "the partner missed an agreed time", ()),
    _f("partner.delivery_failed", "feed", "partner", "major", "self",
        "the partner's delivery is missing or wrong", ()),
    _f("source.silent", "feed", "it", "warning", "symptom",
        "a source says nothing beyond its cadence", ()),
    _f("source.flood", "feed", "it", "warning", "self",
        "a source sends far beyond its rate", ()),)
# fmt: on

FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in _TABLE})
