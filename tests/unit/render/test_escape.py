"""Text from outside cannot act: no mention, no disguised link, no turned-around words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.render.escape import clean, escape


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("<!channel> look", "&lt;!channel&gt; look"),
        ("<@U012345678>", "&lt;@U012345678&gt;"),
        ("<https://evil.example|https://bank.example>", "&lt;https://evil.example|https://bank.example&gt;"),
        ("a & b", "a &amp; b"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
    ],
)
def test_slack_markup_is_shown_as_it_was_written(given_text: str, shown: str) -> None:
    """Mentions and links from a sender are letters; an escape that was already there is one too."""
    assert escape(given_text) == shown


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("in\u202egnp.exe", "ingnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("bell\x07 and \x1b[31mred", "bell and [31mred"),
        ("one\r\ntwo\u2028three", "one two three"),
        ("tag\U000e0041s", "tags"),
        ("\u3164blank\u2800", "blank"),
        ("  too   many  ", "too many"),
        ("Zürich, 東京, 🔴", "Zürich, 東京, 🔴"),
    ],
)
def test_unseen_characters_go_and_visible_ones_stay(given_text: str, shown: str) -> None:
    """Bidi, zero-width, control and blank characters disappear; line breaks become spaces."""
    assert clean(given_text) == shown


@given(st.text())
def test_cleaned_text_is_one_line_of_visible_characters(text: str) -> None:
    """No control, format or line-separating character comes out; cleaning twice is cleaning once."""
    cleaned = clean(text)
    assert not {unicodedata.category(c) for c in cleaned} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert clean(cleaned) == cleaned


@given(st.text())
def test_escaped_text_holds_no_markup_of_slack(text: str) -> None:
    """No angle bracket is left, and undoing Slack's escapes gives the cleaned text back."""
    escaped = escape(text)
    assert not set("<>") & set(escaped)
    undone = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert undone == clean(text)
