"""The two grammars of matchers, against what Alertmanager's own tests say."""

import json
from pathlib import Path

import pytest

from router.model.matcher import Matcher, MatchOperator
from router.model.matcher_grammar import read_classic, read_classic_one, read_utf8

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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'a="\101\x42C"', "ABC"),
        (r'a="\a\b\f\v\r"', "\a\b\f\v\r"),
        (r'a="\u00e9\U0001F600"', "é😀"),
        (r'a="\xc3\xa9"', "é"),
        ('a=""', ""),
        ("a\u2003=\u00a0b", "b"),
        ("a=b:c/d.e|f*", "b:c/d.e|f*"),
    ],
)
def test_quotes_know_the_escapes_of_go(text, value):
    """Octal, hexadecimal, code points, and bytes that are UTF-8 together; white space is Unicode's."""
    assert read_utf8(text) == [("a", "=", value)]


@pytest.mark.parametrize(
    "text",
    [
        r'a="\400"',
        r'a="\ud800"',
        r'a="\U00110000"',
        r"""a="\'" """,
        r'a="\xff"',
        'a="x\ny"',
        'a="x',
        "a='x'",
        "a=`x`",
        "a=b c=d",
        "a=b,,c=d",
        "a",
        "a=",
        "=b",
        "a!b",
        "{a=b",
        "a=b}",
        "{a=b}}",
        "{a=b},c=d",
        "{{a=b}}",
    ],
)
def test_the_utf8_grammar_refuses_the_rest(text):
    """With the column."""
    with pytest.raises(ValueError, match="column"):
        read_utf8(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=", ""),
        ("a==b", "=b"),
        ("a = b c ", "b c"),
        ('a="b\nc"', "b\nc"),
        (r"a=\n", "\n"),
        (r"a=b\w", r"b\w"),
        (r'a="\\"', "\\"),
        ("a=b\\", "b\\"),
        (r"a=\"", '"'),
        ("a={b}", "{b}"),
        ("a='b'", "'b'"),
    ],
)
def test_the_classic_grammar_is_tolerant(text, value):
    """Backslashes that escape nothing stay, bare values may hold nearly anything."""
    assert read_classic_one(text) == ("a", "=", value)


def test_the_classic_grammar_splits_at_commas_outside_quotes():
    """Also where a quote is escaped, and with braces that do not pair."""
    assert read_classic(r'{a="x\",y",b=~"z"') == [("a", "=", 'x",y'), ("b", "=~", "z")]
    assert read_classic("a=b, }") == [("a", "=", "b")]
    with pytest.raises(ValueError, match="write it as"):
        read_classic("a=b,,c=d")


@pytest.mark.parametrize("text", ["1a=b", "a.b=c", 'a="b', 'a="b"c', 'a=b"', "a", "a~b"])
def test_the_classic_grammar_refuses_other_labels_and_open_quotes(text):
    """Dots in labels are ours alone."""
    with pytest.raises(ValueError, match=r"write it as|closing|in quotes"):
        read_classic_one(text)
