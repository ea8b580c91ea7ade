"""docs/telemetry.md: metrics, the alerts on them, log lines."""

import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

from generate_table import table
from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase
from ruamel.yaml import YAML

from router.telemetry import metrics
from router.telemetry.events import Event

DOCS = Path(__file__).parent
ROOT = DOCS.parent


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
        *table(("metric", "kind", "labels", "meaning"), sorted(map(_metric, collectors()))),
        "",
        "## Alerts",
        "",
        "[router-alerts.yaml](alerts/router-alerts.yaml), for Prometheus' `rule_files`. `…` is a label or a number.",
        "",
        *table(("alert", "severity", "says", "begin here"), map(_alert, alerts())),
        "",
        "## Log lines",
        "",
        "The field `event` says what happened; `intentional` is false where something was lost or refused that nobody",
        "asked for. No line holds the contents of a sender's event.",
        "",
        *table(("event", "level", "fields", "meaning"), map(_log_line, log_events())),
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
