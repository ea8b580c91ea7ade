"""Episodes and changes as recorded events (design of the file: one CloudEvent a record, in order of arrival)."""

from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

from bench.days.monitors import Episode
from bench.days.noise import Made
from bench.days.part import MINUTE
from router.model.fault import FAULTS

NOISE, INNOCENT = -1, -2


class Sent(NamedTuple):
    """A record, when it arrives, and what it belongs to: a failure's number, NOISE or INNOCENT.

    `guilty_of` is the number of the failure that a change caused, -1 for none; a change is no member of a failure.
    """

    arrives: float
    belongs: int
    guilty_of: int
    value: dict[str, Any]


class Sender:
    """Makes events with running ids; decides lateness, doubling and what gets lost."""

    def __init__(self, chance: Random, company: str) -> None:
        self.chance, self.company = chance, company
        self.sent: list[Sent] = []
        self._number = 0

    def alert(self, episode: Episode, belongs: int) -> None:
        """All events of an episode. One resolve in ten is never sent."""
        severity = episode.severity or FAULTS[episode.fault].severity.value
        key = f"{episode.component}/{episode.fault}"
        claims = [(at, "firing") for at in episode.firings]
        if episode.resolved and self.chance.random() >= 0.1:
            claims.append((episode.resolved, "resolved"))
        for at, status in claims:
            data = {
                "fault": episode.fault,
                "status": status,
                "severity": severity,
                "summary": f"{episode.fault} on {episode.component}"
                + (" resolved" if status == "resolved" else ""),
                "dedup_key": key,
                "started_at": stamp(episode.started),
            }
            self._send("router.alert.v1", episode.component, at, data, belongs, -1)

    def change(self, made: Made, guilty_of: int = -1) -> None:
        """The event of a change, and of which failure it is guilty (-1: none)."""
        data = {
            "kind": made.kind,
            "summary": f"change on {made.component}",
            "actor": self.chance.choice(("pipeline", "release-bot", "j.doe", "a.smith")),
            "version": str(self.chance.randint(1, 99)),
        }
        self._send("router.change.v1", made.component, made.at, data, INNOCENT, guilty_of)

    def _send(
        self, kind: str, component: str, at: float, data: dict[str, Any], belongs: int, guilty_of: int
    ) -> None:
        self._number += 1
        source = component.partition(".")[0]
        value = {
            "specversion": "1.0",
            "id": f"{self.company}-{self._number}",
            "source": f"{self.company}/{source}",
            "type": kind,
            "subject": component,
            "time": stamp(at),
            "data": data,
        }
        copies = 2 if self.chance.random() < 0.03 else 1
        for _ in range(copies):
            lag = self.chance.expovariate(1 / 15)
            if self.chance.random() < 0.06:
                lag += self.chance.uniform(1, 20) * MINUTE
            self.sent.append(Sent(at + lag, belongs, guilty_of, value))

    def records(self) -> tuple[list[dict[str, Any]], list[Sent]]:
        """The records in order of arrival, and beside each what it belongs to."""
        ordered = sorted(self.sent, key=lambda one: (one.arrives, one.value["id"]))
        records = [
            {
                "topic": f"events.{one.value['subject'].partition('.')[0]}",
                "key": one.value["subject"],
                "value": one.value,
                "partition": 0,
                "offset": offset,
                "timestamp_ms": round(one.arrives * 1000),
            }
            for offset, one in enumerate(ordered)
        ]
        return records, ordered


def stamp(at: float) -> str:
    """A moment as senders write it: UTC, milliseconds, Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
