"""Canaries that intake sends by itself: the notifier sees them come out, and sees when they no longer do."""

import json
from pathlib import Path

import pytest

from router.kafka.embedded import EmbeddedBroker
from tests.e2e.roles import Roles, environment_of, until

AGE = "router_canary_age_seconds"


def write_rules(folder: Path, topics: list[str]) -> Path:
    """The smallest company there is."""
    (folder / "workflows").mkdir(parents=True)
    everything = dict.fromkeys(("it", "data", "business", "risk", "partner"), "ops")
    documents: dict[str, object] = {
        "router.yaml": {"company": "acme", "triage": "ops", "default_owners": everything},
        "teams.yaml": {"teams": {"ops": {"kind": "it", "channel": "#ops"}}},
        "sources.yaml": {"sources": {"events": {"topics": topics, "format": "native"}}},
        "workflows/orders.yaml": {
            "workflow": "orders",
            "business_owner": "ops",
            "components": {"erp.orders": {"kind": "erp", "owners": {"it": "ops"}}},
        },
    }
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document))
    return folder


@pytest.mark.slow
def test_the_age_of_the_last_canary_stays_small_until_a_role_is_gone(tmp_path: Path) -> None:
    """Sent again and again without being told to anybody; with the engine gone the age grows."""
    rules = write_rules(tmp_path / "rules", ["acme.events"])
    with EmbeddedBroker(("acme.events",)) as broker:
        environment = {**environment_of(broker.settings), "ROUTER_CANARY_INTERVAL_SECONDS": "1"}
        with Roles(rules, tmp_path, {**environment, "ROUTER_LOG_LEVEL": "debug"}) as roles:
            for role in ("intake", "engine", "notifier"):
                roles.start(role)
            notifier = roles["notifier"]
            until(lambda: notifier.output().count("canary.returned") >= 3, "three canaries")
            age = notifier.metric(AGE)
            assert age is not None
            assert age < 10
            assert roles["intake"].output().count("canary.sent") >= 5
            roles["engine"].kill()
            until(lambda: (notifier.metric(AGE) or 0) > 8, "the age grows", 30)
            assert "router.canary" not in notifier.output(), "told on the terminal"


def test_without_a_topic_to_send_it_to_the_canary_is_off_and_says_so(tmp_path: Path) -> None:
    """A pattern names no topic: intake says once that there are no canaries, and works on."""
    rules = write_rules(tmp_path / "rules", ["^acme\\..*"])
    with EmbeddedBroker(("acme.events",)) as broker:
        environment = {**environment_of(broker.settings), "ROUTER_CANARY_INTERVAL_SECONDS": "1"}
        with Roles(rules, tmp_path, environment) as roles:
            intake = roles.start("intake")
            until(lambda: intake.says("canary.off"), "it says so")
            roles.wait_until_ready()
            assert intake.output().count("canary.off") == 1
