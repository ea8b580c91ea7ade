"""Replay documents made by hand: only what a comparison looks at."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

OPENED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)

Told = tuple[int, str, str]
"""Seconds after the opening, destination, and team."""


def incident(
    name: str,
    members: Sequence[int],
    cause: str = "erp.orders",
    owner: str = "erp-platform",
    told: Sequence[Told] = (),
    **fields: Any,
) -> dict[str, Any]:
    """An incident as `router replay --json` has it. `reasons` become decisions, `kind` is that of all messages."""
    kind = fields.pop("kind", "opened")
    reasons = fields.pop("reasons", ())
    return {
        "id": name,
        "opened_at": OPENED.isoformat(),
        "state": "open",
        "severity": "major",
        "cause": {"component": cause, "fault": "erp.batch_failed", "abstained": False},
        "owner": {"team": owner},
        "also": [],
        "members": list(members),
        "runbooks": [],
        "notifications": [
            {
                "at": (OPENED + timedelta(seconds=seconds)).isoformat(),
                "destination": destination,
                "team": team,
                "kind": kind,
            }
            for seconds, destination, team in told
        ],
        "decisions": [{"reason": reason, "text": text} for reason, text in reasons],
        **fields,
    }


def document(*incidents: dict[str, Any], **outcomes: int) -> dict[str, Any]:
    """A replay document of these incidents."""
    return {"incidents": list(incidents), "outcomes": outcomes}
