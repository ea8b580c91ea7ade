"""Duties that the router knows by name; a company switches on those that apply to it, in obligations.yaml.

They are configuration, not legal advice: whether a duty applies, and from when its time counts, is for the company's
lawyers to say, and any of them can be changed. The times are those of the texts named as sources, as of 2026.
"""

from router.model.ownership import ClockStart, Obligation

_HOUR, _DAY = 3_600, 86_400

_AI_FAULTS = (
    "model.bias",
    "genai.toxicity",
    "agent.unauthorised_action",
    "genai.guardrail_violation",
    "risk.policy_breach",
)

SHIPPED: dict[str, Obligation] = {
    duty.id: duty
    for duty in (
        Obligation(
            id="eu-ai-act-73",
            title="assess whether it is a serious incident of a high-risk AI system, and report it",
            source="EU AI Act, Regulation 2024/1689, Art. 73(2): at most 15 days after becoming aware",
            faults=_AI_FAULTS,
            within_seconds=15 * _DAY,
            starts=ClockStart.TOLD,
        ),
        Obligation(
            id="eu-ai-act-73-death",
            title="report the serious incident with a person's death",
            source="EU AI Act, Regulation 2024/1689, Art. 73(4): at most 10 days after becoming aware",
            faults=_AI_FAULTS,
            within_seconds=10 * _DAY,
            starts=ClockStart.TOLD,
        ),
        Obligation(
            id="eu-ai-act-73-widespread",
            title="report the widespread infringement, or serious disruption of critical infrastructure",
            source="EU AI Act, Regulation 2024/1689, Art. 73(3): at most 2 days after becoming aware",
            faults=_AI_FAULTS,
            within_seconds=2 * _DAY,
            starts=ClockStart.TOLD,
        ),
        Obligation(
            id="gdpr-33",
            title="assess the personal data breach, and notify the supervisory authority",
            source="GDPR, Regulation 2016/679, Art. 33(1): 72 hours after becoming aware",
            faults=("genai.pii_leak",),
            within_seconds=72 * _HOUR,
            starts=ClockStart.TOLD,
        ),
        Obligation(
            id="dora-19-classified",
            title="send the initial notification of a major ICT-related incident",
            source="DORA, Regulation 2022/2554, Art. 19(4), Regulation 2025/301 Art. 5: 4 hours after it was "
            "classified as major",
            faults=("platform.", "api.", "store.unavailable"),
            within_seconds=4 * _HOUR,
            starts=ClockStart.ACKNOWLEDGED,
        ),
        Obligation(
            id="dora-19-aware",
            title="classify the ICT-related incident, and send the initial notification if it is major",
            source="DORA, Regulation 2022/2554, Art. 19(4), Regulation 2025/301 Art. 5: 24 hours after becoming aware",
            faults=("platform.", "api.", "store.unavailable"),
            within_seconds=24 * _HOUR,
            starts=ClockStart.TOLD,
        ),
        Obligation(
            id="nis2-23",
            title="send the early warning of a significant incident",
            source="NIS2, Directive 2022/2555, Art. 23(4)(a): 24 hours after becoming aware",
            faults=("platform.", "genai.prompt_injection"),
            within_seconds=24 * _HOUR,
            starts=ClockStart.TOLD,
        ),
    )
}
"""Id -> the duty as it ships."""
