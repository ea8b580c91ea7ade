"""`router reconcile`: says that nothing was lost, or names what was."""

import orjson
import pytest

from router.kafka.embedded import EmbeddedBroker
from router.kafka.topics import DECISIONS, LEDGER
from router.model.decision import Outcome
from tests.unit.cli.conftest import Run
from tests.unit.cli.golden import expect_golden
from tests.unit.cli.writing import a_decision, a_ledger_line, write


def test_a_balanced_log_has_exit_code_0(router: Run, broker: EmbeddedBroker) -> None:
    """And a table by source topic and outcome."""
    write(broker, LEDGER, a_ledger_line(0, 2))
    write(broker, DECISIONS, a_decision(1, Outcome.OPENED), a_decision(2, Outcome.JOINED))
    ran = router("reconcile")
    assert ran.code == 0
    expect_golden("reconcile-balanced", ran.out)


def test_any_difference_has_exit_code_1_and_is_named(router: Run, broker: EmbeddedBroker) -> None:
    """Missing, doubled, or with an outcome that nobody consumed."""
    write(broker, LEDGER, a_ledger_line(0, 2))
    doubled = a_decision(2, Outcome.JOINED)
    write(broker, DECISIONS, doubled, doubled, a_decision(9, Outcome.OPENED))
    ran = router("reconcile")
    assert ran.code == 1
    expect_golden("reconcile-differences", ran.out)
    found = orjson.loads(router("reconcile", "--json").out)
    assert found["balanced"] is False
    assert [one["kind"] for one in found["differences"]["first"]] == ["missing", "doubled", "not_consumed"]
    assert found["topics"] == {"ops": {"consumed": 3, "ignored": 1, "joined": 2, "opened": 1}}


def test_at_most_twenty_are_named(router: Run, broker: EmbeddedBroker) -> None:
    """The number of all is told."""
    write(broker, LEDGER, a_ledger_line(0, 50))
    ran = router("reconcile", "--json")
    found = orjson.loads(ran.out)["differences"]
    assert (ran.code, found["count"], len(found["first"])) == (1, 50, 20)
    assert "of which 30 are not shown" in router("reconcile").out


@pytest.mark.usefixtures("broker")
def test_nothing_consumed_is_said_in_words(router: Run) -> None:
    """It is no finding."""
    assert router("reconcile") == (0, "Nothing was consumed.\n", "")


@pytest.mark.usefixtures("broker")
def test_a_span_that_is_none_is_a_mistake_in_usage(router: Run) -> None:
    """With how to write one."""
    ran = router("reconcile", "--since", "yesterday")
    assert ran.code == 2
    assert "write it like 90s, 15m" in ran.err
