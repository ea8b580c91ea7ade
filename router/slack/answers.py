"""What Slack's failures mean: one table of its errors, and every failed call as one `DeliveryError`.

Nothing of what was sent or received gets into an error except Slack's own word for it, JSON pointers into
the blocks, and names of scopes.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

import aiohttp
from slack_sdk.errors import SlackApiError

from router.model.errors import DeliveryError

#: The code of errors that say: this message can no longer be changed, post a new one.
GONE = "gone"
#: How long a 429 without a readable Retry-After keeps us quiet.
DEFAULT_RETRY_AFTER_SECONDS = 30.0


class Meaning(NamedTuple):
    """What an error means for the caller; `advice` is for the operator."""

    retryable: bool
    ambiguous: bool
    advice: str


AMBIGUOUS = Meaning(True, True, "it may have been done all the same: look before repeating it")
LATER = Meaning(True, False, "nothing was done: repeat it later")
MESSAGE_GONE = Meaning(False, False, "the message cannot be changed any more: post a new one")
TOKEN = Meaning(False, False, "install the app again and give the router its new bot token")
SCOPE = Meaning(False, False, "add the scope to the Slack app and install it again")
CHANNEL = Meaning(False, False, "correct the channel in the route, or invite the app to it")
FORBIDDEN = Meaning(False, False, "ask an administrator of the workspace to allow the app to do this")
CONTENT = Meaning(False, False, "the router built a message that Slack refuses: report it")
PERSON = Meaning(
    False, False, "correct the person in the rules: Slack has nobody of this address or id to tell"
)
UNKNOWN = Meaning(False, False, "look the error up in Slack's documents of the method")

#: Meaning -> Slack's errors with it. Sources: the error tables of chat.postMessage, chat.update, chat.delete,
#: conversations.history, conversations.open, users.lookupByEmail and auth.test (docs.slack.dev/reference/methods).
#: "Some aspect of the operation may have succeeded" is Slack's wording for the ambiguous. An error that is not here
#: is permanent (`UNKNOWN`): the words that Slack adds are refusals.
MEANINGS: Mapping[Meaning, str] = {
    AMBIGUOUS: "fatal_error internal_error request_timeout service_unavailable update_failed "
    "duplicate_message duplicate_message_not_found duplicate_channel_not_found",
    LATER: "ratelimited rate_limited message_limit_exceeded team_added_to_org org_login_required "
    "external_channel_migrating",
    MESSAGE_GONE: "message_not_found cant_update_message edit_window_closed thread_not_found",
    TOKEN: "invalid_auth not_authed account_inactive token_revoked token_expired not_allowed_token_type",
    SCOPE: "missing_scope no_permission",
    CHANNEL: "channel_not_found not_in_channel is_archived",
    PERSON: "users_not_found user_not_found user_disabled user_not_visible cannot_dm_bot",
    FORBIDDEN: "restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel "
    "restricted_action_non_threadable_channel ekm_access_denied team_access_not_granted access_denied "
    "cant_delete_message compliance_exports_prevent_deletion",
    CONTENT: "invalid_blocks invalid_blocks_format msg_too_long msg_blocks_too_long no_text "
    "invalid_metadata_format invalid_metadata_schema metadata_too_large invalid_arguments",
}
ERRORS: Mapping[str, Meaning] = {
    word: meaning for meaning, words in MEANINGS.items() for word in words.split()
}

_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_POINTER = re.compile(r"json-pointer:(/[a-z0-9_/]{1,80})")
_SCOPES = re.compile(r"[a-z:._,]{1,200}")
_A_TOKEN = re.compile(r"\bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[\w.-]+")


class Redirected(Exception):
    """Slack's address answered with a redirect, which we do not follow: that would send the message again."""


def redacted(text: str) -> str:
    """The text without anything that looks like a Slack token."""
    return _A_TOKEN.sub("(a token)", text)


def failure(what: str, error: Exception, *, changes: bool) -> DeliveryError:
    """What went wrong with the call `what`, of any exception that the SDK or aiohttp lets out of a call.

    `changes`: the call was to change something, so that not knowing whether it did is ambiguous.
    """
    retry_after = None
    if isinstance(error, SlackApiError):
        code, meaning, retry_after = _answered(error)
    else:
        code, meaning = _unanswered(error)
    return DeliveryError(
        redacted(f"{what}: {code}; {meaning.advice}{_detail(error)}"),
        retryable=meaning.retryable,
        ambiguous=meaning.ambiguous and changes,
        retry_after_seconds=retry_after,
        code=GONE if meaning is MESSAGE_GONE else code,
    )


def _answered(error: SlackApiError) -> tuple[str, Meaning, float | None]:
    """Code, meaning and Retry-After of an answer (the SDK's response, or aiohttp's for broken JSON)."""
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    word = _body(error).get("error")
    code = word if isinstance(word, str) and _WORD.fullmatch(word) else ""
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return "ratelimited", LATER, _retry_after(response)
    if status >= 500 or status == 408:
        return code or f"http_{status}", AMBIGUOUS, None
    if code:
        return code, ERRORS.get(code, UNKNOWN), None
    if 200 <= status < 300:
        return "unreadable_answer", AMBIGUOUS, None
    return f"http_{status}", UNKNOWN, None


def _unanswered(error: Exception) -> tuple[str, Meaning]:
    """Code and meaning when there was no usable answer: not sent at all, or sent and then nothing."""
    if isinstance(error, Redirected):
        return "redirected", UNKNOWN
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return "not_connected", LATER
    if isinstance(error, aiohttp.InvalidURL):
        return "invalid_url", UNKNOWN
    if isinstance(error, TimeoutError):
        return "timeout", AMBIGUOUS
    if isinstance(error, aiohttp.ClientError | OSError):
        return "connection_lost", AMBIGUOUS
    # The SDK expects an object; on other bodies (text, a list, bad UTF-8) it trips over them.
    return "unreadable_answer", AMBIGUOUS


def _body(error: SlackApiError) -> Mapping[str, object]:
    data = getattr(error.response, "data", None)
    return data if isinstance(data, dict) else {}


def _retry_after(response: object) -> float:
    """Seconds, of the Retry-After header."""
    headers = getattr(response, "headers", None) or {}
    asked = next((value for name, value in headers.items() if str(name).lower() == "retry-after"), "")
    try:
        seconds = float(asked)
    except ValueError:
        return DEFAULT_RETRY_AFTER_SECONDS
    return seconds if 0.0 <= seconds < 86_400 * 7 else DEFAULT_RETRY_AFTER_SECONDS


def _detail(error: Exception) -> str:
    """Where in the blocks, or which scope: what an operator needs and cannot carry contents."""
    if not isinstance(error, SlackApiError):
        return ""
    body = _body(error)
    needed = body.get("needed")
    if isinstance(needed, str) and _SCOPES.fullmatch(needed):
        return f" (needs {needed})"
    told = body.get("response_metadata")
    pointers = _POINTER.findall(str(told.get("messages", ""))) if isinstance(told, dict) else []
    return f" (at {', '.join(pointers[:5])})" if pointers else ""
