"""Where a step reaches nobody of its own, somebody stands in, and the reason says why."""

import pytest

from router.model.decision import Reason
from router.model.escalation import Notify, Whom
from router.model.rules import Rules
from tests.scenarios.story import Story
from tests.scenarios.watch import ANN, a_schedule, a_watch, minutes, on_call, team


def reached(rules: Rules) -> tuple[list[str], list[str]]:
    """Whom the policy told of a stale feed, and the reasons for which somebody stood in."""
    story = Story(rules).alert(0, "feed.orders", "feed.stale").advance(600)
    told = [destination for _, destination, kind in story.told if kind == "escalated"]
    whys = [d.text for d in story.simulator.decisions if d.reason is Reason.ESCALATED_INSTEAD]
    return told, whys


def without(rules: Rules, name: str, **fields: object) -> Rules:
    """The rules with these fields of a team changed."""
    teams = {**rules.teams, name: rules.teams[name].model_copy(update=fields)}
    return rules.model_copy(update={"teams": teams})


@pytest.mark.parametrize(
    ("schedule", "backup", "expected", "why"),
    [
        ({"layers": (), "fallback": "commander"}, "it-team", "#commander", "on call in Data watch, so commander"),
        ({"layers": ()}, "it-team", "#it", "so it-team is told"),
        ({"layers": ()}, "", "#data", "so data-team is told"),
        ({"layers": (), "team": "risk"}, "it-team", "#risk", "so risk is told"),
    ],
)  # fmt: skip
def test_a_gap_in_the_schedule_goes_to_its_fallback_the_backup_or_the_team(schedule, backup, expected, why):
    """In this order: the schedule's fallback, the team's backup, the team's own channel."""
    rules = without(
        a_watch(on_call(), minutes(10), schedule=a_schedule(**schedule)), "data-team", backup=backup
    )
    told, whys = reached(rules)
    assert told == [expected]
    assert why in whys[0]


def test_a_schedule_that_is_gone_goes_to_the_backup():
    """The rules changed, or a name was wrong all along."""
    rules = a_watch(on_call(names=("gone",)))
    assert reached(rules) == (
        ["#it"],
        [
            "the step reaches nobody, so somebody stands in: the rules have no schedule gone, so it-team is told"
        ],
    )


def test_a_team_without_a_schedule_of_its_own_is_told_in_its_channel():
    """A step for whoever is on call, of a team that has no schedule and no backup."""
    rules = without(a_watch(on_call(names=())), "data-team", schedule="", backup="")
    told, whys = reached(rules)
    assert told == ["#data"]
    assert "data-team has no schedule, so data-team is told" in whys[0]
    assert reached(a_watch(on_call(names=()))) == ([f"@{ANN}"], [])


def test_a_team_that_is_gone_has_somebody_stand_in():
    """The running policy names a team that new rules have not."""
    told, whys = reached(a_watch(team("gone")))
    assert told == ["#it"]
    assert "the rules have no team gone any more, so it-team is told" in whys[0]


def test_no_backup_means_the_triage_desk():
    """Somebody decides there."""
    rules = without(a_watch(Notify(whom=Whom.BACKUP)), "data-team", backup="")
    told, whys = reached(rules)
    assert told == ["#triage"]
    assert "data-team names no backup, so triage is told" in whys[0]


def test_a_business_owner_without_manager_is_told_itself():
    """The business hears of it in any case."""
    rules = without(a_watch(Notify(whom=Whom.MANAGER)), "sales", manager="")
    told, whys = reached(rules)
    assert told == ["#sales"]
    assert "sales, which owns main, names no manager, so sales is told" in whys[0]
