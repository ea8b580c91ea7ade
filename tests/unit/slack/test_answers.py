"""A failure says truthfully whether it may have taken effect, and gives nothing away."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from router.slack.answers import ERRORS, GONE, MEANINGS
from router.slack.client import SlackMessage
from tests.fake_slack import FakeSlack, channel_id
from tests.unit.slack.driver import HELLO, IDS, SINCE, failed, post


@pytest.mark.parametrize(
    ("word", "retryable", "ambiguous", "code"),
    [
        *((word, False, False, word) for word in ("channel_not_found", "not_in_channel", "is_archived")),
        *((word, False, False, word) for word in ("invalid_auth", "token_revoked", "missing_scope")),
        *((word, False, False, word) for word in ("invalid_blocks", "msg_too_long", "a_word_of_tomorrow")),
        *((word, True, True, word) for word in ("fatal_error", "internal_error", "request_timeout")),
        *((word, True, True, word) for word in ("service_unavailable", "duplicate_message_not_found")),
        *((word, False, False, GONE) for word in ("message_not_found", "cant_update_message")),
        ("edit_window_closed", False, False, GONE),
        ("ratelimited", True, False, "ratelimited"),
    ],
)
def test_slacks_words_are_classified(
    run: Callable[..., Any], slack: FakeSlack, word: str, retryable: bool, ambiguous: bool, code: str
) -> None:
    slack.mode("ok_false", error=word, methods=["chat.postMessage"])
    error = failed(run, post)
    assert (error.retryable, error.ambiguous, error.code) == (retryable, ambiguous, code)


@pytest.mark.parametrize(
    ("mode", "options", "code", "ambiguous", "applied"),
    [
        ("http_500", {}, "http_500", True, 0),
        ("http_500", {"applied": True}, "http_500", True, 1),
        ("apply_then_drop", {}, "connection_lost", True, 1),
        ("drop_before_apply", {}, "connection_lost", True, 0),
        ("apply_then_delay", {"seconds": 30}, "timeout", True, 1),
        ("slow_drip", {"seconds": 30}, "timeout", True, 1),
        ("not_json", {}, "unreadable_answer", True, 1),
        ("outage", {"seconds": 60}, "http_503", True, 0),
    ],
)
def test_not_knowing_is_ambiguous_and_sent_once(
    run: Callable[..., Any],
    slack: FakeSlack,
    mode: str,
    options: dict[str, Any],
    code: str,
    ambiguous: bool,
    applied: int,
) -> None:
    slack.mode(mode, **options)
    error = failed(run, lambda client: post(client, channel=channel_id("incidents")), timeout_seconds=0.3)
    assert (error.code, error.ambiguous, error.retryable) == (code, ambiguous, True)
    assert len(slack.messages("incidents")) == applied
    assert len(slack.calls()) == 1


def test_failing_to_ask_is_never_ambiguous(run: Callable[..., Any], slack: FakeSlack) -> None:
    slack.mode("drop_before_apply", methods=["conversations.history"])
    error = failed(run, lambda client: client.find(channel_id("incidents"), "e1", since=SINCE))
    assert (error.code, error.ambiguous, error.retryable) == ("connection_lost", False, True)
    assert len(slack.calls()) == 1


def test_a_slack_that_cannot_be_reached_took_nothing(run: Callable[..., Any]) -> None:
    error = failed(
        run, lambda client: post(client, channel=channel_id("incidents")), base_url="http://127.0.0.1:1/api/"
    )
    assert (error.code, error.ambiguous, error.retryable) == ("not_connected", False, True)


def test_a_redirect_is_not_followed(run: Callable[..., Any], slack: FakeSlack) -> None:
    slack.mode("redirect", methods=["chat.postMessage"])
    error = failed(run, post)
    assert (error.code, error.retryable, error.ambiguous) == ("redirected", False, False)
    assert slack.messages("incidents") == []
    assert len(slack.calls("chat.postMessage")) == 1


def test_an_update_of_what_is_gone_says_gone(run: Callable[..., Any]) -> None:
    error = failed(run, lambda c: c.update(channel_id("incidents"), "1.000000", HELLO, {"effect_id": "e1"}))
    assert (error.code, error.retryable) == (GONE, False)


def test_refused_blocks_are_reported_with_the_place_and_without_the_contents(run: Callable[..., Any]) -> None:
    secret = "the customer is ACME " * 200
    message = SlackMessage(
        text="x", blocks=({"type": "section", "text": {"type": "mrkdwn", "text": secret}},)
    )
    error = failed(run, lambda client: client.post("#general", message, effect_id="e1", metadata=IDS))
    assert error.code == "invalid_blocks"
    assert "/blocks/0/text" in str(error)
    assert "ACME" not in str(error)


def test_no_word_of_slack_means_two_things() -> None:
    assert len(ERRORS) == sum(len(words.split()) for words in MEANINGS.values())


@pytest.mark.parametrize("mode", ["apply_then_drop", "not_json", "http_500"])
def test_neither_token_nor_contents_get_into_logs_or_errors(
    run: Callable[..., Any], slack: FakeSlack, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="slack_sdk")
    slack.mode(mode, methods=["chat.postMessage"])
    error = failed(run, post)
    told = f"{error!r} {error} {error.__cause__!r} {error.__context__!r} {caplog.text}"
    assert slack.token not in told
    assert HELLO.text not in told


def test_what_looks_like_a_token_is_taken_out_of_errors(run: Callable[..., Any]) -> None:
    error = failed(run, lambda client: client.delete("xoxb-1234-abcd", "1.0"))
    assert "xoxb" not in str(error)
    assert "(a token)" in str(error)
