"""Laws of escalation: whatever the policy, no step is lost and none is taken twice, over crashes and ticks."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from router.model.escalation import Automatic, Notify, OnlyIf, Policy, Propose, Repeat, Running, Wait, Whom
from router.model.fault import Severity
from router.model.input import Tick
from router.model.ownership import Hours
from router.model.record import RECORD
from router.model.state import State
from router.model.time_interval import Span, TimeInterval
from router.pipeline import step
from router.stages.escalate import Facts, advance, begin
from tests.builders import a_batch, an_alert, at
from tests.scenarios.story import Story
from tests.scenarios.watch import a_watch

MORNING = Hours(interval=TimeInterval(name="morning", spans=(Span(times=((8 * 60, 9 * 60),)),)))

conditions = st.none() | st.builds(
    OnlyIf,
    severity=st.none() | st.sampled_from(list(Severity)),
    confidence=st.none() | st.sampled_from([0.0, 0.5, 1.0]),
    within=st.none() | st.just(MORNING),
    outside=st.none() | st.just(MORNING),
)
notifies = st.builds(
    Notify,
    whom=st.sampled_from([Whom.OWNER, Whom.BACKUP, Whom.MANAGER, Whom.ON_CALL]),
    mention=st.booleans(),
    only_if=conditions,
) | st.builds(
    Notify,
    whom=st.just(Whom.TEAM),
    names=st.lists(st.sampled_from(["commander", "it-team", "gone"]), min_size=1, max_size=2).map(tuple),
)
waits = st.builds(Wait, seconds=st.sampled_from([1, 60, 600])) | st.builds(Wait, until=st.just(MORNING))
proposals = st.builds(Propose, action=st.sampled_from(list(Automatic)), only_if=conditions)
steps = st.lists(notifies | waits | proposals | st.builds(Repeat, times=st.integers(1, 2)), max_size=6).map(
    tuple
)

LAST = 30 * 3_600


def facts(now: datetime) -> Facts:
    """An incident that nobody acknowledged."""
    return Facts(now, Severity.MAJOR, 0.6, False)


@given(steps)
def test_an_escalation_ends_and_takes_its_steps_in_order(made):
    """Law: every due is later than the one before, no step is passed over, and the end is reached."""
    rules = a_watch(*made, alert_timeout_seconds=30 * 86_400)
    incident = Story(rules).alert(0, "feed.orders", "feed.stale").advance(60).incident()
    running, due = begin(Policy(id="watch", steps=made), incident, rules, at(0))
    taken: list[tuple[int, int]] = []
    now, waits_ = at(0), 0
    moment: datetime | None = due
    while moment is not None:
        assert moment >= now
        waits_ += 1
        now = moment
        running, moment, did = advance(running, facts(now))
        taken += [(one.round, one.number) for one in did]
        assert waits_ <= 1 + sum(isinstance(s, Wait) for s in made) * 64
    assert running.finished
    assert taken == sorted(taken)
    assert len(taken) == len(set(taken))
    whole = [n for n, s in enumerate(made, 1) if isinstance(s, Notify | Propose)]
    assert [number for round_, number in taken if round_ == running.round][
        -len(whole) :
    ] == whole or not whole


@given(steps, st.lists(st.integers(0, LAST), max_size=6))
def test_a_crash_between_any_two_steps_changes_nothing(made, crashes):
    """Law: restored from its records at any moments, the scope tells the same at the same times."""
    assert told(made, crashes) == told(made, ())


def told(made, crashes):
    """What a scope decides about a stale feed under this policy, with a crash at each of these seconds."""
    rules = a_watch(*made, alert_timeout_seconds=30 * 86_400)
    state = State("main")
    decided = []

    def apply(value, now):
        nonlocal state
        effects = step(state, value, rules, now)
        decided.extend((d.number, d.at, d.reason, d.text, d.destination) for d in effects.decisions)

    apply(a_batch(an_alert("feed.orders", "feed.stale"), first=0), at(0))
    pending = sorted(crashes)
    while (due := state.next_due()) is not None and due <= at(LAST):
        while pending and at(pending[0]) <= due:
            pending.pop(0)
            stored = [RECORD.dump_json(record) for record in (state.header, *state.records.values())]
            state = State.restore("main", [RECORD.validate_json(record) for record in stored])
        apply(Tick(), due)
    return decided


def timeless(made) -> bool:
    """Whether no condition of the steps depends on the hour, so that a late step decides as one in time."""
    asked = [step.only_if for step in made if isinstance(step, Notify | Propose) and step.only_if]
    return not any(only_if.within or only_if.outside for only_if in asked)


@given(steps.filter(timeless), st.lists(st.integers(1, 4_000), min_size=1, max_size=30))
def test_ticks_that_come_late_lose_no_step_and_take_none_twice(made, gaps):
    """Law: the steps that are come to are those of a clock that is never late, each of them once."""
    rules = a_watch(*made, alert_timeout_seconds=30 * 86_400)
    state = State("main")
    step(state, a_batch(an_alert("feed.orders", "feed.stale"), first=0), rules, at(0))
    seen: list[str] = []
    seconds = 0
    for gap in (*gaps, *(LAST for _ in range(8))):
        seconds += gap
        seen += [d.text for d in step(state, Tick(), rules, at(seconds)).decisions if d.reason.value in STEPS]
    assert len(seen) == len(set(seen))
    on_time = [text for _, _, reason, text, _ in told(made, ()) if reason.value in STEPS]
    assert {numbered(text) for text in seen} == {numbered(text) for text in on_time}


STEPS = ("escalated.step", "escalated.step_skipped")


def numbered(text: str) -> str:
    """`step 2 of watch, round 2` of a decision's text."""
    return text.partition(": ")[2].partition(": ")[0]


@given(steps)
def test_a_running_escalation_survives_its_record(made):
    """Law: written and read back it is the same value, hours and all."""
    running = Running(team="a", severity=Severity.MAJOR, steps=made, begun_at=at(0))
    assert Running.model_validate_json(running.model_dump_json()) == running
    assert running.begun_at + timedelta(0) == at(0)
