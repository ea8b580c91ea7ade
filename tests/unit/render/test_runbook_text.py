"""From a rendered runbook to the few steps that a message carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.render.line import Code, Link, Strong, plain
from router.render.runbook_text import MAX_STEP_CHARACTERS, MAX_STEPS, first_steps, inline, runbook_text
from tests.unit.render.samples import SCHEMA, company


def steps(markdown: str) -> list[str]:
    """The steps as plain words."""
    return [plain(line) for line in first_steps(markdown)]


def test_the_steps_are_those_of_the_first_five_minutes() -> None:
    """The list under that heading, whatever its level and case, and nothing after the next heading."""
    text = "- intro\n\n### FIRST FIVE MINUTES\n\nDo this:\n\n1. one\n2) two\n\n- three\n\n## Then\n\n- four\n"
    assert steps(text) == ["one", "two", "three"]


def test_without_that_heading_it_is_the_first_list() -> None:
    """Authors of older runbooks wrote one list."""
    assert steps("# T\n\nWords.\n\n* one\n* two\n\nMore words.\n\n* three") == ["one", "two"]


def test_a_heading_without_a_list_gives_no_steps() -> None:
    """Nothing is made up from another section."""
    assert steps("## First five minutes\n\nCall somebody.\n\n## Then\n\n- later\n") == []


def test_a_step_takes_its_continuation_and_code_with_it() -> None:
    """Indented lines, nested points and fenced code belong to their step."""
    text = "1. look\n   closely\n   - at this\n   ```\n   kafka-topics --list\n   ```\n2. [ ] tick"
    assert first_steps(text) == (
        ("look closely at this ", Code("kafka-topics --list")),
        ("tick",),
    )


def test_only_so_many_and_so_long() -> None:
    """Five steps of a few hundred characters: the link has the rest."""
    found = first_steps("\n".join(f"{n}. {'x' * 1_000}" for n in range(1, 10)))
    assert len(found) == MAX_STEPS
    assert all(len(plain(line)) <= MAX_STEP_CHARACTERS for line in found)


@pytest.mark.parametrize(
    ("markdown", "parts"),
    [
        ("run `a*b`", ("run ", Code("a*b"))),
        ("**now** or later", (Strong("now"), " or later")),
        ("[how](https://x.example/a_b)", (Link("how", "https://x.example/a_b"),)),
        ("<https://x.example>", (Link("https://x.example", "https://x.example"),)),
        (r"\[not\](https://a) \*link\*", ("[not](https://a) *link*",)),
        (r"**a\*b** `x\[1\]`", (Strong("a*b"), " ", Code("x[1]"))),
        ("2 * 3 * 4 and a_b_c", ("2 * 3 * 4 and a_b_c",)),
        ("**", ("**",)),
    ],
)
def test_markdown_within_a_line(markdown: str, parts: tuple[object, ...]) -> None:
    """Bold, code, links and escapes; anything else stays as it is written."""
    assert inline(markdown) == parts


def test_a_runbook_with_a_problem_has_no_steps() -> None:
    """Half-rendered text is not shown."""
    text = runbook_text(SCHEMA, company(), "1. one", problem="line 3: no")
    assert (text.steps, text.problem, text.title) == ((), "line 3: no", SCHEMA.title)


@given(st.text(alphabet="ab *`[]()<>#-.1\\\n:/", max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Whatever a template renders to, reading it gives at most five lines."""
    assert len(first_steps(text)) <= MAX_STEPS
