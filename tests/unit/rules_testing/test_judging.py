"""The rules' own tests: what they can expect, and what they say when it comes out otherwise."""

from pathlib import Path
from typing import Any

import pytest

from router.config.load import load, load_tests
from router.model.input import Verb
from router.model.rules import Rules
from router.model.rules_test import (
    ExpectedIncident,
    ExpectedTelling,
    Given,
    GivenAlert,
    GivenCommand,
    RulesTest,
)
from router.model.runbook import Runbook
from router.rules_testing.judging import Mismatch
from router.rules_testing.running import run
from tests.builders import a_company

ACME = Path(__file__).parents[3] / "examples" / "acme"
RULES = load(ACME)
BATCH = GivenAlert(at_seconds=0, component="erp.orders", fault="erp.batch_failed")


def ran(*events: Given, until: int = 3_600, rules: Rules | None = None, **expected: Any) -> list[Mismatch]:
    """What differs from this expectation of the only incident."""
    test = RulesTest(
        name="a test",
        file="tests/a.yaml",
        line=1,
        events=events or (BATCH,),
        until_seconds=until,
        incidents=(ExpectedIncident(**expected),),
    )
    return list(run(test, rules or a_company()))


def text(*events: Given, until: int = 3_600, **expected: Any) -> str:
    """The only difference, without the incident's name."""
    (wrong,) = ran(*events, until=until, **expected)
    return wrong.text.partition(": ")[2]


def telling(destination: str = "#it", **fields: Any) -> tuple[ExpectedTelling, ...]:
    """One telling, and that of the business owner, who must know."""
    return (ExpectedTelling(destination=destination, **fields), ExpectedTelling(destination="#sales"))


def test_what_is_as_expected_says_nothing() -> None:
    """Where, when, for whom and as what."""
    at_once = telling(at_seconds=120, within_seconds=None, kind="opened", team="it-team")
    assert (
        ran(
            until=600, owner="it-team", told=at_once, not_told=("#data",), also=("sales",), muted_by="nothing"
        )
        == []
    )


def test_a_difference_says_both_sides_and_why() -> None:
    """The decisions behind it come with it, at moments as the test writes them."""
    (wrong,) = ran(until=600, owner="data-team")
    assert wrong.text.endswith("owner is it-team, expected data-team")
    assert any(line.startswith("0s owner.resolved: ") for line in wrong.because)


def test_a_telling_at_another_moment_is_told() -> None:
    """Exactly, from the start of the test."""
    assert text(until=600, told=telling(at_seconds=60)) == "#it was told at 2m, expected at 1m"


def test_a_telling_that_comes_too_late_is_told() -> None:
    """Counted from the opening of its incident."""
    late = text(until=600, told=telling(within_seconds=90))
    assert late == "#it was told 2m after the opening, expected within 1m30s"


def test_another_kind_of_telling_or_team_is_told() -> None:
    """The first message counts."""
    assert (
        text(until=600, told=telling(kind="escalated"))
        == "#it was first told as opened, expected as escalated"
    )
    assert text(until=600, told=telling(team="sales")) == "#it was told for it-team, expected for sales"


def test_who_must_not_be_told_is_named_when_told() -> None:
    """As when a warning shall wake nobody."""
    assert text(until=600, not_told=("#it", "#data")) == "[#it] was told, expected not"


def test_a_destination_that_was_not_told_is_missed() -> None:
    """The list is complete on both sides."""
    assert text(until=600, told=telling("#data")) == "told is [#it, #sales], expected [#data, #sales]"


def test_commands_act_in_the_timeline() -> None:
    """Acknowledged, it does not escalate; handed over, it has another owner."""
    acknowledge = GivenCommand(at_seconds=300, verb=Verb.ACKNOWLEDGE, actor="ann")
    hand_over = GivenCommand(at_seconds=300, verb=Verb.HAND_OVER, team="data-team")
    assert ran(BATCH, acknowledge, state="acknowledged", escalated_to="") == []
    assert ran(BATCH, hand_over, until=600, owner="data-team", handovers=1) == []


def test_what_mutes_an_incident_is_expected_by_kind_or_by_name() -> None:
    """A silence of the test's timeline."""
    silence = GivenCommand(
        at_seconds=0, verb=Verb.SILENCE, seconds=3_600, match=('owner="it-team"',), silence="s1"
    )
    assert ran(silence, BATCH, until=600, muted_by="silence", told=()) == []
    assert ran(silence, BATCH, until=600, muted_by="silence:s1") == []
    assert (
        text(silence, BATCH, until=600, muted_by="silence:s2")
        == "muted_by is silence:s1, expected silence:s2"
    )


def test_maintenance_and_snoozes_are_commands_too() -> None:
    """A window by name, over a component; a snooze of the incident that is told already."""
    window = GivenCommand(
        at_seconds=0, verb=Verb.MAINTENANCE, components=("erp.orders",), seconds=3_600, silence="upgrade"
    )
    assert ran(window, BATCH, until=600, muted_by="maintenance:upgrade", told=()) == []
    over = GivenCommand(at_seconds=300, verb=Verb.END_MAINTENANCE, silence="upgrade")
    assert ran(window, BATCH, over, until=900, muted_by="nothing", not_told=("#data",)) == []
    snooze = GivenCommand(at_seconds=300, verb=Verb.SNOOZE, seconds=3_600)
    assert ran(BATCH, snooze, until=600, muted_by="snooze") == []


def test_a_reason_that_no_decision_has_is_missed() -> None:
    """Reasons are the closed list that explain uses."""
    assert ran(until=600, reasons=("owner.resolved",)) == []
    assert text(until=600, reasons=("owner.triage",)) == "no decision has the reason [owner.triage]"


@pytest.mark.parametrize(("runbook", "right"), [("mine", True), ("other", False)])
def test_the_runbook_is_the_best_one(runbook: str, right: bool) -> None:
    """Not any that would fit."""
    rules = a_company()
    runbooks = {
        "mine": Runbook(id="mine", title="Mine", components=("erp.orders",)),
        "other": Runbook(id="other", title="Other", faults=("erp.batch_failed",)),
    }
    rules = rules.model_copy(update={"runbooks": runbooks})
    assert (ran(until=600, rules=rules, runbook=runbook) == []) is right


def test_what_nobody_expected_is_told() -> None:
    """No more incidents than there must be, and no fewer."""
    test = RulesTest(name="a", file="f", line=1, events=(BATCH,), until_seconds=60, incidents=())
    (wrong,) = run(test, a_company())
    assert wrong.text.startswith("not expected: main-1, cause erp.orders")
    assert wrong.because


@pytest.mark.parametrize("case", load_tests(ACME, RULES), ids=lambda case: case.name)
def test_the_example_keeps_its_own_rules(case: RulesTest) -> None:
    """What people copy passes."""
    assert [wrong.text for wrong in run(case, RULES)] == []
