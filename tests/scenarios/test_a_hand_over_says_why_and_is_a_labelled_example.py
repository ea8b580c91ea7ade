"""Hand-over by a person: a reason of a closed list, the incident commander at the end of ping-pong, and an example."""

import pytest

from router.model.decision import Decision
from router.model.input import Because
from tests.scenarios.story import Story


def told(**settings: object) -> Story:
    """An incident that its owner was told of."""
    return Story(settle_seconds=60, **settings).alert(0, "feed.orders", "feed.stale").advance(100)


def moves(story: Story) -> list[Decision]:
    """The decisions that moved ownership after the first telling."""
    return [decision for decision in story.simulator.decisions if decision.example is not None]


@pytest.mark.parametrize("because", list(Because))
def test_the_reason_is_of_a_closed_list_and_both_teams_read_it(because: Because):
    """The former owner's message says who has it now; the thread says why."""
    story = told().person(200, "hand_over", team="it-team", because=because, reason="see the ticket")
    incident = story.incident()
    assert (incident.owner.team, incident.assigned) == ("it-team", True)
    assert incident.owner.why.startswith("handed over by ada")
    assert incident.owner.why.endswith("see the ticket")
    assert {told.destination for told in incident.told} >= {"#data", "#it"}
    assert incident.notes[-1].text == f"Handed over from data-team to it-team: {incident.owner.why}"


def test_every_hand_over_is_a_labelled_example():
    """What it looked like, what was thought, by which way the owner was found, whose it is, and why."""
    story = told().alert(120, "model.pricing", "model.data_drift")
    (decision,) = moves(story.person(200, "hand_over", team="it-team", because="wrong_owner"))
    example = decision.example
    assert example is not None
    assert example.symptoms == (("feed.orders", "feed.stale"), ("model.pricing", "model.data_drift"))
    assert (example.former, example.chosen, example.because) == ("data-team", "it-team", "wrong_owner")
    assert example.candidates[0].component == "feed.orders"
    assert example.path[-1].team == "data-team"
    assert (decision.team, decision.actor) == ("it-team", "ada")


def test_a_hand_over_by_evidence_is_an_example_too():
    """Nobody asked for it, so evidence is why."""
    story = told().change(250, "erp.orders")
    story.alert(300, "erp.orders", "erp.batch_failed", started=-60).advance(400)
    assert [(m.example.because, m.example.chosen) for m in moves(story) if m.example] == [
        ("evidence", "it-team")
    ]


def test_handed_over_too_often_it_goes_to_the_incident_commander():
    """Who may give it to anybody; the team that was asked for is on the record, and nothing is learned."""
    story = told(max_handovers=2, incident_commander="commander")
    for number, team in enumerate(("it-team", "sales", "risk")):
        story.person(200 + number, "hand_over", team=team, because="wrong_owner")
    incident = story.incident()
    assert incident.owner.team == "commander"
    assert "risk was asked for" in incident.owner.why
    assert "owner.incident_commander" in story.reasons
    last = moves(story)[-1].example
    assert last is not None
    assert (last.chosen, last.asked) == ("commander", "risk")
    assert story.person(300, "hand_over", team="risk").incident().owner.team == "risk"


def test_without_an_incident_commander_the_triage_desk_takes_it():
    """Somebody always does."""
    story = told(max_handovers=1)
    story.person(200, "hand_over", team="it-team").person(300, "hand_over", team="sales")
    assert story.incident().owner.team == "triage"


def test_a_wrong_owner_is_a_verdict_on_the_cause():
    """Said by the closed list, as it was said in words before."""
    assert (
        "calibration.learned" in told().person(200, "hand_over", team="sales", because="wrong_owner").reasons
    )
    assert (
        "calibration.learned"
        not in told().person(200, "hand_over", team="sales", because="needs_help").reasons
    )
