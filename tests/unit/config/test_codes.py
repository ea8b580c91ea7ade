"""The closed list of lint codes, its page, and a broken rules folder with the exact lines for every code."""

import re
from pathlib import Path

import pytest

from router.config.codes import EXPLANATIONS, GROUPS, Lint, page
from tests.unit.config.bad_rules import BAD_RULES, CASES, build, findings, printed

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_every_code_is_explained_and_nothing_else_is() -> None:
    """The list of codes and the table of explanations are of the same length."""
    assert {code.value for code in Lint} == EXPLANATIONS.keys()


def test_codes_are_in_order_and_in_a_group() -> None:
    """A reader finds a code by its number, and its chapter by the first digit."""
    values = [code.value for code in Lint]
    assert values == sorted(values)
    assert {value[:2] for value in values} == GROUPS.keys()
    assert all(re.fullmatch(r"R[1-8]\d\d", value) for value in values)


def test_explanations_are_sentences_that_say_what_to_do() -> None:
    """Meaning and action begin with a capital and end with a full stop; the title does neither."""
    for code in Lint:
        told = code.explanation
        assert told.level in ("error", "warning"), code
        for sentence in (told.meaning, told.action):
            assert re.match(r"[A-Z`(]", sentence), code
            assert sentence[-1] in ".)", code
        assert not told.title.endswith("."), code


def test_the_page_is_current() -> None:
    """docs/lint-codes.md is what `python -m router.config.codes` prints."""
    assert (DOCS / "lint-codes.md").read_text(encoding="utf-8") == page()


def test_every_code_has_a_broken_rules_folder() -> None:
    """A new code comes with a folder that shows it."""
    assert {case[:4] for case in CASES} == {code.value for code in Lint}


def test_the_base_of_the_broken_folders_is_sound(tmp_path: Path) -> None:
    """What a case reports comes from its overlay alone."""
    build("R105-not-utf8", tmp_path / "rules")
    assert findings(BAD_RULES / "base") == ()


@pytest.mark.parametrize("case", CASES)
def test_a_broken_folder_prints_exactly_its_lines(case: str, tmp_path: Path) -> None:
    """Place, code, message and hint are a contract; one mistake is told once and blamed on nothing else."""
    folder = build(case, tmp_path / "rules")
    assert printed(folder) == (BAD_RULES / case / "expected.txt").read_text(encoding="utf-8")
    told = findings(folder)
    assert {finding.code for finding in told} == {case[:4]}
    assert all(finding.level == Lint(finding.code).level for finding in told)
