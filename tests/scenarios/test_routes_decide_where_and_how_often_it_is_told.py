"""Routes on the virtual clock: own labels, further destinations, clocks, and tellings that are split."""

from itertools import pairwise

from router.model.fault import OwnerKind
from router.model.matcher import parse_matchers
from router.model.route import Receiver, Route
from router.model.rules import Rules
from router.model.time_interval import Span, TimeInterval
from tests.builders import a_company, at, minutes
from tests.scenarios.story import Story

HOUR = minutes(60)


def routed(*routes: Route, default: Route | None = None, **fields: object) -> Rules:
    """The small company with these routes; settings by their names, the rest are fields of the rules."""
    names = {name: fields.pop(name) for name in list(fields) if name.endswith("_seconds")}
    rules = a_company(**{"escalate_after_seconds": 7 * 24 * 3600, **names})
    given = {name: getattr(rules, name) for name in Rules.model_fields}
    return Rules(**given | {"routes": routes, "default_route": default or Route(), **fields})


def a_route(name: str, match: str = "", **fields: object) -> Route:
    """A route with these matchers."""
    return Route(name=name, match=parse_matchers(match), **fields)


def channels(story: Story) -> set[tuple[str, str]]:
    """Which destination shows a message of which subject."""
    return {(notice.destination, notice.subject) for notice in story.simulator.notices}


def test_a_route_matches_on_the_labels_of_the_alert_behind_the_cause():
    """Own labels beside ours; of several alerts the cause's."""
    story = Story(routed(a_route("shop", 'env="prod",cause.kind="feed"', channel="#shop")))
    story.alert(0, "feed.orders", "feed.stale", labels={"env": "prod"})
    story.alert(1, "model.pricing", "model.data_drift", labels={"env": "test"}).advance(HOUR)
    assert story.told[0] == (120, "#shop", "opened")


def test_own_labels_never_hide_ours_unless_the_rules_leave_a_label_to_the_alerts():
    """`severity` is the router's, or the alert's own where alert_labels says so."""
    page = a_route("page", 'severity="page"', channel="#pager")
    for labels, told in (((), "#data"), (("severity",), "#pager")):
        story = Story(routed(page, alert_labels=labels))
        story.alert(0, "feed.orders", "feed.stale", labels={"severity": "page"}).advance(HOUR)
        assert story.told[0] == (120, told, "opened")


def test_without_the_cause_s_alert_the_earliest_symptom_gives_the_labels():
    """The cause may be a component that does not alert itself."""
    story = Story(routed(a_route("first", 'n="1"', channel="#first")))
    story.alert(0, "model.pricing", "model.data_drift", labels={"n": "2"})
    story.alert(5, "feed.orders", "feed.stale", started=-60, labels={"n": "1"}).advance(HOUR)
    assert story.told[0][1] == "#first"


def test_after_continue_every_further_route_is_a_destination_of_its_own():
    """The first decides for the owner; a destination is told once, and hears of the end."""
    rules = routed(
        a_route("log", "", channel="#log", continues=True),
        a_route("shop", 'cause.kind="feed"', receiver="both", continues=True),
        a_route("again", "", channel="#log"),
        receivers={"both": Receiver(name="both", channels=("#shop", "#shop-2"), team="sales")},
    )
    story = Story(rules).alert(0, "feed.orders", "feed.stale").advance(HOUR)
    assert story.told[0] == (120, "#log", "opened")
    further = [(where, team) for _, where, team in story.also_told if where.startswith("#shop")]
    assert further == [("#shop", "sales"), ("#shop-2", "sales")]
    story.resolve(2 * HOUR, "feed.orders", "feed.stale")
    last = {notice.destination: notice for notice in story.simulator.notices}
    assert {where: notice.kind.value for where, notice in last.items() if where in ("#log", "#shop")} == {
        "#log": "resolved",
        "#shop": "resolved",
    }


def test_a_further_route_that_is_quiet_now_is_not_told():
    """Its time intervals count as they do for the owner's route."""
    always = {"always": TimeInterval(name="always", spans=(Span(),))}
    rules = routed(
        a_route("all", "", continues=True),
        a_route("quiet", "", channel="#quiet", mute=("always",)),
        time_intervals=always,
    )
    story = Story(rules).alert(0, "feed.orders", "feed.stale").advance(HOUR)
    assert "#quiet" not in story.incident().destinations


def test_what_still_burns_is_told_again_after_the_repeat_interval_until_it_is_over():
    """A line in the thread each time, by the route's clock."""
    story = Story(routed(a_route("all", "", repeat_interval_seconds=3600)))
    story.alert(0, "feed.orders", "feed.stale").advance(2.5 * HOUR)
    story.person(2.6 * HOUR, "acknowledge").advance(4.5 * HOUR).resolve(
        4.6 * HOUR, "feed.orders", "feed.stale"
    )
    story.advance(24 * HOUR)
    repeats = [seconds for seconds, _, kind in story.told if kind == "repeated"]
    assert repeats == [120 + hour * 3600 for hour in (1, 2, 3, 4)]
    notes = [note.text for note in story.incident().notes if note.kind == "repeated"]
    assert notes == ["Still burning since 2026-03-02 08:00 UTC"] * 4


def test_without_a_route_that_says_so_it_is_repeated_every_four_hours():
    """As Alertmanager does."""
    story = Story(routed()).alert(0, "feed.orders", "feed.stale").advance(9 * HOUR)
    assert [when for when, _, kind in story.told if kind == "repeated"] == [120 + 4 * 3600, 120 + 8 * 3600]


def test_plain_refreshes_keep_the_route_s_distance():
    """More of the same is told at most once in update_interval."""
    story = Story(routed(a_route("all", "", update_interval_seconds=600)))
    story.alert(0, "feed.orders", "feed.stale").advance(130)
    for number in range(1, 20):
        story.alert(130 + 60 * number, "feed.orders", "feed.stale", key=f"k{number}", started=0)
    story.advance(HOUR)
    refreshes = [d.at for d in story.simulator.decisions if d.reason.value == "told.refreshed"]
    assert len(refreshes) >= 2
    assert all((b - a).total_seconds() >= 600 for a, b in pairwise(refreshes))


def test_group_by_splits_the_telling_and_never_the_incident():
    """A message for each set of values, of its own symptoms only; one is over when its symptoms are."""
    story = Story(routed(a_route("all", "", group_by=("site",))))
    story.alert(0, "feed.orders", "feed.stale", labels={"site": "a"})
    story.alert(1, "model.pricing", "model.data_drift", labels={"site": "b"}).advance(HOUR)
    assert len(story.simulator.incidents) == 1
    assert channels(story) >= {("#data", 'main-1 {site="a"}'), ("#data", 'main-1 {site="b"}')}
    assert ("#data", "main-1") not in channels(story)
    newest = {notice.subject: notice for notice in story.simulator.notices if notice.destination == "#data"}
    shown = {subject: [h.component for h in notice.incident.headlines] for subject, notice in newest.items()}
    assert shown == {'main-1 {site="a"}': ["feed.orders"], 'main-1 {site="b"}': ["model.pricing"]}
    story.resolve(2 * HOUR, "model.pricing", "model.data_drift", labels={"site": "b"}).advance(2.2 * HOUR)
    newest = {notice.subject: notice.incident.state.value for notice in story.simulator.notices}
    assert newest['main-1 {site="a"}'] == "open"
    assert newest['main-1 {site="b"}'] == "resolved"
    assert story.incident().live


def test_a_group_that_comes_later_gets_a_message_then_and_all_end_with_the_incident():
    """Whatever was posted is kept up to date."""
    story = Story(routed(a_route("all", "", group_by=("...",)))).alert(
        0, "feed.orders", "feed.stale", labels={"site": "a"}
    )
    story.advance(300).alert(400, "model.pricing", "model.data_drift", labels={"n": "1", "m": "2"})
    story.advance(HOUR)
    story.resolve(2 * HOUR, "feed.orders", "feed.stale").resolve(
        2 * HOUR, "model.pricing", "model.data_drift"
    )
    newest = {notice.subject: notice.incident.state.value for notice in story.simulator.notices}
    assert {name: state for name, state in newest.items() if "{" in name} == {
        'main-1 {site="a"}': "resolved",
        'main-1 {m="2", n="1"}': "resolved",
    }


def test_alerts_of_one_symptom_are_split_as_well():
    """A group is one of alerts, as in Alertmanager: each message counts its own."""
    story = Story(routed(a_route("all", "", group_by=("instance",))))
    for number in range(5):
        label = {"instance": "ab"[number % 2]}
        story.alert(number, "feed.orders", "feed.stale", key=f"k{number}", labels=label)
    story.advance(HOUR)
    newest = {notice.subject: notice.incident.firing for notice in story.simulator.notices if notice.group}
    assert newest == {'main-1 {instance="a"}': 3, 'main-1 {instance="b"}': 2}
    assert len(story.incident().headlines) == 1


def test_an_unmatched_incident_goes_by_the_default_route():
    """Which may lead to a receiver, with its own grouping."""
    rules = routed(
        a_route("never", 'env="never"', channel="#never"),
        default=Route(receiver="all"),
        receivers={"all": Receiver(name="all", team="risk")},
    )
    story = Story(rules).alert(0, "feed.orders", "feed.stale").advance(HOUR)
    assert story.told[0] == (120, "#risk", "opened")
    assert story.incident().owner.kind is OwnerKind.DATA
    assert story.incident().told_at == at(120)


def test_while_it_is_muted_nothing_is_repeated_and_afterwards_the_clock_starts_anew():
    """The end of the silence is a telling of its own."""
    story = Story(routed(a_route("all", "", repeat_interval_seconds=3600)))
    story.alert(0, "feed.orders", "feed.stale").advance(600)
    story.person(700, "silence", "", match=("scope=main",), seconds=2 * HOUR, reason="known").advance(
        5 * HOUR
    )
    ended = 700 + 2 * HOUR
    assert [when for when, _, kind in story.told if kind == "repeated"] == [ended + 3600, ended + 2 * 3600]


def test_nobody_is_told_again_of_what_nobody_was_told():
    """A route's quiet hours end with a telling; its repeats count from there."""
    night = TimeInterval(name="night", spans=(Span(times=((0, 10 * 60),)),))
    route = a_route("day", "", channel="#day", repeat_interval_seconds=3600, mute=("night",))
    story = Story(routed(route, time_intervals={"night": night}))
    story.alert(0, "feed.orders", "feed.stale").advance(4 * HOUR)
    assert [(when, kind) for when, _, kind in story.told] == [
        (2 * 3600, "opened"), (3 * 3600, "repeated"), (4 * 3600, "repeated"),
    ]  # fmt: skip
