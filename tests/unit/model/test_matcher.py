"""Matchers as Alertmanager's users know them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.literals import literals_of, prefix_of
from router.model.matcher import (
    BadRegex,
    Matcher,
    MatchOperator,
    compiled,
    parse_matcher,
    parse_matchers,
    written_matchers,
)

ANY = st.characters(exclude_categories=("Cs",))


@pytest.mark.parametrize(
    ("text", "label", "operator", "value"),
    [
        ('severity="critical"', "severity", "=", "critical"),
        ("severity=critical", "severity", "=", "critical"),
        (' owner.kind != "risk" ', "owner.kind", "!=", "risk"),
        ('severity=~"critical|major"', "severity", "=~", "critical|major"),
        ("cause.fault!~feed[.].*", "cause.fault", "!~", "feed[.].*"),
        ('workflow=""', "workflow", "=", ""),
        ("workflow=", "workflow", "=", ""),
        ('owner="a b, {c}"', "owner", "=", "a b, {c}"),
        ("owner=a b", "owner", "=", "a b"),
        (r'owner="say \"hi\" \\ there"', "owner", "=", r'say "hi" \ there'),
        (r'scope=~"\d+"', "scope", "=~", r"\d+"),
        ('owner="a=b"', "owner", "=", "a=b"),
        ('"severity"="x"', "severity", "=", "x"),
        ("1x=y", "1x", "=", "y"),
        ("fuß=🙂", "fuß", "=", "🙂"),
        (r'cause.fault=~"feed\.\w+"', "cause.fault", "=~", r"feed\.\w+"),
    ],
)
def test_a_matcher_is_label_operator_value(text: str, label: str, operator: str, value: str) -> None:
    """Quoted or bare; backslashes of a regular expression survive the quotes."""
    assert parse_matcher(text) == Matcher(label=label, operator=MatchOperator(operator), value=value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "severity",
        "severity critical",
        "=x",
        '"a',
        'a="x',
        'a="x"y',
        'a=x"y"',
        "a==b",
        "a=~~b",
        'a="x\\"',
        "a<b",
        'a="x" b="y"',
        "{a=b}",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """With words that say what to mend."""
    with pytest.raises(ValueError, match=r"write it as|closing|in quotes"):
        parse_matcher(text)


def test_a_bad_regular_expression_is_told_apart() -> None:
    """The matcher is well formed, its value is not."""
    with pytest.raises(BadRegex, match=r"missing \)"):
        parse_matcher('severity=~"critical|("')
    assert parse_matcher('severity="critical|("').value == "critical|("


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_value_can_be_quoted(value: str) -> None:
    """Escaping backslash, quote and line break is enough."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert parse_matcher(f'owner="{quoted}"').value == value


@pytest.mark.parametrize(
    ("pattern", "value", "holds"),
    [
        ("bar", "foo-bar", False),
        ("foo|bar", "foobar", False),
        ("foo.bar", "foo\nbar", False),
        ("(?s)foo.bar", "foo\nbar", True),
        ("(?i)ERROR|warn", "Warn", True),
        ("a(?i)b", "aB", True),
        (r"\pL+", "straße", True),
        (r"\p{Greek}", "λ", True),
        (r"\d+", "٣", False),
        ("^a$", "a", True),
        ("a$", "a\n", False),
        (r"a\z", "a", True),
        (r"\Qa.b\E", "a.b", True),
        ("[[:alpha:]]+", "abc", True),
        ("(?P<x>a)", "a", True),
        ("", "", True),
        (".+", "", False),
    ],
)
def test_regular_expressions_are_re2_s_and_anchored(pattern: str, value: str, holds: bool) -> None:
    """As Go's, not as Python's: ASCII classes, no line break in a dot, flags anywhere."""
    assert Matcher(label="a", operator=MatchOperator.MATCHES, value=pattern).accepts(value) is holds
    assert Matcher(label="a", operator=MatchOperator.NOT_MATCHES, value=pattern).accepts(value) is not holds


@pytest.mark.parametrize(
    "pattern", ["(?=a)b", r"(a)\1", "(?<!a)b", "a++", r"a\Z", r"\C", "a{1001}", "(?x)a", "x" * 20_000]
)
def test_what_re2_does_not_know_is_refused_with_words(pattern: str) -> None:
    """No look-around, no back-references, nothing that may take long or much."""
    with pytest.raises(BadRegex, match=r"\w \w"):
        parse_matcher(str(Matcher(label="a", operator=MatchOperator.MATCHES, value=pattern)))


def test_no_regular_expression_takes_long() -> None:
    """One on which Python's own would not end takes a moment."""
    matcher = parse_matcher('a=~"(a+)+(a+)+(a+)+b"')
    assert not matcher.accepts("a" * 5_000)


def test_where_the_grammars_disagree_the_classic_one_counts() -> None:
    """As Alertmanager does while it moves from one to the other."""
    assert parse_matcher(r'a="\t"').value == r"\t"
    assert parse_matcher(r'"a"="\t"').value == "\t"
    assert parse_matcher(r'a=~"\d+"').value == r"\d+"
    assert parse_matchers(r'{a="\x41",b="c"}')[0].value == r"\x41"


def test_a_list_of_matchers_may_stand_in_braces_and_end_in_a_comma() -> None:
    """Or in none, or say nothing."""
    both = (parse_matcher('a="1,2"'), parse_matcher("b!~c|d"))
    for text in ('{a="1,2",b!~c|d}', 'a="1,2", b!~c|d', '{ a = "1,2" , b !~ "c|d", }'):
        assert parse_matchers(text) == both
    assert parse_matchers("{}") == parse_matchers("") == ()
    with pytest.raises(ValueError, match="write it as"):
        parse_matchers("{,}")


@given(st.lists(st.tuples(st.text(ANY, min_size=1), st.sampled_from(["=", "!="]), st.text(ANY)), max_size=3))
def test_matchers_are_read_back_as_they_are_written(parts: list[tuple[str, str, str]]) -> None:
    """Whatever is in their labels and values."""
    matchers = tuple(
        Matcher(label=label, operator=MatchOperator(op), value=value) for label, op, value in parts
    )
    assert sorted(map(str, parse_matchers(written_matchers(matchers)))) == sorted(map(str, matchers))


@given(st.text("ab|.()[]^$*?\\+", max_size=8), st.text("ab.|", max_size=3))
def test_listed_values_are_those_that_the_expression_matches(pattern: str, value: str) -> None:
    """An index may look them up instead of asking RE2; and what a match must begin with is so."""
    try:
        regex = compiled(pattern)
    except BadRegex:
        return
    listed = literals_of(pattern)
    matches = regex.fullmatch(value) is not None
    assert listed is None or matches is (value in listed)
    assert not matches or value.startswith(prefix_of(pattern))
