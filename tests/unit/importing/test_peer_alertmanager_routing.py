"""Routes imported from Alertmanager's configurations decide as Alertmanager does, by its own tests and its own tool."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from router.config.load import load
from router.importing.alertmanager import read
from router.importing.description import Given
from router.importing.folder import write
from router.model.route import EVERY_LABEL, RouteNode
from router.model.rules import Rules
from router.stages.route import settle_of

FILE = Path(__file__).parents[3].parent / "shared" / "corpus" / "peer_cases" / "alertmanager_route_match.json"
MISSING = pytest.mark.skip(reason="shared/corpus is not beside this repository")
CORPUS: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}


def cases(kind: str) -> list[Any]:
    """The cases of one kind; one that says why it is skipped where there are none."""
    found = [pytest.param(case, id=case["id"]) for case in CORPUS.get(kind, ())]
    return found or [pytest.param({}, marks=MISSING)]


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """The rules that a configuration becomes, by its name."""

    @cache
    def imported(name: str) -> Rules:
        text = CORPUS["configs"][name]
        made = read(Given("alertmanager.yml", text.encode()), "router import alertmanager alertmanager.yml")
        folder = tmp_path_factory.mktemp("imported") / "rules"
        write(folder, made.files)
        return load(folder)

    return imported


def options(node: RouteNode, rules: Rules) -> dict[str, object]:
    """What a route gives, in the words of the cases."""
    every = EVERY_LABEL in node.given.group_by
    return {
        "receiver": node.receiver,
        "group_by": [] if every else sorted(node.given.group_by),
        "group_by_all": every,
        "group_wait_s": settle_of(node, None, rules),
        "group_interval_s": node.given.update_interval_seconds or rules.settings.update_interval_seconds,
        "repeat_interval_s": node.given.repeat_interval_seconds or rules.settings.repeat_interval_seconds,
    }


@pytest.mark.parametrize("case", cases("cases"))
def test_routes_and_what_they_give_are_alertmanager_s(case, rules):
    """Receivers in order, grouping, clocks, keys and groups; labels that routes add to messages have no counterpart."""
    known = rules(case["config"])
    nodes = known.route_tree.matching([case["labels"]])
    defaults = CORPUS["defaults_when_default"]
    assert len(nodes) == len(case["expect"])
    for node, expected in zip(nodes, case["expect"], strict=True):
        got = options(node, known)
        for key, value in expected.items():
            if key == "group_labels":
                assert node.group_of(case["labels"]) == value
            elif key == "group_key":
                group = ", ".join(f'{k}="{v}"' for k, v in sorted(node.group_of(case["labels"]).items()))
                assert f"{node.path}:{{{group}}}" == value
            elif key != "route_labels":
                wanted = defaults[key] if value == "default" and key in defaults else value
                assert got[key] == (sorted(wanted) if key == "group_by" else wanted)
    if "route_keys" in case:
        assert [node.path for node in nodes] == case["route_keys"]


@pytest.mark.parametrize("case", cases("oracle_cases"))
def test_receivers_and_groups_are_what_amtool_and_alertmanager_answered(case, rules):
    """Label sets that nobody chose, answered by the program itself."""
    nodes = rules(case["config"]).route_tree.matching([case["labels"]])
    assert [node.receiver for node in nodes] == case["receivers"]
    groups = [(node.receiver, sorted(node.group_of(case["labels"]).items())) for node in nodes]
    expected = [(group["receiver"], sorted(group["group_labels"].items())) for group in case["groups"]]
    assert sorted(groups) == sorted(expected)
