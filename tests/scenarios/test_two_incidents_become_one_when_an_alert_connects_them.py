"""A cause that speaks late makes two incidents one, and whoever was told of the second is told so."""

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
    """Two feeds and their models alert within minutes, and the ERP, slow to speak, some minutes later."""
    story = Story(FORK).alert(0, "feed.stock", "feed.stale").alert(20, "model.demand", "model.data_drift")
    story.alert(300, "feed.prices", "feed.stale").alert(320, "model.pricing", "model.data_drift").advance(400)
    assert story.incident(2).state.value == "open", "nothing says yet that these are one failure"
    return story.alert(500, "erp.orders", "erp.batch_failed", started=-60)


def test_the_younger_incident_is_merged_into_the_older():
    """One cause explains both better than two causes do."""
    story = fork().advance(600)
    assert story.incident(2).state.value == "merged"
    assert story.incident(2).merged_into == "main-1"
    assert story.incident(1).alerts == 5
    assert story.incident(1).cause.component == "erp.orders"
    assert (500, story.incident(2).destination, "merged") in story.told


def test_the_merged_one_is_forgotten_after_the_reopen_window():
    """Nothing is left of it but the record."""
    assert fork().advance(10_000).incident(2).state.value == "closed"
