"""Laws of learning: facts and not their order, small steps, exact undoing, fading."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model import experience as model
from router.model.experience import KEEP_DAYS, MAX_A_DAY, Answered, Experience, Lesson, Question
from router.stages.experience import predict, proposed
from tests.builders import START

FEATURES = [("component", "a"), ("component", "b"), ("fault", "x"), ("fault", "y"), ("symptom", "s")]


@pytest.fixture(scope="module", autouse=True)
def counts_at_hand():
    """However few lessons: every count that was asked for is kept at hand, where it could go stale."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "FEW", 0)
        yield


answers = st.builds(
    Answered,
    question=st.sampled_from(Question),
    team=st.sampled_from(["red", "blue"]),
    share=st.integers(0, 1000),
)


@st.composite
def lessons(draw: st.DrawFn) -> Lesson:
    """Any lesson of a few incidents, teams, people and days."""
    number = draw(st.integers(0, 30))
    return Lesson(
        incident=f"main-{number}",
        at=START + timedelta(days=draw(st.integers(0, 3)), seconds=draw(st.integers(0, 1))),
        team=draw(st.sampled_from(["red", "green", "blue"])),
        actor=draw(st.sampled_from(["ann", "bob", "eve"])),
        features=tuple(draw(st.sets(st.sampled_from(FEATURES), max_size=4))),
        answers=tuple(draw(st.lists(answers, max_size=2))),
    )


distinct = st.lists(lessons(), max_size=25, unique_by=lambda lesson: lesson.incident)
questions = st.lists(st.sampled_from(FEATURES), max_size=4, unique=True).map(tuple)
days = st.integers(0, 200)


def taught(known: list[Lesson]) -> Experience:
    """Experience of these lessons."""
    experience = Experience()
    for lesson in known:
        experience.add(lesson)
    return experience


@given(distinct, questions, days, st.randoms())
def test_the_order_of_lessons_does_not_matter(known, question, day, chance):
    """The same lessons, shuffled, give the same answer to the byte, in whatever order they were asked and learned."""
    now = START + timedelta(days=day)
    shuffled = list(known)
    chance.shuffle(shuffled)
    asked_between = Experience()
    for lesson in shuffled:
        asked_between.add(lesson)
        predict(asked_between, question, now)
    assert predict(asked_between, question, now) == predict(taught(known), question, now)


@given(distinct, questions, days)
def test_snapshot_and_restore_change_nothing(known, question, day):
    """Lessons written as records and read again give the same answer."""
    now = START + timedelta(days=day)
    written = [lesson.model_dump_json() for lesson in known]
    restored = taught([Lesson.model_validate_json(value) for value in written])
    assert predict(restored, question, now) == predict(taught(known), question, now)


@given(distinct, distinct, questions)
def test_undoing_is_exact(known, wrong, question):
    """Lessons that are taken back leave nothing behind, also in counts that were at hand."""
    names = {lesson.incident for lesson in known}
    experience = taught(known)
    before = predict(experience, question, START)
    for lesson in wrong:
        if lesson.incident not in names:
            experience.add(lesson)
            predict(experience, question, START)
            experience.remove(lesson.key)
    assert predict(experience, question, START) == before


@given(distinct, questions, days)
def test_shares_sum_to_at_most_one_best_first(known, question, day):
    """The rest is the share of a team that experience has never seen; the best comes first."""
    said = predict(taught(known), question, START + timedelta(days=day))
    assert sum(round(one.share * 1000) for one in said) <= 1000
    assert sum(one.answered.share for one in said) <= 1000
    assert [one.share for one in said] == sorted((one.share for one in said), reverse=True)
    assert all(0 <= one.share <= 1 for one in said)


@given(distinct, questions, st.integers(MAX_A_DAY, 30))
def test_one_person_moves_a_count_so_far_and_no_further_in_a_day(known, question, often):
    """Whoever says the same more often than MAX_A_DAY a day might as well have stopped there."""

    def hostile(times: int) -> list[Lesson]:
        said = {"at": START, "team": "mallory's", "actor": "mallory", "features": question}
        return [Lesson(incident=f"evil-{n}", **said) for n in range(times)]

    some, more = taught([*known, *hostile(MAX_A_DAY)]), taught([*known, *hostile(often)])
    shares = [[(a.team, a.share, a.answered) for a in predict(e, question, START)] for e in (some, more)]
    assert shares[0] == shares[1]


@given(distinct, questions, st.integers(1, 40), st.integers(0, 20), st.booleans())
def test_nobody_is_proposed_on_the_word_of_one_person(known, question, often, over_days, seconded):
    """A team that only one person ever named is never proposed, however often and on however many days.

    Nor when one more incident did end there.
    """
    said = [
        Lesson(
            incident=f"evil-{n}",
            at=START + timedelta(days=n % (over_days + 1)),
            team="mallory's",
            actor="ann" if seconded and not n else "mallory",
            features=question,
        )
        for n in range(often)
    ]
    best = proposed(predict(taught([*known, *said]), question, START + timedelta(days=over_days)))
    assert best is None or best.team != "mallory's"


@given(st.integers(30, 60), st.sampled_from(["green", "never seen"]), questions)
def test_one_incident_moves_what_is_well_known_a_little(often, other, question):
    """Among thirty lessons and more, one that says otherwise moves the share by less than a tenth."""
    said = {"at": START, "features": question}
    known = [Lesson(incident=f"main-{n}", team="red", actor=f"u{n}", **said) for n in range(often)]
    wrong = Lesson(incident="main-x", team=other, actor="eve", **said)
    before, after = (predict(taught(some), question, START)[0] for some in (known, [*known, wrong]))
    assert (before.team, after.team) == ("red", "red")
    assert 0 <= before.answered.share - after.answered.share < 100


@given(distinct, questions)
def test_lessons_fade_and_are_forgotten(known, question):
    """The weight of what was learned never grows with time, and is nothing after KEEP_DAYS."""
    experience = taught(known)
    weights = [experience.tally((), START + timedelta(days=day)).total for day in range(3, 30)]
    assert weights == sorted(weights, reverse=True)
    assert predict(experience, question, START + timedelta(days=KEEP_DAYS + 5)) == ()
