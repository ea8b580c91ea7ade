"""The memory of requests: bounded, forgetting in time, and never calling done what is not."""

from datetime import timedelta

from router.web.replays import Replays, Seen
from tests.builders import at


class Clock:
    def __init__(self) -> None:
        self.now = at(0)

    def __call__(self):  # type: ignore[no-untyped-def]
        return self.now


def test_a_key_is_new_then_under_way_then_done() -> None:
    """In this order, whatever is asked in between."""
    replays = Replays(Clock())
    assert [replays.begin("a"), replays.begin("a")] == [Seen.NEW, Seen.UNDER_WAY]
    replays.finish("a")
    assert replays.begin("a") is Seen.DONE
    assert replays.begin("b") is Seen.NEW


def test_what_had_no_effect_is_new_again_and_what_had_stays_done() -> None:
    """`forget` undoes `begin`, never `finish`."""
    replays = Replays(Clock())
    replays.begin("a")
    replays.forget("a")
    assert replays.begin("a") is Seen.NEW
    replays.finish("a")
    replays.forget("a")
    replays.forget("never seen")
    assert replays.begin("a") is Seen.DONE


def test_a_key_is_remembered_for_its_time_from_when_it_was_first_seen() -> None:
    """Coming again does not prolong it: the signature itself expires too."""
    clock = Clock()
    replays = Replays(clock, ttl_seconds=600)
    replays.begin("a")
    replays.finish("a")
    clock.now += timedelta(seconds=599)
    assert replays.begin("a") is Seen.DONE
    clock.now += timedelta(seconds=1)
    assert replays.begin("a") is Seen.NEW


def test_the_memory_is_bounded_and_the_oldest_go() -> None:
    """A flood of authentic requests costs no more than its bound."""
    replays = Replays(Clock(), limit=10)
    for number in range(1_000):
        replays.begin(str(number))
        replays.finish(str(number))
    assert len(replays._known) <= 11
    assert replays.begin("999") is Seen.DONE
    assert replays.begin("0") is Seen.NEW
