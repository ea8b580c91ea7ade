"""Words as HTML: what comes from outside is shown, never obeyed."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.render.line import Code, Link, Person, Strong, Time
from router.web.markup import line_html, link_html, runbook_html, since, time_html
from tests.builders import at, minutes

NASTY = "<script>alert(1)</script>\"'&"


class Tags(HTMLParser):
    """Every tag and attribute that a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.seen += [f"@{name}" for name, _ in attrs]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_every_kind_of_part_has_its_element() -> None:
    """Strong, code, links, people and times; plain words stay plain."""
    line = ("a ", Strong("b"), Code("c"), Link("d", "https://e.example/?f=1&g"), Person("U1"), Time(at(0)))
    assert line_html(line, at(60)) == (
        'a <strong>b</strong><code>c</code><a href="https://e.example/?f=1&amp;g" rel="noopener noreferrer">d</a>'
        '<span class="person">U1</span>'
        '<time datetime="2026-03-02T08:00:00Z" title="2026-03-02T08:00:00Z">08:00</time>'
    )


@given(st.text(max_size=60) | st.just(NASTY))
def test_no_text_in_any_part_makes_an_element(text: str) -> None:
    """Whatever a sender writes, a browser sees our elements only."""
    line = (text, Strong(text), Code(text), Link(text, "https://e.example"), Person(text))
    assert [tag for tag in Tags(line_html(line, at(0))).seen if not tag.startswith("@")] == [
        "strong", "code", "a", "span",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "", 'https://a"onclick=']
)
def test_an_address_that_is_not_http_is_no_link(url: str) -> None:
    """Its words stay."""
    assert link_html("words", url) == "words"


def test_times_name_the_day_only_when_it_is_another() -> None:
    """UTC; hovering shows the whole of it."""
    assert ">08:00<" in time_html(at(0), at(60))
    assert ">2 Mar 08:00<" in time_html(at(0), at(minutes(24 * 60)))
    assert ">2026-03-02<" not in time_html(at(0), at(0))
    assert "2026-03-02 08:00" in time_html(at(0), at(minutes(400 * 24 * 60)))


def test_a_moment_ahead_of_our_clock_is_now() -> None:
    """Clocks differ; nothing is minus five minutes old."""
    assert since(at(60), at(0)) == since(at(0), at(0))
    assert since(at(0), at(minutes(45))) == "45 min"


def test_markdown_is_rendered_with_its_tasks_and_tables() -> None:
    """What runbooks use."""
    html = runbook_html("# Title\n\n1. [ ] first\n2. [x] second\n\n| a |\n|---|\n| **b** |\n")
    assert "<h1>Title</h1>" in html
    assert "☐ first" in html
    assert "☑ second" in html
    assert "<td><strong>b</strong></td>" in html


@pytest.mark.parametrize(
    "markdown",
    [
        NASTY,
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        '[x](https://a.example "onmouseover=alert(1)")',
        "```html\n<script>x</script>\n```",
        "<!-- x --><style>*{}</style>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_nothing_in_a_runbook_runs_or_loads(markdown: str) -> None:
    """No scripts, styles, images or handlers, and no address but http(s) and mailto."""
    tags = Tags(runbook_html(markdown))
    assert not {"script", "style", "img", "iframe", "@onerror", "@onmouseover", "@src"} & set(tags.seen)
    assert all(re.match(r"https?:|mailto:", link) for link in tags.links)


@given(st.text(max_size=200))
def test_no_markdown_makes_a_dangerous_element(markdown: str) -> None:
    """Whatever event text a template lets in."""
    tags = Tags(runbook_html(markdown))
    lists, tables = {"ul", "ol", "li"}, {"table", "thead", "tbody", "tr", "th", "td"}
    blocks = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "blockquote", "hr", "br"}
    allowed = lists | tables | blocks | {"code", "em", "strong", "a"}
    assert {tag for tag in tags.seen if not tag.startswith("@")} <= allowed
    assert {tag for tag in tags.seen if tag.startswith("@")} <= {
        "@href",
        "@title",
        "@start",
        "@class",
        "@style",
    }
