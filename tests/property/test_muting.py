"""Law 5: muting stops telling, never tracking; and what ends a mute loses no telling."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from router.model.incident import Incident
from router.model.matcher import parse_matcher
from router.model.muting import Inhibition, Maintenance
from router.model.notice import Notice, NoticeRole
from router.model.rules import Rules
from router.model.state import State
from tests.builders import CHAIN, a_component, at
from tests.scenarios.muting import a_quiet_company
from tests.scenarios.story import Story

ALERTS = (
    ("erp.orders", "erp.idoc_stuck"),
    ("feed.orders", "feed.stale"),
    ("model.pricing", "model.data_drift"),
    ("api.island", "api.latency"),
    ("api.island", "api.error_rate"),
    ("api.east", "api.latency"),
    ("api.west", "api.latency"),
)
MATCHERS = (
    'cause.component="api.island"',
    'owner="data-team"',
    'severity=~"major|minor"',
    'cause.component=~".+"',
)
MUTING_SECONDS = 7_200
COMPONENTS = (*CHAIN, a_component("api.east"), a_component("api.west"))

alerts = st.tuples(
    st.just("alert"), st.sampled_from(ALERTS), st.sampled_from(["firing", "firing", "resolved"])
)
steps = st.one_of(
    alerts,
    alerts,
    alerts,
    st.tuples(
        st.sampled_from(["silence", "pending"]), st.sampled_from(MATCHERS), st.integers(1, MUTING_SECONDS)
    ),
    st.tuples(st.sampled_from(["unsilence", "end"]), st.integers(0, 5), st.just(0)),
    st.tuples(
        st.just("maintenance"), st.sampled_from([c for c, _ in ALERTS]), st.integers(60, MUTING_SECONDS)
    ),
    st.tuples(st.just("snooze"), st.integers(0, 3), st.integers(0, MUTING_SECONDS)),
    st.tuples(st.sampled_from(["acknowledge", "resolve"]), st.integers(0, 3), st.just(0)),
)
stories = st.tuples(
    st.lists(st.tuples(st.integers(1, 60), alerts), min_size=2, max_size=4),
    st.lists(st.tuples(st.integers(1, 1_500), steps), min_size=4, max_size=16),
).map(lambda both: [*both[0], *both[1]])


def rules_with_everything(rate: int) -> Rules:
    """Silences, windows, inhibition, flapping and a rate cap, all at once."""
    inhibition = Inhibition(
        name="island-first",
        source=(parse_matcher('cause.component="api.island"'),),
        target=(parse_matcher('owner="data-team"'),),
    )
    recurring = Maintenance(id="noon", components=("feed.orders",), starts_at=at(3_000), seconds=900)
    return a_quiet_company(
        *COMPONENTS,
        settings={
            "flapping_count": 2,
            "flapping_stable_seconds": 600,
            "destination_rate": rate,
            "destination_rate_window_seconds": 1_200,
            "reopen_seconds": 1_800,
        },
        inhibition=(inhibition,),
        maintenance=(recurring,),
    )


def play(story: Story, script: list[tuple[int, Any]]) -> float:
    """Let all of it happen; when it ended, in seconds."""
    now, count = 0.0, 0
    silences: list[str] = []
    windows: list[str] = []
    for wait, (what, one, other) in script:
        now, count = now + wait, count + 1
        match what:
            case "alert":
                story.alert(now, *one, status=other)
            case "silence" | "pending":
                starts = at(now + 600) if what == "pending" else None
                story.person(
                    now, "silence", "", match=(one,), seconds=other, silence=f"s{count}", starts_at=starts
                )
                silences.append(f"s{count}")
            case "unsilence" if silences:
                story.person(now, "expire_silence", "", silence=silences[one % len(silences)])
            case "maintenance":
                window = Maintenance(id=f"m{count}", components=(one,), starts_at=at(now), seconds=other)
                story.person(now, "maintenance", "", window=window)
                windows.append(f"m{count}")
            case "end" if windows:
                story.person(now, "end_maintenance", "", silence=windows[one % len(windows)])
            case "snooze":
                story.person(now, "snooze", an_incident(story, one), seconds=other)
            case "acknowledge" | "resolve":
                story.person(now, what, an_incident(story, one))
        check_as_it_goes(story)
    return now


def an_incident(story: Story, number: int) -> str:
    """One of those there are."""
    known = sorted(story.simulator.incidents)
    return known[number % len(known)] if known else "main-1"


def check_as_it_goes(story: Story) -> None:
    """At every moment: each incident that burns has exactly one next timer, muted or not."""
    state = story.simulator.states.get("main")
    for incident in state.incidents() if state else ():
        due = state.timers.due_of(f"incident|{incident.id}")
        assert due == incident.next_due
        assert not incident.muted_by or incident.mute_due is not None
        if incident.live and (incident.told or incident.state.value != "acknowledged"):
            assert due is not None, (
                f"{incident.id} is {incident.state.value} and nothing will ever look at it"
            )
            assert due > story.simulator.now


def seen(incident: Incident) -> tuple[Any, ...]:
    """What people must know of it."""
    return (
        incident.live,
        incident.severity,
        incident.cause.component,
        incident.owner.team,
        incident.acknowledged_by,
    )


@settings(max_examples=120, deadline=None)
@given(stories, st.sampled_from([0, 1]))
def test_when_every_mute_is_over_everybody_sees_how_things_stand(script, rate):
    """Whatever was silenced, in maintenance, inhibited, snoozed, flapping or held back meanwhile."""
    story = Story(rules_with_everything(rate))
    now = play(story, script)
    # A source that still fires inhibits for as long as it does: then its end ends it.
    for component, fault in ALERTS[3:]:
        now += 1
        if any(
            h.component == component and h.fault == fault
            for i in story.simulator.incidents.values()
            for h in i.headlines
        ):
            story.resolve(now, component, fault)
    story.advance(now + 6 * 3_600)
    newest: dict[str, Notice] = {n.key: n for n in story.simulator.notices if n.role is not NoticeRole.DIGEST}
    for incident in story.simulator.incidents.values():
        assert not (incident.live and incident.muted_by), incident.muted_by
        if incident.live and incident.state.value != "acknowledged":
            assert incident.told, f"{incident.id} burns and nobody knows"
        for told in incident.told:
            shown = newest[f"{told.destination}|{incident.id}"].incident
            assert seen(shown) == seen(incident)


@settings(max_examples=60, deadline=None)
@given(stories)
def test_muting_changes_nothing_of_what_is_tracked(script):
    """The same events give the same incidents, alerts and states, whatever is muted; only telling differs."""

    def tracked(with_mutes: bool) -> list[Any]:
        story = Story(
            rules_with_everything(0)
            if with_mutes
            else a_quiet_company(*COMPONENTS, settings={"reopen_seconds": 1_800})
        )
        kinds = (
            ("alert",)
            if not with_mutes
            else ("alert", "silence", "maintenance", "unsilence", "end", "pending")
        )
        now = 0
        for wait, (what, one, other) in script:
            now += wait
            if what in kinds:
                play_one(story, now, what, one, other)
        return sorted(
            (i.id, i.live, i.severity.value, tuple((h.component, h.fault, h.firing) for h in i.headlines))
            for i in story.simulator.states.get("main", State("main")).incidents()
            if i.live
        )

    assert tracked(True) == tracked(False)


def play_one(story: Story, now: float, what: str, one: Any, other: Any) -> None:
    """One step, at its time."""
    if what == "alert":
        story.alert(now, *one, status=other)
    elif what in ("silence", "pending"):
        story.person(now, "silence", "", match=(one,), seconds=other, silence=f"s{now}")
    elif what == "maintenance":
        window = Maintenance(id=f"m{now}", components=(one,), starts_at=at(now), seconds=other)
        story.person(now, "maintenance", "", window=window)


@settings(max_examples=60, deadline=None)
@given(stories)
def test_a_restored_scope_mutes_and_tells_the_same(script):
    """Indexes of silences, windows and inhibiting alerts are rebuilt from the records."""

    def decided(restore: bool) -> list[tuple[str, str]]:
        story = Story(rules_with_everything(1))
        for place in range(len(script)):
            play_from(story, script, place)
            if restore and "main" in story.simulator.states:
                old = story.simulator.states["main"]
                records = sorted(old.records.values(), key=lambda record: record.key, reverse=True)
                story.simulator.states["main"] = State.restore("main", [old.header, *records])
        story.advance(sum(wait for wait, _ in script) + 10_000)
        return [(d.reason.value, d.text) for d in story.simulator.decisions]

    assert decided(True) == decided(False)


def play_from(story: Story, script: list[tuple[int, Any]], place: int) -> None:
    """The step at this place of the script."""
    now = sum(wait for wait, _ in script[: place + 1])
    what, one, other = script[place][1]
    if what in ("snooze", "acknowledge", "resolve"):
        story.person(now, what, an_incident(story, one), **({"seconds": other} if what == "snooze" else {}))
    else:
        play_one(story, now, what, one, other)
