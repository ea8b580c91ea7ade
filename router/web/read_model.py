"""What the console knows: the newest revision of every incident that matters now, in memory.

It is filled from `router.incidents.v1` at every start, so losing it loses nothing. It is bounded: what is
over goes first, what changed longest ago before the rest.
"""

import threading
from collections import OrderedDict
from typing import NamedTuple

from router.model.incident import Incident
from router.model.value import Moment

MAX_INCIDENTS = 5_000
STALE_SECONDS = 15.0
"""The reader confirms every five seconds that it is up to date; after so long without, it is not."""


class Freshness(NamedTuple):
    """How far the read model can be trusted.

    `complete`: everything that was there at the start has been read. `as_of`: when it was last known to be up
    to date; None before that. `trouble`: what keeps it from being so, "" when nothing does.
    """

    complete: bool
    as_of: Moment | None
    trouble: str

    def problem(self, now: Moment) -> str:
        """Why this may be out of date now, or "". A reader that fell silent is a problem too."""
        silent = self.as_of is not None and (now - self.as_of).total_seconds() > STALE_SECONDS
        return self.trouble or ("no answer" if silent else "")


class ReadModel:
    """Incidents by id. Thread-safe: one thread fills it, requests read it."""

    def __init__(self, limit: int = MAX_INCIDENTS) -> None:
        self._limit = limit
        self._live: OrderedDict[str, Incident] = OrderedDict()
        self._over: OrderedDict[str, Incident] = OrderedDict()
        self._freshness = Freshness(complete=False, as_of=None, trouble="")
        self._lock = threading.Lock()

    def put(self, incident: Incident) -> None:
        """Take in a revision; an older one than we have changes nothing."""
        with self._lock:
            known = self._find(incident.id)
            if known is not None and _age(known) > _age(incident):
                return
            self._drop(incident.id)
            (self._live if incident.live else self._over)[incident.id] = incident
            while len(self._live) + len(self._over) > self._limit:
                (self._over or self._live).popitem(last=False)

    def remove(self, incident: str) -> None:
        """Forget an incident whose record was deleted."""
        with self._lock:
            self._drop(incident)

    def get(self, incident: str) -> Incident | None:
        """The newest revision known, or None."""
        with self._lock:
            return self._find(incident)

    def live(self) -> list[Incident]:
        """Incidents in which something is still wrong: worst first, then the ones that began first."""
        with self._lock:
            found = list(self._live.values())
        return sorted(found, key=lambda incident: (-incident.severity.rank, incident.started_at, incident.id))

    def over(self, limit: int) -> list[Incident]:
        """The incidents that ended last, newest first; merged and closed ones too."""
        with self._lock:
            found = list(self._over.values())
        return sorted(found, key=lambda incident: (incident.updated_at, incident.id), reverse=True)[:limit]

    @property
    def freshness(self) -> Freshness:
        """How far this can be trusted at the moment."""
        return self._freshness

    def caught_up(self, at: Moment) -> None:
        """Everything has been read, as of this moment."""
        self._freshness = Freshness(complete=True, as_of=at, trouble="")

    def troubled(self, trouble: str) -> None:
        """It can not be kept up to date for now."""
        self._freshness = self._freshness._replace(trouble=trouble)

    def _find(self, incident: str) -> Incident | None:
        return self._live.get(incident) or self._over.get(incident)

    def _drop(self, incident: str) -> None:
        self._live.pop(incident, None)
        self._over.pop(incident, None)


def _age(incident: Incident) -> tuple[Moment, int]:
    """Orders revisions of one id; time first, since a scope that lost its state counts from 1 again."""
    return (incident.updated_at, incident.revision)
