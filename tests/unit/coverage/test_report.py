"""Coverage: what is counted, what counts as a hole, and which routes are of no use."""

from datetime import timedelta

import pytest

from router.coverage.cases import Case, Traffic, Weighed
from router.coverage.gaps import Aspect
from router.coverage.report import Coverage, Share, coverage
from router.model.catalog import Team
from router.model.escalation import Notify, Policy, Whom
from router.model.fault import OwnerKind
from router.model.matcher import parse_matcher
from router.model.ownership import Contract, Hours
from router.model.route import Route
from router.model.rules import Rules
from router.model.runbook import Runbook
from router.model.schedule import FixedShift, Layer, Schedule
from router.model.time_interval import Span, TimeInterval
from tests.builders import START, a_company, a_component, at


def the(found: Coverage, what: str) -> Share:
    """The share of this aspect."""
    return next(share for share in found.shares if share.what == what)


def recorded(*alerts: tuple[str, str, int]) -> Traffic:
    """Alerts of a component and a fault, so many each, a minute after the other."""
    weighed = [Weighed(Case(c, f), at(60 * n), weight) for n, (c, f, weight) in enumerate(alerts)]
    return Traffic(tuple(weighed), (), {})


def with_fields(rules: Rules, **fields: object) -> Rules:
    """The same rules with other fields; what is derived is derived anew."""
    return Rules(**{**dict(rules), **fields})


def test_every_usual_fault_of_every_component_counts_once() -> None:
    """Without a recording nothing is more frequent than anything else."""
    found = coverage(a_company(), None, START)
    assert found.weighed_by == "faults"
    assert the(found, "owner").of == the(found, "runbook").of > 50
    assert the(found, "runbook").covered == 0


def test_alerts_weigh_as_often_as_they_came() -> None:
    """What nobody knows counts against identity, and for that reason alone."""
    traffic = recorded(("erp.orders", "erp.batch_failed", 3), ("fax", "app.crash", 1))
    found = coverage(a_company(), traffic, START)
    assert the(found, "identity") == Share("identity", 3, 4)
    assert the(found, "owner") == Share("owner", 3, 3)
    assert the(found, "everything") == Share("everything", 0, 4)
    assert [(hole.aspect, hole.component, hole.weight) for hole in found.holes] == [
        (Aspect.RUNBOOK, "erp.orders", 3),
        (Aspect.IDENTITY, "fax", 1),
    ]


def test_only_the_aspects_that_were_asked_for_count() -> None:
    """So that a gate in CI can be about owners alone."""
    traffic = recorded(("erp.orders", "erp.batch_failed", 3))
    found = coverage(a_company(), traffic, START, (Aspect.OWNER,))
    assert [share.what for share in found.shares] == ["owner", "everything"]
    assert found.percent == 100


def test_an_owner_without_a_channel_is_a_hole() -> None:
    """Accountable, but nobody can reach them."""
    rules = a_company()
    teams = {**rules.teams, "it-team": rules.teams["it-team"].model_copy(update={"channel": ""})}
    found = coverage(with_fields(rules, teams=teams), recorded(("erp.orders", "erp.batch_failed", 1)), START)
    assert the(found, "owner").covered == 0
    assert "it-team has no channel" in [hole.why for hole in found.holes]


@pytest.mark.parametrize(("kinds", "faults", "covered"), [(("erp",), (), 0), ((), ("erp.batch_failed",), 1)])
def test_a_runbook_for_a_whole_kind_does_not_cover_a_fault(
    kinds: tuple[str, ...], faults: tuple[str, ...], covered: int
) -> None:
    """It is better than nothing, but says nothing of the fault."""
    runbook = Runbook(id="r", title="R", kinds=kinds, faults=faults)
    rules = with_fields(a_company(), runbooks={"r": runbook})
    found = coverage(rules, recorded(("erp.orders", "erp.batch_failed", 1)), START)
    assert the(found, "runbook").covered == covered


def on_call_for(hours: int) -> Rules:
    """The company with somebody on call for IT from the start, for so many hours."""
    rules = a_company()
    shift = FixedShift(starts=START.replace(tzinfo=None), seconds=hours * 3_600, who=("ann",))
    schedule = Schedule(id="it", layers=(Layer(name="day", fixed=(shift,)),))
    teams = {**rules.teams, "it-team": rules.teams["it-team"].model_copy(update={"schedule": "it"})}
    return with_fields(rules, teams=teams, schedules={"it": schedule})


def test_somebody_must_be_on_call_when_an_alert_comes() -> None:
    """A gap at another hour of the recording does not matter."""
    case = Case("erp.orders", "erp.batch_failed")
    moments = (at(60), at(3 * 3_600))
    traffic = Traffic(tuple(Weighed(case, moment, 1) for moment in moments), (), {})
    found = coverage(on_call_for(2), traffic, START, (Aspect.SCHEDULE,))
    assert the(found, "schedule") == Share("schedule", 1, 2)
    assert "nobody is on call for it-team" in found.holes[0].why


def test_a_schedule_that_the_team_s_policy_names_counts() -> None:
    """Somebody is told; the team needs no schedule of its own."""
    rules = on_call_for(2)
    policy = Policy(id="watch", steps=(Notify(whom=Whom.ON_CALL, names=("it",)),))
    it = rules.teams["it-team"].model_copy(update={"schedule": "", "policy": "watch"})
    rules = with_fields(rules, teams={**rules.teams, "it-team": it}, policies={"watch": policy})
    found = coverage(rules, recorded(("erp.orders", "erp.batch_failed", 1)), START, (Aspect.SCHEDULE,))
    assert the(found, "schedule") == Share("schedule", 1, 1)


def test_without_a_recording_any_gap_of_the_coming_days_counts() -> None:
    """Whatever can fail can fail then."""
    found = coverage(on_call_for(2), None, START, (Aspect.SCHEDULE,))
    assert the(found, "schedule").covered == 0
    full = coverage(on_call_for(24 * 91), None, START, (Aspect.SCHEDULE,))
    assert the(full, "schedule").covered > 0


def test_a_route_behind_one_that_takes_all_is_unreachable() -> None:
    """Unless a label that only alerts have could decide."""
    routes = (
        Route(name="it", match=(parse_matcher('owner.kind="it"'),)),
        Route(name="erp", match=(parse_matcher('owner.kind="it"'), parse_matcher('cause.kind="erp"'))),
        Route(name="own", match=(parse_matcher('region="south"'),)),
        Route(name="rest"),
    )
    found = coverage(with_fields(a_company(), routes=routes), None, START)
    assert {use.route: use.reachable for use in found.routes} == {
        "it": True,
        "erp": False,
        "own": None,
        "rest": True,
    }


def test_percent_is_cut_and_never_rounded_up() -> None:
    """99.96 % is not all of it."""
    assert Share("owner", 9_996, 10_000).percent == 99.9
    assert Share("owner", 0, 0).percent == 100


def test_the_span_of_a_recording_is_that_of_its_alerts() -> None:
    """An alert at the very end is looked at, too."""
    late = START + timedelta(hours=2)
    traffic = Traffic((Weighed(Case("erp.orders", "erp.batch_failed"), late, 1),), (), {})
    found = coverage(on_call_for(2), traffic, START, (Aspect.SCHEDULE,))
    assert the(found, "schedule").covered == 0


def test_a_route_for_what_is_outside_a_contract_can_be_reached() -> None:
    """Whatever hour it is now: every hour of a week is thought of."""
    rules = a_company(a_component("feed.scans", partner="partner"))
    nine_to_five = TimeInterval(name="office", spans=(Span(times=((9 * 60, 17 * 60),)),))
    contract = Contract(hours=Hours(interval=nine_to_five), fallback="it-team")
    teams = {
        **rules.teams,
        "partner": Team(id="partner", kind=OwnerKind.PARTNER, channel="#partner", contract=contract),
    }
    routes = (
        Route(name="by-day", match=(parse_matcher('owner="partner"'),)),
        Route(name="by-night", match=(parse_matcher('owner="it-team"'),)),
        Route(name="never", match=(parse_matcher('owner="sales"'),)),
    )
    found = coverage(with_fields(rules, teams=teams, routes=routes), None, START)
    assert {use.route: use.reachable for use in found.routes} == {
        "by-day": True,
        "by-night": True,
        "never": False,
    }
