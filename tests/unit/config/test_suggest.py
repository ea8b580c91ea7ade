"""Did you mean?"""

import pytest

from router.config.suggest import did_you_mean, nearest

KNOWN = ["erp.orders", "feed.orders", "erp.master", "team-data"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("erp.ordrs", "erp.orders"),
        ("ERP.Orders", "erp.orders"),
        ("teamdata", "team-data"),
        ("fax", ""),
        ("", ""),
    ],
)
def test_the_nearest_known_word_is_suggested(word: str, expected: str) -> None:
    """Slips of the pen and of the shift key; nothing when nothing is near."""
    assert nearest(word, KNOWN) == expected


def test_two_letters_exchanged_are_one_slip() -> None:
    """The commonest slip of all."""
    assert nearest("fede", ["feed", "farm"]) == "feed"


def test_ties_go_to_the_alphabet() -> None:
    """The same rules get the same words, whatever the order in which they are read."""
    assert nearest("ab1", ["ab3", "ab2"]) == nearest("ab1", ["ab2", "ab3"]) == "ab2"


def test_the_hint_is_a_question_or_nothing() -> None:
    """Empty hints leave no trace in the message."""
    assert did_you_mean("erp.ordrs", KNOWN) == 'did you mean "erp.orders"?'
    assert did_you_mean("zzz", KNOWN) == ""
