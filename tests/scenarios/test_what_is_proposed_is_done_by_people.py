"""A step may propose what contains the damage; a person does it and confirms, the router never does it."""

from router.model.decision import Reason
from router.model.escalation import Automatic, OnlyIf, Propose, Repeat
from router.model.fault import Severity
from tests.scenarios.story import Story
from tests.scenarios.watch import a_watch, minutes, on_call

PAUSE = Propose(action=Automatic.PAUSE, text="Pause the pricing model", runbook="pause-pricing")


def proposed(*steps: object) -> Story:
    """A stale feed of the data team, in a company with this policy."""
    return Story(a_watch(*(steps or (on_call(), minutes(10), PAUSE)))).alert(0, "feed.orders", "feed.stale")


def test_a_proposal_is_told_and_stands_on_the_incident():
    """Everybody who was told sees it, in the message and in the thread."""
    story = proposed().advance(700)
    (proposal,) = story.incident().proposals
    assert (proposal.number, proposal.text, proposal.runbook) == (
        1,
        "Pause the pricing model",
        "pause-pricing",
    )
    assert proposal.confirmed_at is None
    assert (660, "#data", "proposed") in story.told
    assert "Proposed: Pause the pricing model" in story.incident().notes[-1].text


def test_a_confirmation_is_a_decision_with_its_actor():
    """Who did it, and when."""
    story = proposed().person(800, "confirm_action", proposal=1, actor="bob")
    (proposal,) = story.incident().proposals
    assert proposal.confirmed_by == "bob"
    (decision,) = [d for d in story.simulator.decisions if d.reason is Reason.ACTION_CONFIRMED]
    assert (decision.actor, decision.incident) == ("bob", "main-1")
    assert "Pause the pricing model, by bob" in decision.text
    assert story.told[-1] == (800, "#data", "updated")


def test_what_is_confirmed_or_unknown_or_over_is_refused():
    """Nothing changes, and the answer says why."""
    story = proposed().person(800, "confirm_action", proposal=1).person(900, "confirm_action", proposal=1)
    assert story.reasons[-1] == "command.refused.nothing_new"
    story.person(950, "confirm_action", proposal=7)
    assert story.reasons[-1] == "command.refused.invalid"
    late = proposed().resolve(700, "feed.orders", "feed.stale").person(800, "confirm_action", proposal=1)
    assert late.reasons[-1] == "command.refused.illegal"


def test_a_round_proposes_nothing_twice():
    """The second round says that it is proposed already."""
    story = (
        proposed(PAUSE, minutes(10), Repeat(times=2)).person(700, "confirm_action", proposal=1).advance(9_000)
    )
    assert len(story.incident().proposals) == 1
    skipped = [d.text for d in story.simulator.decisions if d.reason is Reason.ESCALATED_SKIPPED]
    assert "it is proposed already" in skipped[0]
    assert "it is confirmed by ada already" in skipped[1]


def test_a_proposal_may_be_for_bad_cases_only():
    """Conditions count for proposals as for tellings."""
    only = PAUSE.model_copy(update={"only_if": OnlyIf(severity=Severity.CRITICAL)})
    assert proposed(only).advance(700).incident().proposals == ()
