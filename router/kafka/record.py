"""Reads source events off Kafka as they are, and writes each as a recorded event that replays exactly.

The format is that of `router.recording`: JSON where that says the same, else the text, else base64.
"""

import base64
import json
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson
from confluent_kafka import (
    OFFSET_BEGINNING,
    OFFSET_END,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from router.config.runtime import KafkaSettings
from router.kafka.clients import ANSWER_SECONDS, consumer, partitions_of
from router.stages.intake.record import SourceRecord

POLL_SECONDS = 0.2
"""How soon a recording that nothing comes in for notices that it shall stop."""


class Edge(StrEnum):
    """The two ends of a partition, as places to begin at."""

    EARLIEST = "earliest"
    LATEST = "latest"


class Span(NamedTuple):
    """From which offset to which (not included) a partition is recorded; `end` None: until stopped."""

    first: int
    end: int | None


def record(
    kafka: KafkaSettings,
    topics: Sequence[str],
    start: Edge | datetime,
    until_end: bool,
    stop: threading.Event,
) -> Iterator[SourceRecord]:
    """Committed records of these topics from `start`, in order within a partition.

    `until_end` stops at the end as it is now; else it goes on until `stop`. Raises TopicMissing, KafkaException.
    """
    reader = consumer(kafka, kafka.name("recorder"), **{"enable.partition.eof": True})
    try:
        spans = {
            (topic, partition): _span(reader, TopicPartition(topic, partition), start, until_end)
            for topic in topics
            for partition in range(partitions_of(reader, topic))
        }
        left = {place for place, span in spans.items() if span.end is None or span.first < span.end}
        reader.assign([TopicPartition(*place, spans[place].first) for place in sorted(left)])
        while left and not stop.is_set():
            message = reader.poll(POLL_SECONDS)
            if message is not None:
                yield from _taken(message, spans, left)
    finally:
        reader.close()


def document_of(record: SourceRecord) -> dict[str, Any]:
    """The record as a recorded event; `router.recording.record_of` makes the same record of it again.

    Of headers with one name the last counts. What is not UTF-8 goes into `key_base64`, `headers_base64` and `value_base64`.
    """
    document: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp_ms": record.timestamp_ms,
    }
    if record.key is not None:
        document |= _text("key", record.key)
    headers: dict[str, Any] = {}
    for name, header in dict(record.headers).items():
        field, written = ("headers", None) if header is None else _text("headers", header).popitem()
        headers.setdefault(field, {})[name] = written
    document |= headers
    if record.value is None:
        return document | {"value": None}
    same = _same_json(record.value)
    return document | (_text("value", record.value) if same is None else {"value": same})


def _span(reader: Consumer, place: TopicPartition, start: Edge | datetime, until_end: bool) -> Span:
    low, high = reader.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
    end = high if until_end else None
    match start:
        case Edge.EARLIEST:
            return Span(low, end)
        case Edge.LATEST:
            return Span(high, end)
        case _:
            wanted = TopicPartition(place.topic, place.partition, int(start.timestamp() * 1000))
            (found,) = reader.offsets_for_times([wanted], timeout=ANSWER_SECONDS)
            return Span(high if found.offset in (OFFSET_END, OFFSET_BEGINNING) else found.offset, end)


def _taken(
    message: Message, spans: dict[tuple[str, int], Span], left: set[tuple[str, int]]
) -> Iterator[SourceRecord]:
    """The record in this message, if it is one to record; crosses off a partition that is at its end."""
    error, topic = message.error(), message.topic()
    if error is not None and error.code() != KafkaError._PARTITION_EOF:
        raise KafkaException(error)
    partition, offset = message.partition(), message.offset()
    if topic is None or partition is None or offset is None or (topic, partition) not in left:
        return
    end = spans[topic, partition].end
    if end is not None and offset + (error is None) >= end:
        left.discard((topic, partition))
    if error is None and (end is None or offset < end):
        yield record_of(message, topic, partition, offset)


def record_of(message: Message, topic: str, partition: int, offset: int) -> SourceRecord:
    """The message as intake would get it."""
    timestamp_ms = max(0, message.timestamp()[1])
    headers = tuple((name, value) for name, value in message.headers() or ())
    return SourceRecord(topic, partition, offset, timestamp_ms, message.key(), message.value(), headers)


def _text(field: str, raw: bytes) -> dict[str, str]:
    """The bytes as text if they are UTF-8, else in base64 under the field's other name."""
    try:
        return {field: raw.decode()}
    except UnicodeDecodeError:
        return {f"{field}_base64": base64.b64encode(raw).decode()}


def _same_json(raw: bytes) -> Any:
    """The JSON value that is written back as an equal document, or None.

    A JSON string is none: in a recording a string means raw bytes. Nor is `null`, which means no value. Numbers must
    keep their digits and objects all their fields, since what a sender got wrong shall be wrong in the replay too.
    """
    try:
        value = orjson.loads(raw)
        if value is None or isinstance(value, str) or _tokens(raw) != _tokens(orjson.dumps(value)):
            return None
    except (ValueError, RecursionError):
        return None
    return value


def _tokens(raw: bytes) -> Any:
    """A document with its numbers as they are written, and repeated fields of an object kept."""
    return json.loads(raw, parse_int=_number, parse_float=_number, object_pairs_hook=tuple)


def _number(written: str) -> tuple[str]:
    """A number that does not equal a string of the same digits."""
    return (written,)
