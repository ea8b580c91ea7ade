"""`router canary`: how far it got is told so that one knows where to look."""

from pathlib import Path

import pytest

from router.cli.canary import story_of
from router.kafka.canary import Flight
from router.kafka.sender import Landed
from tests.unit.cli.conftest import Run

SENT = Landed("ops", 1, 7)


@pytest.mark.parametrize(
    ("flight", "last"),
    [
        (Flight(SENT, "", None, None), "Nothing was decided about it within 5 s: look at intake and engine."),
        (Flight(SENT, "canary-1", 0.31, None), "It was not told within 5 s: look at the notifier."),
        (Flight(SENT, "canary-1", 0.31, 0.72), "Arrived after 0.7 s."),
    ],
)
def test_the_last_line_says_where_to_look(flight: Flight, last: str) -> None:
    """Each stage that was reached has its line."""
    lines = story_of(flight, 5)
    assert (lines[0], lines[-1]) == ("Sent to ops/1/7.", last)


@pytest.mark.usefixtures("broker")
def test_with_no_router_running_it_does_not_arrive(router: Run) -> None:
    """Exit code 1."""
    ran = router("canary", "--topic", "ops", "--wait", "0.2")
    assert ran.code == 1
    assert "look at intake and engine" in ran.out


@pytest.mark.usefixtures("broker")
def test_a_topic_is_needed(router: Run) -> None:
    """From the rules or by name."""
    ran = router("canary")
    assert ran.code == 2
    assert "give --rules or --topic" in ran.err


@pytest.mark.usefixtures("broker")
def test_the_rules_name_a_topic_that_takes_native_events(router: Run) -> None:
    """The first one with a name of its own."""
    acme = Path(__file__).parents[3] / "examples" / "acme"
    ran = router("canary", "--rules", str(acme), "--wait", "0")
    assert ran.out.startswith("Sent to acme.business.events.v1/")
