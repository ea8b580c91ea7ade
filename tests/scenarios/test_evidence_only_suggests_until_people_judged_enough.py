"""On a new site confidence is unproven: with suggest_until, evidence moves nothing before people judged some causes."""

from tests.scenarios.story import Story


def late_cause(story: Story, start: float, number: int) -> Story:
    """The feed's owner is told, then the ERP turns out to have failed first, by a change."""
    story.alert(start, "feed.orders", "feed.stale", key=f"feed-{number}").advance(start + 200)
    story.change(start + 250, "erp.orders")
    return story.alert(
        start + 300, "erp.orders", "erp.batch_failed", key=f"erp-{number}", started=start - 60
    ).advance(start + 400)


def over(story: Story, when: float, number: int) -> Story:
    """Both alerts end."""
    story.resolve(when, "feed.orders", "feed.stale", key=f"feed-{number}")
    return story.resolve(when + 1, "erp.orders", "erp.batch_failed", key=f"erp-{number}")


def test_evidence_suggests_and_says_how_many_verdicts_there_are():
    """Nobody judged a cause yet: the owner stays, the message has the suggestion, its button and the count."""
    story = late_cause(Story(settle_seconds=60, suggest_until=30), 0, 1)
    incident = story.incident()
    assert [kind for _, _, kind in story.told if kind == "handed_over"] == []
    assert (incident.owner.team, incident.suggested_team) == ("data-team", "it-team")
    assert incident.cause.component == "erp.orders"
    assert "owner.suggest_mode" in story.reasons
    assert [note.kind for note in incident.notes] == ["suggested"]
    assert incident.notes[0].text.endswith("; a suggestion: 0 of 30 verdicts")


def test_a_suggestion_is_made_once_however_much_evidence_comes():
    """More of the same evidence is no second suggestion."""
    story = late_cause(Story(settle_seconds=60, suggest_until=30), 0, 1)
    story.alert(500, "erp.orders", "erp.idoc_stuck", key="more").advance(700)
    assert [note.kind for note in story.incident().notes] == ["suggested"]
    assert story.incident().suggested_team == "it-team"


def test_after_enough_verdicts_evidence_moves_ownership_by_itself():
    """One verdict is asked for and given, which moves the first incident; the evidence moves the next one."""
    story = late_cause(Story(settle_seconds=60, suggest_until=1), 0, 1).person(500, "confirm")
    assert "calibration.learned" in story.reasons
    late_cause(over(story, 600, 1), 100_000, 2)
    moved = [(when, where) for when, where, kind in story.told if kind == "handed_over"]
    assert moved == [(500, "#it"), (100_300, "#it")]
    assert "owner.handed_over_by_evidence" in story.reasons


def test_a_person_hands_over_whatever_the_mode():
    """The mode binds the evidence, not people."""
    story = late_cause(Story(settle_seconds=60, suggest_until=30), 0, 1)
    story.person(500, "hand_over", team="it-team")
    assert story.incident().owner.team == "it-team"
    assert story.incident().suggested_team == ""


def test_an_incident_that_nobody_was_told_of_follows_the_evidence():
    """Before the first telling nobody has it: the team told first is the one that the evidence names."""
    story = late_cause(Story(settle_seconds=350, suggest_until=30), 0, 1)
    assert [where for _, where, kind in story.told if kind == "opened"][:1] == ["#it"]
    assert "owner.suggest_mode" not in story.reasons
