"""topics/*.yaml: complete, consistent, and what the README says of them is true."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from router.kafka import topics as definitions
from router.kafka.topics import DEADLETTER, DELIVERIES, INPUTS, NOTICES, STATE, TOPICS, adjusted, read_topics

FOLDER = Path(__file__).parents[3] / "topics"
ALL = definitions.topics()


def copy_of_folder(tmp_path: Path) -> Path:
    """The definitions in a folder that a test may spoil."""
    for file in FOLDER.glob("router.*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    return tmp_path


def test_every_topic_is_described_once() -> None:
    """A topic without a file could not be created, a file without a topic would be."""
    assert tuple(ALL) == TOPICS
    assert all((FOLDER / f"{name}.yaml").is_file() for name in TOPICS)


def test_inputs_are_never_written_in_transactions() -> None:
    """A transaction's markers take offsets, and the engine needs them without gaps."""
    assert not ALL[INPUTS].transactional
    assert ALL[INPUTS].config["message.timestamp.type"] == "LogAppendTime"
    assert "message.timestamp.type" in ALL[INPUTS].optional_config


def test_what_must_not_be_forgotten_is_compacted_and_never_deleted() -> None:
    """State lives as long as the product; only compaction may touch it."""
    assert ALL[STATE].config["cleanup.policy"] == "compact"
    assert "retention.ms" not in ALL[STATE].config


def test_topics_that_belong_together_have_as_many_partitions() -> None:
    """Partition n of state is partition n of inputs; a channel's deliveries lie where its notices lie."""
    assert ALL[STATE].partitions == ALL[INPUTS].partitions
    assert ALL[DELIVERIES].partitions == ALL[NOTICES].partitions


def test_an_acknowledged_record_is_on_two_brokers() -> None:
    """A broker that dies takes nothing with it, and a broker in maintenance stops nothing."""
    assert {(topic.replication, topic.config["min.insync.replicas"]) for topic in ALL.values()} == {(3, "2")}


def test_values_are_described_by_schemas() -> None:
    """All but dead letters, which hold whatever came."""
    assert [name for name, topic in ALL.items() if not topic.value] == [DEADLETTER]
    assert all(
        (FOLDER / "schemas" / f"{topic.value}.json").is_file() for topic in ALL.values() if topic.value
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (
            "router.state.v1.yaml",
            "partitions: 12",
            "partitions: 11",
            "as many partitions as router.inputs.v1",
        ),
        ("router.state.v1.yaml", "topic: router.state.v1", "topic: router.stat.v1", "named after its topic"),
        ("router.state.v1.yaml", "writers: [engine]", "writers: [motor]", "motor is none"),
        ("router.state.v1.yaml", "replication: 3", "replicas: 3", "replicas"),
        ("router.state.v1.yaml", "partitions: 12", "partitions: 0", "partitions"),
    ],
)
def test_a_mistake_in_a_definition_is_told(
    tmp_path: Path, file: str, old: str, new: str, complaint: str
) -> None:
    """With the file or the field in the message."""
    path = copy_of_folder(tmp_path) / file
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises((ValueError, ValidationError), match=complaint):
        read_topics(tmp_path)


def test_a_missing_definition_is_told(tmp_path: Path) -> None:
    """All of them or none."""
    (copy_of_folder(tmp_path) / "router.state.v1.yaml").unlink()
    with pytest.raises(ValueError, match="expected exactly"):
        read_topics(tmp_path)


@pytest.mark.parametrize(("copies", "insync"), [(1, "1"), (2, "1"), (3, "2"), (5, "2")])
def test_fewer_copies_never_ask_for_all_of_them(copies: int, insync: str) -> None:
    """Else one broker down would stop every writer."""
    small = adjusted(ALL, replication=copies)
    assert {(topic.replication, topic.config["min.insync.replicas"]) for topic in small.values()} == {
        (copies, insync)
    }


def test_an_installation_may_be_of_another_size() -> None:
    """Partitions for all, and configs by topic; the rest stays."""
    small = adjusted(ALL, partitions=4, config={NOTICES: {"retention.ms": "1"}})
    assert {topic.partitions for topic in small.values()} == {4}
    assert small[NOTICES].config == ALL[NOTICES].config | {"retention.ms": "1"}
    assert small[STATE].config == ALL[STATE].config
    assert adjusted(ALL) == ALL


def test_the_readme_s_table_is_true() -> None:
    """One row a topic, with the facts of its file."""
    readme = (FOLDER / "README.md").read_text()
    for name, topic in ALL.items():
        days = int(topic.config["retention.ms"]) // 86_400_000 if "retention.ms" in topic.config else 0
        kept = f"{days} days" if days else "for ever"
        cells = (
            f"`{name}`",
            topic.key.replace("|", "\\|") or "none",
            str(topic.partitions),
            topic.config["cleanup.policy"],
            kept,
            ", ".join(topic.writers),
            ", ".join(topic.readers),
        )
        assert f"| {' | '.join(cells)} |" in readme
