"""One partition of notices: its destinations, what they were told, and what they are to show.

Nothing is acted on before everything was read: the log of deliveries to its end, and the notices to theirs. Then
the difference is all there is to do. Offsets play no part in it.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pydantic import ValidationError

from router.config.runtime import KafkaSettings
from router.kafka.codec import decode_notice
from router.kafka.notifier_desk import Desk
from router.kafka.notifier_events import PartitionClosed, PartitionOpened, RecordUnreadable
from router.kafka.notifier_log import DeliveryLog, Subject
from router.kafka.notifier_plan import Memory, Patience
from router.kafka.notifier_senders import Senders
from router.kafka.notifier_telling import Telling
from router.kafka.topics import NOTICES
from router.model.notice import Notice
from router.telemetry.events import emit

SLICE = 200
"""Notices decoded before other tasks get a turn."""

FORGET_SECONDS = 30 * 86_400.0
"""When a partition is opened, a notice written so long ago that the log knows nothing of is passed over: the log is
kept for 90 days, so it may well have been told."""


class NoticeRecord(NamedTuple):
    """A record of `router.notices.v1`; without a value there is no such notice any more.

    `written_at`: when the broker's record was made, in epoch seconds.
    """

    offset: int
    key: bytes
    value: bytes | None
    written_at: float


class Partition:
    """Lives in the event loop; `failed` gets what must end the process."""

    def __init__(
        self,
        kafka: KafkaSettings,
        partition: int,
        senders: Senders,
        patience: Patience,
        failed: Callable[[BaseException], None],
    ) -> None:
        self.partition = partition
        self.open = False
        self.position = 0
        self._senders = senders
        self._patience = patience
        self._failed = failed
        self._log = DeliveryLog(kafka, partition)
        self._memories: dict[str, dict[str, Memory]] = defaultdict(dict)
        self._newest: dict[bytes, NoticeRecord] = {}
        self._subjects: dict[bytes, Subject] = {}
        self._desks: dict[str, Desk] = {}
        self._at_end = asyncio.Event()
        self._opening = asyncio.create_task(self._open())

    @property
    def waiting(self) -> int:
        """How many notices are newer than what their destinations show."""
        return len(self._newest) + sum(desk.waiting for desk in self._desks.values())

    @property
    def shown_up_to(self) -> int:
        """The offset before which every notice is shown; for the display of lag only."""
        if not self.open:
            return 0
        firsts = (first for desk in self._desks.values() if (first := desk.first_offset) is not None)
        return min(firsts, default=self.position)

    def take(self, records: Iterable[NoticeRecord]) -> None:
        """Records of this partition, in order."""
        for record in records:
            self._newest[record.key] = record
            self.position = record.offset + 1
        if self.open:
            self._show_newest(len(self._newest))

    def reached_end(self) -> None:
        """Every notice there was when the partition was assigned has been taken."""
        self._at_end.set()

    async def close(self, grace_seconds: float) -> None:
        """Finish the calls under way and give the partition up."""
        self._opening.cancel()
        await asyncio.wait([self._opening])
        await asyncio.gather(*(desk.close(grace_seconds) for desk in self._desks.values()))
        await self._log.close()
        if self.open:
            emit(PartitionClosed(self.partition))

    async def _open(self) -> None:
        began = time.monotonic()
        try:
            for subject, memory in (await self._log.open()).items():
                self._memories[subject.destination][subject.incident] = memory
            await self._at_end.wait()
            while self._newest:
                self._show_newest(SLICE)
                await asyncio.sleep(0)
        except Exception as error:  # whatever it is, the partition has no owner: the process ends
            self._failed(error)
            return
        self.open = True
        emit(PartitionOpened(self.partition, self.waiting, time.monotonic() - began))

    def _show_newest(self, most: int) -> None:
        for key in list(self._newest)[:most]:
            record = self._newest.pop(key)
            notice = None if record.value is None else _decoded(record.key, record.value)
            if notice is not None:
                self._show(notice, record)
            elif record.value is None and key in self._subjects:
                subject = self._subjects.pop(key)
                self._desk(subject.destination).drop(subject.incident)

    def _show(self, notice: Notice, record: NoticeRecord) -> None:
        subject = Subject(notice.destination, notice.subject)
        old = time.time() - record.written_at > FORGET_SECONDS
        if self.open or not old or subject.incident in self._memories.get(subject.destination, ()):
            self._subjects[record.key] = subject
            self._desk(notice.destination).show(notice, record.offset)

    def _desk(self, destination: str) -> Desk:
        if destination not in self._desks:
            telling = Telling(
                self._memories.get(destination, {}),
                self._senders.of(destination),
                self._log,
                self._patience,
            )
            self._desks[destination] = Desk(telling, self._patience, self._failed)
        return self._desks[destination]


def _decoded(key: bytes, value: bytes) -> Notice | None:
    try:
        return decode_notice(value)
    except ValidationError as error:
        emit(RecordUnreadable(NOTICES, key.decode(errors="replace"), error.error_count()))
        return None
