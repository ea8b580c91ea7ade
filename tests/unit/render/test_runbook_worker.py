"""The child's own part: what it makes of a value, and how much it lets out. Attacks are in test_runbook."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from router.render.runbook_text import inline
from router.render.runbook_worker import MAX_OUTPUT_BYTES, as_words, render


@pytest.fixture
def environment() -> ImmutableSandboxedEnvironment:
    """As in the child, without its limits."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, finalize=as_words)


@given(st.text(max_size=200))
def test_a_value_stays_one_line_and_reads_as_it_was_written(text: str) -> None:
    """After rendering and reading the Markdown, a value is words again: no bold, no link, no second line."""
    words = as_words(text)
    assert isinstance(words, str)
    assert "\n" not in words
    assert all(isinstance(part, str) for part in inline(words))


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (3, 3), (0.5, 0.5), (["a*"], r"\['a\*'\]")])
def test_values_that_are_no_text(value: object, shown: object) -> None:
    """None is nothing, numbers stay numbers, anything else is its text."""
    assert as_words(value) == shown


def test_output_is_capped_in_bytes(environment: ImmutableSandboxedEnvironment) -> None:
    """Twelve kilobytes are twelve kilobytes in any script."""
    assert len(render(environment, "x" * MAX_OUTPUT_BYTES, {})) == MAX_OUTPUT_BYTES
    with pytest.raises(ValueError, match="12 KB"):
        render(environment, "é" * MAX_OUTPUT_BYTES, {})
    with pytest.raises(ValueError, match="64 KB"):
        render(environment, "é" * 40_000, {})


def test_what_is_undefined_is_an_error(environment: ImmutableSandboxedEnvironment) -> None:
    """A misspelt field is found by its author, not by somebody at three in the morning."""
    with pytest.raises(UndefinedError):
        render(environment, "{{ incident.nmae }}", {"incident": {}})
