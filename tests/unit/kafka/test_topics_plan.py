"""Planning topics: every difference is seen, and what could lose data is refused with advice."""

from collections.abc import Mapping

import pytest

from router.kafka.embedded import EmbeddedBroker
from router.kafka.topics import DEADLETTER, INPUTS, LEDGER, NOTICES, STATE, Topic, topics
from router.kafka.topics_plan import Difference, Kind, _compare, _creation, _Found, apply, plan

WANTED = topics()


def found(topic: Topic, **changes: object) -> _Found:
    """What a cluster has that agrees with the definition, but for the changes."""
    same = {
        "partitions": topic.partitions,
        "replication": topic.replication,
        "written": False,
        "config": topic.config,
    }
    return _Found(**(same | changes))  # type: ignore[arg-type]  # values are the test's


def compare(name: str, cluster: Mapping[str, _Found]) -> list[Difference]:
    """Differences of one topic on a cluster that else agrees with the definitions."""
    whole = {other: found(topic) for other, topic in WANTED.items()} | dict(cluster)
    return _compare(WANTED[name], whole, WANTED)


@pytest.mark.parametrize("name", WANTED)
def test_a_cluster_that_agrees_has_no_differences(name: str) -> None:
    """Also when it writes numbers and lists its own way."""
    topic = WANTED[name]
    policy = ", ".join(reversed(topic.config["cleanup.policy"].split(",")))
    assert compare(name, {name: found(topic, config=topic.config | {"cleanup.policy": policy})}) == []


def test_partitions_are_added_where_no_key_moves() -> None:
    """An empty keyed topic, and one that is not spread by key."""
    for name, written in ((INPUTS, False), (LEDGER, True), (DEADLETTER, True)):
        [difference] = compare(name, {name: found(WANTED[name], partitions=1, written=written)})
        assert (difference.kind, difference.refused) == (Kind.PARTITIONS, "")


@pytest.mark.parametrize("written", [INPUTS, STATE])
@pytest.mark.parametrize("grown", [INPUTS, STATE])
def test_partitions_of_keyed_topics_stay_once_there_is_data(grown: str, written: str) -> None:
    """Data in either of two topics that belong together keeps both as they are; the message says what to do."""
    cluster = {
        name: found(WANTED[name], partitions=4, written=name == written) for name in {grown, written, INPUTS}
    }
    [difference] = compare(grown, cluster)
    assert difference.refused == (
        f"{written} has data, and more partitions would send its keys elsewhere; keep 4 with --partitions 4"
    )


def test_partitions_are_never_taken_away() -> None:
    """Kafka cannot, and we do not delete a topic to do it."""
    [difference] = compare(NOTICES, {NOTICES: found(WANTED[NOTICES], partitions=24)})
    assert "cannot take partitions away" in difference.refused


def test_copies_are_not_moved() -> None:
    """That is a reassignment, and the operator's to time."""
    [difference] = compare(NOTICES, {NOTICES: found(WANTED[NOTICES], replication=1)})
    assert (difference.kind, difference.found, difference.wanted) == (Kind.REPLICATION, "1", "3")
    assert "kafka-reassign-partitions" in difference.refused


@pytest.mark.parametrize(
    ("name", "config", "here", "refused"),
    [
        (INPUTS, "retention.ms", "3600000", False),
        (INPUTS, "retention.ms", "-1", True),
        (INPUTS, "retention.ms", "99999999999", True),
        (STATE, "cleanup.policy", "delete", True),
        (STATE, "cleanup.policy", "compact,delete", False),
        (NOTICES, "cleanup.policy", "compact", True),
        (INPUTS, "min.insync.replicas", "1", False),
        (INPUTS, "message.timestamp.type", "CreateTime", False),
        (DEADLETTER, "max.message.bytes", "1048588", False),
    ],
)
def test_configs_are_set_unless_that_could_delete_records(
    name: str, config: str, here: str, refused: bool
) -> None:
    """A shorter retention and another kind of cleaning are the operator's decision."""
    changed = found(WANTED[name], config=WANTED[name].config | {config: here})
    [difference] = compare(name, {name: changed})
    assert (difference.kind, difference.name, difference.found) == (Kind.CONFIG, config, here)
    assert bool(difference.refused) is refused


def test_more_room_for_a_record_is_no_difference() -> None:
    """Some clusters allow larger records everywhere."""
    config = WANTED[DEADLETTER].config | {"max.message.bytes": "99999999"}
    assert compare(DEADLETTER, {DEADLETTER: found(WANTED[DEADLETTER], config=config)}) == []


def test_a_config_that_the_broker_does_not_know_is_left_out_where_it_may_be() -> None:
    """Not every service that speaks Kafka lets one choose everything."""
    topic = WANTED[INPUTS]
    without = {name: value for name, value in topic.config.items() if name != "message.timestamp.type"}
    assert compare(INPUTS, {INPUTS: found(topic, config=without)}) == []
    [difference] = compare(INPUTS, {INPUTS: found(topic, config={**without, "min.insync.replicas": "1"})})
    assert difference.name == "min.insync.replicas"


def test_a_cluster_with_too_few_brokers_is_told_before_kafka_refuses() -> None:
    """The message names the way out."""
    difference = _creation(WANTED[INPUTS], brokers=1)
    assert "--replication 1" in difference.refused
    assert "refused: the cluster has 1 broker(s)" in str(difference)
    assert _creation(WANTED[INPUTS], brokers=3).refused == ""


def test_the_embedded_broker_has_what_it_needs() -> None:
    """Its sizes are fixed, so nothing is planned there but what is missing."""
    with EmbeddedBroker() as broker:
        assert plan(broker.settings) == ()
        extra = {
            "router.more.v1": WANTED[LEDGER].model_copy(update={"topic": "router.more.v1", "replication": 1})
        }
        assert [difference.kind for difference in apply(broker.settings, extra)] == [Kind.CREATE]
        assert plan(broker.settings, extra) == ()
