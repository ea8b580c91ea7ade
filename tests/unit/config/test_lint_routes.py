"""Which routes can decide? Held against trying every incident there can be."""

from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from router.config.draft import Draft, PlacedMatcher, RouteDraft
from router.config.lint_routes import check_routes
from router.config.node import Home, Node, Place
from router.config.report import Report
from router.config.route_box import OTHER
from router.model.catalog import UNMAPPED, Component, Team, Workflow
from router.model.fault import ComponentKind, OwnerKind, Severity
from router.model.matcher import Matcher, MatchOperator
from router.model.route import Route

VALUES = {
    "owner": ("ops", "sales"),
    "owner.kind": tuple(kind.value for kind in OwnerKind),
    "severity": tuple(severity.value for severity in Severity),
    "cause.component": ("app.a", OTHER),
    "workflow": ("", "w"),
    "scope": ("w", UNMAPPED),
}
PATTERNS = ("m.*", "", ".*", "risk|it", "ops", "w", "app[.]a", "[^m].*", "critical|major|minor|warning|info")

matchers = st.sampled_from(sorted(VALUES)).flatmap(
    lambda label: st.one_of(
        st.builds(
            Matcher,
            label=st.just(label),
            operator=st.sampled_from([MatchOperator.EQUAL, MatchOperator.NOT_EQUAL]),
            value=st.sampled_from(VALUES[label]),
        ),
        st.builds(
            Matcher,
            label=st.just(label),
            operator=st.sampled_from([MatchOperator.MATCHES, MatchOperator.NOT_MATCHES]),
            value=st.sampled_from(PATTERNS),
        ),
    )
)


def drafted(routes: list[list[Matcher]]) -> Draft:
    draft = Draft(Path(), Report())
    draft.teams = {name: Team(id=name, kind=OwnerKind.IT) for name in VALUES["owner"]}
    draft.workflows = {"w": Workflow(id="w", scope="w")}
    draft.components = {"app.a": Component(id="app.a", kind=ComponentKind.APP, workflow="w", scope="w")}
    for number, match in enumerate(routes):
        place = Place("routes.yaml", number + 1)
        placed = tuple(PlacedMatcher(matcher, place, str(matcher)) for matcher in match)
        route = Route(name=f"r{number}", match=tuple(match), channel="#a")
        draft.routes.append(RouteDraft(route, Home(place, Node(place, {})), placed))
    return draft


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(matchers, max_size=3), min_size=1, max_size=4))
def test_a_route_that_is_reported_never_decides(routes: list[list[Matcher]]) -> None:
    """No incident, whatever its labels, finds it first."""
    draft = drafted(routes)
    check_routes(draft)
    dead = {finding.line - 1 for finding in draft.report.findings() if finding.code in ("R405", "R411")}
    unsure = {finding.line - 1 for finding in draft.report.findings() if finding.code == "R410"}
    deciding = set()
    for values in product(*VALUES.values()):
        labels = dict(zip(VALUES, values, strict=True))
        first = (
            n for n, match in enumerate(routes) if n not in unsure and all(m.matches(labels) for m in match)
        )
        deciding.add(next(first, None))
    assert not dead & deciding


@settings(max_examples=80, deadline=None)
@given(st.lists(matchers, max_size=3), st.lists(matchers, max_size=2))
def test_a_route_behind_a_wider_one_is_reported(wide: list[Matcher], extra: list[Matcher]) -> None:
    """Adding matchers only narrows."""
    draft = drafted([wide, [*wide, *extra]])
    check_routes(draft)
    lines = {finding.line for finding in draft.report.findings()}
    assert 2 in lines


def test_what_was_not_read_is_not_held_against_a_route() -> None:
    """With teams.yaml in pieces, every owner may exist."""
    draft = drafted([[Matcher(label="owner", operator=MatchOperator.EQUAL, value="nobody")]])
    draft.lost.add("teams.yaml")
    check_routes(draft)
    assert draft.report.findings() == ()
