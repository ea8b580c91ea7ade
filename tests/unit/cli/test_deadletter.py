"""`router deadletter`: why events could not be used, without their secrets; and sending them again."""

import orjson
import pytest

from router.cli.deadletter import preview
from router.kafka.embedded import EmbeddedBroker
from router.kafka.tail import Tail
from router.kafka.topics import DEADLETTER
from tests.unit.cli.conftest import Run
from tests.unit.cli.golden import expect_golden
from tests.unit.cli.writing import bury, write

SECRET = b'{"password": "hunter2", "hook": "https://hooks.slack.com/services/T1/B1/xyz"}'


def test_the_list_is_the_golden_one(router: Run, broker: EmbeddedBroker) -> None:
    """Reason, source position, size and first bytes; oldest first."""
    bury(broker, "not_json", b"\xff\x00{oops\x1b[31m")
    bury(broker, "unknown_fault", b'{"fault": "erp.unheard_of", "summary": "' + b"x" * 300, attempt=2)
    bury(broker, "empty_value", None)
    ran = router("deadletter", "list")
    assert ran.code == 0
    expect_golden("deadletter-list", ran.out)


def test_no_secret_is_shown(router: Run, broker: EmbeddedBroker) -> None:
    """Neither of the event nor of the reason."""
    bury(broker, "not_json", SECRET)
    for arguments in (("list",), ("list", "--json")):
        printed = router("deadletter", *arguments).out
        assert "hunter2" not in printed
        assert "abcdef" not in printed
        assert "hooks.slack.com" not in printed


def test_a_secret_is_hidden_before_the_preview_is_cut() -> None:
    """Half a secret no longer looks like one."""
    for filling in range(60):
        value = b"x" * filling + b" token=xoxb-1234567890-abcdefghijklmnop " + b"y" * 100
        assert "xoxb-1234" not in preview(value)
        assert "abcdefgh" not in preview(value)


def test_only_one_code_and_only_the_newest_on_request(router: Run, broker: EmbeddedBroker) -> None:
    """The counts are of all that match."""
    for number in range(4):
        bury(broker, "not_json", str(number).encode(), partition=1)
    bury(broker, "empty_value", None)
    found = orjson.loads(router("deadletter", "list", "--code", "not_json", "--max", "2", "--json").out)
    assert (found["count"], found["codes"]) == (4, {"not_json": 4})
    assert [letter["preview"] for letter in found["dead_letters"]] == ["2", "3"]


@pytest.mark.usefixtures("broker")
def test_none_are_said_in_words(router: Run) -> None:
    """With or without a code."""
    assert router("deadletter", "list").out == "There are no dead letters.\n"
    assert (
        router("deadletter", "list", "--code", "not_json").out
        == "There are no dead letters of code not_json.\n"
    )


def test_a_stray_record_is_listed_all_the_same(router: Run, broker: EmbeddedBroker) -> None:
    """Somebody wrote it, and somebody must see it."""
    write(broker, DEADLETTER, b"stray")
    (letter,) = orjson.loads(router("deadletter", "list", "--json").out)["dead_letters"]
    assert (letter["code"], letter["original"], letter["preview"]) == ("unknown", "", "stray")


def test_a_dry_run_sends_nothing(router: Run, broker: EmbeddedBroker) -> None:
    """And says what it would send and what it would leave."""
    bury(broker, "not_json", b"1")
    bury(broker, "not_json", b"2", attempt=3)
    ran = router("deadletter", "replay", "--dry-run")
    assert ran == (0, "1 dead letter would be sent again.\n  ops: 1\n1 left alone: failed 3 times.\n", "")
    with Tail(broker.settings, ["ops"]) as tail:
        assert list(tail.to_end()) == []


def test_a_replay_sends_those_of_the_code(router: Run, broker: EmbeddedBroker) -> None:
    """And says who asked for it, on every event."""
    bury(broker, "not_json", b"1")
    bury(broker, "unknown_fault", b"2")
    ran = router("deadletter", "replay", "--code", "unknown_fault", "--actor", "bob", "--json")
    assert orjson.loads(ran.out) == {"sent": 1, "topics": {"ops": 1}, "left": {}}
    with Tail(broker.settings, ["ops"]) as tail:
        (read,) = tail.to_end()
    assert read.value == b"2"
    assert dict(read.headers)["router.replayed_by"] == b"bob"
