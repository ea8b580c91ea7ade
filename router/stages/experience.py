"""Who will own this in the end? The answer of experience, for what the catalog does not know.

Each combination of features (none, each, each pair, all of them) has seen how its incidents ended; what one says is
smoothed with what the next more general ones say, and the combinations are pooled on a logarithmic scale, weighted so
that features that say the same thing twice do not make it twice as sure. What was answered before, and how often that
was right, calibrates the answer. Formulas and figures: docs/attribution.md, "Learning who owns what".
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.model.experience import (
    MAX_FEATURES,
    ONE,
    Answered,
    Combination,
    Experience,
    Lesson,
    Question,
    Recent,
    Tally,
    combinations_of,
    in_order,
)
from router.model.value import Moment

ELSEWHERE = 5 * ONE
"""The weight of a team that experience has never seen, beside all lessons."""
SMOOTHING = 5 * ONE
"""A combination believes what more general ones say as much as this weight of lessons of its own."""
SMOOTHING_ALL = 20 * ONE
"""The same for all features together, which is the last word."""
SINGLE, PAIRS = 0.24, 0.36
"""Exponents in the pool: of each feature, and of all pairs that a feature is in, together."""
LEAST_POOL = 1.0
"""The exponents add up to this at least: a single feature is taken at its word."""
CALIBRATION = 50 * ONE
"""The raw share is believed as much as this weight of answers whose end is known."""
ANSWERS = 3
"""Teams that are named, best first."""
LAST = 50
"""How far back the sentences look, in incidents."""
MIN_SHARE, MIN_SUPPORT, MIN_PEOPLE = 0.6, 5, 2
"""Experience proposes an owner from this calibrated share on, with so much support from so many different people."""
MORE_OFTEN_THAN_NOT = 0.5
"""A second opinion is a suggestion, so it is given from this share on."""

COMPONENT = "component"
"""The feature that names the component."""
GIVEN_TO = "given to"
"""The feature that says which team had it first."""
TELLING_LABELS = ("symptom", "subcategory", "category", "location", "service", "namespace", "alertname")
"""Labels that tell who owns it, in the words of ticket systems and monitors."""
MAX_VALUE = 200
"""Characters."""


class Prediction(NamedTuple):
    """A team that may own it in the end: calibrated share (0 to 1), and what that rests on.

    `support` counts the incidents that ended with this team among those that speak most for it, a few a person at
    most; `people` the different persons who said so. `answered` is to be kept with the incident, for its lesson.
    `rests_on` is what those incidents have in common: nothing, where it is only what is so anyway.
    """

    team: str
    share: float
    support: int
    people: int
    because: str
    answered: Answered
    rests_on: Combination = ()


def features_of(
    component: str, fault: str, labels: Mapping[str, str], telling: Sequence[str] = TELLING_LABELS
) -> Combination:
    """What experience goes by, from an incident's cause and the labels of its first alert.

    `telling` names the labels that count, most telling first; a value longer than `MAX_VALUE` is text, no label. One
    place is left for the team that had it first.
    """
    named = [(COMPONENT, component), ("fault", fault), *((name, labels.get(name, "")) for name in telling)]
    stated = [feature for feature in named if 0 < len(feature[1]) <= MAX_VALUE]
    return in_order(stated[: MAX_FEATURES - 1])


def given_to(features: Combination, team: str) -> Combination:
    """The same incident after this team had it first."""
    return in_order((*features[: MAX_FEATURES - 1], (GIVEN_TO, team)))


def predict(experience: Experience, features: Combination, now: Moment) -> tuple[Prediction, ...]:
    """The teams that incidents like this ended with, likeliest first; shares sum to at most 1, the rest is unknown.

    Empty when nothing was learned yet.
    """
    pool = _pool(experience, features, now)
    ranked = sorted(pool.shares.items(), key=lambda item: (-item[1], item[0]))[:ANSWERS]
    answers: list[Prediction] = []
    left, left_raw = 1.0, 1000
    for team, raw in ranked:
        if raw <= 0:
            break
        answered = Answered(question=_question(features, team), team=team, share=raw)
        if not answers:
            share = _calibrated(experience, answered, now)
        else:
            share = min(answers[-1].share, left * raw / max(left_raw, raw, 1))
        left, left_raw = max(0.0, left - share), left_raw - raw
        best = pool.strongest(team)
        recent = experience.recent(best, team, LAST)
        because = _because(recent, best, team)
        answers.append(
            Prediction(team, int(share * 1000) / 1000, recent.support, recent.people, because, answered, best)
        )
    return tuple(answers)


def _question(features: Combination, answer: str) -> Question:
    given = dict(features).get(GIVEN_TO)
    if given is None:
        return Question.WHO
    return Question.KEPT if given == answer else Question.MOVED


def proposed(
    predictions: Sequence[Prediction], minimum_share: float = MIN_SHARE, minimum_support: int = MIN_SUPPORT
) -> Prediction | None:
    """The team to propose, or None when experience is not sure enough: then the triage desk decides.

    On the word of one person nobody is proposed, however often that person said it, and one other does not make it
    enough. Nor is a team only because it gets most of what there is: something must speak for it here.
    """
    best = predictions[0] if predictions else None
    if best is None or best.share < minimum_share or not best.rests_on:
        return None
    return best if best.support >= minimum_support and best.people >= MIN_PEOPLE else None


def second_opinion(
    experience: Experience, features: Combination, owner: str, now: Moment
) -> Prediction | None:
    """The team that incidents like this were handed over to after `owner` had them; None when it kept them.

    For owners that the catalog names: a suggestion to mend the catalog, never an override.
    """
    return dissent(experience, predict(experience, given_to(features, owner), now), features, owner)


def dissent(
    experience: Experience, predictions: Sequence[Prediction], features: Combination, owner: str
) -> Prediction | None:
    """The second opinion among these, which were asked for incidents like this that were given to `owner`.

    It is about the component's place in the catalog, so it must rest on incidents of this very component.
    """
    best = proposed(predictions, MORE_OFTEN_THAN_NOT)
    if best is None or best.team == owner:
        return None
    about = in_order([*(f for f in features if f[0] == COMPONENT), (GIVEN_TO, owner)])
    recent = experience.recent(about, best.team, LAST)
    if recent.support < MIN_SUPPORT or recent.people < MIN_PEOPLE or recent.ended * 2 < recent.of:
        return None
    return best._replace(because=_because(recent, about, best.team), rests_on=about)


def standing(experience: Experience, lesson: Lesson, now: Moment) -> int:
    """The share of a lesson's team for its own features, in thousandths: asked before and after it is learned."""
    return _pool(experience, lesson.features, now).shares.get(lesson.team, 0)


def learned(lesson: Lesson, before: int, after: int) -> str:
    """For the decision: what was learned, from whom, and how far that moved the answer to the same question."""
    return (
        f"{_words(lesson.features)} ended with {lesson.team}, says {lesson.actor}:"
        f" its share goes from {before / 10:.1f}% to {after / 10:.1f}%"
    )


def why_proposed(best: Prediction) -> str:
    """Why a team owns it by experience, as the sentence of an ownership."""
    return f"by experience, {best.share:.0%} sure: {best.because}, on the word of {best.people} people"


def likeliest(predictions: Sequence[Prediction]) -> str:
    """The best answers, for the triage desk."""
    return ", ".join(f"{p.team} {p.share:.0%} ({p.because})" for p in predictions)


def mend_the_catalog(opinion: Prediction, owner: str, component: str) -> str:
    """What to suggest when incidents of a component are handed over time and again."""
    return (
        f"{opinion.because}, not with {owner}: if that is right, make {opinion.team} the owner of {component}"
    )


_ELSEWHERE = ""
"""No team's name: the place of all that experience has not seen."""


class _Pool(NamedTuple):
    """Shares of the teams in thousandths, and the tallies they come from, general to specific."""

    shares: dict[str, int]
    tallies: dict[Combination, Tally]

    def strongest(self, team: str) -> Combination:
        """The combination whose incidents ended with this team most purely, with caution towards small numbers.

        Among equals the most specific one, which tells people most.
        """

        def purity(asked: Combination) -> float:
            return self.tallies[asked].weights.get(team, 0) / (self.tallies[asked].total + SMOOTHING)

        return max(self.tallies, key=lambda asked: (purity(asked), len(asked), asked))


def _pool(experience: Experience, features: Combination, now: Moment) -> _Pool:
    features = in_order(features)
    everything = experience.tally((), now)
    if not everything.total:
        return _Pool({}, {})
    tallies = {asked: experience.tally(asked, now) for asked in combinations_of(features)}
    # Lists over the teams; the last place stands for all that experience has not seen.
    teams = [*sorted(everything.weights), _ELSEWHERE]
    anyway = [everything.weights[team] / (everything.total + ELSEWHERE) for team in teams[:-1]]
    anyway.append(ELSEWHERE / (everything.total + ELSEWHERE))
    singles: dict[Combination, list[float]] = {}
    pairs: list[list[float]] = []
    for asked, tally in tallies.items():
        if len(asked) == 1:
            singles[asked] = _smoothed(tally, teams, anyway, SMOOTHING)
        elif len(asked) == 2:
            one, other = singles[asked[:1]], singles[asked[1:]]
            expected = _normal([x * y / z for x, y, z in zip(one, other, anyway, strict=True)])
            pairs.append(_smoothed(tally, teams, expected, SMOOTHING))
    pooled = _pooled(anyway, list(singles.values()), pairs)
    shares = _smoothed(tallies[features], teams, pooled, SMOOTHING_ALL)
    thousandths = [int(share * 1000) for share in shares[:-1]]
    return _Pool(dict(zip(teams[:-1], thousandths, strict=True)), tallies)


def _pooled(anyway: list[float], singles: list[list[float]], pairs: list[list[float]]) -> list[float]:
    """Logarithmic pool of what features and pairs say beyond what is so anyway, as shares."""
    single, pair = _exponents(len(singles))
    ones = [math.prod(said) for said in zip(*singles, strict=True)] or [1.0] * len(anyway)
    twos = [math.prod(said) for said in zip(*pairs, strict=True)] or [1.0] * len(anyway)
    return _normal(
        [
            share * (one / share ** len(singles)) ** single * (two / share ** len(pairs)) ** pair
            for share, one, two in zip(anyway, ones, twos, strict=True)
        ]
    )


def _exponents(features: int) -> tuple[float, float]:
    """Of a feature and of a pair, for so many features."""
    if features < 2:
        return LEAST_POOL, 0.0
    pair = PAIRS / (features - 1)
    scale = max(1.0, LEAST_POOL / (features * (SINGLE + PAIRS / 2)))
    return SINGLE * scale, pair * scale


def _smoothed(tally: Tally, teams: Sequence[str], expected: list[float], smoothing: int) -> list[float]:
    """Shares among the lessons of a tally, smoothed towards what was expected."""
    if not tally.total:
        return expected
    weight_of, total = tally.weights.get, tally.total + smoothing
    return [
        (weight_of(team, 0) + smoothing * share) / total for team, share in zip(teams, expected, strict=True)
    ]


def _normal(scores: Sequence[float]) -> list[float]:
    """These in proportion, with the sum 1."""
    total = math.fsum(scores)
    return [score / total for score in scores]


def _calibrated(experience: Experience, answer: Answered, now: Moment) -> float:
    """The raw share, corrected by how often such answers of about this share were right."""
    right, total = experience.record_of(answer, now)
    return (right + CALIBRATION * answer.share / 1000) / (total + CALIBRATION)


def _because(recent: Recent, common: Combination, team: str) -> str:
    having = f" with {_words(common)}" if common else ""
    return f"{recent.ended} of the last {recent.of} incidents{having} ended with {team}"


def _words(features: Combination) -> str:
    return " and ".join(f"{name} {value}" for name, value in features)
