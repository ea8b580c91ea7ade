"""The whole runbook in the thread: what Slack accepts, in the order in which it was written."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.config.load import load
from router.render.message import Block
from router.render.runbook import RunbookRenderer, values_of
from router.render.runbook_text import RunbookText, first_steps
from router.render.runbook_thread import MAX_CHARACTERS, thread_blocks
from router.render.thread import thread_message
from router.web.runbooks import example_values
from tests.builders import at
from tests.fake_slack.blocks import problems
from tests.unit.render.samples import ESCALATED, a_notice, company

ACME = Path(__file__).parents[3] / "examples" / "acme"
RULES = load(ACME)
TEXT = RunbookText("Feed is late", "https://handbook.example/late", why="it is for feed.late")
MARKDOWN = """# Late

## First five minutes
1. Ask `dbt`.
   Twice.
2. Hold **it**.

| a | b |
| --- | --- |
| 1 | 2 |

## Fix
- one
- two

```sql
select 1
```
"""
SECTIONS = ("Symptoms", "First five minutes", "Contain", "Diagnose", "Fix", "Verify", "Whom to tell")


def shown(blocks: tuple[Block, ...]) -> list[object]:
    """The kinds of the elements, block by block."""
    return [[element["type"] for element in block["elements"]] for block in blocks]  # type: ignore[union-attr, call-overload, index]


def test_every_heading_begins_a_block() -> None:
    """Lists stay lists, tables and code keep their columns."""
    blocks = thread_blocks(TEXT, MARKDOWN)
    kinds = ["rich_text_section", "rich_text_list", "rich_text_preformatted"]
    assert shown(blocks) == [kinds[:1], kinds[:1], kinds, [kinds[0], kinds[1], kinds[2]]]
    assert problems(list(blocks)) == []
    words = json.dumps(blocks)
    assert "it is for feed.late" in words
    assert "Twice." in words
    assert "select 1" in words


def test_what_is_too_long_says_where_it_goes_on() -> None:
    """Slack takes 12,000 characters in all."""
    blocks = thread_blocks(TEXT, "## A\n" + "word " * 600 + "\n" + ("## B\n" + "text " * 500 + "\n") * 8)
    assert "It goes on at https://handbook.example/late" in json.dumps(blocks)
    assert len(json.dumps(blocks)) < MAX_CHARACTERS + 3_000
    assert problems(list(thread_message((ESCALATED,), at(0), blocks).blocks)) == []


@given(st.text(alphabet=st.sampled_from("ab|`#*-1. \n<>!"), max_size=400))
def test_any_text_is_something_that_slack_takes(markdown: str) -> None:
    """A runbook is rendered over what sources sent."""
    blocks = thread_blocks(TEXT, markdown)
    assert problems(list(thread_message((ESCALATED,), at(0), blocks).blocks)) == []


@pytest.fixture(scope="module")
def renderer() -> RunbookRenderer:
    """One child process for all."""
    return RunbookRenderer()


@pytest.mark.parametrize("name", sorted(RULES.runbooks))
def test_every_runbook_of_ours_is_whole(name: str, renderer: RunbookRenderer) -> None:
    """It renders with and without an incident, has its sections, and at most five steps that fit a message."""
    runbook = RULES.runbooks[name]
    for values in (example_values(runbook, RULES), values_of(a_notice("opened").incident, company())):
        markdown = renderer.render(runbook.body, values)
        blocks = thread_blocks(RunbookText(runbook.title, ""), markdown)
        assert problems(list(thread_message((ESCALATED,), at(0), blocks).blocks)) == []
        assert 3 <= len(first_steps(markdown)) <= 5
    missing = [section for section in SECTIONS if f"## {section}" not in runbook.body]
    optional = {"Contain", "Diagnose"} if not runbook.file.startswith("shipped/") else set()
    assert not set(missing) - optional


def test_every_step_fits_a_message_whole() -> None:
    """A step that is cut in the middle is no step: at most 400 characters, at most five of them."""
    for runbook in RULES.runbooks.values():
        below = runbook.body.partition("## First five minutes\n")[2].partition("\n## ")[0]
        items = [item for item in below.split("\n") if item[:1].isdigit()]
        assert len(items) <= 5, runbook.id
        assert all(len(item) <= 400 for item in items), runbook.id
