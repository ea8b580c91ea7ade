"""Owners are read from whatever catalogs write, and persons are told from teams as far as names tell."""

import pytest

from router.importing.owners import owners_of


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("data-platform", ["data-platform"]),
        ("@order-data", ["order-data"]),
        ("team:order-data", ["order-data"]),
        (["a", "b"], ["a", "b"]),
        ("a, b", ["a", "b"]),
        ({"name": "Order data", "email": "o@acme.example"}, ["Order data"]),
        ({"name": None, "email": "sales-ops@acme.example"}, ["sales-ops"]),
        ([{"name": "claims"}, {"name": "airflow"}], ["claims"]),
        ("airflow", []),
        ("", []),
        (None, []),
        (42, []),
        ({"name": {"deep": 1}}, []),
    ],
)
def test_every_form_of_owner_is_read(written: object, names: list[str]) -> None:
    """A text, a list, a mapping; nobody where nobody is named."""
    assert [owner.name for owner in owners_of(written)] == names


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("ada.lovelace@acme.example", True),
        ("Ada Lovelace", True),
        ("data.team@acme.example", False),
        ("Order Management", False),
        ("pricing", False),
    ],
)
def test_a_name_that_reads_like_a_person_is_marked(name: str, person: bool) -> None:
    """An owner is a team, so somebody must look at it."""
    assert owners_of(name)[0].person is person


def test_an_address_becomes_a_member() -> None:
    """Members may press buttons, and e-mail addresses are how Slack finds them."""
    assert owners_of("order-data@acme.example")[0].members == ("order-data@acme.example",)
