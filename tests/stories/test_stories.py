"""Every story ends in the incidents, causes and owners that a senior engineer named before the router was asked."""

import pytest

from bench.stories.judge import judge
from bench.stories.reading import company, names, story
from router.model.fault import OwnerKind


@pytest.mark.parametrize("name", names())
def test_the_router_says_of_a_story_what_the_engineer_says(name: str):
    """Which alerts are one failure, what caused it, and whose it is; where nobody can know, the triage desk."""
    assert judge(story(name)) == []


def test_there_are_at_least_25_stories_with_every_kind_of_owner():
    """The stories reach beyond IT: data, business, risk and partners are accountable in some of them."""
    told = [story(name) for name in names()]
    owners = [company(one.company).teams[e.owner].kind for one in told for e in one.incidents if e.cause]
    assert len(told) >= 25
    assert set(owners) == set(OwnerKind)
    assert all(owners.count(kind) >= 2 for kind in OwnerKind)


@pytest.mark.parametrize("name", names())
def test_a_story_speaks_of_its_company(name: str):
    """Components, causes and owners exist in the company, and every labelled incident was heard of."""
    told = story(name)
    rules = company(told.company)
    assert {heard.of for heard in told.heard} <= set(rules.components)
    assert all(bool(heard.alert) != (heard.change is not None) for heard in told.heard)
    heard = {heard.incident for heard in told.heard if heard.alert} - {0}
    assert heard == set(range(1, len(told.incidents) + 1))
    for expected in told.incidents:
        assert expected.owner in rules.teams
        assert not expected.cause or expected.cause in rules.components
        assert all(rules.fault(fault) for fault in expected.faults)
