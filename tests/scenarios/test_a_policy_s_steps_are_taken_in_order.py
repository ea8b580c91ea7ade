"""Escalation by a policy: each step when its wait is over, until somebody has it."""

from router.model.decision import Reason
from router.model.escalation import Notify, OnlyIf, Repeat, Whom
from router.model.fault import Severity
from router.model.ownership import HIDDEN, Contract
from tests.scenarios.story import Story
from tests.scenarios.watch import ANN, BOB, MAX, a_watch, minutes, on_call, team


def firing(*steps: object, seconds: float = 0, **fields: object) -> Story:
    """A stale feed of the data team, in a company with this policy."""
    return Story(a_watch(*steps, **fields)).alert(seconds, "feed.orders", "feed.stale")


def test_the_person_on_call_is_told_with_the_first_telling_then_the_next_team():
    """The owner keeps the incident; persons are told directly."""
    story = firing(on_call(), minutes(10), team("commander")).advance(9_000)
    assert story.told == [
        (60, "#data", "opened"),
        (60, f"@{ANN}", "escalated"),
        (660, "#commander", "escalated"),
    ]
    assert story.incident().owner.team == "data-team"
    assert story.incident().escalated_to == "commander"
    assert [n.text for n in story.incident().notes] == [
        f"Told {ANN} (on call of Data watch)",
        "Nobody acknowledged: escalated to commander (next team)",
    ]


def test_an_acknowledgement_stops_it_wherever_it_stands():
    """Somebody has it, so nobody else is told."""
    story = firing(on_call(), minutes(10), team("commander"), minutes(10), Notify(whom=Whom.MANAGER))
    story.person(300, "acknowledge").advance(9_000)
    assert [entry for entry in story.told if entry[0] > 60] == [(300, "#data", "updated")]


def test_a_policy_is_repeated_as_often_as_it_says():
    """Three rounds in all: the first, and two repetitions; whoever is on call then is told then."""
    story = firing(on_call(), minutes(10), Repeat(times=2)).advance(9_000)
    assert [entry for entry in story.told if entry[2] == "escalated"] == [
        (60, f"@{ANN}", "escalated"),
        (660, f"@{ANN}", "escalated"),
        (1260, f"@{ANN}", "escalated"),
    ]
    assert story.reasons.count("escalated.ended") == 1
    destinations = story.incident().destinations
    assert len(destinations) == len(set(destinations))


def test_whoever_is_on_call_at_that_moment_is_told():
    """The shift changed between the two steps."""
    week = 7 * 86_400
    story = firing(on_call(), minutes(30), on_call(), seconds=week - 900, alert_timeout_seconds=30 * 86_400)
    story.advance(week + 9_000)
    assert [d for _, d, kind in story.told if kind == "escalated"] == [f"@{ANN}", f"@{BOB}"]


def test_a_step_is_skipped_with_the_reason_when_its_condition_does_not_hold():
    """The next one is taken at the same time."""
    story = firing(
        on_call(only_if=OnlyIf(severity=Severity.CRITICAL)), team("commander", only_if=OnlyIf(confidence=0.1))
    ).advance(600)
    assert [d for _, d, kind in story.told if kind == "escalated"] == ["#commander"]
    skipped = [d.text for d in story.simulator.decisions if d.reason is Reason.ESCALATED_SKIPPED]
    assert len(skipped) == 1
    assert "step 1 of watch: it is major, and the step is for critical and worse" in skipped[0]


def test_people_take_turns_by_round_and_incident():
    """One a round, the next one in the next round."""
    queue = Notify(whom=Whom.PEOPLE, names=(ANN, BOB, MAX), takes_turns=True)
    story = firing(queue, minutes(5), Repeat(times=3)).advance(9_000)
    assert [d for _, d, kind in story.told if kind == "escalated"] == [
        f"@{BOB}", f"@{MAX}", f"@{ANN}", f"@{BOB}",
    ]  # fmt: skip


def test_a_person_can_be_mentioned_in_the_channel_instead():
    """Slack tells them by the reply in the thread."""
    story = firing(on_call(mention=True), minutes(10)).advance(600)
    assert [d for _, d, kind in story.told if kind == "escalated"] == ["#data"]
    note = story.incident().notes[-1]
    assert (note.people, note.mention) == ((ANN,), True)
    assert story.incident().told[0].escalation is False


def test_backup_owner_manager_and_channels_are_told():
    """What follows from the incident needs no names."""
    story = firing(
        Notify(whom=Whom.BACKUP), Notify(whom=Whom.OWNER), Notify(whom=Whom.MANAGER),
        Notify(whom=Whom.CHANNEL, names=("#war-room",)),
    ).advance(600)  # fmt: skip
    assert [d for _, d, kind in story.told if kind == "escalated"] == [
        "#it", "#data", f"@{MAX}", "#war-room",
    ]  # fmt: skip


def test_a_policy_may_go_on_until_the_end():
    """An acknowledgement does not stop it, but may skip steps."""
    story = firing(
        minutes(10), on_call(only_if=OnlyIf(unacknowledged=True)), minutes(10), team("commander"),
        policy={"until_resolved": True},
    )  # fmt: skip
    story.person(300, "acknowledge").advance(9_000)
    assert [entry for entry in story.told if entry[2] == "escalated"] == [(1260, "#commander", "escalated")]
    assert story.incident().state.value == "acknowledged"
    assert story.incident().notes[-1].text == "Still not over: escalated to commander (next team)"


def test_a_resolved_incident_takes_no_more_steps():
    """It is over."""
    story = firing(minutes(10), team("commander")).resolve(300, "feed.orders", "feed.stale").advance(9_000)
    assert [entry for entry in story.told if entry[2] == "escalated"] == []
    assert story.incident().escalation is None


def test_a_person_is_told_as_somebody_of_their_team():
    """One of a partner sees what the partner's contract shows, whoever owns the incident."""
    rules = a_watch(Notify(whom=Whom.PEOPLE, names=("eve@vendor.example",)))
    vendor = rules.teams["vendor"].model_copy(
        update={"members": ("eve@vendor.example",), "contract": Contract()}
    )
    rules = rules.model_copy(update={"teams": {**rules.teams, "vendor": vendor}})
    story = Story(rules).alert(0, "feed.orders", "feed.stale").advance(600)
    (notice,) = [n for n in story.simulator.notices if n.destination == "@eve@vendor.example"][:1]
    assert notice.team == "vendor"
    assert notice.incident.cause.component == HIDDEN
