"""Receivers of routes.yaml: names for where routes lead."""

from collections.abc import Mapping
from typing import Any

from router.config.collections_of import Field, ListOf, MapOf, Record
from router.config.shapes import ANY_TEXT, NAME
from router.config.teams import Channel
from router.model.route import Receiver

RECEIVERS = MapOf(
    ANY_TEXT,
    Record(
        "a receiver",
        {
            "channels": Field(
                ListOf(Channel(), or_one=True), "Slack channels; the first is the one that counts."
            ),
            "team": Field(NAME, "The team that is told there; without channels, in its own channel."),
        },
    ),
    "receiver",
)


def receivers_of(given: Mapping[str, Mapping[str, Any]]) -> dict[str, Receiver]:
    """The receivers by name."""
    return {
        name: Receiver(name=name, channels=values.get("channels", ()), team=values.get("team", ""))
        for name, values in given.items()
    }
