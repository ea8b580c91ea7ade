"""What experience answers, from which lessons, in which words; and what it refuses to say."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from router.model import experience as model
from router.model.experience import Answered, Experience, Lesson, Question, to_forget
from router.stages.experience import (
    MIN_SHARE,
    MIN_SUPPORT,
    Prediction,
    features_of,
    given_to,
    learned,
    likeliest,
    mend_the_catalog,
    predict,
    proposed,
    second_opinion,
    standing,
    why_proposed,
)
from tests.builders import START

LOGIN = features_of("unknown.portal", "app.error_rate", {"symptom": "cannot log in"})
PRINT = features_of("unknown.printer", "app.error_rate", {"symptom": "does not print"})

WHO = Answered(question=Question.WHO, team="identity", share=820)


def lesson(number: int, team: str, features=LOGIN, actor: str = "", days: float = 0, **more) -> Lesson:
    """The lesson of incident `number`, by default on the word of a person of its own."""
    at = START + timedelta(days=days, seconds=number)
    return Lesson(
        incident=f"main-{number}", at=at, team=team, actor=actor or f"u{number}", features=features, **more
    )


def taught(*lessons: Lesson) -> Experience:
    """Experience of these lessons."""
    experience = Experience()
    for one in lessons:
        experience.add(one)
    return experience


def mostly(team: str, other: str, of: int = 50, wrong: int = 9, features=LOGIN, first: int = 0):
    """So many lessons with a team, of which the first few ended with another one."""
    return [lesson(first + n, other if n < wrong else team, features) for n in range(of)]


def test_without_a_lesson_there_is_no_answer():
    """Nothing learned, nothing said, nothing proposed."""
    assert predict(Experience(), LOGIN, START) == ()
    assert proposed(()) is None


def test_the_answer_cites_the_incidents_that_it_rests_on():
    """The sentence counts incidents, newest first, and names what they have in common."""
    best = predict(taught(*mostly("identity", "network")), LOGIN, START)[0]
    assert (best.team, best.support, best.people) == ("identity", 41, 41)
    assert best.because.startswith("41 of the last 50 incidents with ")
    assert best.because.endswith(" ended with identity")


def test_the_specific_outvotes_the_general():
    """Most incidents end with the desk, those with this symptom with identity: the symptom decides."""
    desk = [lesson(n, "desk", PRINT) for n in range(60)]
    experience = taught(*desk, *mostly("identity", "network", of=12, wrong=1, first=100))
    assert predict(experience, LOGIN, START)[0].team == "identity"
    assert predict(experience, PRINT, START)[0].team == "desk"


def test_what_was_never_seen_falls_back_to_what_is_so_anyway():
    """New features say nothing: the answer is the general one, and says so."""
    experience = taught(*mostly("identity", "network"))
    best = predict(experience, features_of("new.thing", "feed.stale", {}), START)[0]
    assert best.because == "41 of the last 50 incidents ended with identity"


def test_who_is_named_three_at_most_and_best_first():
    """The triage desk gets three, with their shares and what each rests on."""
    lessons = [lesson(n, f"team-{n % 5 % 4}") for n in range(60)]
    answers = predict(taught(*lessons), LOGIN, START)
    assert [answer.team for answer in answers] == ["team-0", "team-1", "team-2"]
    assert answers[0].share >= answers[1].share >= answers[2].share
    assert likeliest(answers).startswith(f"team-0 {answers[0].share:.0%} (20 of the last 50 incidents")


@pytest.mark.parametrize("support", [MIN_SUPPORT - 1, 40])
def test_a_proposal_needs_enough_incidents(support):
    """Four lessons are an anecdote, however one-sided; forty are experience."""
    answers = predict(taught(*mostly("identity", "", of=support, wrong=0)), LOGIN, START)
    assert (proposed(answers, minimum_share=0.1) is not None) == (support >= MIN_SUPPORT)


def test_a_proposal_needs_two_people_however_little_support_is_asked_for():
    """One person's word is a claim, not experience."""
    one, two = (
        taught(*(lesson(n, "identity", actor=f"u{n % people}", days=n) for n in range(20)))
        for people in (1, 2)
    )
    now = START + timedelta(days=20)
    assert proposed(predict(one, LOGIN, now), minimum_support=1) is None
    assert proposed(predict(two, LOGIN, now), minimum_support=1) is not None


def test_a_proposal_needs_a_share():
    """Half and half is for the triage desk."""
    answers = predict(taught(*mostly("identity", "network", of=40, wrong=20)), LOGIN, START)
    assert proposed(answers) is None


def test_what_is_so_anyway_is_no_ground_for_a_proposal():
    """A team that gets all there is gets nothing new for that alone."""
    experience = taught(*mostly("identity", "", of=60, wrong=0))
    new = predict(experience, features_of("new.thing", "feed.stale", {}), START)
    assert (new[0].team, new[0].rests_on) == ("identity", ())
    assert new[0].share > MIN_SHARE
    assert proposed(new) is None


def test_a_second_opinion_rests_on_incidents_of_the_component_itself():
    """That much else which was given to a team ended elsewhere is no reason to take this component from it."""
    handed = [lesson(n, "identity", given_to(PRINT, "network")) for n in range(40)]
    experience = taught(*handed)
    assert second_opinion(experience, features_of("api.island", "api.latency", {}), "network", START) is None


def test_the_reason_of_a_proposal_says_how_sure_and_on_whose_word():
    """Words for the ownership's why."""
    best = Prediction("identity", 0.82, 41, 12, "41 of the last 50 incidents ended with identity", WHO)
    assert why_proposed(best) == (
        "by experience, 82% sure: 41 of the last 50 incidents ended with identity, on the word of 12 people"
    )


def test_what_is_handed_over_time_and_again_is_a_suggestion_to_mend_the_catalog():
    """The catalog's owner had it first each time, and it ended elsewhere: said, never done."""
    handed = [lesson(n, "identity", given_to(LOGIN, "network")) for n in range(20)]
    kept = [lesson(100 + n, "printing", given_to(PRINT, "printing")) for n in range(20)]
    experience = taught(*handed, *kept)
    opinion = second_opinion(experience, LOGIN, "network", START)
    assert opinion is not None
    assert opinion.team == "identity"
    assert mend_the_catalog(opinion, "network", "unknown.portal").endswith(
        "not with network: if that is right, make identity the owner of unknown.portal"
    )
    assert second_opinion(experience, PRINT, "printing", START) is None


def test_answers_that_were_often_wrong_make_it_less_sure():
    """Calibration: what said 90% and was right half of the time says less from then on."""
    known = mostly("identity", "", wrong=0)
    said = predict(taught(*known), LOGIN, START)[0]
    others = [lesson(200 + n, "network" if n % 2 else "identity", PRINT) for n in range(100)]
    wrong = [one.model_copy(update={"answers": (said.answered,)}) for one in others]
    assert said.share == said.answered.share / 1000
    unheard, doubted = (predict(taught(*known, *more), LOGIN, START)[0] for more in (others, wrong))
    assert doubted.team == unheard.team
    assert doubted.share < unheard.share - 0.1


def test_answers_that_were_right_make_it_surer():
    """Calibration works both ways: what said 60% and was always right says more from then on."""
    known = mostly("identity", "network", of=30, wrong=12)
    said = predict(taught(*known), LOGIN, START)[0]
    right = [lesson(200 + n, "printing", PRINT) for n in range(100)]
    heard = [
        one.model_copy(update={"answers": (said.answered.model_copy(update={"team": "printing"}),)})
        for one in right
    ]
    unheard, trusted = (predict(taught(*known, *more), LOGIN, START)[0] for more in (right, heard))
    assert trusted.share > unheard.share + 0.1


def test_moving_it_on_is_calibrated_apart_from_keeping_it():
    """Right about what a team keeps says nothing about what it will hand over."""
    known = [lesson(n, "identity", given_to(LOGIN, "network")) for n in range(40)]
    said = predict(taught(*known), given_to(LOGIN, "network"), START)[0]
    assert said.answered.question is Question.MOVED
    kept = said.answered.model_copy(update={"question": Question.KEPT})
    for answer, changes in ((kept, False), (said.answered, True)):
        wrong = [lesson(100 + n, "printing", PRINT, answers=(answer,)) for n in range(40)]
        plain = [lesson(100 + n, "printing", PRINT) for n in range(40)]
        shares = {
            predict(taught(*known, *w), given_to(LOGIN, "network"), START)[0].share for w in (wrong, plain)
        }
        assert (len(shares) == 2) == changes


def test_a_later_lesson_of_an_incident_takes_the_earlier_one_back():
    """A correction leaves no trace of the mistake in the counts."""
    experience = taught(*mostly("identity", "network"))
    expected = predict(experience, LOGIN, START)
    experience.add(lesson(1_000, "network"))
    assert predict(experience, LOGIN, START) != expected
    experience.add(lesson(1_000, "network", PRINT))
    experience.remove("lesson|main-1000")
    assert predict(experience, LOGIN, START) == expected


def test_what_one_lesson_moved_is_said_with_its_author():
    """Audit: from where to where, by whom, and it can be asked for again."""
    experience = taught(*mostly("identity", "network"))
    new = lesson(99, "identity", actor="ann")
    before = standing(experience, new, START)
    experience.add(new)
    after = standing(experience, new, START)
    assert 0 < after - before < 20
    text = learned(new, before, after)
    assert "ended with identity, says ann: its share goes from" in text
    assert "symptom cannot log in" in text


def test_everything_about_a_component_or_by_a_person_can_be_forgotten():
    """Reset per component; and one order takes back whatever a person taught."""
    experience = taught(
        lesson(1, "a", actor="eve"), lesson(2, "a", actor="ann"), lesson(3, "b", PRINT, "eve")
    )
    component = ("component", "unknown.portal")
    assert to_forget(experience, component) == ("lesson|main-1", "lesson|main-2")
    assert to_forget(experience, actor="eve") == ("lesson|main-1", "lesson|main-3")
    assert to_forget(experience, component, actor="eve") == ("lesson|main-1",)
    assert to_forget(experience) == ()


def test_the_oldest_lessons_go_when_a_scope_has_too_many(monkeypatch):
    """Bounded memory: the keys to delete are the oldest."""
    monkeypatch.setattr(model, "MAX_LESSONS", 2)
    experience = taught(lesson(3, "a"), lesson(1, "a"), lesson(4, "a"), lesson(2, "a"))
    assert experience.beyond_bounds() == ("lesson|main-1", "lesson|main-2")


def test_dropping_counts_at_hand_changes_no_answer(monkeypatch):
    """What is derived may be derived again at any time."""
    experience = taught(*mostly("identity", "network"))
    expected = predict(experience, LOGIN, START)
    for bound in ("MAX_TALLIES", "FEW"):
        monkeypatch.setattr(model, bound, 1)
        assert predict(experience, LOGIN, START) == expected


def test_a_lesson_has_an_author_a_team_and_few_features():
    """Whoever teaches says who they are; no record can be large."""
    for wrong in ({"actor": ""}, {"team": ""}, {"features": tuple((str(n), "x") for n in range(7))}):
        with pytest.raises(ValidationError):
            Lesson.model_validate({**lesson(1, "a").model_dump(), **wrong})


def test_features_are_the_cause_and_telling_labels_with_room_for_who_had_it_first():
    """Long texts and labels that nobody named are left out; the order of labels does not matter."""
    labels = {"location": "l", "category": "c", "subcategory": "s", "pod": "p", "symptom": "y" * 300}
    features = features_of("api.x", "api.latency", labels)
    assert features == (
        ("category", "c"),
        ("component", "api.x"),
        ("fault", "api.latency"),
        ("location", "l"),
        ("subcategory", "s"),
    )
    assert len(given_to(features, "network")) == 6
