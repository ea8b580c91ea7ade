"""Whatever is built, Slack takes it: every published limit holds, and nothing small is touched."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from router.render.fit import ELLIPSIS, MAX_BLOCKS, MAX_CHARACTERS, MAX_RICH_TEXT, MAX_TEXT, cut, fit, length
from router.render.message import Block, Message
from tests.fake_slack.blocks import problems


def _texts(longest: int) -> st.SearchStrategy[str]:
    """Short texts, and texts around and far above a limit, with escapes and wide characters in them."""
    pieces = st.sampled_from(["a", "&amp;", "<https://x.example|x>", "🔴", " ", "<!date^1^{time}|t>"])
    long = st.builds(lambda piece, times: piece * times, pieces, st.integers(0, 2 * longest))
    return st.text(max_size=20) | long


def _text_object(kind: str, longest: int) -> st.SearchStrategy[Block]:
    return _texts(longest).map(lambda text: {"type": kind, "text": text})


BUTTON = st.fixed_dictionaries(
    {
        "type": st.just("button"),
        "text": _text_object("plain_text", 75),
        "action_id": st.uuids().map(str),
        "value": _texts(2_000),
    },
    optional={
        "confirm": st.just(
            {
                "title": {"type": "plain_text", "text": "t" * 200},
                "text": {"type": "plain_text", "text": "t" * 500},
                "confirm": {"type": "plain_text", "text": "t" * 50},
                "deny": {"type": "plain_text", "text": "t" * 50},
            }
        )
    },
)
RICH_SECTION = st.lists(_text_object("text", 1_000), max_size=5).map(
    lambda elements: {"type": "rich_text_section", "elements": elements}
)
RICH = st.lists(
    RICH_SECTION
    | st.lists(RICH_SECTION, max_size=4).map(
        lambda items: {"type": "rich_text_list", "style": "bullet", "elements": items}
    ),
    max_size=4,
).map(lambda elements: {"type": "rich_text", "elements": elements})
BLOCK = (
    _text_object("plain_text", 150).map(lambda text: {"type": "header", "text": text})
    | _text_object("mrkdwn", 3_000).map(lambda text: {"type": "section", "text": text})
    | st.lists(_text_object("mrkdwn", 2_000), max_size=14).map(lambda f: {"type": "section", "fields": f})
    | st.lists(_text_object("mrkdwn", 2_000), max_size=14).map(lambda e: {"type": "context", "elements": e})
    | st.lists(BUTTON, max_size=30).map(lambda e: {"type": "actions", "elements": e})
    | RICH
    | st.just({"type": "divider"})
)
MESSAGE = st.builds(
    lambda text, blocks: Message.model_construct(text=text, blocks=tuple(blocks)),
    _texts(MAX_TEXT),
    st.lists(BLOCK, max_size=12),
)


def characters(thing: JsonValue) -> int:
    """All characters in a value."""
    if isinstance(thing, str):
        return length(thing)
    if isinstance(thing, list):
        return sum(map(characters, thing))
    return sum(characters(value) for value in thing.values()) if isinstance(thing, dict) else 0


def shown(element: JsonValue) -> int:
    """Characters of the text elements in rich text."""
    if isinstance(element, list):
        return sum(map(shown, element))
    if not isinstance(element, dict):
        return 0
    return length(str(element.get("text", ""))) + shown(element.get("elements"))


@settings(max_examples=60, deadline=None)
@given(MESSAGE)
def test_every_limit_of_slack_holds(message: Message) -> None:
    """Slack finds nothing wrong with the blocks, the text is neither empty nor too long."""
    fitted = fit(message)
    assert problems(list(fitted.blocks)) == []
    assert len(fitted.blocks) <= MAX_BLOCKS
    assert 0 < length(fitted.text) <= MAX_TEXT
    for block in fitted.blocks:
        if block["type"] == "rich_text":
            assert shown(block) <= MAX_RICH_TEXT


@settings(max_examples=40, deadline=None)
@given(MESSAGE)
def test_fitting_twice_is_fitting_once(message: Message) -> None:
    """What was made to fit is left alone."""
    fitted = fit(message)
    assert fit(fitted) == fitted


@given(st.text(alphabet="ab &<>🔴;", max_size=80), st.integers(2, 60))
def test_a_cut_text_is_its_own_beginning_and_short_enough(text: str, most: int) -> None:
    """A text within the limit is left alone; a longer one ends in an ellipsis."""
    shown = cut(text, most)
    assert length(shown) <= most
    assert shown == text or (shown.endswith(ELLIPSIS) and text.startswith(shown.removesuffix(ELLIPSIS)))


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("ab &amp; cd", 7, "ab…"),
        ("see <https://x.example|the page> now", 20, "see…"),
        ("from <!date^1772438400^{time}|08:00 UTC> on", 30, "from…"),
        ("🔴🔴🔴🔴", 5, "🔴🔴…"),
    ],
)
def test_a_cut_never_leaves_half_of_an_escape_link_or_time(text: str, most: int, shown: str) -> None:
    """Half of Slack's markup would show as rubbish, or as something else."""
    assert cut(text, most) == shown


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _actions() -> dict[str, Any]:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Do"}, "action_id": "do", "value": "1"}
    return {"type": "actions", "elements": [button]}


def test_of_too_many_blocks_the_last_go_and_the_buttons_stay() -> None:
    """Blocks are in order of importance, and a message without its buttons is no use."""
    blocks = tuple(_section(str(number)) for number in range(MAX_BLOCKS + 10))
    fitted = fit(Message(text="x", blocks=(*blocks, _actions())))
    assert fitted.blocks == (*blocks[: MAX_BLOCKS - 1], _actions())


def test_a_message_that_is_too_long_as_a_whole_loses_its_end() -> None:
    """Slack also limits all blocks together."""
    blocks = tuple(_section(str(number) * 2_900) for number in range(1, 8))
    fitted = fit(Message(text="x", blocks=(*blocks, _actions())))
    assert fitted.blocks == (*blocks[: len(fitted.blocks) - 1], _actions())
    assert 3 <= len(fitted.blocks) <= 5
    assert sum(map(characters, fitted.blocks)) <= MAX_CHARACTERS


def test_a_button_whose_value_is_too_long_is_left_out() -> None:
    """A cut value would name another incident."""
    block = _actions()
    block["elements"][0]["value"] = "x" * 2_001
    assert fit(Message(text="x", blocks=(_section("kept"), block))).blocks == (_section("kept"),)


def test_a_message_within_the_limits_is_left_as_it_is() -> None:
    """Nothing is normalised on the way."""
    message = Message(text="x", blocks=(_section("y"), {"type": "divider"}, _actions()))
    assert fit(message) == message
