"""Silences and maintenance on the command line: one command a scope, and what scopes remember of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from router.cli.silences import read_silences
from router.kafka.codec import decode_input, state_key
from router.kafka.embedded import EmbeddedBroker
from router.kafka.tail import Tail
from router.kafka.topics import INPUTS, STATE
from router.model.input import Command
from router.model.matcher import parse_matcher
from router.model.muting import Maintenance
from router.model.record import AnyRecord, DeclaredMaintenance, ScopeHeader, Silence
from tests.unit.cli.conftest import Run
from tests.unit.cli.writing import write
from tests.unit.config.bad_rules import BAD_RULES

NOW = datetime.now(UTC)
ASKED = ("--match", 'severity="minor"', "--for", "2h", "--reason", "migration")


def remember(broker: EmbeddedBroker, scope: str, *records: AnyRecord) -> None:
    """What a scope would have stored."""
    for record in records:
        write(broker, STATE, record, key=state_key(scope, record.key).decode())


def commands(broker: EmbeddedBroker) -> list[Command]:
    """Every command on Kafka, by scope."""
    with Tail(broker.settings, [INPUTS]) as tail:
        found = [decode_input(read.value or b"") for read in tail.to_end()]
    return sorted((one for one in found if isinstance(one, Command)), key=lambda command: command.scope)


def a_silence(name: str, hours: float = 1, *, starts: float = -1, ended: bool = False) -> Silence:
    """A silence that ends so many hours from now, and began or begins `starts` hours from now."""
    return Silence(
        id=name,
        match=(parse_matcher('owner="erp"'),),
        actor="ada",
        reason="migration",
        started_at=NOW + timedelta(hours=starts),
        ended_at=NOW if ended else None,
        due=NOW + timedelta(hours=hours),
    )


def test_a_silence_goes_to_every_scope_of_the_rules(router: Run, broker: EmbeddedBroker) -> None:
    """One id, one command a scope, also for what no component matches."""
    ran = router("silence", *ASKED, "--rules", str(BAD_RULES / "base"))
    sent = commands(broker)
    assert (ran.code, ran.err) == (0, "")
    assert [command.scope for command in sent] == ["orders", "unmapped"]
    assert len({command.silence for command in sent}) == 1
    assert len({command.id for command in sent}) == 2
    assert f"router unsilence {sent[0].silence}" in ran.out


def test_without_rules_it_goes_to_the_scopes_that_have_heard_anything(
    router: Run, broker: EmbeddedBroker
) -> None:
    """As their state says."""
    for scope in ("commerce", "claims"):
        remember(broker, scope, ScopeHeader(scope=scope))
    assert router("silence", *ASKED).code == 0
    assert [command.scope for command in commands(broker)] == ["claims", "commerce"]


def test_where_there_is_no_scope_yet_it_asks_for_one(router: Run, broker: EmbeddedBroker) -> None:
    """Rather than doing nothing and saying nothing."""
    ran = router("silence", *ASKED)
    assert ran.code == 2
    assert "no scope has heard anything yet" in ran.err


def test_a_silence_may_begin_later(router: Run, broker: EmbeddedBroker) -> None:
    """With a zone; without one it is UTC."""
    router("silence", *ASKED, "--scope", "commerce", "--from", "2026-11-22T22:00+01:00")
    assert commands(broker)[0].starts_at == datetime(2026, 11, 22, 21, tzinfo=UTC)


def test_an_edit_keeps_what_is_not_given(router: Run, broker: EmbeddedBroker) -> None:
    """Matchers and reason are the old ones, in every scope that holds it."""
    for scope in ("commerce", "claims"):
        remember(broker, scope, a_silence("s1"))
    assert router("silence", "--edit", "s1", "--for", "4h").code == 0
    sent = commands(broker)
    assert [(c.scope, c.replaces, c.seconds, c.reason) for c in sent] == [
        ("claims", "s1", 14_400, "migration"),
        ("commerce", "s1", 14_400, "migration"),
    ]
    assert sent[0].match == ('owner="erp"',)


def test_unsilence_finds_the_scopes_by_itself(router: Run, broker: EmbeddedBroker) -> None:
    """And says so when there is no such silence."""
    remember(broker, "claims", a_silence("s1"))
    remember(broker, "commerce", a_silence("s2"))
    assert router("unsilence", "s1").code == 0
    assert [(c.scope, c.silence) for c in commands(broker)] == [("claims", "s1")]
    ran = router("unsilence", "s3")
    assert ran.code == 2
    assert "no silence 's3' is pending or active" in ran.err


def test_the_list_shows_active_and_pending_ones_and_all_of_them_if_asked(
    router: Run, broker: EmbeddedBroker
) -> None:
    """Each once, however many scopes hold it."""
    for scope in ("commerce", "claims"):
        remember(broker, scope, a_silence("now"))
    remember(broker, "claims", a_silence("later", 3, starts=1), a_silence("over", ended=True))
    assert [row.split()[:2] for row in router("silences").out.splitlines()[2:4]] == [
        ["now", "active"],
        ["later", "pending"],
    ]
    told = orjson.loads(router("silences", "--all", "--json").out)["silences"]
    assert [(one["id"], one["state"], one["scopes"]) for one in told] == [
        ("now", "active", ["claims", "commerce"]),
        ("later", "pending", ["claims"]),
        ("over", "expired", ["claims"]),
    ]
    assert (told[0]["author"], told[0]["comment"], told[0]["match"]) == ("ada", "migration", ['owner="erp"'])
    assert [one.silence.id for one in read_silences(broker.settings, "commerce")] == ["now"]


def test_there_may_be_none(router: Run, broker: EmbeddedBroker) -> None:
    """In words."""
    assert router("silences").out == "There are no silences.\n"
    assert router("maintenance", "list").out == "No maintenance is under way or coming.\n"


def test_maintenance_begins_in_every_scope_and_ends_where_it_was_begun(
    router: Run, broker: EmbeddedBroker
) -> None:
    """The window is the same in all of them."""
    ran = router("maintenance", "start", "erp.orders", "--for", "2h", "--rules", str(BAD_RULES / "base"))
    sent = commands(broker)
    assert ran.code == 0
    assert [command.scope for command in sent] == ["orders", "unmapped"]
    window = sent[0].window
    assert window is not None
    assert (window.components, window.subtrees, window.seconds) == (("erp.orders",), (), 7_200)
    remember(broker, "orders", DeclaredMaintenance(window=window, actor="ada", due=NOW + timedelta(days=6)))
    assert window.id in router("maintenance", "list").out
    assert router("maintenance", "end", window.id).code == 0
    assert [c.scope for c in commands(broker) if c.verb.value == "end_maintenance"] == ["orders"]


def test_the_windows_of_the_rules_are_listed_as_they_come(
    router: Run, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """A daily one, for the coming three days."""
    import shutil

    folder = tmp_path / "rules"
    shutil.copytree(BAD_RULES / "base", folder)
    (folder / "maintenance.yaml").write_text(
        'maintenance:\n  nightly: {components: erp.orders, from: "2026-01-01 02:00", lasts: 1h, repeat: FREQ=DAILY}\n'
    )
    told = orjson.loads(router("maintenance", "list", "--rules", str(folder), "--days", "3", "--json").out)
    assert {one["id"] for one in told["maintenance"]} == {"nightly"}
    assert len(told["maintenance"]) in (3, 4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("silence", "--for", "1h", "--reason", "r", "--scope", "s"), "--match or --reason is missing"),
        (("silence", *ASKED, "--scope", "s", "--from", "soon"), "'soon' is no time"),
        (("maintenance", "start", "erp.orders", "--for", "5s", "--scope", "s"), "is too short or too long"),
        (("maintenance", "end", "m1"), "no maintenance 'm1' was begun by command"),
        (("snooze", "order-to-cash-17", "--for", "soon"), "'soon' is no span of time"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(
    router: Run, broker: EmbeddedBroker, arguments: tuple[str, ...], words: str
) -> None:
    """With exit code 2, and what to do."""
    ran = router(*arguments)
    assert ran.code == 2
    assert words in ran.err
    assert commands(broker) == []


def test_a_snooze_is_of_one_incident(router: Run, broker: EmbeddedBroker) -> None:
    """Its scope is its id without the number."""
    router("snooze", "order-to-cash-17", "--for", "1h")
    (command,) = commands(broker)
    assert (command.verb.value, command.scope, command.incident, command.seconds) == (
        "snooze", "order-to-cash", "order-to-cash-17", 3_600
    )  # fmt: skip


def test_a_window_lasts_at_least_a_minute() -> None:
    """Shorter ones are slips of the pen."""
    with pytest.raises(ValueError, match="seconds"):
        Maintenance(id="m", components=("c",), starts_at=NOW, seconds=59)
