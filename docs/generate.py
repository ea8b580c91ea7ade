"""Writes the pages that follow from tables in the code: `python docs/generate.py`; a test holds them current.

`PAGES` are generated whole; `SECTIONS` are parts of pages that people write, between
`<!-- generated: NAME -->` and `<!-- end of NAME -->`.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from ruamel.yaml import YAML

from router.config.codes import page as lint_codes
from router.config.runtime import RuntimeSettings
from router.kafka.native import NativeAlert, NativeAlertData, NativeChange, NativeChangeData, NativeMeasure
from router.model.decision import REASON_TEXT, Outcome, Reason
from router.model.event import IgnoreReason, RejectCode
from router.model.fault import FAULTS, ComponentKind
from router.model.incident import TRANSITIONS, IncidentState
from router.model.notice import NoticeKind, NoticeRole
from router.telemetry import metrics
from router.telemetry.events import Event

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
        lines += _table(
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
        *_table(("reason", "text"), ((f"`{reason.value}`", REASON_TEXT[reason]) for reason in Reason)),
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
    lines += _table(
        ("from", "trigger", "to"),
        ((before.value, t.value, after.value) for (before, t), after in TRANSITIONS.items()),
    )
    return "\n".join(lines) + "\n"


SETTINGS_MEAN = {
    "kafka": "## Kafka\n\nHow all roles and commands reach the brokers. A half-given security setting is refused.",
    "kafka.bootstrap": "The brokers, `host:port,host:port`.",
    "kafka.security_protocol": "How clients talk to them.",
    "kafka.ca_file": "PEM file of the authorities to trust; the system's, if not given.",
    "kafka.cert_file": "PEM file of this client's certificate (mTLS).",
    "kafka.key_file": "PEM file of its key.",
    "kafka.key_password": "Password of that key.",
    "kafka.sasl_mechanism": "How clients log in with `SASL_SSL` and `SASL_PLAINTEXT`.",
    "kafka.sasl_username": "The login's name.",
    "kafka.sasl_password": "The login's password.",
    "kafka.group": "Prefix of all consumer groups and transactional ids: two routers on one cluster need two.",
    "kafka.embedded": "The brokers are the in-memory ones of `router demo`; never set it elsewhere.",
    "slack": "## Slack\n\nThe Slack app, see [slack.md](slack.md).",
    "slack.token": "Bot token (`xoxb-…`), for `notifier` and `web`. Without one the notifier prints to its terminal.",
    "slack.signing_secret": "Verifies that a press comes from Slack, for `web`. Without one all presses are refused.",
    "slack.previous_signing_secret": "Accepted as well, while the secret is being changed.",
    "slack.app_token": "For socket mode, which this version does not have: nothing reads it yet.",
    "slack.base_url": "Where Slack's Web API is; a stand-in for Slack, when you try things.",
    "slack.team_id": "The workspace (`T…`) or enterprise (`E…`) whose people may press buttons; empty: any.",
    "web": "## Web\n\nConsole and API.",
    "web.host": "Address to listen on.",
    "web.port": "Port of console, API and Slack's requests; 0 takes any free one.",
    "web.token": "Bearer token of `POST /api/commands`. Without one nobody may give commands by HTTP.",
    "metrics": "## Health and metrics\n\n`/healthz`, `/readyz` and `/metrics` of every role. They have no login.",
    "metrics.host": "Address to listen on.",
    "metrics.port": "Port of `intake`; `engine` has the next one, then `notifier`, then `web`. 0 turns all off.",
    "": "## General",
    "log_format": "One JSON object a line, or lines for people.",
    "log_level": "The least level that is logged, to stderr.",
    "canary_interval_seconds": "How often you run `router canary`: the notifier then exports its age; 0: never.",
    "data_dir": "Folder for local files. Losing it loses nothing.",
    "clock_file": "Of `router demo`: pairs of real and played seconds. Never set it elsewhere.",
    "database_url": "For a read model in SQL, which this version keeps in memory: nothing reads it yet.",
}
"""What each setting is for; one that is missing here ends the generation."""


def settings() -> str:
    """Every environment variable."""
    lines = [
        "# Settings",
        "",
        "What depends on the installation is in environment variables; what the company decides is in the",
        "[rules folder](rules.md). A name that a section does not know is refused, so a slip of the pen does not pass.",
        "Where a row names a `_FILE`, the secret may stand in that file instead, which is better: an environment is",
        "shown by many tools. Both at once is refused. Generated from `router/config/runtime.py`.",
    ]
    general: list[str] = []
    for name, field in RuntimeSettings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            lines += ["", SETTINGS_MEAN[name], ""]
            lines += _variables(section.model_fields, f"{name}.")
        else:
            general.append(name)
    lines += ["", SETTINGS_MEAN[""], ""]
    lines += _variables({name: RuntimeSettings.model_fields[name] for name in general}, "")
    return "\n".join(lines) + "\n"


def _variables(given: dict[str, FieldInfo], prefix: str) -> list[str]:
    """One row a variable; a secret's file is told in the secret's row."""
    rows = []
    for name, field in given.items():
        if name.removesuffix("_file") in given and name.endswith("_file"):
            continue
        variable = f"ROUTER_{prefix.replace('.', '__')}{name}".upper()
        told = f"`{variable}`" + (f" or `{variable}_FILE`" if f"{name}_file" in given else "")
        rows.append((told, _default(field), _accepted(field), SETTINGS_MEAN[f"{prefix}{name}"]))
    return _table(("variable", "default", "accepted", "meaning"), rows)


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        value = str(value).lower()
    return "" if value in (None, "", PydanticUndefined) else f"`{value}`"


def _accepted(field: FieldInfo) -> str:
    """Which values a setting takes, in words."""
    kind = field.annotation
    if get_origin(kind) in (Union, UnionType):
        kind = next(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    if kind is bool:
        return "`true`, `false`"
    if kind is int:
        least = next(limit.ge for limit in field.metadata if isinstance(limit, Ge))
        most = next(limit.le for limit in field.metadata if isinstance(limit, Le))
        return f"{least} to {most}"
    return {SecretStr: "secret", Path: "path"}.get(kind, "text") if isinstance(kind, type) else "text"


def telemetry() -> str:
    """Metrics, alerts on them, log lines."""
    lines = [
        "# Metrics, alerts and log lines",
        "",
        "What [operate.md](operate.md) tells how to use. Generated from `router/telemetry/metrics.py`,",
        "`docs/alerts/router-alerts.yaml` and the classes of events.",
        "",
        "## Metrics",
        "",
        "Every role serves its own at `/metrics`, with the usual `process_` and `python_` ones beside them.",
        "",
        *_table(("metric", "kind", "labels", "meaning"), sorted(map(_metric, collectors()))),
        "",
        "## Alerts",
        "",
        "[router-alerts.yaml](alerts/router-alerts.yaml), for Prometheus' `rule_files`. `…` is a label or a number.",
        "",
        *_table(("alert", "severity", "says", "begin here"), map(_alert, alerts())),
        "",
        "## Log lines",
        "",
        "The field `event` says what happened; `intentional` is false where something was lost or refused that nobody",
        "asked for. No line holds the contents of a sender's event.",
        "",
        *_table(("event", "level", "fields", "meaning"), map(_log_line, log_events())),
    ]
    return "\n".join(lines) + "\n"


def collectors() -> list[MetricWrapperBase]:
    """The metrics of the product."""
    return [value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)]


def metric_name(collector: MetricWrapperBase) -> str:
    """The name as Prometheus shows it."""
    described = next(iter(collector.describe()))
    return described.name + ("_total" if isinstance(collector, Counter) else "")


def _metric(collector: MetricWrapperBase) -> tuple[str, ...]:
    described = next(iter(collector.describe()))
    labels = ", ".join(f"`{label}`" for label in collector._labelnames)  # noqa: SLF001 - only there
    return f"`{metric_name(collector)}`", described.type, labels, described.documentation


def alerts() -> list[dict[str, Any]]:
    """The alerting rules."""
    text = (DOCS / "alerts" / "router-alerts.yaml").read_text(encoding="utf-8")
    (group,) = YAML(typ="safe", pure=True).load(text)["groups"]
    return list(group["rules"])


def _alert(rule: dict[str, Any]) -> tuple[str, ...]:
    notes = {name: re.sub(r"\{\{.*?\}\}", "…", text) for name, text in rule["annotations"].items()}
    return f"`{rule['alert']}`", rule["labels"]["severity"], notes["summary"], notes["action"]


def log_events() -> list[type[Event]]:
    """Every class of internal event, by its name in the log."""
    for path in sorted((ROOT / "router").rglob("*.py")):
        if "(Event):" in path.read_text(encoding="utf-8"):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    # A dataclass with slots is made twice; the second class is the one in use.
    found = {f"{event.__module__}.{event.__qualname__}": event for event in _subclasses(Event)}
    return sorted(found.values(), key=lambda event: event.name)


def _subclasses(base: type[Event]) -> Iterator[type[Event]]:
    for event in base.__subclasses__():
        if event.__module__.startswith("router."):
            yield event
        yield from _subclasses(event)


def _log_line(event: type[Event]) -> tuple[str, ...]:
    shown = ", ".join(f"`{field.name}`" for field in fields(event))
    meaning = " ".join((event.__doc__ or "").split())
    return f"`{event.name}`", event.level, shown, meaning


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
        lines += _table(("field", "", "meaning"), (_native_field(model, name) for name in model.model_fields))
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


def scenarios() -> str:
    """One row a behaviour."""
    rows = []
    for path in sorted((ROOT / "tests" / "scenarios").glob("test_*.py")):
        told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        rows.append(
            (f"[{path.stem.removeprefix('test_')}](scenarios/{path.name})", told.partition("\n\n")[0])
        )
    return "\n".join(_table(("behaviour", "rule"), rows))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A Markdown table."""
    names = list(head)
    cells = [[re.sub(r"\s+", " ", cell).replace("|", "\\|").strip() for cell in row] for row in rows]
    body = [f"| {' | '.join(row)} |" for row in cells]
    return [f"| {' | '.join(names)} |", f"| {' | '.join('---' for _ in names)} |", *body]


PAGES: dict[str, Callable[[], str]] = {
    "docs/faults.md": faults,
    "docs/reasons.md": reasons,
    "docs/incident-states.md": incident_states,
    "docs/settings.md": settings,
    "docs/telemetry.md": telemetry,
    "docs/lint-codes.md": lint_codes,
}
"""Page -> all of it."""

SECTIONS: dict[str, dict[str, Callable[[], str]]] = {
    "docs/events.md": {"native event": native_event},
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
