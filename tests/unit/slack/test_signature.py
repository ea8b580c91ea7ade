"""Requests are Slack's only when they are signed with a secret of ours, over these bytes, just now."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.slack.signature import BadSignature, verify

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "peer_cases" / "webhook_signatures.json"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = b"payload=%7B%7D"


def signed(secret: str, body: bytes = BODY, timestamp: str = STAMP) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


def corpus(name: str) -> list[dict[str, Any]]:
    if not CORPUS.exists():
        return []
    cases: list[dict[str, Any]] = json.loads(CORPUS.read_text())[name]
    return cases


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of peers' cases is not next to this checkout")
@pytest.mark.parametrize("case", corpus("slack"), ids=lambda case: case["id"])
def test_answers_as_the_sdk_does_on_every_case_and_refuses_where_the_sdk_crashes(
    case: dict[str, Any],
) -> None:
    headers = {name.lower(): value for name, value in case["headers"].items()}
    now = datetime.fromtimestamp(case["now"], UTC)
    timestamp, signature = headers.get("x-slack-request-timestamp"), headers.get("x-slack-signature")
    if case["valid"] is True:
        verify([case["secret"]], timestamp, signature, case["body"].encode(), now)
        return
    with pytest.raises(BadSignature):
        verify([case["secret"]], timestamp, signature, case["body"].encode(), now)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of peers' cases is not next to this checkout")
@pytest.mark.parametrize("case", corpus("slack_bad_secret"), ids=lambda case: repr(case["secret"]))
def test_a_secret_that_is_none_is_the_operators_mistake_and_not_the_senders(case: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="blank or not text") as caught:
        verify([case["secret"]], STAMP, signed(str(case["secret"])), BODY, NOW)
    assert not isinstance(caught.value, BadSignature)


@pytest.mark.parametrize(
    ("timestamp", "signature", "body", "code"),
    [
        (None, signed("new"), BODY, "missing"),
        ("", signed("new"), BODY, "missing"),
        (STAMP, None, BODY, "missing"),
        ("yesterday", signed("new"), BODY, "junk_timestamp"),
        ("+" + STAMP, signed("new"), BODY, "junk_timestamp"),
        (STAMP + "\n", signed("new"), BODY, "junk_timestamp"),
        ("9" * 5000, signed("new"), BODY, "junk_timestamp"),
        (str(int(STAMP) - 301), signed("new", timestamp=str(int(STAMP) - 301)), BODY, "stale"),
        (str(int(STAMP) + 301), signed("new", timestamp=str(int(STAMP) + 301)), BODY, "stale"),
        (STAMP, signed("new"), BODY + b"&x=1", "mismatch"),
        (STAMP, "v0=\u00e9\ud800", BODY, "mismatch"),
    ],
)
def test_says_why_it_refuses(timestamp: str | None, signature: str | None, body: bytes, code: str) -> None:
    with pytest.raises(BadSignature) as caught:
        verify(["new"], timestamp, signature, body, NOW)
    assert caught.value.code == code


@pytest.mark.parametrize("off", [-300, 300])
def test_takes_a_request_that_is_exactly_five_minutes_off(off: int) -> None:
    verify(["new"], STAMP, signed("new"), BODY, NOW + timedelta(seconds=off))


@pytest.mark.parametrize("used", ["new", "old"])
def test_while_secrets_rotate_either_is_good(used: str) -> None:
    verify(["new", "old"], STAMP, signed(used), BODY, NOW)


def test_a_secret_that_was_taken_out_is_good_no_more() -> None:
    with pytest.raises(BadSignature):
        verify(["new"], STAMP, signed("old"), BODY, NOW)


@pytest.mark.parametrize("secrets", [[], "secret"])
def test_no_secrets_at_all_refuse_to_verify_anything(secrets: Any) -> None:
    with pytest.raises(ValueError, match="at least one"):
        verify(secrets, STAMP, signed("secret"), BODY, NOW)


def test_a_naive_now_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="aware"):
        verify(["new"], STAMP, signed("new"), BODY, NOW.replace(tzinfo=None))


@given(st.one_of(st.none(), st.text()), st.one_of(st.none(), st.text()), st.binary())
def test_whatever_the_headers_hold_nothing_but_bad_signature_comes_of_it(
    timestamp: str | None, signature: str | None, body: bytes
) -> None:
    with pytest.raises(BadSignature):
        verify(["new"], timestamp, signature, body, NOW)
