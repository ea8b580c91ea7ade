"""PagerDuty and Opsgenie: services with their teams; policies and schedules in words, nothing dropped silently."""

from pathlib import Path

import orjson
import pytest

from router.importing import opsgenie, pagerduty
from router.importing.description import CannotImport, Description, Given

CATALOGS = Path(__file__).parents[3] / "examples" / "catalogs"


def given(name: str) -> Given:
    """A sample export."""
    return Given(name, (CATALOGS / name).read_bytes())


def unmapped(description: Description) -> dict[str, tuple[str, ...]]:
    """What has no counterpart, by its sort."""
    return {one.what: one.names for one in description.unmapped}


def owners(description: Description) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Service -> its team and the team's members."""
    return {
        thing.name: (thing.owners[0].name, thing.owners[0].members)
        for thing in description.things
        if thing.owners
    }


def test_pagerduty_s_services_are_owned_by_their_team_else_by_their_policy() -> None:
    """A disabled service is left out; both its id and its name are known."""
    found = pagerduty.describe([given("pagerduty.json")], [])
    assert owners(found) == {
        "Quote agent": ("Agent platform", ("mei.tanaka@acme.example",)),
        "Pricing API": ("Pricing on call", ()),
    }
    assert found.things[1].known_as == {"pagerduty": ("PQUOTE1", "Quote agent")}
    primary = "schedule Agent platform primary for 15 min"
    assert unmapped(found) == {
        "escalation policy": (
            f"Agent platform: {primary}, then user Mei Tanaka for 30 min, then again 2 times",
            "Pricing on call: schedule Pricing primary for 30 min",
        ),
        "schedule": ("Agent platform primary: Europe/Berlin, Mei Tanaka",),
        "left out": ("Old portal: the service is disabled",),
    }


def test_opsgenie_s_answers_are_told_apart_by_their_fields() -> None:
    """Services, a team with its members, escalations and schedules, each as one answer."""
    names = ("services", "team", "escalations", "schedules")
    found = opsgenie.describe([given(f"opsgenie-{name}.json") for name in names], [])
    assert owners(found) == {
        "Quote agent": ("agent-platform", ("jonas.weber@acme.example", "mei.tanaka@acme.example")),
        "Orders pipeline": ("order-data", ()),
    }
    first = "schedule Order data primary after 0 minutes if not acked"
    second = "team order-data after 10 minutes if not acked"
    assert unmapped(found) == {
        "escalation policy": (f"Orders data: {first}, then {second}, then again 3 times after 15 minutes",),
        "schedule": ("Order data primary: Europe/Berlin",),
    }


def test_a_page_of_several_says_so() -> None:
    """What is on the others would be missing without a word."""
    body = orjson.loads(given("pagerduty.json").content) | {"more": True}
    found = pagerduty.describe([Given("page1.json", orjson.dumps(body))], [])
    assert any("one page of several" in name for name in unmapped(found)["left out"])
    listed = orjson.loads(given("opsgenie-services.json").content) | {"paging": {"next": "https://a.example"}}
    found = opsgenie.describe([Given("page1.json", orjson.dumps(listed))], [])
    assert any("one page of several" in name for name in unmapped(found)["left out"])


@pytest.mark.parametrize("read", [pagerduty.describe, opsgenie.describe])
@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"data": [1, null, "x"]}', b"[", b'{"a": {}}'])
def test_what_is_no_such_export_is_refused(read: object, content: bytes) -> None:
    """It says what to give instead."""
    with pytest.raises(CannotImport, match="give "):
        read([Given("x.json", content)], [])  # type: ignore[operator]
