"""POST /slack/interactions and /slack/events: nothing is believed before its signature is verified.

Slack shows the presser an error unless we answer 200 within three seconds, so 200 means that the command is
durable, and everything on the way has a bound that adds up to less.
"""

import asyncio
import hashlib

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from router.slack.interactions import (
    MalformedPress,
    Press,
    Presses,
    Refusal,
    already,
    command_of,
    read_presses,
    refusal_of,
)
from router.slack.signature import BadSignature, verify
from router.telemetry.edge_events import CommandSent, RequestRefused
from router.telemetry.events import emit
from router.web.answers import problem
from router.web.body import BodyRefused, read_body
from router.web.events import CommandNotSent, RequestRepeated
from router.web.parts import Parts
from router.web.people import ephemeral
from router.web.replays import Seen
from router.web.sender import PATIENCE_SECONDS, NotSent

MAX_BODY_BYTES = 256 * 1024
BODY_SECONDS = 0.6
BUDGET_SECONDS = 2.6
"""From the first byte to our answer; Slack gives up after three seconds."""

INTERACTIONS, EVENTS = "/slack/interactions", "/slack/events"


class _Unverified(Exception):
    """The request is not known to be Slack's, or too large to tell; carries the answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def slack_routes(parts: Parts) -> APIRouter:
    """The routes that Slack calls."""
    routes = APIRouter()
    presses, events, scopes = parts.replays(), parts.replays(), parts.scopes()

    @routes.post(INTERACTIONS, include_in_schema=False)
    async def interactions(request: Request) -> Response:
        """A button was pressed."""
        until = asyncio.get_running_loop().time() + BUDGET_SECONDS
        try:
            body = await _verified_body(request, parts)
        except _Unverified as unverified:
            return unverified.answer
        key = hashlib.sha256(request.headers["x-slack-signature"].encode()).hexdigest()
        seen = presses.begin(key)
        if seen is not Seen.NEW:
            emit(RequestRepeated(INTERACTIONS))
            return (
                Response() if seen is Seen.DONE else problem(503, "under_way", "The same press is under way.")
            )
        try:
            answer = await _obey(body, parts, scopes, until)
            if answer.status_code == 200:
                presses.finish(key)
            return answer
        finally:
            presses.forget(key)

    @routes.post(EVENTS, include_in_schema=False)
    async def slack_events(request: Request) -> Response:
        """Slack checks our address, or tells of something that we did not ask for."""
        try:
            body = await _verified_body(request, parts)
        except _Unverified as unverified:
            return unverified.answer
        try:
            event = orjson.loads(body)
        except orjson.JSONDecodeError:
            event = None
        if not isinstance(event, dict):
            return problem(400, "malformed", "The body is not a JSON object.")
        if event.get("type") == "url_verification":
            return JSONResponse({"challenge": str(event.get("challenge", ""))[:1000]})
        # Slack sends an event up to four times; the header that numbers them is no reason to drop one.
        if events.begin(str(event.get("event_id", ""))[:100]) is not Seen.NEW:
            emit(RequestRepeated(EVENTS))
        return Response()

    return routes


async def _verified_body(request: Request, parts: Parts) -> bytes:
    """The raw body, once its signature is verified. Raises _Unverified."""
    where = request.url.path
    try:
        body = await read_body(request, MAX_BODY_BYTES, BODY_SECONDS)
    except BodyRefused as refused:
        emit(RequestRefused(f"body_{refused.code}", where))
        raise _Unverified(problem(400, refused.code, f"At most {MAX_BODY_BYTES} bytes are read.")) from None
    code = "not_configured"
    if parts.signing_secrets:
        timestamp = request.headers.get("x-slack-request-timestamp")
        signature = request.headers.get("x-slack-signature")
        try:
            verify(parts.signing_secrets, timestamp, signature, body, parts.now())
        except BadSignature as refused:
            code = refused.code
        else:
            return body
    emit(RequestRefused(f"signature_{code}", where))
    raise _Unverified(problem(401, "not_verified", "This request is not known to come from Slack."))


async def _obey(body: bytes, parts: Parts, scopes: frozenset[str], until: float) -> Response:
    """Do what the presses ask for. 200: every command is durable or refused; the body says what was refused."""
    try:
        asked = read_presses(body, parts.team_id)
    except MalformedPress:
        emit(RequestRefused("malformed", INTERACTIONS))
        return problem(400, "malformed", "The body is not a payload of Slack's.")
    if isinstance(asked, Refusal):
        emit(RequestRefused(asked.code, INTERACTIONS))
        return JSONResponse(ephemeral(asked.text))
    told: list[str] = []
    for press in asked.items:
        try:
            refusal = await _press(press, asked, parts, scopes, until)
        except NotSent as failed:
            emit(CommandNotSent(press.id if isinstance(press, Press) else "", "slack", str(failed)))
            return problem(503, "not_sent", "Not done: Kafka did not confirm in time. Press again.")
        if refusal:
            told.append(refusal)
    if not told:
        return Response()
    text = "\n".join(told)
    parts.people.answer(asked.response_url, text)
    return JSONResponse(ephemeral(text))


async def _press(
    press: Press | Refusal, asked: Presses, parts: Parts, scopes: frozenset[str], until: float
) -> str:
    """Send the command of one press; what its presser should be told, or "". Raises NotSent."""
    if isinstance(press, Refusal):
        emit(RequestRefused(press.code, INTERACTIONS, asked.user))
        return press.text
    incident = parts.model.get(press.incident)
    owner = incident.owner.team if incident else ""
    refusal = refusal_of(asked.user, await parts.people.profile(asked.user), owner, parts.rules)
    command = refusal or command_of(press, asked.user, scopes, incident, parts.now())
    if isinstance(command, Refusal):
        emit(RequestRefused(command.code, INTERACTIONS, asked.user))
        return command.text
    left = until - asyncio.get_running_loop().time()
    await parts.sender.send(command, min(PATIENCE_SECONDS, max(0.05, left)))
    emit(CommandSent(command.id, command.verb, command.via, command.actor, command.scope, command.incident))
    return already(press.verb, incident)
