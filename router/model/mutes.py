"""What of a scope's records keeps it from telling, found without a look at all of them."""

from typing import Protocol

from router.model.incident import Incident
from router.model.muting import MuteKind, kind_of
from router.model.record import AnyRecord, DeclaredMaintenance, IncidentRecord, Silence


class Watcher(Protocol):
    """An index kept outside the state: it is told of every record that changes."""

    def change(self, old: AnyRecord | None, new: AnyRecord | None) -> None:
        """A record was added (`old` is None), replaced, or deleted (`new` is None)."""


class Mutes:
    """Silences that are not over, maintenance begun by command, and the incidents that are muted.

    `version` grows whenever a silence changes; `index` is what was made of them at a version. `reviewed_under` is the
    hash of the rules under which the muted incidents were looked at last, `live` how many of them burn. `watcher` is
    what else follows the records, such as the index of alerts that inhibit; whoever puts one feeds it what there is.
    """

    def __init__(self) -> None:
        self.silences: dict[str, Silence] = {}
        self.maintenance: dict[str, DeclaredMaintenance] = {}
        self.version = 0
        self.watcher: Watcher | None = None
        self.index: tuple[int, object] | None = None
        self.reviewed_under = ""
        self.live = 0
        self._muted: dict[str, dict[str, None]] = {}

    def muted_by(self, name: str) -> list[str]:
        """Ids of the incidents that this (an incident's `muted_by`) mutes, in no order."""
        return list(self._muted.get(name, ()))

    def muted_by_kind(self, kind: MuteKind) -> list[str]:
        """Ids of the incidents that something of this kind mutes, in no order."""
        return [one for name, found in self._muted.items() if kind_of(name) is kind for one in found]

    def muted(self) -> list[str]:
        """Ids of all incidents that are muted, in no order."""
        return [one for found in self._muted.values() for one in found]

    def change(self, old: AnyRecord | None, new: AnyRecord | None) -> None:
        """Follow a record."""
        record = new or old
        if isinstance(record, IncidentRecord):
            self._follow(
                old.incident if isinstance(old, IncidentRecord) else None,
                new.incident if isinstance(new, IncidentRecord) else None,
            )
        elif isinstance(record, Silence):
            self.version += 1
            if isinstance(new, Silence) and new.ended_at is None:
                self.silences[new.id] = new
            else:
                self.silences.pop(record.id, None)
        elif isinstance(record, DeclaredMaintenance):
            if isinstance(new, DeclaredMaintenance):
                self.maintenance[new.window.id] = new
            else:
                self.maintenance.pop(record.window.id, None)
        if self.watcher is not None:
            self.watcher.change(old, new)

    def _follow(self, old: Incident | None, new: Incident | None) -> None:
        was, now = old.muted_by if old else "", new.muted_by if new else ""
        self.live += bool(now and new and new.live) - bool(was and old and old.live)
        if was == now:
            return
        if old is not None and was:
            found = self._muted[was]
            found.pop(old.id, None)
            if not found:
                del self._muted[was]
        if new is not None and now:
            self._muted.setdefault(now, {})[new.id] = None
