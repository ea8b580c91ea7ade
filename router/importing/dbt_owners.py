"""Who owns what in a dbt project: `meta.owner`, then the group's owner, then the exposure's own."""

from collections.abc import Iterator

from router.importing.description import OwnerName, Unmapped
from router.importing.document import Document, mapping, text
from router.importing.owners import owners_of

_CHANNELS = ("slack_channel", "channel")
"""Where teams that use dbt write their channel, in `meta`: a convention of several tools, not dbt's."""


class Owners:
    """Owners by resource; groups are known by their name."""

    def __init__(self, groups: Document) -> None:
        self._groups = {
            text(mapping(body), "name") or key.split(".")[-1]: mapping(body) for key, body in groups.items()
        }
        self._second: dict[str, None] = {}

    def of(self, body: Document) -> tuple[OwnerName, ...]:
        """The owner of a resource, first the one that counts."""
        metas = [mapping(body, "meta"), mapping(body, "config", "meta"), mapping(body, "source_meta")]
        channel = next((text(meta, key) for meta in metas for key in _CHANNELS if text(meta, key)), "")
        for meta in metas:
            named = owners_of(meta.get("owner"), channel) or owners_of(meta.get("owners"), channel)
            if named:
                return self._first(named, text(body, "unique_id", "name"))
        group = self._groups.get(text(body, "group") or text(mapping(body, "config"), "group"), {})
        channel = channel or next((text(mapping(group, "config", "meta"), key) for key in _CHANNELS), "")
        for given in (group.get("owner"), body.get("owner")):
            named = owners_of(given, channel)
            if named:
                return self._first(named, text(body, "unique_id", "name"))
        return ()

    def _first(self, named: tuple[OwnerName, ...], what: str) -> tuple[OwnerName, ...]:
        for second in named[1:]:
            self._second[f"{what}: {second.name}"] = None
        return named[:1]

    def unmapped(self) -> Iterator[Unmapped]:
        """Second owners: one team is accountable."""
        if self._second:
            yield Unmapped(
                "further owner", tuple(self._second), "one team is accountable, the first one named"
            )
