"""Metrics: bounded labels, an age that grows by itself, and alerting rules that name what exists."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from ruamel.yaml import YAML

from router.telemetry.metrics import CANARY, Bounded

RULES = Path(__file__).parents[3] / "docs/alerts/router-alerts.yaml"


def test_labels_that_others_choose_stop_at_their_bound() -> None:
    """The first names are told apart, for ever; all later ones share one series."""
    label = Bounded(2, length=4)
    assert [label(name) for name in ("aaaaaa", "b", "c", "b", "aaaa", "d")] == [
        "aaaa",
        "b",
        "other",
        "b",
        "aaaa",
        "other",
    ]


def test_the_canary_s_age_grows_until_one_returns() -> None:
    """A canary that never comes back shows as an age, not as a missing sample."""
    CANARY.start()
    CANARY.returned(100.0)
    old = REGISTRY.get_sample_value("router_canary_age_seconds")
    CANARY.returned(1.0)
    young = REGISTRY.get_sample_value("router_canary_age_seconds")
    assert old is not None
    assert young is not None
    assert 1 <= young < 60 < 100 <= old


def _sample_names() -> set[str]:
    """Every name under which Prometheus may see a sample of ours."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    return {
        metric.name + suffix
        for metric in REGISTRY.collect()
        if metric.name.startswith("router_")
        for suffix in suffixes[metric.type]
    }


def _alerts() -> list[dict[str, object]]:
    document = YAML(typ="safe").load(RULES.read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def test_alerting_rules_name_metrics_that_exist() -> None:
    """A rule about a metric that was renamed would never fire."""
    named = set(re.findall(r"router_[a-z0-9_]+", " ".join(str(rule["expr"]) for rule in _alerts())))
    assert named
    assert named - _sample_names() == set()


@pytest.mark.parametrize("rule", _alerts(), ids=lambda rule: rule["alert"])
def test_each_alert_says_what_to_do(rule: dict[str, object]) -> None:
    """Severity to route it by, a summary of what is wrong, and an action; and it waits before it cries."""
    labels, notes = rule["labels"], rule["annotations"]
    assert isinstance(labels, dict)
    assert isinstance(notes, dict)
    assert labels["severity"] in ("critical", "major", "minor", "warning")
    assert {"summary", "action"} <= set(notes)
    assert re.fullmatch(r"\d+[sm]", str(rule["for"]))


def test_alerts_cover_what_ends_the_product() -> None:
    """Each way in which the router stops doing its work, silently or not, has an alert."""
    assert {str(rule["alert"]) for rule in _alerts()} >= {
        "RouterRoleDown",
        "RouterLagging",
        "RouterDeadLetters",
        "RouterTicksLate",
        "RouterTransactionsSlow",
        "RouterCanaryOverdue",
        "RouterDeliveriesFailing",
    }
