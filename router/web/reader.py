"""Keeps the read model up to date: a thread that follows `router.incidents.v1` from its beginning, for ever.

It has no consumer group and commits nothing: every web process reads all of the (compacted) topic.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from confluent_kafka import OFFSET_BEGINNING as BEGINNING
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition
from pydantic import ValidationError

from router.config.runtime import KafkaSettings
from router.kafka.clients import END_OF_PARTITION, TopicMissing, consumer, partitions_of
from router.kafka.codec import decode_incident
from router.kafka.ending import describe
from router.kafka.topics import INCIDENTS
from router.telemetry.events import emit
from router.web.events import IncidentUnreadable, ReadingTroubled
from router.web.read_model import ReadModel

LOOK_SECONDS = 5.0
"""How often to ask the brokers whether they are there and how many partitions there are."""
RETRY_SECONDS, LAST_SECONDS = 2.0, 3.0
_WAIT_SECONDS = 0.2
_BATCH = 500


class IncidentReader:
    """The thread. `failed` holds the error that ended it, which is a bug: the process should start anew."""

    def __init__(self, kafka: KafkaSettings, model: ReadModel, now: Callable[[], datetime]) -> None:
        self._kafka = kafka
        self._model = model
        self._now = now
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="incident-reader", daemon=True)
        self._behind: set[int] = set()
        self._assigned: set[int] = set()
        self.failed: BaseException | None = None

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def close(self) -> None:
        """End. A thread that still waits for brokers which do not answer is left behind."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(LAST_SECONDS)

    def problem(self) -> str:
        """What is wrong, for the readiness check."""
        freshness = self._model.freshness
        if self.failed is not None:
            return describe(self.failed)
        return freshness.problem(self._now()) or ("" if freshness.complete else "reading the incidents")

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                try:
                    self._follow()
                except (KafkaException, TopicMissing, TimeoutError) as error:
                    self._trouble(error)
                    self._ending.wait(RETRY_SECONDS)
        except BaseException as error:
            self.failed = error

    def _follow(self) -> None:
        """Read until asked to end. Raises what Kafka raises; then everything is read again."""
        settings = {"enable.partition.eof": True, "fetch.wait.max.ms": 100}
        reader = consumer(self._kafka, self._kafka.name("web"), **settings)
        self._assigned, self._behind = set(), set()
        try:
            self._look(reader)
            looked = time.monotonic()
            while not self._ending.is_set():
                for record in reader.consume(_BATCH, _WAIT_SECONDS):
                    self._take(record)
                if time.monotonic() - looked > LOOK_SECONDS:
                    self._look(reader)
                    looked = time.monotonic()
        finally:
            reader.close()

    def _look(self, reader: Consumer) -> None:
        """Take in partitions that are new; no answer means that we do not know how old our knowledge is."""
        try:
            there = set(range(partitions_of(reader, INCIDENTS)))
        except KafkaException as error:
            if not self._assigned:
                raise
            self._trouble(error)
            return
        new = there - self._assigned
        if new:
            self._behind |= new
            self._assigned |= new
            reader.incremental_assign([TopicPartition(INCIDENTS, partition, BEGINNING) for partition in new])
        elif not self._behind:
            self._model.caught_up(self._now())

    def _take(self, record: Message) -> None:
        error = record.error()
        if error is not None:
            if error.code() != END_OF_PARTITION:
                raise KafkaException(error)
            self._behind.discard(record.partition() or 0)
            if not self._behind:
                self._model.caught_up(self._now())
            return
        key, value = record.key(), record.value()
        if value is None:
            self._model.remove((key or b"").decode(errors="replace"))
            return
        try:
            self._model.put(decode_incident(value))
        except ValidationError:
            # One unreadable record must not take the console from everybody, at every start again.
            emit(IncidentUnreadable(f"{INCIDENTS}/{record.partition()}/{record.offset()}"))

    def _trouble(self, error: Exception) -> None:
        word = error.args[0].name() if isinstance(error, KafkaException) else describe(error)
        if word != self._model.freshness.trouble:
            emit(ReadingTroubled(word))
        self._model.troubled(word)
