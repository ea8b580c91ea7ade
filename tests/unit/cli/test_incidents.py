"""`router incidents`: the newest of each, what burns first."""

from typing import Any

import orjson

from router.cli.incidents import ordered
from router.kafka.embedded import EmbeddedBroker
from router.kafka.topics import INCIDENTS
from router.model.fault import OwnerKind, Severity
from router.model.incident import Cause, Incident, IncidentState, Ownership
from tests.builders import at
from tests.unit.cli.conftest import Run
from tests.unit.cli.golden import expect_golden
from tests.unit.cli.writing import write


def an_incident(number: int, state: str = "open", severity: str = "major", **fields: Any) -> Incident:
    """An incident of the scope `commerce`, opened so many minutes into the story."""
    opened = at(60 * number)
    return Incident(
        id=f"commerce-{number}",
        scope="commerce",
        state=IncidentState(state),
        severity=Severity(severity),
        opened_at=opened,
        started_at=opened,
        updated_at=opened,
        cause=fields.pop(
            "cause", Cause(component="erp.orders", fault="erp.breaking_change", confidence=0.876)
        ),
        owner=Ownership(team="erp-platform", kind=OwnerKind.IT, why=""),
        alerts=12,
        firing=3,
        **fields,
    )


STORY = (
    an_incident(1, "resolved"),
    an_incident(2, "acknowledged", acknowledged_by="ada"),
    an_incident(3, "open", "critical", muted_by="silence-1"),
    an_incident(
        4, "settling", cause=Cause(component="api.crm", fault="api.latency", confidence=0.2, abstained=True)
    ),
    an_incident(5, "merged", merged_into="commerce-3"),
)


def write_incidents(broker: EmbeddedBroker, *incidents: Incident) -> None:
    """What the engine writes, in this order."""
    for incident in incidents:
        write(broker, INCIDENTS, incident, key=incident.id)


def test_open_ones_come_first_the_worst_on_top() -> None:
    """Then the others, the latest first."""
    assert [incident.id for incident in ordered(STORY)] == [
        "commerce-3",
        "commerce-2",
        "commerce-4",
        "commerce-5",
        "commerce-1",
    ]


def test_the_table_is_the_golden_one(router: Run, broker: EmbeddedBroker) -> None:
    """State, cause and how sure, owner."""
    write_incidents(broker, *STORY)
    ran = router("incidents")
    assert ran.code == 0
    expect_golden("incidents", ran.out)


def test_only_the_newest_revision_counts(router: Run, broker: EmbeddedBroker) -> None:
    """And an incident whose record was deleted is gone."""
    write_incidents(broker, an_incident(1, "open"), an_incident(2))
    write_incidents(broker, an_incident(1, "resolved"))
    write(broker, INCIDENTS, None, key="commerce-2")
    found = orjson.loads(router("incidents", "--json").out)["incidents"]
    assert [(incident["id"], incident["state"]) for incident in found] == [("commerce-1", "resolved")]


def test_only_live_ones_on_request(router: Run, broker: EmbeddedBroker) -> None:
    """For a script that asks whether anything burns."""
    write_incidents(broker, *STORY)
    found = orjson.loads(router("incidents", "--live", "--json").out)["incidents"]
    assert [incident["id"] for incident in found] == ["commerce-3", "commerce-2", "commerce-4"]


def test_nothing_wrong_is_said_in_words(router: Run, broker: EmbeddedBroker) -> None:
    """An empty table would leave a doubt."""
    assert router("incidents").out == "There are no incidents.\n"
    write_incidents(broker, an_incident(1, "resolved"))
    assert router("incidents", "--live").out == "Nothing is wrong.\n"
