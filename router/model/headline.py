"""A symptom of an incident: what is wrong with one component, however many alerts say so."""

from pydantic import Field

from router.model.event import Alert, Measure
from router.model.fault import Severity
from router.model.value import Moment, Value

MAX_LABELS, MAX_LABEL_VALUE = 32, 256
"""Own labels of an alert that its symptom keeps, and the characters of one."""


def own_labels(labels: dict[str, str]) -> dict[str, str]:
    """The labels of an alert that matchers see: as they are, without those that are too many or too long."""
    if len(labels) <= MAX_LABELS and all(len(value) <= MAX_LABEL_VALUE for value in labels.values()):
        return labels
    short = sorted((name, value) for name, value in labels.items() if len(value) <= MAX_LABEL_VALUE)
    return dict(short[:MAX_LABELS])


class Headline(Value):
    """One symptom: what is wrong with one component. Attribution and people work on these, not on alerts.

    `started_at` is when the first alert of this (component, fault) began, `summary` its words; `firing` counts
    its alerts that still fire. `since` is when it last began, `spells` how often it ended and `lasted_seconds` how
    long it fired in all until then. `background`: how often a day it alerts anyway, as learned before (0: not
    known). `measure` is the number behind its first alert, `labels` what matchers see of that alert.
    `responsibility`: the chance that the incident's cause is behind it.
    """

    component: str
    fault: str
    severity: Severity
    summary: str
    started_at: Moment
    firing: int
    since: Moment | None = None
    spells: int = 0
    lasted_seconds: float = 0.0
    measure: Measure | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    background: float = Field(0.0, ge=0)
    responsibility: float = Field(1.0, ge=0, le=1)

    @classmethod
    def of(cls, alert: Alert, background: float = 0.0) -> "Headline":
        """The symptom that this firing alert begins."""
        return cls(
            component=alert.component,
            fault=alert.fault,
            severity=alert.severity,
            summary=alert.summary,
            started_at=alert.started_at,
            firing=1,
            since=alert.started_at,
            measure=alert.measure,
            labels=own_labels(alert.labels),
            background=background,
        )
