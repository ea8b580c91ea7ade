"""The digest's message: how many, the worst first, and that it is over."""

from router.model.fault import OwnerKind, Severity
from router.model.incident import Cause, Incident, IncidentState, Ownership
from router.model.notice import Listed, Notice, NoticeKind, NoticeRole
from router.render.blocks import slack_message, text_message
from router.render.digest import shown
from router.render.line import plain
from tests.builders import a_company, at

RULES = a_company(
    destination_rate=20, destination_rate_window_seconds=600, console_url="https://router.acme.test"
)


def a_digest(*listed: Listed, more: int = 0) -> Notice:
    """A digest to #it that lists these."""
    incident = Incident(
        id="main-digest-1",
        scope="main",
        state=IncidentState.OPEN if listed else IncidentState.RESOLVED,
        severity=listed[0].severity if listed else Severity.INFO,
        opened_at=at(0),
        started_at=at(0),
        updated_at=at(60),
        cause=Cause(component="main", fault="", confidence=0),
        owner=Ownership(team="it-team", kind=OwnerKind.IT, why="a digest"),
    )
    return Notice(
        destination="#it",
        role=NoticeRole.DIGEST,
        kind=NoticeKind.DIGEST,
        at=at(60),
        team="it-team",
        rules="test",
        incident=incident,
        listed=listed,
        more=more,
    )


def a_line(number: int, severity: Severity = Severity.MAJOR) -> Listed:
    """An incident that is held back."""
    return Listed(
        incident=f"main-{number}",
        severity=severity,
        team="it-team",
        component="api.island",
        fault="api.latency",
        opened_at=at(number),
    )


def test_it_says_how_many_and_names_each_with_severity_and_owner():
    """Whoever reads it knows what waits, and where to look."""
    card = shown(a_digest(a_line(7), a_line(8, Severity.MINOR), more=3), RULES)
    assert (card.mark, card.title) == ("🟠", "5 more incidents")
    assert [plain(line) for line in card.headlines] == [
        "🟠 main-7 (https://router.acme.test/incidents/main-7) api.island: latency, it-team, since 08:00 UTC",
        "🟡 main-8 (https://router.acme.test/incidents/main-8) api.island: latency, it-team, since 08:00 UTC",
        "and 3 more",
    ]
    assert "20 new incidents in 10 min" in plain(card.lead)


def test_its_message_has_no_buttons_and_fits_slack():
    """Nobody acknowledges a list."""
    message = slack_message(a_digest(*(a_line(number) for number in range(30)), more=9_000), RULES)
    assert message.text == "9,030 more incidents in main."
    assert "actions" not in {block["type"] for block in message.blocks}
    assert len(message.blocks) <= 50


def test_when_none_is_held_back_any_more_it_says_so():
    """The same message, edited for the last time."""
    assert "No more incidents are held back" in text_message(a_digest(), RULES).text
