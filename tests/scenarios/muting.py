"""What stories about muting share: who was told as the owner, and rules with windows and inhibition."""

from router.model.catalog import Component
from router.model.rules import Rules
from tests.builders import a_company
from tests.scenarios.story import Story


def told(story: Story) -> list[tuple[int, str, str]]:
    """Every telling of the owner's side: (seconds, destination, kind), whoever else must know left out."""
    return [telling for telling in story.told if telling[2] != "also"]


def a_quiet_company(*components: Component, **fields: object) -> Rules:
    """The chain of components, where the owner is told a minute after the first alert; `fields` of the rules."""
    settings = {"settle_seconds": 60, "escalate_after_seconds": 7 * 86_400}
    settings |= fields.pop("settings", {})  # type: ignore[arg-type]
    return a_company(*components, **settings).model_copy(update=fields)
