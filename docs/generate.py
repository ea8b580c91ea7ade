"""Writes the pages that follow from tables in the code: `python docs/generate.py`; a test holds them current.

`PAGES` are generated whole; `SECTIONS` are parts of pages that people write, between
`<!-- generated: NAME -->` and `<!-- end of NAME -->`.
"""

import ast
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import get_args

from generate_configuration import configuration
from generate_parameters import parameters
from generate_runbooks import runbooks
from generate_settings import settings
from generate_table import table
from generate_telemetry import telemetry
from pydantic import BaseModel

from router.config.codes import page as lint_codes
from router.config.runtime import KafkaSettings
from router.kafka.acls import LOGINS, Pattern, acls_of
from router.kafka.native import NativeAlert, NativeAlertData, NativeChange, NativeChangeData, NativeMeasure
from router.model.decision import REASON_TEXT, Outcome, Reason
from router.model.event import IgnoreReason, RejectCode
from router.model.fault import FAULTS, ComponentKind
from router.model.incident import TRANSITIONS, IncidentState
from router.model.notice import NoticeKind, NoticeRole

DOCS = Path(__file__).parent
ROOT = DOCS.parent


def faults() -> str:
    """The taxonomy, by kind of component."""
    lines = [
        "# Faults",
        "",
        "What can be wrong: the closed taxonomy. Sources and rules may name only these, or faults of your own",
        "under `x.` (`faults:` in router.yaml). *Concern* is the kind of owner a fault is for, *severity* what is",
        "assumed when a source gives none, *travels* how it shows elsewhere: `self` speaks of its own component,",
        "`symptom` travels downstream, `starve` also upstream. Generated from `router/model/fault.py`.",
    ]
    for kind in ComponentKind:
        of_kind = [fault for fault in FAULTS.values() if fault.kind is kind]
        lines += ["", f"## {kind.value}", ""]
        lines += table(
            ("fault", "meaning", "concern", "severity", "travels", "typical upstream"),
            (
                (
                    f"`{f.name}`",
                    f.meaning,
                    f.concern.value,
                    f.severity.value,
                    f.spread.value,
                    ", ".join(f"`{u}`" for u in f.upstream),
                )
                for f in of_kind
            ),
        )
    return "\n".join(lines) + "\n"


def reasons() -> str:
    """Every reason of a decision, every outcome, reject code and ignore reason."""
    lines = [
        "# Reasons",
        "",
        "Every decision on `router.decisions.v1` carries one of these reasons.",
        "Generated from `router/model/decision.py`.",
        "",
        *table(("reason", "text"), ((f"`{reason.value}`", REASON_TEXT[reason]) for reason in Reason)),
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
        ", ".join(f"`{k.value}`" for k in NoticeKind)
        + "; "
        + ", ".join(f"`{r.value}`" for r in NoticeRole)
        + ".",
    ]
    return "\n".join(lines) + "\n"


def incident_states() -> str:
    """The state machine, as a diagram and a table."""
    lines = [
        "# States of an incident",
        "",
        "Generated from `router/model/incident.py`; nothing else changes a state.",
        "",
    ]
    lines += ["```mermaid", "stateDiagram-v2", f"    [*] --> {IncidentState.SETTLING.value}"]
    lines += [
        f"    {before.value} --> {after.value}: {t.value}" for (before, t), after in TRANSITIONS.items()
    ]
    lines += [f"    {IncidentState.CLOSED.value} --> [*]", "```", ""]
    lines += table(
        ("from", "trigger", "to"),
        ((before.value, t.value, after.value) for (before, t), after in TRANSITIONS.items()),
    )
    return "\n".join(lines) + "\n"


def native_event() -> str:
    """The fields of the native event."""
    lines: list[str] = []
    for title, model in (
        ("The envelope (CloudEvents 1.0)", NativeAlert),
        ("`data` of `router.alert.v1`", NativeAlertData),
        ("`measure`", NativeMeasure),
        ("`data` of `router.change.v1`", NativeChangeData),
    ):
        lines += ["", f"### {title}", ""]
        lines += table(("field", "", "meaning"), (_native_field(model, name) for name in model.model_fields))
    return "\n".join(lines[1:])


def _native_field(model: type[BaseModel], name: str) -> tuple[str, ...]:
    field = model.model_fields[name]
    meaning = field.description or ""
    if model is NativeAlert and name == "type":
        types = [get_args(one.model_fields["type"].annotation)[0] for one in (NativeAlert, NativeChange)]
        meaning = ", ".join(f"`{one}`" for one in (*types, "router.heartbeat.v1")) + "."
    if model is NativeAlert and name == "data":
        meaning, required = "See below; a heartbeat has none.", "alert, change"
    else:
        required = "required" if field.is_required() else ""
    kind = field.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        meaning += " One of " + ", ".join(f"`{member.value}`" for member in kind) + "."
    return f"`{name}`", required, meaning


LOGINS_MEAN = {
    "admin": "Whoever creates the topics.",
    "intake": "intake reads your topics, and writes what it made of them.",
    "engine": "engine: the only one that writes state, decisions, notices and incidents.",
    "notifier": "notifier reads what is to be told, and keeps the log of what was told.",
    "web": "web reads incidents, and writes what people ask for.",
    "operator": "Operators, for the commands of this page and of operate.md.",
    "auditor": "Somebody who may do nothing but `router reconcile`.",
}


def rights() -> str:
    """The ACLs of every login, for topics that begin with `acme.` and the group `router`."""
    lines = ["```bash"]
    connection = '--bootstrap-server "$BROKER" --command-config admin.properties'
    lines += [f'allow() {{ kafka-acls.sh {connection} --add --allow-principal "$@"; }}']
    for login in LOGINS:
        lines += ["", f"# {LOGINS_MEAN[login]}"]
        operations: dict[tuple[str, str, bool], list[str]] = {}
        for acl in acls_of(login, KafkaSettings(), (r"^acme\.",)):
            place = (acl.resource.value, acl.name, acl.pattern is Pattern.PREFIXED)
            operations.setdefault(place, []).append(f" --operation {acl.operation.value}")
        together: dict[tuple[str, bool], list[str]] = {}
        for (resource, name, prefixed), asked in operations.items():
            together.setdefault(("".join(asked), prefixed), []).append(f" --{resource} {name}")
        for (asked_for, prefixed), resources in together.items():
            suffix = " --resource-pattern-type prefixed" if prefixed else ""
            lines.append(f"allow User:router-{login}{asked_for}{''.join(resources)}{suffix}")
    return "\n".join([*lines, "```"])


def scenarios() -> str:
    """One row a behaviour."""
    rows = []
    for path in sorted((ROOT / "tests" / "scenarios").glob("test_*.py")):
        told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        rows.append(
            (f"[{path.stem.removeprefix('test_')}](scenarios/{path.name})", told.partition("\n\n")[0])
        )
    return "\n".join(table(("behaviour", "rule"), rows))


PAGES: dict[str, Callable[[], str]] = {
    "docs/faults.md": faults,
    "docs/reasons.md": reasons,
    "docs/incident-states.md": incident_states,
    "docs/settings.md": settings,
    "docs/configuration.md": configuration,
    "docs/telemetry.md": telemetry,
    "docs/lint-codes.md": lint_codes,
}
"""Page -> all of it."""

SECTIONS: dict[str, dict[str, Callable[[], str]]] = {
    "docs/attribution.md": {"parameters": parameters},
    "docs/connect.md": {"rights": rights},
    "docs/events.md": {"native event": native_event},
    "runbooks/README.md": {"runbooks": runbooks},
    "tests/README.md": {"scenarios": scenarios},
}
"""Page -> the name of a section in it -> what stands between its two marks."""


def generated(page: str) -> str:
    """The page as it should be. Raises ValueError when the marks of a section are not there, once each."""
    if page in PAGES:
        return PAGES[page]()
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, section in SECTIONS[page].items():
        begin, end = f"<!-- generated: {name} -->", f"<!-- end of {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"{page} needs {begin} and {end}, once each")
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{section()}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    for page in (*PAGES, *SECTIONS):
        (ROOT / page).write_text(generated(page), encoding="utf-8")
