"""Did this request come from Slack? Its signature over the raw body, as in "Verifying requests from Slack".

`X-Slack-Signature` is `v0=` and the hex HMAC-SHA256 of `v0:<X-Slack-Request-Timestamp>:<raw body>` under the
app's signing secret. The body must be the bytes as received: a re-encoded form has another signature.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

#: Requests further than this from our clock, either way, are refused (replays).
TOLERANCE_SECONDS = 300
#: Epoch seconds; nothing that `int` would also take (signs, spaces, underscores, other scripts' digits).
_TIMESTAMP = re.compile(r"[0-9]{1,12}")

Code = Literal["missing", "junk_timestamp", "stale", "mismatch"]


class BadSignature(ValueError):
    """The request is not known to be Slack's: answer 401 and do nothing.

    `code`: `missing` (a header is absent), `junk_timestamp` (not epoch seconds), `stale` (more than 300 s
    off), `mismatch` (signed with none of our secrets, or not this body).
    """

    def __init__(self, code: Code) -> None:
        super().__init__(f"request is not signed by Slack: {code}")
        self.code: Code = code


def verify(
    signing_secrets: Sequence[str],
    timestamp: str | None,
    signature: str | None,
    raw_body: bytes,
    now: datetime,
) -> None:
    """Returns when the request was signed with one of the secrets, within 300 s of `now` (aware).

    Several secrets are for rotation: the new one and the one that is still in use. `timestamp` and
    `signature` are the two headers, None when absent; whatever they hold, nothing but `BadSignature` comes
    of it. Plain ValueError is the operator's or our mistake: no secret, a blank secret, a naive `now`.
    """
    _check_configuration(signing_secrets, now)
    if not isinstance(timestamp, str) or not isinstance(signature, str) or not timestamp or not signature:
        raise BadSignature("missing")
    if _TIMESTAMP.fullmatch(timestamp) is None:
        raise BadSignature("junk_timestamp")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        raise BadSignature("stale")
    claimed = signature.encode("utf-8", "backslashreplace")
    signed = b"v0:" + timestamp.encode("ascii") + b":" + raw_body
    # Every secret is tried, so that the time taken does not tell which one fits.
    fits = [hmac.compare_digest(_signature(secret, signed), claimed) for secret in signing_secrets]
    if not any(fits):
        raise BadSignature("mismatch")


def _signature(secret: str, signed: bytes) -> bytes:
    return b"v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode("ascii")


def _check_configuration(signing_secrets: Sequence[str], now: datetime) -> None:
    if isinstance(signing_secrets, str) or not signing_secrets:
        raise ValueError("give a sequence of at least one Slack signing secret")
    if not all(isinstance(secret, str) and secret.strip() for secret in signing_secrets):
        raise ValueError("a Slack signing secret is blank or not text: anybody could sign with it")
    if now.tzinfo is None:
        raise ValueError("`now` must be an aware datetime")
