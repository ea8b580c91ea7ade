"""Ids are names that the rules take, whatever the catalog calls its things, and no two are alike."""

import re

from hypothesis import given
from hypothesis import strategies as st

from router.config.shapes import NAME
from router.importing.ids import Ids, slug


@given(st.text(max_size=200))
def test_any_name_becomes_an_id(name: str) -> None:
    """Letters, digits, dot, underscore, hyphen, not too long, never empty."""
    assert re.fullmatch(NAME.pattern, slug(name))


def test_accents_and_spaces_are_written_plainly() -> None:
    """`Größe der Aufträge` stays readable."""
    assert slug("Größe der Aufträge", "-") == "groe-der-auftrage"


@given(st.lists(st.sampled_from(["a", "b", "b-2", "a-2"]), max_size=12))
def test_no_id_is_given_twice(wishes: list[str]) -> None:
    """A number behind it makes the second one another."""
    ids = Ids(["a"])
    given_out = [ids.take(wish) for wish in wishes]
    assert len({*given_out, "a"}) == len(given_out) + 1
