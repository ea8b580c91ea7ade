"""Still on it, and done: two commands about an escalated incident."""

from router.kafka.embedded import EmbeddedBroker
from tests.unit.cli.conftest import Run
from tests.unit.cli.test_commands import INCIDENT, sent


def test_renew(router: Run, broker: EmbeddedBroker) -> None:
    """The person who says it has the incident from then on."""
    assert router("renew", INCIDENT, "--actor", "bob").code == 0
    command = sent(broker)
    assert (command.verb.value, command.incident, command.actor) == ("renew", INCIDENT, "bob")


def test_done(router: Run, broker: EmbeddedBroker) -> None:
    """The first proposal unless another number is given."""
    assert router("done", INCIDENT, "--proposal", "2").code == 0
    command = sent(broker)
    assert (command.verb.value, command.incident, command.proposal) == ("confirm_action", INCIDENT, 2)
