"""Which exceptions are the operator's or the caller's to mend, and in which words they are told."""

import errno

import pytest
from confluent_kafka import KafkaError, KafkaException

from router.cli.problem import Problem, problem_of
from router.kafka.clients import TopicMissing
from router.model.errors import Finding, RulesError
from router.recording import RecordingError


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Problem("a", "b", "c"), "a: b; c"),
        (Problem("a", "b"), "a: b"),
        (
            TopicMissing("ops"),
            "Kafka: topic ops does not exist, or this login may not see it; run `router topics apply`",
        ),
        (RecordingError("x.jsonl:7: not a recorded event"), "x.jsonl:7: not a recorded event"),
        (
            TimeoutError("nothing read for 60 s"),
            "Kafka: nothing read for 60 s; check that all brokers are up",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "x.jsonl"),
            "x.jsonl: No such file or directory; check the path and its rights",
        ),
        (
            RulesError((Finding("a.yaml", 1, 1, "R101", "no"),)),
            "rules: 1 mistake found; mend them, then `router check DIR` must find nothing",
        ),
    ],
)
def test_what_can_be_mended_is_told_in_words(error: Exception, told: str) -> None:
    """Where, what, and what to do."""
    assert str(problem_of(error)) == told


def test_kafka_speaks_in_words_and_not_in_numbers() -> None:
    """The client's error holds a code, which nobody can read."""
    problem = problem_of(KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)))
    assert str(problem).startswith("Kafka: Broker: Topic authorization failed; ")


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError("x"), AssertionError(), OSError("no file named")]
)
def test_everything_else_is_a_bug(error: Exception) -> None:
    """It must not look like an operator's mistake."""
    assert problem_of(error) is None
