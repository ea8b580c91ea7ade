"""`router topics`: plan shows, apply makes, and neither hides what it leaves alone."""

import orjson
import pytest

from router.cli.output import say
from router.cli.topics import drawn, wanted_topics
from router.kafka.topics import INPUTS, LEDGER, STATE
from router.kafka.topics_plan import Difference, Kind
from tests.unit.cli.conftest import Run
from tests.unit.cli.golden import expect_golden


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("what", ["plan", "apply"])
def test_a_cluster_that_fits_has_nothing_to_do(router: Run, what: str) -> None:
    """Exit code 0, and a sentence or an empty list."""
    assert router("topics", what) == (0, "The cluster has every topic as the router needs it.\n", "")
    ran = router("topics", what, "--json")
    assert (ran.code, orjson.loads(ran.out)) == (0, {"differences": []})


def test_differences_are_shown_with_why_they_are_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What there is, what is needed, and what only a person can decide."""
    say(
        drawn(
            [
                Difference(INPUTS, Kind.CREATE, "12 partitions, 3 copies"),
                Difference(
                    STATE, Kind.PARTITIONS, "12", "6", refused="it has data; keep 6 with --partitions 6"
                ),
                Difference(LEDGER, Kind.CONFIG, "7776000000", "604800000", "retention.ms"),
            ]
        )
    )
    expect_golden("topics-plan", capsys.readouterr().out)


def test_a_small_cluster_gets_the_same_topics_in_its_size() -> None:
    """0 leaves what the definitions say."""
    small, own = wanted_topics(4, 1), wanted_topics(0, 0)
    assert {(topic.partitions, topic.replication) for topic in small.values()} == {(4, 1)}
    assert {topic.replication for topic in own.values()} == {3}
    assert small.keys() == own.keys()
