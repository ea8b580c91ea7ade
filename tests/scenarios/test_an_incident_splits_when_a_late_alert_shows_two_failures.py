"""What arrives late may show that an incident is two failures: then one splits off, and people read so."""

from tests.builders import a_company, a_component
from tests.scenarios.story import Story

SHOP = a_company(
    a_component("api.billing", it="it-team"),
    a_component("api.stock", it="commander"),
    a_component("app.invoices", "api.billing"),
    a_component("app.receipts", "api.billing"),
    a_component("app.portal", "api.billing", "api.stock"),
)
"""Two systems with a portal on both of them, and two applications on billing alone."""


def glued() -> Story:
    """The portal and one system of it alert, and are told as one failure."""
    story = Story(SHOP).alert(300, "app.portal", "app.error_rate")
    story.alert(420, "api.stock", "api.error_rate").advance(560)
    assert (story.incident(1).cause.component, story.incident(1).alerts) == ("api.stock", 2)
    assert story.incident(1).told
    return story


def late(story: Story) -> Story:
    """What the other system broke began before all that, and is heard of later."""
    story.alert(600, "app.invoices", "app.error_rate", started=250)
    story.alert(620, "app.receipts", "app.error_rate", started=255)
    return story.alert(640, "api.billing", "api.error_rate", started=240)


def test_the_other_failure_splits_off_with_its_alerts():
    """The thread that people know goes on with most of the alerts; the other failure gets an incident of its own."""
    story = late(glued()).advance(900)
    one, other = story.incident(1), story.incident(2)
    assert one.cause.component == "api.billing"
    assert {h.component for h in one.headlines} == {
        "api.billing",
        "app.invoices",
        "app.portal",
        "app.receipts",
    }
    assert (other.cause.component, other.owner.team) == ("api.stock", "commander")
    assert [h.component for h in other.headlines] == ["api.stock"]
    assert (one.alerts, one.firing, other.alerts, other.firing) == (4, 4, 1, 1)


def test_both_threads_say_what_went_where():
    """One line in each, with the reason among the decisions; the new incident is told to its own owner."""
    story = late(glued()).advance(900)
    (left,) = [note.text for note in story.incident(1).notes if note.kind == "split"]
    (came,) = [note.text for note in story.incident(2).notes if note.kind == "split"]
    assert "api.stock (api.error_rate)" in left
    assert "main-2" in left
    assert "main-1" in came
    assert story.reasons.count("incident.split") == 2
    assert story.told == [
        (420, "#it", "opened"),
        (420, "#commander", "handed_over"),
        (620, "#commander", "updated"),
        (620, "#it", "handed_over"),
        (740, "#commander", "opened"),
    ]


def test_an_alert_that_moved_resolves_the_incident_it_moved_to():
    """Nothing of it is left behind: the end of the other failure closes its own incident and not the first."""
    story = late(glued()).resolve(700, "api.stock", "api.error_rate")
    assert story.incident(2).state.value == "resolved"
    assert story.incident(1).live


def test_what_a_person_acknowledged_is_not_taken_apart():
    """Then it is a suggestion in the thread, said once, and everything stays where it is."""
    story = late(glued().person(570, "acknowledge")).advance(900)
    assert {h.component for h in story.incident(1).headlines} >= {"app.portal", "api.stock"}
    assert "incident.split" not in story.reasons
    suggested = [note.text for note in story.incident(1).notes if "more than one failure" in note.text]
    assert suggested
    assert len(set(suggested)) == len(suggested)


def test_alerts_that_share_a_trace_stay_together():
    """A trace says more than any likelihood: what shares one is one failure."""
    story = Story(SHOP).alert(300, "app.portal", "app.error_rate", traces=("t1",))
    story.alert(420, "api.stock", "api.error_rate", traces=("t1",)).advance(560)
    late(story)
    together = [
        i for i in story.simulator.incidents.values() if any(h.component == "api.stock" for h in i.headlines)
    ]
    assert any(h.component == "app.portal" for incident in together for h in incident.headlines)
    assert "incident.split" not in story.reasons
