"""Runbooks are rendered once a revision, and readable without an incident."""

from typing import Any

from router.model.runbook import Runbook
from router.render.runbook import RunbookError, RunbookRenderer
from router.web.runbooks import KEPT_TEXTS, RunbookTexts, example_values
from tests.unit.render.samples import SCHEMA, an_incident, company


class Counting(RunbookRenderer):
    """Renders nothing, and counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []

    def render(self, body: str, values: dict[str, Any]) -> str:
        self.asked.append(values)
        if "broken" in body:
            raise RunbookError("line 1: broken")
        return body


def test_a_text_is_rendered_once_until_the_incident_changes() -> None:
    """Pages refresh themselves; rendering must not be paid each time. Failures are remembered too."""
    renderer = Counting()
    texts = RunbookTexts(renderer, company())
    broken = Runbook(id="b", title="B", body="broken")
    for _ in range(3):
        texts.steps(an_incident())
        texts.whole(SCHEMA, an_incident())
        assert texts.whole(broken, None)[1] == "line 1: broken"
    assert len(renderer.asked) == 3
    texts.steps(an_incident(revision=5))
    assert len(renderer.asked) == 4


def test_what_is_remembered_is_bounded() -> None:
    """The oldest texts go."""
    texts = RunbookTexts(Counting(), company())
    for number in range(1, KEPT_TEXTS + 50):
        texts.whole(SCHEMA, an_incident(id=f"main-{number}"))
    assert len(texts._wholes) == KEPT_TEXTS


def test_an_incident_without_runbooks_has_no_steps() -> None:
    """None, not an error."""
    assert RunbookTexts(Counting(), company()).steps(an_incident(runbooks=())) is None


def test_without_an_incident_gaps_stand_where_its_values_would() -> None:
    """No invented times or names that somebody could take for real."""
    values = example_values(SCHEMA, company())
    assert values["incident"]["started_at"] == "{started_at}"
    assert values["fault"]["name"] == "feed.schema_change"
    assert values["team"]["channel"] == "{team.channel}"
    assert values["component"]["depends_on"] == ""
    assert "1970" not in str(values)
