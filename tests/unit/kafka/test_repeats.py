"""A complaint is heard, and its repetitions are counted instead of logged."""

import logging
from collections.abc import Iterator

import pytest

from router.kafka.repeats import PERIOD_SECONDS, Repeats, quieten


class Clock:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A library's logger, as it was before."""
    logger = logging.getLogger("noisy.library.part")
    yield logger
    for name in ("noisy.library.part", "noisy.library"):
        logging.getLogger(name).filters.clear()


def test_repetition_is_held_back_and_counted(
    logger: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the arguments are; after a while it is said again, with how often it was not."""
    clock = Clock()
    logger.addFilter(Repeats(clock))
    for port in range(5):
        logger.warning("no connection to %s", port)
    clock.now = PERIOD_SECONDS
    logger.warning("no connection to %s", 9)
    assert caplog.messages == ["no connection to 0", "no connection to 9 (and 4 times before)"]


def test_other_messages_pass(logger: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    """Another text or another level is another message."""
    logger.addFilter(Repeats(Clock()))
    logger.warning("one")
    logger.error("one")
    logger.warning("two")
    assert caplog.messages == ["one", "one", "two"]


def test_all_loggers_of_a_library_are_quietened(
    logger: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    """A filter of a parent does not see what its children log, so each has one."""
    quieten("noisy.library")
    logger.warning("again")
    logger.warning("again")
    logging.getLogger("noisy.library").warning("again")
    assert caplog.messages == ["again", "again"]
