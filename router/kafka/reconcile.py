"""Reads ledger and decisions to their ends and balances them: `router reconcile`.

A running router always has something on its way. So the positions that differ at the first look are the
question; reading on, each has until the deadline to settle, and what came later is not asked for.
"""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from router.config.runtime import KafkaSettings
from router.kafka.balance import Balance, Difference
from router.kafka.codec import decode_decision, decode_ledger
from router.kafka.tail import Edge, Tail
from router.kafka.topics import DECISIONS, LEDGER, topics

AGAIN_SECONDS = 0.5
"""Between two looks."""

SLACK = timedelta(minutes=10)
"""How far the clocks of two machines may be apart."""


class Reconciliation(NamedTuple):
    """What is out of balance after the wait, and what was counted: by source topic and outcome.

    `since`: what was consumed earlier was left out. It is None when the whole ledger was read.
    """

    differences: tuple[Difference, ...]
    counts: Mapping[str, Counter[str]]
    since: datetime | None


def reconcile(kafka: KafkaSettings, wait_seconds: float = 0, since: datetime | None = None) -> Reconciliation:
    """Balance what was consumed `since` then, or all that the ledger holds.

    Raises TopicMissing, KafkaException, or TimeoutError when a topic cannot be read to its end.
    """
    deadline = time.monotonic() + wait_seconds
    since = max((at for at in (since, _ledger_begins(kafka)) if at), default=None)
    balance = Balance(since)
    start = since - SLACK if since else Edge.EARLIEST
    with Tail(kafka, [DECISIONS], start) as decisions, Tail(kafka, [LEDGER], start) as ledger:
        _read_on(decisions, ledger, balance)
        unsettled = tuple(balance.differences())
        while unsettled and time.monotonic() < deadline:
            time.sleep(min(AGAIN_SECONDS, max(0.0, deadline - time.monotonic())))
            _read_on(decisions, ledger, balance)
            unsettled = tuple(balance.still(difference.place for difference in unsettled))
    return Reconciliation(unsettled, balance.counts(), since)


def _read_on(decisions: Tail, ledger: Tail, balance: Balance) -> None:
    # In this order: intake writes a position's ledger line with its input, before it has an outcome.
    for read in decisions.to_end():
        if read.value is not None:
            balance.decide(decode_decision(read.value))
    for read in ledger.to_end():
        if read.value is not None:
            balance.consume(decode_ledger(read.value))


def _ledger_begins(kafka: KafkaSettings) -> datetime | None:
    """From when on the ledger is complete, or None when none of it has expired yet.

    It expires a partition at a time and before decisions do, so the last partition to begin decides. Of one that
    has nothing left we know that all it held was older than the topic's retention.
    """
    with Tail(kafka, [LEDGER]) as ledger:
        expired = {place: first < end for place, (first, end) in ledger.spans.items() if first > 0}
        waiting = {place for place, has_lines in expired.items() if has_lines}
        begins = [datetime.now(UTC) - _retention()] if len(waiting) < len(expired) else []
        for read in ledger.to_end() if waiting else ():
            if (read.topic, read.partition) in waiting and read.value is not None:
                waiting.discard((read.topic, read.partition))
                begins.append(decode_ledger(read.value).at)
            if not waiting:
                break
    return max(begins) + SLACK if begins else None


def _retention() -> timedelta:
    return timedelta(milliseconds=int(topics()[LEDGER].config["retention.ms"]))
