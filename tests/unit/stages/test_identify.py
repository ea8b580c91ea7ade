"""Which component is meant: exact before normalised, the own namespace before others, nobody when in doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.catalog import UNMAPPED
from router.stages import identify as module
from router.stages.identify import Identities, identify, normal, scope_of
from tests.builders import a_company
from tests.unit.stages.intake.documents import known_as

RULES = a_company(
    known_as("feed.orders", dbt="model.shop.orders", sap=("ORDERS05", "00012")),
    known_as("feed.customers", dbt="model.shop.customers", openlineage="pg://db/customers"),
    known_as("model.churn", mlflow="churn", openlineage="churn"),
    known_as("model.churn_eu", mlflow="Churn EU", evidently="shared"),
    known_as("agent.churn", otel="shared", sap="feed.orders"),
)


@pytest.mark.parametrize(
    ("name", "namespace", "component"),
    [
        ("feed.orders", "sap", "feed.orders"),
        ("feed.orders", "", "feed.orders"),
        ("ORDERS05", "sap", "feed.orders"),
        ("FEED.Orders ", "native", "feed.orders"),
        ("orders05", "sap", "feed.orders"),
        ("churn  eu", "mlflow", "model.churn_eu"),
        ("model.shop.orders", "openlineage", "feed.orders"),
        ("Model.Shop.Orders", "alertmanager", "feed.orders"),
        ("shared", "otel", "agent.churn"),
        ("shared", "evidently", "model.churn_eu"),
        ("shared", "mlflow", None),
        ("churn", "unheard-of", "model.churn"),
        ("12", "sap", None),
        ("00012", "sap", "feed.orders"),
        ("nobody", "sap", None),
        ("", "sap", None),
    ],
)
def test_names_lead_to_components(name: str, namespace: str, component: str | None) -> None:
    """Id, own namespace, both normalised, other namespaces; leading zeros are part of a name."""
    assert identify(name, namespace, RULES) == component


def test_a_components_id_beats_what_another_one_is_known_as() -> None:
    """Rules that say otherwise are linted; here the id wins everywhere."""
    assert identify("feed.orders", "sap", RULES) == "feed.orders"


def test_two_spellings_of_two_components_stay_apart() -> None:
    """Exact names decide; a third spelling means neither."""
    rules = a_company(known_as("feed.a", sap="Orders"), known_as("feed.b", sap="ORDERS"))
    assert identify("Orders", "sap", rules) == "feed.a"
    assert identify("ORDERS", "sap", rules) == "feed.b"
    assert identify("orders", "sap", rules) is None


def test_the_scope_is_the_components_or_unmapped() -> None:
    """Nobody's alerts have a scope of their own."""
    assert scope_of("feed.orders", RULES) == "main"
    assert scope_of(None, RULES) == UNMAPPED


def test_answers_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names come from outside; forgetting them changes no answer."""
    monkeypatch.setattr(module, "MAX_REMEMBERED", 3)
    identities = Identities(RULES)
    for number in range(20):
        assert identities.find(f"nobody-{number}", "sap") is None
        assert identities.find("ORDERS05", "sap") == "feed.orders"
        assert len(identities._answers) <= 3


def test_the_names_of_a_namespace_can_be_listed() -> None:
    """For formats that find names within longer ones."""
    assert Identities(RULES).names("dbt") == {
        "model.shop.orders": "feed.orders",
        "model.shop.customers": "feed.customers",
    }


@given(st.text())
def test_normalising_twice_changes_nothing(name: str) -> None:
    """Case and white space are all it takes away."""
    assert normal(normal(name)) == normal(name)
    assert normal(f" {name}\t") == normal(name)
