"""Writes the pages that follow from tables in the code: `python docs/generate.py`; a test holds them current."""

from collections.abc import Callable
from pathlib import Path

from router.model.decision import REASON_TEXT, Outcome, Reason
from router.model.event import IgnoreReason, RejectCode
from router.model.fault import FAULTS, ComponentKind
from router.model.incident import TRANSITIONS, IncidentState
from router.model.notice import NoticeKind, NoticeRole

DOCS = Path(__file__).parent


def faults() -> str:
    """The taxonomy, by kind of component."""
    lines = [
        "# Faults",
        "",
        "What can be wrong: the closed taxonomy. Sources and rules may name only these, or faults of your own under `x.`",
        "(`faults:` in router.yaml). *Concern* is the kind of owner a fault is for, *severity* what is assumed when a source",
        "gives none, *travels* how it shows elsewhere: `self` speaks of its own component, `symptom` travels downstream,",
        "`starve` also upstream. Generated from `router/model/fault.py`.",
    ]
    for kind in ComponentKind:
        of_kind = [fault for fault in FAULTS.values() if fault.kind is kind]
        lines += ["", f"## {kind.value}", "", "| fault | meaning | concern | severity | travels | typical upstream |"]
        lines += ["| --- | --- | --- | --- | --- | --- |"]
        lines += [
            f"| `{f.name}` | {f.meaning} | {f.concern.value} | {f.severity.value} | {f.spread.value} | "
            f"{', '.join(f'`{u}`' for u in f.upstream)} |"
            for f in of_kind
        ]
    return "\n".join(lines) + "\n"


def reasons() -> str:
    """Every reason of a decision, every outcome, reject code and ignore reason."""
    lines = [
        "# Reasons",
        "",
        "Every decision on `router.decisions.v1` carries one of these reasons. Generated from `router/model/decision.py`.",
        "",
        "| reason | text |",
        "| --- | --- |",
        *[f"| `{reason.value}` | {REASON_TEXT[reason]} |" for reason in Reason],
        "",
        "## Outcomes",
        "",
        "Every source position ends in exactly one: " + ", ".join(f"`{o.value}`" for o in Outcome) + ".",
        "",
        "## Reject codes",
        "",
        "Header `router.dlq.code` of a dead letter: " + ", ".join(f"`{c.value}`" for c in RejectCode) + ".",
        "",
        "## Why an event is ignored",
        "",
        ", ".join(f"`{r.value}`" for r in IgnoreReason) + ".",
        "",
        "## Kinds of notification, roles of a destination",
        "",
        ", ".join(f"`{k.value}`" for k in NoticeKind) + "; " + ", ".join(f"`{r.value}`" for r in NoticeRole) + ".",
    ]
    return "\n".join(lines) + "\n"


def incident_states() -> str:
    """The state machine, as a diagram and a table."""
    lines = ["# States of an incident", "", "Generated from `router/model/incident.py`; nothing else changes a state.", ""]
    lines += ["```mermaid", "stateDiagram-v2", f"    [*] --> {IncidentState.SETTLING.value}"]
    lines += [f"    {before.value} --> {after.value}: {t.value}" for (before, t), after in TRANSITIONS.items()]
    lines += [f"    {IncidentState.CLOSED.value} --> [*]", "```", "", "| from | trigger | to |", "| --- | --- | --- |"]
    lines += [f"| {before.value} | {t.value} | {after.value} |" for (before, t), after in TRANSITIONS.items()]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "faults.md": faults,
    "reasons.md": reasons,
    "incident-states.md": incident_states,
}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page())
