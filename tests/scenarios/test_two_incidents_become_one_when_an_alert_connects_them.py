"""An alert that makes one cause likelier than two makes two incidents one."""

from tests.builders import a_company, a_component
from tests.scenarios.story import Story

DAY = 86_400
FORK = a_company(
    a_component("erp.orders"),
    a_component("feed.stock", "erp.orders", latest=5 * DAY // 2),
    a_component("model.demand", "feed.stock", latest=60),
    a_component("feed.prices", "erp.orders", latest=5 * DAY // 2),
    a_component("model.pricing", "feed.prices", latest=60),
    settle_seconds=30,
)
"""One ERP, two feeds that may show its failure any time within two days and a half, and a model close behind each."""


def fork() -> Story:
    """A feed and its model alert, then the other feed; when its model does too, one cause is likelier than two."""
    story = Story(FORK).alert(0, "feed.stock", "feed.stale").alert(20, "model.demand", "model.data_drift")
    story.alert(300, "feed.prices", "feed.stale").advance(400)
    assert story.incident(2).state.value == "open", "nothing says yet that these are one failure"
    return story.alert(450, "model.pricing", "model.data_drift", started=310)


def test_the_younger_incident_is_merged_into_the_older():
    """And whoever was told of the second is told so."""
    story = fork().advance(500)
    assert story.incident(2).state.value == "merged"
    assert story.incident(2).merged_into == "main-1"
    assert story.incident(1).alerts == 4
    assert (450, story.incident(2).destination, "merged") in story.told


def test_the_merged_one_is_forgotten_after_the_reopen_window():
    """Nothing is left of it but the record."""
    assert fork().advance(10_000).incident(2).state.value == "closed"
