"""Who owns what, as `router.stages.own` will find it."""

from itertools import combinations
from pathlib import Path

import pytest

from router.config.load import load
from router.config.ownership import unowned
from router.model.catalog import Component, Workflow
from router.model.fault import FAULTS, ComponentKind, OwnerKind
from router.model.incident import Cause
from router.model.rules import Rules
from router.model.value import EPOCH
from router.stages.own import own
from tests.unit.config.bad_rules import BAD_RULES

CHOICES = [owners for count in range(len(OwnerKind) + 1) for owners in combinations(list(OwnerKind), count)]


@pytest.fixture(scope="module")
def rules() -> Rules:
    loaded = load(Path(BAD_RULES / "base"))
    settings = loaded.settings.model_copy(update={"default_owners": {}})
    return loaded.model_copy(update={"settings": settings})


@pytest.mark.parametrize("business_owner", ["", "sales"])
@pytest.mark.parametrize("kind", list(ComponentKind))
def test_the_lint_agrees_with_the_way_to_the_owner(
    kind: ComponentKind, business_owner: str, rules: Rules
) -> None:
    """Reported are exactly the concerns for which the engine falls back to the triage desk."""
    for owners in CHOICES:
        component = Component(
            id="c", kind=kind, workflow="w", scope="w", owners=dict.fromkeys(owners, "data")
        )
        workflow = Workflow(id="w", scope="w", business_owner=business_owner, components=("c",))
        tried = rules.model_copy(update={"components": {"c": component}, "workflows": {"w": workflow}})
        left = set()
        for fault in FAULTS.values():
            if fault.kind is kind:
                found = own(Cause(component="c", fault=fault.name, confidence=1), tried, EPOCH)
                left |= {fault.concern} if found.team == rules.settings.triage_team else set()
        assert set(unowned(component, workflow, FAULTS.values())) == left
