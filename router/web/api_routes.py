"""The JSON API: incidents to read, and POST /api/commands for whoever holds the token."""

import hmac
import re
from typing import Annotated, Any
from uuid import uuid4

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from router.model.incident import Incident
from router.model.input import Command, Verb
from router.slack.interactions import names_incident
from router.telemetry.edge_events import CommandSent, RequestRefused
from router.telemetry.events import emit
from router.web.answers import problem
from router.web.body import BodyRefused, read_body
from router.web.events import CommandNotSent
from router.web.parts import Parts
from router.web.sender import PATIENCE_SECONDS, NotSent

MAX_BODY_BYTES = 64 * 1024
BODY_SECONDS = 2.0
COMMANDS = "/api/commands"
_OURS = ("type", "id", "at", "via")
"""Fields of a command that the sender may not choose."""
_ABOUT_INCIDENTS = frozenset(
    (
        Verb.ACKNOWLEDGE,
        Verb.RENEW,
        Verb.RESOLVE,
        Verb.HAND_OVER,
        Verb.CONFIRM,
        Verb.CORRECT,
        Verb.CONFIRM_ACTION,
        Verb.SEEN,
        Verb.SNOOZE,
    )
)
_KEY = re.compile(r"[!-~]{1,128}")
_SLACK_USER = re.compile(r"(?:slack:)?[UW][A-Z0-9]{6,20}")


def api_routes(parts: Parts) -> APIRouter:
    """The API's routes."""
    routes = APIRouter()
    scopes = parts.scopes()

    @routes.get("/api/incidents")
    def incidents(
        live: bool | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 200
    ) -> dict[str, Any]:
        """Incidents: open ones, worst first, then those that are over, newest first. `complete`: none is missing."""
        found: list[Incident] = []
        if live is not False:
            found += parts.model.live()
        if live is not True:
            found += parts.model.over(limit)
        fresh = parts.model.freshness
        return {
            "incidents": [incident.model_dump(mode="json") for incident in found[:limit]],
            "complete": fresh.complete and not fresh.problem(parts.now()),
            "as_of": fresh.as_of,
        }

    @routes.get("/api/incidents/{incident_id}")
    def incident(incident_id: str) -> Response:
        """One incident, as it stands on `router.incidents.v1`."""
        found = parts.model.get(incident_id)
        if found is None:
            return problem(404, "unknown_incident", "No such incident, or it ended long ago.")
        return Response(found.model_dump_json(), media_type="application/json")

    @routes.post(COMMANDS, status_code=202)
    async def commands(request: Request) -> Response:
        """What a person may ask for, as a Command. 202: it is durable and will be applied or refused."""
        refused = _unauthorised(request, parts.token)
        if refused is not None:
            return refused
        try:
            body = await read_body(request, MAX_BODY_BYTES, BODY_SECONDS)
        except BodyRefused as failed:
            status = 413 if failed.code == "too_large" else 408
            return problem(status, failed.code, f"Send at most {MAX_BODY_BYTES} bytes.")
        made = _command(request, body, parts)
        if isinstance(made, Response):
            return made
        mistake = _mistake(made, parts, scopes)
        if mistake:
            return problem(422, "invalid_command", mistake)
        try:
            await parts.sender.send(made, PATIENCE_SECONDS)
        except NotSent as failed:
            emit(CommandNotSent(made.id, made.via, str(failed)))
            what = "Kafka did not confirm in time. Repeat it with the same Idempotency-Key."
            return problem(503, "not_sent", what, Retry_After="1")
        emit(CommandSent(made.id, made.verb, made.via, made.actor, made.scope, made.incident))
        return Response(orjson.dumps({"id": made.id}), 202, media_type="application/json")

    return routes


def _unauthorised(request: Request, token: str) -> Response | None:
    """The refusal, or None when the caller holds the token."""
    if not token:
        emit(RequestRefused("disabled", COMMANDS))
        return problem(403, "disabled", "Commands are off: set ROUTER_WEB__TOKEN to allow them.")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
        return None
    emit(RequestRefused("bad_token", COMMANDS))
    return problem(
        401, "unauthorised", "Give the token: Authorization: Bearer ...", WWW_Authenticate="Bearer"
    )


def _command(request: Request, body: bytes, parts: Parts) -> Command | Response:
    """The command in the body. Its id is the Idempotency-Key's, so that a repeated request is applied once."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem(415, "not_json", "Send application/json.")
    key = request.headers.get("idempotency-key")
    if key is not None and _KEY.fullmatch(key) is None:
        return problem(422, "bad_idempotency_key", "At most 128 visible ASCII characters.")
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict):
        return problem(400, "malformed", "The body is not a JSON object.")
    if set(_OURS) & fields.keys():
        return problem(422, "invalid_command", f"{', '.join(_OURS)} are set by the router.")
    try:
        return Command.model_validate(
            {**fields, "id": f"api-{key or uuid4()}", "at": parts.now(), "via": "api"}
        )
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors()]
        return problem(422, "invalid_command", "; ".join(wrong[:10])[:2000])


def _mistake(command: Command, parts: Parts, scopes: frozenset[str]) -> str:
    """What the engine would refuse anyway, told at once; "" when nothing is wrong."""
    known = parts.model.get(command.incident)
    if command.scope not in scopes and (known is None or known.scope != command.scope):
        return "scope: the rules know no such scope"
    if command.verb in _ABOUT_INCIDENTS and not names_incident(command.incident, command.scope):
        return "incident: expected <scope>-<number>"
    if command.verb is Verb.HAND_OVER and command.team not in parts.rules.teams:
        return "team: the rules know no such team"
    if command.verb is Verb.CORRECT and command.component not in parts.rules.components:
        return "component: the rules know no such component"
    if _SLACK_USER.fullmatch(command.actor):
        return "actor: Slack users act in Slack; name yourself in another way"
    return ""
