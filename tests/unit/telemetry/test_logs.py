"""Logs: one JSON object a line, in UTC, and no secret in any of them."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.telemetry.events import KafkaTroubled, emit
from router.telemetry.logs import MAX_TEXT, configure, redact

CANARY = "canary7f3aSECRET"


@dataclass(frozen=True)
class Settings:
    """What configure reads."""

    log_format: str = "json"
    log_level: str = "info"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where logs go; the logging of the test run comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        f"xoxb-12-34-{CANARY}",
        f"xapp-1-A0-{CANARY}",
        f"xoxe.xoxp-1-{CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"sasl.password={CANARY}",
        f"client_secret: '{CANARY}'",
        f'{{"signing_secret": "{CANARY}"}}',
        f"https://hooks.slack.com/services/T0/B0/{CANARY}",
        f"postgresql+psycopg://router:{CANARY}@db/router",
        f"GET /x?api_key={CANARY}&y=1",
        f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----",
        f"-----BEGIN EC PRIVATE KEY-----\n{CANARY}",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str) -> None:
    """Tokens, passwords, keys and webhooks, in whatever a library says."""
    assert CANARY not in redact(text)
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "text",
    ["order-to-cash", "topic t-1 [3] at offset 7", "https://wiki.acme.example/runbooks?id=4", "token bucket"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    """Hiding too much would hide the reason of a failure."""
    assert redact(text) == text


def test_secrets_are_hidden_in_fields_arguments_and_tracebacks(stream: io.StringIO) -> None:
    """Wherever a secret could come from, however deep."""
    configure(Settings(), stream)
    emit(KafkaTroubled("c", f"password={CANARY}", False))
    log = logging.getLogger("some.library")
    log.error("login %s", f"Bearer {CANARY}")
    log.error("settings", extra={"x": 1})
    log.error({"event": "nested", "deep": [{"sasl.password": CANARY}, ("a", f"token={CANARY}")]})
    try:
        raise ValueError(f"refused xoxb-1-{CANARY}")
    except ValueError:
        log.exception("failed")
    assert CANARY not in stream.getvalue()
    assert "Traceback" in stream.getvalue()


@given(text=st.text())
def test_nothing_a_sender_says_can_forge_a_line(text: str) -> None:
    """Whatever characters a field holds, a log line is one line of JSON that says so."""
    stream, log = io.StringIO(), logging.Logger("separate")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure(Settings(), stream)
        log.addHandler(root.handlers[0])
        log.error({"event": "x", "field": text[:100]})
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    lines = stream.getvalue().splitlines(keepends=True)
    line = orjson.loads(stream.getvalue())
    assert line["level"] == "error"
    assert stream.getvalue().count("\n") == 1, lines


def test_a_line_says_when_in_utc_and_from_whom(stream: io.StringIO) -> None:
    """The fields that a log store needs."""
    configure(Settings(), stream)
    logging.getLogger("uvicorn.error").warning("hello %d", 4)
    line = orjson.loads(stream.getvalue())
    assert line.pop("at").endswith("Z")
    assert line == {"event": "hello 4", "level": "warning", "logger": "uvicorn.error"}


def test_a_long_text_keeps_its_end(stream: io.StringIO) -> None:
    """A traceback says what happened in its last line."""
    configure(Settings(), stream)
    logging.getLogger("z").error("a" * 9_000 + "the end")
    event = orjson.loads(stream.getvalue())["event"]
    assert len(event) == MAX_TEXT + 1
    assert event.endswith("the end")


def test_libraries_stay_quiet_even_at_debug(stream: io.StringIO) -> None:
    """Their debug logs hold contents of events and requests."""
    configure(Settings(log_level="debug"), stream)
    for name in ("faust", "aiokafka.consumer", "slack_sdk.web", "uvicorn.access"):
        logging.getLogger(name).info("contents")
    assert stream.getvalue() == ""
    logging.getLogger("router.x").debug("ours")
    assert "ours" in stream.getvalue()


def test_a_terminal_gets_no_control_characters(stream: io.StringIO) -> None:
    """Escape sequences and text that changes direction could fake what an operator reads."""
    configure(Settings(log_format="console"), stream)
    logging.getLogger("z").error("a\x1b[2Jb\u202ec\rd")
    assert not set("\x1b\u202e\r") & set(stream.getvalue())
