"""Law: there is no event without an owner, whatever the catalog, the contracts, the overrides and the hour."""

from hypothesis import given
from hypothesis import strategies as st

from router.model.catalog import Component, Team, Workflow
from router.model.fault import FAULTS, ComponentKind, OwnerKind
from router.model.incident import Cause
from router.model.matcher import Matcher, MatchOperator
from router.model.ownership import Contract, Hours, Override
from router.model.rules import Rules, Settings
from router.model.time_interval import Span, TimeInterval
from router.stages.own import OUTSIDE, TRIAGE, names_owner, own
from tests.builders import at

TEAMS = ("one", "two", "three", "desk")
teams = st.sampled_from(TEAMS)
maybe = st.sampled_from(("", *TEAMS))
owners = st.dictionaries(st.sampled_from(OwnerKind), teams, max_size=3)
faults = st.sampled_from(sorted(FAULTS))
patterns = st.sampled_from(("c0", "c*", "nothing", "feed.", "api.", "feed.stale", "model.bias"))
some = st.lists(patterns, max_size=2).map(tuple)
hours = st.builds(
    lambda first, length: Hours(
        interval=TimeInterval(name="h", spans=(Span(times=((first, min(1_440, first + length)),)),))
    ),
    st.integers(0, 1_400),
    st.integers(1, 600),
)
contracts = (
    st.builds(Contract, components=some, faults=some, hours=st.none() | hours, fallback=maybe) | st.none()
)
matchers = st.builds(
    Matcher,
    label=st.sampled_from(("owner", "owner.kind", "cause.component", "scope", "own")),
    operator=st.sampled_from(MatchOperator),
    value=st.sampled_from(("one", "it", "c0", "", "desk")),
)
overrides = st.builds(
    Override,
    name=st.just("o"),
    team=teams,
    match=st.lists(matchers, max_size=2).map(tuple),
    faults=some,
    hours=st.none() | hours,
)


@st.composite
def companies(draw: st.DrawFn) -> Rules:
    """A small company: every name that the rules use is declared, as `router check` makes sure."""
    names = ["c0", "c1"]
    return Rules(
        hash="",
        settings=Settings(triage_team="desk", default_owners=draw(owners)),
        teams={
            name: Team(
                id=name, kind=draw(st.sampled_from(OwnerKind)), contract=draw(contracts), backup=draw(maybe)
            )
            for name in TEAMS
        },
        workflows={
            "w": Workflow(
                id="w", scope="w", business_owner=draw(maybe), owners=draw(owners), components=("c0",)
            )
        },
        components={
            name: Component(
                id=name,
                kind=draw(st.sampled_from(ComponentKind)),
                workflow="w",
                scope="w",
                owners=draw(owners),
            )
            for name in names
        },
        overrides=tuple(draw(st.lists(overrides, max_size=3))),
    )


causes = st.builds(
    Cause,
    component=st.sampled_from(("c0", "c1", "unknown")),
    fault=faults | st.just("x.unknown"),
    confidence=st.floats(0, 1),
    abstained=st.booleans(),
)


@given(companies(), causes, st.integers(0, 7 * 86_400), st.booleans())
def test_every_cause_has_an_owner_and_the_path_says_how_it_was_found(
    rules: Rules, cause: Cause, seconds: int, labelled: bool
) -> None:
    """The owner is a team of the rules; the last step named it, and each step before says why it did not decide."""
    seen = [{"own": "one", "scope": "w", "cause.component": cause.component}] if labelled else [{}]
    found = own(cause, rules, at(seconds), seen)
    assert found.kind is rules.teams[found.team].kind
    assert found.path[-1].team == found.team
    assert found.why
    assert all(step.why for step in found.path)
    undecided = [step for step in found.path[:-1] if step.team and step.step != OUTSIDE]
    assert len(undecided) <= 1, "only an override comes after a step that named a team"
    plain = own(cause, rules.model_copy(update={"overrides": ()}), at(seconds), seen)
    assert names_owner(cause, rules, at(seconds)) is (plain.path[-1].step != TRIAGE)
    assert own(cause, rules, at(seconds), seen) == found
