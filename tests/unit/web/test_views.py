"""What the pages say of an incident, in every state that it can be in."""

import pytest

from router.model.incident import Incident, IncidentState
from router.web.views import STATES, page_of, row_of, story_of, title_of
from tests.builders import at, minutes
from tests.unit.render.samples import HANDED_OVER, NOTICES, company, sample

RULES = company()
NOW = at(minutes(45))


@pytest.mark.parametrize("name", NOTICES)
def test_every_state_of_an_incident_has_a_row_and_a_page(name: str) -> None:
    """Nothing that the core can produce keeps a page from being shown."""
    incident = sample(name).incident
    row, page = row_of(incident, RULES, NOW), page_of(incident, RULES, NOW)
    assert row.state == STATES[incident.state]
    assert row.tone == (incident.severity.value if incident.live else "over")
    assert page.row == row
    assert page.symptoms
    assert page.story


def test_every_state_has_words() -> None:
    """A new state cannot be forgotten here."""
    assert set(STATES) == set(IncidentState)


def test_a_title_says_what_is_wrong_where() -> None:
    """And whether we are sure."""
    assert title_of(sample("opened-owner").incident, RULES) == "feed.orders: schema change"
    assert title_of(sample("opened-owner-not-sure").incident, RULES).endswith("(cause not sure)")


def test_an_incident_of_rules_that_changed_since_still_has_a_page() -> None:
    """Unknown components, teams, workflows and runbooks show their ids, or nothing."""
    incident = sample("escalated-owner").incident
    bare = RULES.model_copy(update={"components": {}, "workflows": {}, "runbooks": {}, "teams": {}})
    page = page_of(incident, bare, NOW)
    assert page.runbooks == ()
    assert page.row.owner == "data-team"


def test_who_has_it_is_never_hidden() -> None:
    """A list tells: acknowledged by whom, silenced, escalated to whom, part of what."""

    def remark(incident: Incident) -> str:
        return row_of(incident, RULES, NOW).remark

    assert remark(sample("updated-owner-acknowledged").incident) == "by U0ALICE001"
    assert remark(sample("escalated-owner").incident) == "escalated to commander"
    assert remark(sample("merged-owner").incident) == "part of main-12"
    silenced = sample("opened-owner").incident.model_copy(update={"muted_by": "s1"})
    assert "nobody is told" in remark(silenced)


def test_the_story_is_in_order_and_holds_the_thread_and_the_turning_points() -> None:
    """Began, arrived, told, handed over, acknowledged, resolved: each once."""
    incident = sample("resolved-owner").incident.model_copy(update={"notes": (HANDED_OVER,)})
    story = story_of(incident, RULES)
    assert [note.at for note in story] == sorted(note.at for note in story)
    texts = [note.text for note in story]
    assert HANDED_OVER.text in texts
    assert "Acknowledged by U0ALICE001" in texts
    assert "Resolved by U0ALICE001" in texts
    assert len(texts) == len(set(texts))


def test_an_incident_that_came_back_does_not_claim_to_be_over() -> None:
    """The old end is not the end of the story."""
    incident = sample("resolved-owner").incident.model_copy(update={"state": IncidentState.OPEN})
    assert not [note for note in story_of(incident, RULES) if note.kind == "resolved"]


def test_candidates_are_shown_when_there_was_something_to_choose() -> None:
    """One certain cause needs no list."""
    assert [choice.percent for choice in page_of(sample("opened-owner").incident, RULES, NOW).choices] == [
        82,
        11,
    ]
    assert page_of(sample("opened-owner-not-sure").incident, RULES, NOW).cause == ""
