"""Attribution may move; people see it, and nobody's work is taken away silently."""

from tests.scenarios.story import Story


def late_cause(story: Story) -> Story:
    """The feed's owner is told, then the ERP turns out to have failed first, by a change."""
    story.alert(0, "feed.orders", "feed.stale").advance(200)
    return story


def test_before_acknowledgement_the_incident_is_handed_over_and_both_teams_see_it():
    """The ERP's failure began earlier and was changed before: its owner gets the incident."""
    story = late_cause(Story(settle_seconds=60)).change(250, "erp.orders")
    story.alert(300, "erp.orders", "erp.batch_failed", started=-60).advance(400)
    assert story.told[:2] == [(60, "#data", "opened"), (300, "#it", "handed_over")]
    assert story.incident().owner.team == "it-team"
    assert set(story.incident().destinations) == {"#data", "#it", "#sales"}
    assert story.incident().notes[0].kind == "handed_over"


def test_after_acknowledgement_it_is_a_suggestion():
    """Somebody works on it: the owner stays, the suggestion is in the thread."""
    story = late_cause(Story(settle_seconds=60)).person(220, "acknowledge").change(250, "erp.orders")
    story.alert(300, "erp.orders", "erp.batch_failed", started=-60).advance(400)
    assert story.incident().owner.team == "data-team"
    assert "cause.suggested" in story.reasons
    assert story.incident().notes[0].kind == "suggested"
    assert story.incident().suggested_team == "it-team"


def test_a_suggestion_that_a_person_follows_is_gone():
    """The button hands over to the team that evidence favours."""
    story = late_cause(Story(settle_seconds=60)).person(220, "acknowledge").change(250, "erp.orders")
    story.alert(300, "erp.orders", "erp.batch_failed", started=-60).person(400, "hand_over", team="it-team")
    assert story.incident().owner.team == "it-team"
    assert story.incident().suggested_team == ""


def test_a_hand_over_by_a_person_is_final_for_evidence():
    """A person knows better."""
    story = late_cause(Story(settle_seconds=60)).person(220, "hand_over", team="sales", reason="wrong_owner")
    story.alert(300, "erp.orders", "erp.batch_failed", started=-60).advance(400)
    assert story.incident().owner.team == "sales"
    assert [where for _, where, kind in story.told if kind == "handed_over"] == ["#sales"]


def test_hand_overs_by_evidence_are_capped():
    """With max_handovers 0 evidence never moves a told incident, and the record says so."""
    story = late_cause(Story(settle_seconds=60, max_handovers=0)).change(250, "erp.orders")
    story.alert(300, "erp.orders", "erp.batch_failed", started=-60).advance(400)
    assert story.incident().owner.team == "data-team"
    assert "owner.handovers_capped" in story.reasons
