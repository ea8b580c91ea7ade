"""The part of Faust that we use: it manages the consumer group and carries raw records. Nothing else of it.

Why so little (measured on 0.15.3, pinned by tests/integration/test_engine_faust.py): an exception in an agent
acknowledges its record, decoding by Faust swallows good records beside bad ones, its tables and its exactly-once
setting are not atomic with offsets, a seek races with its fetch thread. So: raw bytes, no acks (hence no commits by
Faust), one agent that never raises, no tables, no seeks.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import faust

from router.config.runtime import RuntimeSettings
from router.kafka.repeats import quieten
from router.kafka.shard_footing import ROLE
from router.kafka.shard_state import InputRecord
from router.kafka.topics import INPUTS

SESSION_SECONDS = 8.0
"""After so long without a heartbeat the group gives our partitions to others. Longer: slower recovery."""


BUFFER_RECORDS = 512
"""Records that Faust may hold between its fetcher and the agent; an input may have hundreds of kilobytes."""


def make_app(
    runtime: RuntimeSettings,
    carry: Callable[[int, InputRecord], Awaitable[None]],
    assigned: Callable[[set[int]], Awaitable[None]],
    revoked: Callable[[set[int]], Awaitable[None]],
) -> faust.App:
    """An app that is not started yet; to be made and started in one event loop.

    `carry` gets every record with its partition, in order within a partition, and must not raise. `assigned` gets all
    partitions that are now ours, `revoked` those that are not any more; the group waits for both.
    """
    quieten("aiokafka")
    folder = runtime.data_dir / ROLE  # Faust insists on one; nothing is written to it
    folder.mkdir(parents=True, exist_ok=True)
    app = faust.App(
        runtime.kafka.name(ROLE),
        **runtime.kafka.faust(),
        datadir=str(folder),
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        stream_buffer_maxsize=BUFFER_RECORDS,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=SESSION_SECONDS / 4,
        producer_acks=-1,
    )
    inputs = app.topic(
        INPUTS, acks=False, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )

    async def agent(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            at = round((message.timestamp or 0.0) * 1_000)  # Faust made seconds of Kafka's milliseconds
            await carry(message.partition, InputRecord(message.offset, at, message.key, message.value))

    async def on_assigned(_app: Any, /, *places: Any, **_options: Any) -> None:
        await assigned(_partitions(places[0]))

    async def on_revoked(_app: Any, /, *places: Any, **_options: Any) -> None:
        await revoked(_partitions(places[0]))

    app.agent(inputs, concurrency=1, name="carry")(agent)
    app.on_partitions_assigned.connect(on_assigned)
    app.on_partitions_revoked.connect(on_revoked)
    return app


def _partitions(places: Any) -> set[int]:
    return {place.partition for place in places if place.topic == INPUTS}
