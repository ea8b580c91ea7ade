"""What operators do to topics is noticed before anything is written, and the message says what to do."""

import pytest

from router.kafka.shard_footing import _check_partitions, _offsets_problem, place_of


def test_topics_of_unequal_partitions_are_refused() -> None:
    """A scope's state lies beside its inputs, or it would not be found."""
    with pytest.raises(RuntimeError, match=r"2 partitions and router.state.v1 has 3.*router topics plan"):
        _check_partitions(0, 2, 3, [])


def test_added_partitions_are_refused() -> None:
    """A scope whose inputs now go elsewhere would begin without its state."""
    scope = next(name for name in map(str, range(100)) if place_of(name, 4) == 1 and place_of(name, 8) == 5)
    _check_partitions(1, 4, 4, [scope])
    with pytest.raises(RuntimeError, match=r"inputs go to 5 now.*delete"):
        _check_partitions(1, 8, 8, [scope])


@pytest.mark.parametrize(
    ("begin", "end", "committed", "problem"),
    [
        (0, 0, -1001, ""),
        (7, 7, 7, ""),
        (7, 9, 5, ""),
        (7, 3, -1001, "ends at 3, but 6 was applied"),
        (0, 9, 5, "Delete the consumer group too"),
    ],
)
def test_offsets_that_do_not_fit_are_refused(begin: int, end: int, committed: int, problem: str) -> None:
    """A topic made anew and a state topic emptied would otherwise lose inputs without a word."""
    found = _offsets_problem(begin, end, committed)
    assert problem in found
    assert bool(problem) is bool(found)
