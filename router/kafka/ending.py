"""How an engine's process ends, and what it says last."""

import logging
import os
from enum import IntEnum

from confluent_kafka import KafkaException


class Exit(IntEnum):
    """Exit codes; the supervisor shows them and starts the role again."""

    DRAINED = 0
    FAILED = 70
    GAP = 71
    STALLED = 72


def end_process(code: Exit, why: str) -> None:
    """End at once, without cleaning up: memory may be wrong, and the log on Kafka is right."""
    logging.getLogger("router.kafka.engine").critical(
        "process ends: %s (%s, exit code %d)", why, code.name, code
    )
    logging.shutdown()
    os._exit(code)


def describe(error: BaseException) -> str:
    """Type and message; of a bug only type and place, because its message may quote an event."""
    if isinstance(error, RuntimeError | KafkaException | OSError):
        return f"{type(error).__name__}: {error}"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
