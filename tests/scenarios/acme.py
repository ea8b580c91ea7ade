"""The stories of examples/acme and what a senior engineer expects of each."""

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from router.config.load import load
from router.model.rules import Rules

ACME = Path(__file__).parents[2] / "examples" / "acme"


@cache
def rules() -> Rules:
    """The rules of acme."""
    return load(ACME)


@cache
def stories() -> dict[str, dict[str, Any]]:
    """Story by name."""
    document = YAML(typ="safe").load((ACME / "recordings" / "stories.yaml").read_text())
    return {story["name"]: story for story in document["stories"]}


def recording(name: str) -> Path:
    """The recording of a story."""
    return ACME / "recordings" / str(stories()[name]["file"])
