"""Matchers are read and matched as Alertmanager's own tests say."""

import json
from pathlib import Path

import pytest

from router.model.matcher import Matcher, MatchOperator
from router.model.matcher_grammar import read_utf8

CASES = Path(__file__).parents[3].parent / "shared" / "corpus" / "peer_cases" / "alertmanager_matchers.json"


def cases(kind: str) -> list[object]:
    """The cases of one kind; one that says why it is skipped where the corpus is not beside the repository."""
    if not CASES.exists():
        return [
            pytest.param({}, marks=pytest.mark.skip(reason="shared/corpus is not beside this repository"))
        ]
    return [pytest.param(case, id=case["id"]) for case in json.loads(CASES.read_text())[kind]]


@pytest.mark.parametrize("case", cases("parse"))
def test_the_utf8_grammar_reads_what_alertmanager_reads(case):
    """And refuses what it refuses; where one matcher is wanted, none and two are refused by who asks."""
    if case["multi"] or "matchers" in case or "invalid input" in case["error"]:
        if "error" in case:
            with pytest.raises(ValueError, match="column"):
                read_utf8(case["input"])
        else:
            assert read_utf8(case["input"]) == [tuple(matcher) for matcher in case["matchers"]]
    else:
        assert len(read_utf8(case["input"])) != 1


@pytest.mark.parametrize("case", cases("value_match"))
def test_values_match_as_in_alertmanager(case):
    """Anchored, RE2, the empty string for what is absent."""
    matcher = Matcher(label="a", operator=MatchOperator(case["op"]), value=case["pattern"])
    assert matcher.matches({"a": case["value"]}) is case["match"]
