"""Which policy, when it goes on, and which conditions skip a step."""

from datetime import UTC, date, datetime, timedelta

import pytest

from router.model.catalog import Team
from router.model.escalation import Notify, OnlyIf, Policy, Repeat, Wait, Whom
from router.model.fault import Severity
from router.model.ownership import Hours
from router.model.rules import Rules
from router.model.time_interval import Span, TimeInterval
from router.stages.escalate import Facts, advance, begin, policy_of
from tests.builders import a_company
from tests.unit.render.samples import an_incident

OFFICE = Hours(
    interval=TimeInterval(name="office", spans=(Span(times=((9 * 60, 17 * 60),), weekdays=((1, 5),)),)),
    holidays=(date(2026, 3, 3),),
)
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
OWNER = Notify(whom=Whom.OWNER)


def company(*policies: Policy, **team: object) -> Rules:
    """The small company with these policies, and this of its data team."""
    rules = a_company()
    changed: Team = rules.teams["data-team"].model_copy(update=team)
    teams = {**rules.teams, "data-team": changed}
    return rules.model_copy(update={"teams": teams, "policies": {policy.id: policy for policy in policies}})


def facts(now: datetime = MONDAY, **fields: object) -> Facts:
    """An open major incident with a likely cause."""
    return Facts(now, Severity.MAJOR, 0.6, False)._replace(**fields)  # type: ignore[arg-type]


def running(*steps: object, now: datetime = MONDAY, **team: object) -> tuple:
    """A policy of these steps as it begins for the data team."""
    policy = Policy(id="p", steps=steps)
    return begin(policy, an_incident(), company(policy, **team), now)


def test_a_route_s_policy_comes_before_the_team_s_and_that_before_one_step_up():
    """An unknown name is as none: telling comes first."""
    one, two = Policy(id="one", steps=(OWNER,)), Policy(id="two", steps=(OWNER,))
    incident = an_incident()
    rules = company(one, two, policy="two")
    assert policy_of(incident, "one", 900, rules) is one
    assert policy_of(incident, "", 900, rules) is two
    assert policy_of(incident, "gone", 900, rules) is two
    plain = policy_of(incident, "", 900, company())
    assert plain.steps == (Wait(seconds=900), Notify(whom=Whom.TEAM, names=("commander",)))
    alone = policy_of(incident, "", 900, company(escalates_to=""))
    assert alone.steps == (Wait(seconds=900),)


def test_it_goes_on_at_once_or_after_its_first_wait_or_after_a_route_s_own():
    """The clock is set before anybody is told by it."""
    assert running(OWNER)[1] == MONDAY
    assert running(Wait(seconds=60), OWNER)[1] == MONDAY + timedelta(seconds=60)
    policy = Policy(id="p", steps=(Wait(seconds=60), OWNER))
    begun, due = begin(policy, an_incident(), company(policy), MONDAY, 600)
    assert (begun.position, due) == (0, MONDAY + timedelta(seconds=600))


@pytest.mark.parametrize(
    ("only_if", "against"),
    [
        (OnlyIf(), ""),
        (OnlyIf(severity=Severity.MAJOR), ""),
        (OnlyIf(severity=Severity.CRITICAL), "it is major, and the step is for critical and worse"),
        (OnlyIf(confidence=0.6), ""),
        (OnlyIf(confidence=0.7), "the cause is 60% sure, and the step asks for 70%"),
        (OnlyIf(outside=OFFICE), ""),
        (OnlyIf(within=OFFICE), "it is outside office"),
        (OnlyIf(unacknowledged=True), ""),
    ],
)
def test_a_step_is_skipped_with_the_condition_that_does_not_hold(only_if, against):
    """Monday eight o'clock, an hour before the office opens."""
    step = OWNER.model_copy(update={"only_if": only_if})
    (taken,) = advance(running(step)[0], facts()).taken
    assert taken.skipped == against


def test_working_hours_are_those_of_the_owner_when_it_began():
    """Without any, its people always work: within them always, outside never."""
    for side, at_eight, at_ten in (
        ("within", "it is outside office", ""),
        ("outside", "", "it is within office"),
    ):
        step = OWNER.model_copy(update={"only_if": OnlyIf(team_hours=side)})
        begun = running(step, hours=OFFICE)[0]
        assert advance(begun, facts()).taken[0].skipped == at_eight
        assert advance(begun, facts(MONDAY + timedelta(hours=2))).taken[0].skipped == at_ten
    never = running(OWNER.model_copy(update={"only_if": OnlyIf(team_hours="outside")}))[0]
    assert advance(never, facts()).taken[0].skipped == "it is within working hours"
    always = running(OWNER.model_copy(update={"only_if": OnlyIf(team_hours="within")}))[0]
    assert advance(always, facts()).taken[0].skipped == ""


def test_it_waits_for_hours_that_do_not_hold_yet_holidays_left_out():
    """Monday evening waits for Wednesday, since Tuesday is a holiday; within the hours there is no wait."""
    begun = running(Wait(team_hours=True), OWNER, hours=OFFICE)[0]
    evening = MONDAY + timedelta(hours=10)
    assert advance(begun, facts(evening)).due == datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert advance(begun, facts()).due == MONDAY + timedelta(hours=1)
    went = advance(begun, facts(MONDAY + timedelta(hours=3)))
    assert (went.due, len(went.taken)) == (None, 1)
    assert advance(running(Wait(team_hours=True), OWNER)[0], facts()).due is None


def test_hours_that_never_hold_again_are_not_waited_for():
    """The step behind is taken: better too early than never."""
    past = Hours(interval=TimeInterval(name="past", spans=(Span(years=((2020, 2021),)),)))
    went = advance(running(Wait(until=past), OWNER)[0], facts())
    assert (went.due, len(went.taken), went.running.finished) == (None, 1, True)


def test_a_day_round_the_clock_with_a_holiday_begins_at_its_end():
    """Whoever always works but on holidays works again at midnight."""
    always = Hours(interval=TimeInterval(name="always", spans=(Span(),)), holidays=(date(2026, 3, 2),))
    went = advance(running(Wait(until=always), OWNER)[0], facts())
    assert went.due == datetime(2026, 3, 3, tzinfo=UTC)


def test_rounds_are_counted_and_finished_once():
    """Two repetitions are three rounds."""
    state, due = running(OWNER, Wait(seconds=60), Repeat(times=2))
    rounds = []
    now = due
    while now is not None:
        state, now, taken = advance(state, facts(now))
        rounds += [one.round for one in taken]
    assert rounds == [0, 1, 2]
    assert state.finished
    assert advance(state, facts()).taken == ()
