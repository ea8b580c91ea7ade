"""A whole day of Acme as recorded events: about twenty thousand, written when they are needed and never kept.

python examples/acme/recordings/day.py > day.jsonl

It is Saturday, 21 November 2026, all times UTC. Nothing is random beyond the seed, so every run writes the same bytes:

01:10  the partner's scans do not arrive, outside the hours of its contract
01:30  the pricing model cannot be trained, and pricing science has it
04:55  a SAP transport changes a date format; the win rate falls by noon, the format goes back at 13:20
09:00  the model provider fails; dozens of pods alarm every minute and a half
10:40  a connector repeats one alert fifteen times a minute
11:00  noon in Berlin, the re-organisation: pricing science is part of order data from now on
14:00  the feature store is full, and everything on top of it with it; at 14:20 the claims agent pays what it may not
16:00  the policy API fails, and flaps from half past four
19:06  the pricing model cannot be trained again, and order data has it
20:00  two hours of CRM maintenance, and the campaign application is still broken afterwards
22:40  the partner's OCR engine stops, outside the hours of its contract

All day there are heartbeats, good runs, warnings that go away by themselves, doubles, late events and bad ones.
"""

import json
import sys
from datetime import timedelta
from random import Random

from day_events import Record
from day_stories import STORIES
from payloads import Json

SEED = 20261121
DOUBLED, LATE, VERY_LATE = 0.02, 0.03, 0.002
"""Shares of events that come twice, some minutes late, or later than the rules allow."""
IN_ORDER = "acme.alertmanager.v1"
"""Its notifications carry no time of their own, so they must come in order; doubles follow at once."""


def day(seed: int = SEED) -> list[Json]:
    """The recorded events of the day, in the order in which the broker got them."""
    chance = Random(seed)  # noqa: S311 (a story, not a secret)
    records = [told for story in STORIES for record in story() for told in _delivered(record, chance)]
    offsets: dict[str, int] = {}
    found = []
    for record in sorted(records, key=lambda one: one.arrives):
        offsets[record.topic] = offset = offsets.get(record.topic, -1) + 1
        found.append(_document(record, offset))
    return found


def _delivered(record: Record, chance: Random) -> list[Record]:
    """The record as the broker gets it: mostly at once, some late, some twice."""
    luck, late, again = chance.random(), chance.randint(3, 12), chance.randint(1, 30)
    in_order = record.topic == IN_ORDER
    if luck < VERY_LATE + LATE and not in_order:
        late += 20 * (luck < VERY_LATE)
        record = record._replace(arrives=record.arrives + timedelta(minutes=late))
    if chance.random() >= DOUBLED:
        return [record]
    return [record, record._replace(arrives=record.arrives + timedelta(seconds=1 if in_order else again))]


def _document(record: Record, offset: int) -> Json:
    return {
        "topic": record.topic,
        "partition": 0,
        "offset": offset,
        "key": record.key,
        "headers": dict(record.headers),
        "timestamp_ms": round(record.arrives.timestamp() * 1000),
        "value": record.value,
    }


if __name__ == "__main__":
    sys.stdout.writelines(f"{json.dumps(event, ensure_ascii=False)}\n" for event in day())
