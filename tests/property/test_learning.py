"""Laws of learning in the whole pipeline: bounded for everybody, exact after a restore, the same when replayed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from router.model.calibration import MAX_BIAS, MAX_OF_ONE, MAX_STEP, STEPS_A_DAY, Calibration
from router.model.incident import Candidate, Cause
from router.model.input import Command, Tick
from router.model.record import RECORD
from router.model.state import State
from router.pipeline import AnyInput, step
from router.stages.calibrate import calibrated, judged
from tests.builders import START, a_batch, a_command, a_company, an_alert, at

DAY = 86_400
RULES = a_company(settle_seconds=0)
FAILURES = (("portal.unknown", "api.latency"), ("feed.orders", "feed.stale"), ("api.island", "api.latency"))
PEOPLE = ("ann", "bob", "mallory")

acts = st.tuples(
    st.sampled_from(["hand_over", "confirm", "correct", "acknowledge", "resolve", "forget"]),
    st.sampled_from(PEOPLE),
    st.sampled_from(["sales", "vendor", "data-team"]),
    st.sampled_from(["erp.orders", "feed.orders", "portal.unknown"]),
    st.sampled_from(["wrong_owner", "theirs"]),
)
days = st.lists(st.tuples(st.sampled_from(FAILURES), st.lists(acts, max_size=3)), min_size=1, max_size=8)


def inputs(story) -> list[tuple[AnyInput, int]]:
    """A failure a day, what people do about it, and its end; with the seconds at which each arrives."""
    made: list[tuple[AnyInput, int]] = []
    for day, ((component, fault), done) in enumerate(story):
        begin, key = day * DAY, f"{component}/{day}"
        made.append((a_batch(an_alert(component, fault, begin, key=key), first=2 * day), begin))
        for number, (verb, actor, team, cause, reason) in enumerate(done):
            second = begin + 600 + number
            made.append((act(verb, actor, team, cause, reason, day, number, second), second))
        end = an_alert(component, fault, begin + 9_000, key=key, status="resolved")
        made += [(a_batch(end, first=2 * day + 1), begin + 9_000), (Tick(), begin + DAY - 1)]
    return made


def act(verb, actor, team, cause, reason, day, number, second) -> Command:
    """What one person does about the newest incident; to forget is about what that person taught."""
    about = {"taught_by": actor} if verb == "forget" else {"component": cause if verb == "correct" else ""}
    return a_command(
        verb, f"main-{day + 1}", id=f"c{day}-{number}", seconds=second, actor=actor, team=team, reason=reason
    ).model_copy(update=about)


def run(state: State, made: list[tuple[AnyInput, int]]) -> list[str]:
    """Apply them; every decision as JSON."""
    return [
        decision.model_dump_json()
        for value, second in made
        for decision in step(state, value, RULES, at(second)).decisions
    ]


def stored(state: State) -> dict[str, str]:
    """Every record as JSON."""
    return {key: record.model_dump_json() for key, record in sorted(state.records.items())}


@settings(max_examples=60, deadline=None)
@given(days, st.integers(0, 40))
def test_a_restore_in_the_middle_changes_nothing(story, cut):
    """Lessons, calibration and what they decide are the same from records alone."""
    made = inputs(story)
    whole, first = State("main"), State("main")
    expected = run(whole, made)
    said = run(first, made[:cut])
    records = [first.header, *first.records.values()]
    again = State.restore("main", [RECORD.validate_json(record.model_dump_json()) for record in records])
    assert said + run(again, made[cut:]) == expected
    assert stored(again) == stored(whole)


@settings(max_examples=60, deadline=None)
@given(days)
def test_a_command_that_comes_again_changes_nothing(story):
    """Each command sent twice in a row: the second is a decision that it was repeated, and nothing else."""
    once, twice = State("main"), State("main")
    for value, second in inputs(story):
        step(once, value, RULES, at(second))
        step(twice, value, RULES, at(second))
        if isinstance(value, Command):
            (decision,) = step(twice, value, RULES, at(second)).decisions
            assert decision.reason.value == "command.repeated"
    assert stored(twice) == stored(once)


@settings(max_examples=60, deadline=None)
@given(days)
def test_everything_learned_has_an_author_and_a_decision(story):
    """Audit: as many lessons and steps as decisions say, each with the person; what nobody said was not learned."""
    state, learned, moved = State("main"), set(), 0
    for value, second in inputs(story):
        for decision in step(state, value, RULES, at(second)).decisions:
            if decision.reason.value == "experience.learned":
                learned.add((decision.incident, decision.actor))
            moved += decision.reason.value == "calibration.learned"
    for lesson in state.experience.lessons.values():
        assert lesson.actor in PEOPLE
        assert (lesson.incident, lesson.actor) in learned
    known = state.calibration
    assert known is None or (moved and set(known.people) <= set(PEOPLE))


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from(PEOPLE), st.booleans(), st.floats(0, 1)), max_size=60),
    st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.floats(0, 1)), max_size=60),
)
def test_a_hostile_person_moves_confidence_so_far_and_no_further(others, hostile):
    """Whatever one person says, how often and on which days: the bias differs by MAX_OF_ONE at most from without."""
    calibration, day = Calibration(at=START), 0
    for actor, right, said in others:
        calibration = judged(calibration, actor, right, said, START) or calibration
    before = calibration.bias(START)
    for gap, right, said in hostile:
        day += gap
        now = at(day * DAY)
        faded = calibration.bias(now)
        after = judged(calibration, "eve", right, said, now) or calibration
        assert abs(after.bias(now) - faded) <= MAX_STEP + 1e-4
        assert after.without("eve").bias(now) == calibration.without("eve").bias(now)
        assert abs(after.bias(now) - after.without("eve").bias(now)) <= MAX_OF_ONE + 1e-9
        assert abs(after.bias(now)) <= MAX_BIAS
        calibration = after
    first_day = [verdict for verdict in hostile if verdict[0] == 0]
    if len(first_day) == len(hostile):
        assert abs(calibration.bias(START) - before) <= MAX_STEP * STEPS_A_DAY + 1e-3


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=3).map(lambda shares: sorted(shares, reverse=True)),
    st.floats(-MAX_BIAS, MAX_BIAS),
)
def test_calibration_keeps_the_order_and_the_sum(shares, bias):
    """Candidates stay in their order, each between 0 and 1, all together at most 1."""
    total = max(1.0, sum(shares))
    candidates = tuple(
        Candidate(component=f"api.c{n}", fault="api.latency", confidence=share / total)
        for n, share in enumerate(shares)
    )
    cause = Cause(
        component="api.c0", fault="api.latency", confidence=candidates[0].confidence, candidates=candidates
    )
    found = [c.confidence for c in calibrated(cause, bias, 0.5).candidates]
    assert found == sorted(found, reverse=True)
    assert all(0 <= share <= 1 for share in found)
    assert sum(found) <= 1 + 1e-9


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.lists(st.sampled_from(["hand_over", "correct"]), min_size=1, max_size=12))
def test_one_hostile_person_gives_nobody_an_incident(often, verbs):
    """A component outside the catalog that only one person ever handed to a team goes to the triage desk."""
    state = State("main")
    for day in range(often):
        act_ = (verbs[day % len(verbs)], "mallory", "vendor", "erp.orders", "wrong_owner")
        for value, second in inputs([(FAILURES[0], [])] * day + [(FAILURES[0], [act_])])[-4:]:
            step(state, value, RULES, at(second))
    last = inputs([(FAILURES[0], [])] * (often + 1))[-3]
    step(state, last[0], RULES, at(last[1]))
    assert len(state.experience.lessons) == often
    assert state.incidents()[-1].owner.team == "triage"
