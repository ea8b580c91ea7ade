"""Matchers as Alertmanager's users know them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.matcher import BadRegex, Matcher, MatchOperator, parse_matcher


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
        '"severity"="x"',
        "=x",
        "1x=y",
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
    with pytest.raises(BadRegex, match="unterminated"):
        parse_matcher('severity=~"critical|("')
    assert parse_matcher('severity="critical|("').value == "critical|("


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_value_can_be_quoted(value: str) -> None:
    """Escaping backslash, quote and line break is enough."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert parse_matcher(f'owner="{quoted}"').value == value
