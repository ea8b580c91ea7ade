"""The whole runbook is a note for whoever has the incident: with the first telling, and for each new owner."""

from router.model.incident import RUNBOOK_NOTE
from router.model.rules import Rules
from router.model.runbook import Runbook
from tests.builders import a_company
from tests.scenarios.story import Story


def rules() -> Rules:
    """The company with a runbook for a kind, one for a fault, and one for a component."""
    runbooks = (
        Runbook(id="any-erp", title="Any ERP", kinds=("erp",)),
        Runbook(id="batch", title="A batch failed", faults=("erp.batch_failed",)),
        Runbook(id="idoc", title="IDocs wait", faults=("erp.idoc_stuck",)),
    )
    return a_company().model_copy(update={"runbooks": {runbook.id: runbook for runbook in runbooks}})


def notes(story: Story) -> list[str]:
    """The texts of the notes that stand for a runbook."""
    (incident,) = story.simulator.incidents.values()
    return [note.text for note in incident.notes if note.kind == RUNBOOK_NOTE]


def test_it_comes_with_the_first_telling_and_says_why() -> None:
    """Before that nobody has a thread; later alerts bring it no second time."""
    story = Story(rules()).alert(0, "erp.orders", "erp.batch_failed").advance(60)
    assert notes(story) == []
    story.advance(300).alert(400, "feed.orders", "feed.stale").advance(1_000)
    assert notes(story) == ["Runbook for it-team: A batch failed; it is for erp.batch_failed"]


def test_a_new_owner_gets_it_in_a_thread_of_their_own() -> None:
    """The former owner keeps theirs."""
    story = Story(rules()).alert(0, "erp.orders", "erp.batch_failed").advance(300)
    story.person(400, "hand_over", team="data-team").advance(500)
    assert [note.partition(":")[0] for note in notes(story)] == [
        "Runbook for it-team",
        "Runbook for data-team",
    ]


def test_the_more_specific_runbook_is_the_better_one() -> None:
    """Fault before kind; both are listed."""
    story = Story(rules()).alert(0, "erp.orders", "erp.batch_failed").advance(300)
    (incident,) = story.simulator.incidents.values()
    assert incident.runbooks == ("batch", "any-erp")
