"""policies.yaml: how steps are read, in their short and long forms."""

import shutil
from pathlib import Path

import pytest

from router.config.load import load
from router.model.escalation import Automatic, Notify, OnlyIf, Propose, Repeat, Wait, Whom
from router.model.fault import Severity
from tests.unit.config.bad_rules import BAD_RULES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound rules folder with a time interval."""
    made = Path(shutil.copytree(BAD_RULES / "base", tmp_path / "rules"))
    routes = (made / "routes.yaml").read_text()
    interval = 'time_intervals:\n  lunch: [{times: [{start_time: "12:00", end_time: "13:00"}]}]\n'
    (made / "routes.yaml").write_text(interval + routes)
    return made


def steps(folder: Path, *lines: str, more: str = "") -> tuple:
    """The steps of a policy with these lines."""
    listed = "".join(f"      - {line}\n" for line in lines)
    (folder / "policies.yaml").write_text(f"policies:\n  p:\n{more}    steps:\n{listed}")
    return load(folder).policies["p"].steps


def test_the_short_forms_of_notify_need_no_names(folder):
    """What follows from the incident."""
    made = steps(folder, "notify: on_call", "notify: owner", "notify: backup", "notify: manager")
    assert [step.whom for step in made] == [Whom.ON_CALL, Whom.OWNER, Whom.BACKUP, Whom.MANAGER]
    assert all(step.names == () for step in made)


def test_the_long_forms_name_one_or_several_of_a_kind(folder):
    """A single name needs no brackets."""
    made = steps(
        folder,
        "notify: {team: ops}",
        "notify: {team: [ops, data]}",
        "notify: {people: [U0001, ann@acme.example], take_turns: true}",
        'notify: {channel: "#war-room"}',
        "notify: {to: on_call, by: mention}",
    )
    assert made == (
        Notify(whom=Whom.TEAM, names=("ops",)),
        Notify(whom=Whom.TEAM, names=("ops", "data")),
        Notify(whom=Whom.PEOPLE, names=("U0001", "ann@acme.example"), takes_turns=True),
        Notify(whom=Whom.CHANNEL, names=("#war-room",)),
        Notify(whom=Whom.ON_CALL, mention=True),
    )


def test_waits_repeats_and_proposals(folder):
    """Durations as everywhere; an action as a word or with its own words."""
    made = steps(
        folder,
        "wait: 90s",
        "wait_for: lunch",
        "wait_for: working_hours",
        "propose: manual",
        "propose: {action: pause, text: Hold the run}",
        "repeat: 3",
        "notify: owner",
    )
    assert made[0] == Wait(seconds=90)
    assert made[1].until is not None
    assert made[1].until.interval.name == "lunch"
    assert made[2] == Wait(team_hours=True)
    assert made[3] == Propose(action=Automatic.MANUAL)
    assert made[3].words == "Fall back to manual work"
    assert made[4].words == "Hold the run"
    assert made[5] == Repeat(times=3)


def test_conditions_are_kept_with_the_hours_they_name(folder):
    """A running escalation needs no rules to know them."""
    (step,) = steps(
        folder,
        "notify: owner\n        only_if: {severity: major, confidence: 0.5, within: lunch, unacknowledged: true}",
    )
    assert isinstance(step.only_if, OnlyIf)
    assert (step.only_if.severity, step.only_if.confidence) == (Severity.MAJOR, 0.5)
    assert step.only_if.within is not None
    assert step.only_if.within.interval.name == "lunch"
    assert step.only_if.unacknowledged
    (other,) = steps(folder, "notify: owner\n        only_if: {outside: working_hours}")
    assert other.only_if == OnlyIf(team_hours="outside")


def test_what_ends_it_and_how_long_an_acknowledgement_holds(folder):
    """Left out, the settings decide."""
    steps(folder, "notify: owner", more="    until: resolved\n    ack_timeout: 4h\n    ack_reminder: 15m\n")
    policy = load(folder).policies["p"]
    assert (policy.until_resolved, policy.ack_timeout_seconds, policy.ack_reminder_seconds) == (
        True,
        14_400,
        900,
    )
    steps(folder, "notify: owner")
    assert load(folder).policies["p"].ack_timeout_seconds is None


def test_the_hash_of_the_rules_follows_their_policies(folder):
    """Who is told next is part of what decided."""
    steps(folder, "notify: owner")
    first = load(folder).hash
    steps(folder, "notify: backup")
    assert load(folder).hash != first
