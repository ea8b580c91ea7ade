"""What people ask for on the command line, as the engine gets it."""

import threading

import orjson
import pytest

from router.kafka.codec import decode_input
from router.kafka.embedded import EmbeddedBroker
from router.kafka.tail import Tail
from router.kafka.topics import DECISIONS, INPUTS
from router.model.decision import Reason
from router.model.input import Command
from tests.unit.cli.conftest import Ran, Run
from tests.unit.cli.writing import a_decision, write

INCIDENT = "order-to-cash-17"


def sent(broker: EmbeddedBroker) -> Command:
    """The one command on Kafka."""
    with Tail(broker.settings, [INPUTS]) as tail:
        (read,) = tail.to_end()
    command = decode_input(read.value or b"")
    assert isinstance(command, Command)
    assert read.key == command.scope.encode()
    return command


def answered(router: Run, broker: EmbeddedBroker, reason: Reason, *arguments: str) -> Ran:
    """The command line with `--wait`, while an engine decides so."""

    def engine() -> None:
        with Tail(broker.settings, [INPUTS]) as tail:
            read = next(tail.follow(lambda: False))
        command = decode_input(read.value or b"")
        assert isinstance(command, Command)
        decision = a_decision(command=command.id).model_copy(
            update={"reason": reason, "text": "so be it: done"}
        )
        write(broker, DECISIONS, decision)

    thread = threading.Thread(target=engine, daemon=True)
    thread.start()
    ran = router(*arguments, "--wait", "--timeout", "60")
    thread.join(60)
    return ran


def test_acknowledge(router: Run, broker: EmbeddedBroker) -> None:
    """The scope is the incident's id without its number."""
    ran = router("ack", INCIDENT)
    command = sent(broker)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Sent: {INPUTS}/")
    assert (command.verb.value, command.scope, command.incident) == ("acknowledge", "order-to-cash", INCIDENT)
    assert (command.actor, command.via) == ("ada", "cli")


def test_resolve(router: Run, broker: EmbeddedBroker) -> None:
    """With a reason for the record."""
    router("resolve", INCIDENT, "--reason", "false alarm", "--actor", "bob")
    command = sent(broker)
    assert (command.verb.value, command.incident) == ("resolve", INCIDENT)
    assert (command.reason, command.actor) == ("false alarm", "bob")


def test_hand_over(router: Run, broker: EmbeddedBroker) -> None:
    """To a team, for a reason that both teams read."""
    router("handover", INCIDENT, "--to", "order-data", "--reason", "the feed is theirs")
    command = sent(broker)
    assert (command.verb.value, command.incident) == ("hand_over", INCIDENT)
    assert (command.team, command.reason) == ("order-data", "the feed is theirs")


def test_hand_over_because(router: Run, broker: EmbeddedBroker) -> None:
    """The reason is of a closed list; words are for what it does not say."""
    router("handover", INCIDENT, "--to", "order-data", "--because", "not_ours_contract")
    command = sent(broker)
    assert (command.team, command.because.value, command.reason) == ("order-data", "not_ours_contract", "")


def test_hand_over_for_a_reason_that_there_is_not(router: Run) -> None:
    """Nothing is sent."""
    ran = router("handover", INCIDENT, "--to", "order-data", "--because", "boredom")
    assert ran.code == 2
    assert "because" in ran.err


def test_seen(router: Run, broker: EmbeddedBroker) -> None:
    """A team that must know saw it."""
    router("seen", INCIDENT, "--team", "compliance")
    command = sent(broker)
    assert (command.verb.value, command.incident, command.team) == ("seen", INCIDENT, "compliance")


def test_correct(router: Run, broker: EmbeddedBroker) -> None:
    """A person's word on the cause; the fault may be left to the router."""
    router("correct", INCIDENT, "--component", "erp.orders", "--fault", "erp.batch_failed")
    command = sent(broker)
    assert (command.verb.value, command.incident, command.actor) == ("correct", INCIDENT, "ada")
    assert (command.component, command.fault) == ("erp.orders", "erp.batch_failed")


def test_confirm(router: Run, broker: EmbeddedBroker) -> None:
    """The cause is right."""
    router("confirm", INCIDENT)
    command = sent(broker)
    assert (command.verb.value, command.incident) == ("confirm", INCIDENT)


def test_forget(router: Run, broker: EmbeddedBroker) -> None:
    """Of a component, or by a person, in one scope."""
    ran = router("forget", "--scope", "commerce", "--component", "erp.orders", "--taught-by", "eve", "--json")
    command = sent(broker)
    assert (command.verb.value, command.scope) == ("forget", "commerce")
    assert (command.component, command.taught_by) == ("erp.orders", "eve")
    assert orjson.loads(ran.out)["scope"] == "commerce"


def test_silence(router: Run, broker: EmbeddedBroker) -> None:
    """Every condition must match; the id is printed, for ending it early."""
    ran = router(
        *("silence", "--scope", "commerce", "--match", 'owner="erp"', "--match", "severity=~minor|info"),
        *("--for", "1h30m", "--reason", "maintenance", "--json"),
    )
    command = sent(broker)
    assert (command.verb.value, command.scope) == ("silence", "commerce")
    assert (command.match, command.seconds) == (('owner="erp"', "severity=~minor|info"), 5_400)
    assert orjson.loads(ran.out)["silence"] == command.silence


def test_unsilence(router: Run, broker: EmbeddedBroker) -> None:
    """By the silence's id, in its scope."""
    router("unsilence", "silence-1", "--scope", "commerce")
    command = sent(broker)
    assert (command.verb.value, command.scope, command.silence) == ("expire_silence", "commerce", "silence-1")


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ack", "commerce"), "see `router incidents` for the ids"),
        (("ack", "commerce-x"), "see `router incidents` for the ids"),
        (
            ("silence", "--scope", "s", "--match", "a=b", "--for", "soon", "--reason", "r"),
            "'soon' is no span of time",
        ),
        (("silence", "--scope", "s", "--match", "a", "--for", "1h", "--reason", "r"), "'a' is no condition"),
        (
            ("silence", "--scope", "s", "--match", "a=b", "--for", "999d", "--reason", "r"),
            "router silence: seconds",
        ),
        (("handover", INCIDENT, "--to", "t"), "give --because or --reason"),
        (("correct", INCIDENT), "Missing option '--component'"),
        (("forget", "--scope", "commerce"), "give --component ID, --taught-by NAME"),
    ],
)
def test_what_cannot_be_meant_is_not_sent(router: Run, arguments: tuple[str, ...], told: str) -> None:
    """It would only be refused later, where nobody looks."""
    ran = router(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_without_a_name_somebody_must_give_one(router: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done to an incident, somebody did it."""
    monkeypatch.delenv("USER")
    ran = router("ack", INCIDENT)
    assert ran.code == 2
    assert "--actor" in ran.err


def test_a_decision_that_is_waited_for_is_printed(router: Run, broker: EmbeddedBroker) -> None:
    """Exit code 0 when it was applied."""
    ran = answered(router, broker, Reason.COMMAND_APPLIED, "ack", INCIDENT)
    assert ran == (0, "So be it: done.\n", "")


def test_a_refusal_has_exit_code_1_and_its_reason(router: Run, broker: EmbeddedBroker) -> None:
    """So a script notices that somebody else was faster."""
    ran = answered(router, broker, Reason.COMMAND_REFUSED_ILLEGAL, "ack", INCIDENT, "--json")
    decision = orjson.loads(ran.out)["decision"]
    assert (ran.code, decision["applied"], decision["reason"]) == (1, False, "command.refused.illegal")


@pytest.mark.usefixtures("broker")
def test_no_decision_in_time_has_exit_code_1(router: Run) -> None:
    """The command is not lost, and that is said."""
    ran = router("ack", INCIDENT, "--wait", "--timeout", "0.2")
    assert ran.code == 1
    assert "No decision within 0.2 s: is the engine running? The command waits for it." in ran.out
