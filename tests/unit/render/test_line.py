"""One line, three media: each writes times, people and links in its own way, and none lets text act."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.render.line import Code, Line, Link, Person, Strong, Time, is_web, mrkdwn, plain, rich
from tests.builders import at

EVIL = "<!channel> *x* `y` \u202e&"


def test_a_time_is_shown_in_the_readers_own_zone_with_utc_to_fall_back_on() -> None:
    """Slack's date form carries the moment; the fallback and the terminal say UTC."""
    line: Line = ("from ", Time(at(0)))
    assert mrkdwn(line) == "from <!date^1772438400^{time}|08:00 UTC>"
    assert plain(line) == "from 08:00 UTC"
    assert rich(line)[1] == {
        "type": "date",
        "timestamp": 1772438400,
        "format": "{time}",
        "fallback": "08:00 UTC",
    }


def test_a_time_of_another_day_says_the_day() -> None:
    """A dated time shows its date in every medium."""
    line: Line = (Time(at(0), dated=True),)
    assert mrkdwn(line) == "<!date^1772438400^{date_short_pretty} {time}|2026-03-02 08:00 UTC>"
    assert plain(line) == "2026-03-02 08:00 UTC"


@pytest.mark.parametrize("actor", ["U0ALICE001", "slack:U0ALICE001", "W0ALICE001"])
def test_a_slack_user_is_shown_by_their_name(actor: str) -> None:
    """A user id becomes Slack's reference to that user."""
    user = actor.removeprefix("slack:")
    assert mrkdwn((Person(actor),)) == f"<@{user}>"
    assert rich((Person(actor),)) == [{"type": "user", "user_id": user}]


@pytest.mark.parametrize("actor", ["ada@acme.example", "UNION", "U0<!here>", ""])
def test_any_other_actor_is_only_a_name(actor: str) -> None:
    """Nothing but a real user id is turned into a mention."""
    assert "<" not in mrkdwn((Person(actor),))
    assert all(element["type"] == "text" for element in rich((Person(actor),)) if isinstance(element, dict))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x", "https://a b", "https://a|b", "https://a>b", "", "https://"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    """Anything else stays the words of the link."""
    assert not is_web(url)
    assert mrkdwn((Link("here", url),)) == "here"
    assert rich((Link("here", url),)) == [{"type": "text", "text": "here"}]


def test_the_words_of_a_link_cannot_end_it_early() -> None:
    """A bar or bracket in the words stays inside the link."""
    assert (
        mrkdwn((Link("a|b>c", "https://x.example/?a=1&b=2"),)) == "<https://x.example/?a=1&amp;b=2|a/b&gt;c>"
    )


def test_text_from_outside_acts_in_no_medium() -> None:
    """Mentions are escaped in mrkdwn, and letters in rich text, whichever part they stand in."""
    line: Line = (EVIL, Strong(EVIL), Code(EVIL), Link(EVIL, "https://x.example"), Person(EVIL))
    assert "<!channel>" not in mrkdwn(line)
    assert {element["type"] for element in rich(line) if isinstance(element, dict)} == {"text", "link"}
    assert "\u202e" not in plain(line)


@given(
    st.lists(
        st.text() | st.builds(Strong, st.text()) | st.builds(Code, st.text()) | st.builds(Person, st.text())
    )
)
def test_no_line_makes_an_empty_element_or_an_angle_bracket_of_its_own(parts: list[str]) -> None:
    """Slack refuses empty text elements; the only brackets are those of user references."""
    line = tuple(parts)
    assert all(element.get("text", "x") for element in rich(line) if isinstance(element, dict))
    assert mrkdwn(line).count("<") == mrkdwn(line).count("<@")
