"""The laws of the model: shares that sum to one, evidence that never hurts its cause, no cause without a way."""

import math
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from router.likelihood.partition import gain_of, with_symptom
from router.likelihood.suspect import Suspect
from router.likelihood.weighing import Likelihood, likelihood_of, order
from router.model.headline import Headline
from router.model.rules import Rules
from router.stages.attribute import KNOWN_AHEAD, attribute, rank
from tests.builders import a_company, a_component, an_alert, at
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
    weights = [math.exp(parameters.sharpness * (score - max(scores))) for score in [*scores, outside]]
    unknown = parameters.lapse + (1 - parameters.lapse) * weights[-1] / math.fsum(weights)
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


def a_day(*symptoms: tuple[str, str, float]) -> list[Headline]:
    """Symptoms as (component, fault, seconds)."""
    return [Headline.of(an_alert(component, fault, seconds)) for component, fault, seconds in symptoms]


def test_what_is_late_says_less_for_a_cause_whose_effects_are_wrong():
    """Nothing comes, or what comes is wrong: one failure does the one or the other."""
    rules = a_company(a_component("erp.0"), a_component("feed.1", "erp.0"), a_component("feed.2", "erp.0"))
    likelihood = likelihood_of(rules)
    wrong, late = (
        likelihood.weigh(a_day(("erp.0", "erp.breaking_change", 0), ("feed.1", fault, 200)), {}).tallies[
            "erp.0"
        ]
        for fault in ("feed.distribution_shift", "feed.late")
    )
    assert math.isclose(wrong.value - late.value, -math.log(likelihood.parameters.nature_unfit))
    both = likelihood.weigh(
        a_day(("feed.1", "feed.late", 200), ("feed.2", "feed.distribution_shift", 200)), {}
    ).tallies["erp.0"]
    assert max(both.stopped, both.wrong) == math.log(likelihood.parameters.nature_unfit)


def test_a_loop_explains_the_quota_that_it_exhausts_and_what_comes_of_that():
    """Against the edges, for what is used up alone: errors of the provider are not the consumer's doing."""
    rules = a_company(
        a_component("model.0"), a_component("agent.1", "model.0"), a_component("app.2", "model.0")
    )
    likelihood = likelihood_of(rules)
    loop = ("agent.1", "agent.loop", 0)
    quota = likelihood.weigh(
        a_day(loop, ("model.0", "genai.rate_limited", 200), ("app.2", "app.error_rate", 300)), {}
    )
    assert len(quota.tallies["agent.1"].terms()) == 3
    assert max(quota.tallies, key=lambda cause: quota.tallies[cause].value) == "agent.1"
    errors = likelihood.weigh(a_day(loop, ("model.0", "model.serving_errors", 200)), {})
    assert len(errors.tallies["agent.1"].terms()) == 1


def test_what_fires_for_long_takes_in_what_comes_late_and_what_was_brief_does_not():
    """The longer it had fired when the late symptom began, the more that symptom belongs to it."""
    rules = a_company(a_component("model.0"), a_component("step.1", "model.0", latest=12 * 3_600))
    likelihood = likelihood_of(rules)
    (first, late) = a_day(("model.0", "model.bias", 0), ("step.1", "step.backlog", 4 * 3_600))
    brief = first.model_copy(update={"firing": 0, "spells": 1, "lasted_seconds": 600.0})
    at_that_time, before = late.started_at.timestamp(), first.started_at.timestamp()
    fires, is_over, began = (
        gain_of(likelihood, alone, with_symptom(likelihood, alone, late, {}), moment)
        for alone, moment in (
            (likelihood.weigh([first], {}), at_that_time),
            (likelihood.weigh([brief], {}), at_that_time),
            (likelihood.weigh([first], {}), before),
        )
    )
    assert fires > is_over == began
