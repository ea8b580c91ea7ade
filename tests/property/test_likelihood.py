"""The laws of the model: shares that sum to one, evidence that never hurts its cause, no cause without a way."""

import math
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from router.likelihood.partition import with_symptom
from router.likelihood.suspect import Suspect
from router.likelihood.weighing import Likelihood, likelihood_of, order
from router.model.headline import Headline
from router.model.rules import Rules
from router.stages.attribute import KNOWN_AHEAD, attribute, rank
from tests.builders import an_alert, at
from tests.property.small_worlds import FAULTS, alerts_of, companies, headlines_of

SPAN = 7_200
NOW = at(2 * SPAN)

pytestmark = pytest.mark.filterwarnings("error")
relaxed = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@st.composite
def cases(draw: st.DrawFn, least: int = 1) -> tuple[Rules, list[Headline]]:
    """A small company and symptoms in it, in any order."""
    rules = draw(companies())
    return rules, headlines_of(draw(alerts_of(rules, least, 6, SPAN)))


def ranked(rules: Rules, headlines: list[Headline]) -> list[Suspect]:
    """All causes of these symptoms, best first."""
    return rank(headlines, (), rules, NOW)


def place_of(cause: str, suspects: list[Suspect]) -> int:
    """The rank of a cause; one that explains nothing comes after all others."""
    return next((n for n, suspect in enumerate(suspects) if suspect.component == cause), len(suspects))


@relaxed
@given(cases())
def test_the_shares_of_all_causes_and_of_one_outside_the_catalog_sum_to_one(case):
    """Nothing is counted twice, and what is left is the share of a cause that nobody knows."""
    rules, headlines = case
    suspects = ranked(rules, headlines)
    scores = [suspect.score for suspect in suspects]
    parameters = likelihood_of(rules).parameters
    outside = min(parameters.unknown, max(scores) - KNOWN_AHEAD)
    total = math.fsum(math.exp(score - max(scores)) for score in [*scores, outside])
    unknown = parameters.lapse + (1 - parameters.lapse) * math.exp(outside - max(scores)) / total
    assert math.isclose(math.fsum(suspect.share for suspect in suspects) + unknown, 1.0, rel_tol=1e-12)
    assert all(0 < suspect.share < 1 for suspect in suspects)
    assert sum(c.confidence for c in attribute(headlines, (), rules, NOW).cause.candidates) <= 1.0002


@relaxed
@given(cases(), st.data())
def test_a_symptom_that_only_one_cause_can_explain_never_lowers_its_rank(case, data):
    """More that speaks for a cause, and for no other, never speaks against it."""
    rules, headlines = case
    before = ranked(rules, headlines)
    cause = data.draw(st.sampled_from([suspect.component for suspect in before]))
    seen = {(h.component, h.fault) for h in headlines}
    news = [
        (component, fault)
        for component in rules.components
        for fault in FAULTS[component.split(".")[0]]
        if (component, fault) not in seen
        and likelihood_of(rules).links(component, fault).keys() & {s.component for s in before} == {cause}
    ]
    assume(news)
    component, fault = data.draw(st.sampled_from(news))
    late = max(h.started_at for h in headlines)
    new = Headline.of(
        an_alert(component, fault, (late - at(0)).total_seconds() + data.draw(st.integers(0, 600)))
    )
    after = [s for s in ranked(rules, [*headlines, new]) if s.component in {b.component for b in before}]
    assert place_of(cause, after) <= place_of(cause, before)


@relaxed
@given(cases(), st.data())
def test_the_cause_s_own_alert_in_time_never_lowers_its_rank_among_those_before(case, data):
    """What was inferred, and now says so itself whenever in its window it failed, is not less likely for that."""
    rules, headlines = case
    suspects = ranked(rules, headlines)
    cause = data.draw(st.sampled_from([suspect.component for suspect in suspects]))
    headlines = [h for h in headlines if h.component != cause]
    assume(headlines)
    before = ranked(rules, headlines)
    tally = likelihood_of(rules).weigh(headlines, {}).tallies.get(cause)
    assume(tally is not None)
    clocks, monitors = rules.settings.skew_seconds, rules.settings.lateness_seconds
    assume(tally.high - clocks <= tally.low + monitors + clocks)
    began = data.draw(st.floats(tally.high - clocks, tally.low + monitors + clocks))
    own = Headline.of(an_alert(cause, FAULTS[cause.split(".")[0]][0], began - at(0).timestamp()))
    known = {suspect.component for suspect in before}
    after = [suspect for suspect in ranked(rules, [*headlines, own]) if suspect.component in known]
    assert place_of(cause, after) <= place_of(cause, before)


@relaxed
@given(cases())
def test_a_component_that_cannot_reach_an_alert_never_explains_it(case):
    """Every term of every cause has a way in the graph."""
    rules, headlines = case
    for suspect in ranked(rules, headlines):
        for term in suspect.terms:
            assert suspect.component in rules.topology.upstream_of(term.headline.component)


@relaxed
@given(cases())
def test_no_effect_precedes_its_cause_beyond_skew_and_lateness(case):
    """Where the cause alerts itself, what it explains elsewhere began after that, but for clocks and monitors."""
    rules, headlines = case
    slack = timedelta(seconds=rules.settings.skew_seconds + rules.settings.lateness_seconds)
    for suspect in ranked(rules, headlines):
        own = [t.headline.started_at for t in suspect.terms if t.headline.component == suspect.component]
        for term in suspect.terms:
            if own and term.headline.component != suspect.component:
                assert term.headline.started_at >= min(own) - 2 * slack


@relaxed
@given(cases(), st.randoms(use_true_random=False))
def test_weighing_and_ranking_do_not_depend_on_the_order_in_which_symptoms_are_given(case, random):
    """Symptoms are taken in the order of their start, whatever order they come in: equal to the byte."""
    rules, headlines = case
    shuffled = list(headlines)
    random.shuffle(shuffled)
    likelihood = likelihood_of(rules)
    assert likelihood.weigh(headlines, {}) == likelihood.weigh(shuffled, {})
    assert repr(ranked(rules, headlines)) == repr(ranked(rules, shuffled))


@relaxed
@given(cases())
def test_a_model_made_anew_says_the_same_to_the_byte(case):
    """What the model remembers are look-ups, and nothing else."""
    rules, headlines = case
    first = repr(likelihood_of(rules).weigh(headlines, {}))
    assert repr(likelihood_of(rules).weigh(headlines, {})) == first
    assert repr(Likelihood(rules.model_copy()).weigh(headlines, {})) == first


@relaxed
@given(cases(least=2))
def test_extending_a_weighing_is_the_same_as_weighing_anew(case):
    """One symptom at a time, in whatever order: what is kept between alerts is exact."""
    rules, headlines = case
    likelihood = likelihood_of(rules)
    ordered = sorted(headlines, key=order)
    for symptoms in (ordered, headlines):
        weighing = likelihood.weigh(symptoms[:1], {})
        for headline in symptoms[1:]:
            weighing = with_symptom(likelihood, weighing, headline, {})
        assert weighing == likelihood.weigh(headlines, {})
