"""What the routes work with; put together by `router.web.server` for production and by tests for tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from router.model.catalog import UNMAPPED
from router.model.rules import Rules
from router.render.runbook import RunbookRenderer
from router.web.people import KnowsPeople, Nobody
from router.web.read_model import ReadModel
from router.web.replays import Replays
from router.web.sender import Sends


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """The web role's parts.

    signing_secrets: Slack's, empty: every press is refused. team_id: the workspace that may press ("": any).
    token: of POST /api/commands, empty: it is off.
    """

    rules: Rules
    model: ReadModel
    sender: Sends
    signing_secrets: tuple[str, ...] = field(default=(), repr=False)
    team_id: str = ""
    token: str = field(default="", repr=False)
    people: KnowsPeople = field(default_factory=Nobody)
    renderer: RunbookRenderer = field(default_factory=RunbookRenderer)
    now: Callable[[], datetime] = utc_now

    def replays(self) -> Replays:
        """A new memory of requests, on this clock."""
        return Replays(self.now)

    def scopes(self) -> frozenset[str]:
        """Every scope that the rules know, and the one for alerts of no component."""
        components = {component.scope for component in self.rules.components.values()}
        return frozenset(
            components | {workflow.scope for workflow in self.rules.workflows.values()} | {UNMAPPED}
        )
