"""A process that has work and does none is ended; one that has none, or cannot know, is left alone."""

from collections.abc import Callable

import pytest
from confluent_kafka import KafkaError, KafkaException

from router.config.runtime import KafkaSettings
from router.kafka.ending import Exit
from router.kafka.watchdog import OPENING_SECONDS, STALL_SECONDS, Watchdog


class World:
    """A watchdog with everything it sees in the test's hands. Nothing listens at the broker's address."""

    def __init__(self) -> None:
        self.now = 0.0
        self.owned: dict[int, int | None] = {0: 0}
        self.rebalancing = False
        self.ends = {0: 0, 1: 0}
        self.committed = {0: 0, 1: 0}
        self.broker_up = True
        self.ended: list[tuple[Exit, str]] = []
        self.loop_turns = True
        self.embedded = False

    def watchdog(self) -> Watchdog:
        """The watchdog, not started: the test looks."""
        dog = Watchdog(
            KafkaSettings(bootstrap="127.0.0.1:9", embedded=self.embedded),
            "group",
            owned=lambda: self.owned,
            rebalancing=lambda: self.rebalancing,
            end=lambda code, why: self.ended.append((code, why)),
            clock=lambda: self.now,
        )
        dog._ask = self._ask  # type: ignore[method-assign]
        return dog

    def _ask(self) -> tuple[dict[int, int], dict[int, int]]:
        if not self.broker_up:
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))
        return dict(self.ends), dict(self.committed)


@pytest.fixture
def world() -> World:
    return World()


def watch(world: World, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> Watchdog:
    """Let so much time pass, looking every second."""
    dog = world.watchdog()
    for _ in range(int(seconds)):
        world.now += 1
        if world.loop_turns:
            dog.beat()
        meanwhile()
        dog.look()
    return dog


def test_lag_without_progress_ends_it(world: World) -> None:
    """Our partition has inputs and its offset has not moved for too long."""
    world.ends[0] = 5
    watch(world, STALL_SECONDS + 3)
    assert world.ended[0][0] is Exit.STALLED
    assert "router.inputs.v1[0] (ours) stays at 0 of 5" in world.ended[0][1]


def test_progress_however_slow_is_enough(world: World) -> None:
    """One input every half minute is work."""
    world.ends[0] = 1_000

    def work() -> None:
        if world.now % 30 == 0:
            world.owned[0] = (world.owned[0] or 0) + 1

    watch(world, 5 * STALL_SECONDS, work)
    assert world.ended == []


def test_nothing_to_do_is_no_stall(world: World) -> None:
    """A quiet night does not end it."""
    watch(world, 10 * STALL_SECONDS)
    assert world.ended == []


def test_partition_that_nobody_works_on_ends_us_too(world: World) -> None:
    """It may be ours without our knowing; its owner, if there is one, has ended itself before."""
    world.ends[1] = 5
    watch(world, STALL_SECONDS + 3)
    assert world.ended == []
    watch(world, 2 * STALL_SECONDS + 3)
    assert "nobody seems to have it" in world.ended[0][1]


def test_opening_may_take_longer(world: World) -> None:
    """Reading much state back is work, though no offset moves."""
    world.owned[0] = None
    world.ends[0] = 5
    watch(world, OPENING_SECONDS - 3)
    assert world.ended == []
    watch(world, OPENING_SECONDS + 3)
    assert world.ended


def test_outage_of_the_brokers_is_no_stall(world: World) -> None:
    """Neither while it lasts nor right after it."""
    world.ends[0] = 5

    def outage() -> None:
        world.broker_up = world.now > 10 * STALL_SECONDS

    watch(world, 10 * STALL_SECONDS + STALL_SECONDS - 3, outage)
    assert world.ended == []


def test_event_loop_that_does_not_turn_ends_it(world: World) -> None:
    """Nothing else in the process could notice."""
    world.loop_turns = False
    watch(world, STALL_SECONDS + 3)
    assert "event loop" in world.ended[0][1]


def test_rebalance_without_end_ends_it(world: World) -> None:
    """Faust was seen to hang in one."""
    world.rebalancing = True
    watch(world, 2 * STALL_SECONDS + 3)
    assert "rebalancing" in world.ended[0][1]


def test_lag_of_our_partitions_is_told(world: World) -> None:
    """For the metric: what waits in ours, not in those of others."""
    world.ends = {0: 12, 1: 99}
    world.owned = {0: 5}
    assert watch(world, 1).lag == {0: 7}


def test_embedded_broker_says_nothing_of_others(world: World) -> None:
    """It drops transactional offsets, so partitions of other engines always look untouched."""
    world.embedded = True
    world.ends[1] = 5
    watch(world, 5 * STALL_SECONDS)
    assert world.ended == []
