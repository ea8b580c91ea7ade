"""The two grammars of matchers: what each takes, and what it refuses."""

import pytest

from router.model.matcher_grammar import read_classic, read_classic_one, read_utf8


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
