"""The garbage collector leaves the state alone, and still finds what only it can."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from router.kafka.memory import IDLE_SECONDS, SEARCH_SECONDS, Memory


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Clock:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Knot:
    """Cyclic garbage, once nobody holds it."""

    def __init__(self) -> None:
        self.me = self


def test_restored_state_is_not_searched() -> None:
    """What a shard read back is set aside."""
    memory = Memory(Clock())
    memory.restored()
    assert gc.get_freeze_count() > 0


def test_cyclic_garbage_is_found_when_there_is_time() -> None:
    """Also among what was set aside; nothing leaks for ever."""
    clock = Clock()
    memory = Memory(clock)
    knot = Knot()
    memory.restored()
    trace = weakref.ref(knot)
    del knot
    clock.now = SEARCH_SECONDS + IDLE_SECONDS + 1
    memory.rest()
    assert trace() is None


def test_work_comes_first() -> None:
    """A search stops everything, so it waits until nothing is to be done."""
    clock = Clock()
    memory = Memory(clock)
    trace = weakref.ref(Knot())
    gc.freeze()
    clock.now = SEARCH_SECONDS + 1
    memory.worked()
    memory.rest()
    assert trace() is not None
    clock.now += IDLE_SECONDS + 0.1
    memory.rest()
    assert trace() is None
