"""Somebody works on a component: what that explains is told to nobody while it lasts, and everything else is."""

from router.model.muting import Maintenance, Recurrence
from tests.builders import at
from tests.scenarios.muting import a_quiet_company, told
from tests.scenarios.story import Story


def a_story(*, components=("erp.orders",), subtrees=(), starts=0.0, seconds=3_600, recurrence=None) -> Story:
    """A story in which a window is configured."""
    window = Maintenance(
        id="upgrade",
        components=components,
        subtrees=subtrees,
        starts_at=at(starts),
        seconds=seconds,
        recurrence=recurrence,
    )
    return Story(a_quiet_company(maintenance=(window,)))


def test_the_component_itself_is_excused_until_the_end_and_told_then_if_it_still_burns():
    """Down while it is worked on, still down afterwards."""
    story = a_story().alert(100, "erp.orders", "erp.idoc_stuck").advance(3_599)
    assert told(story) == []
    assert story.incident().muted_by == "maintenance:upgrade"
    assert "muted.maintenance" in story.reasons
    story.advance(3_601)
    assert told(story) == [(3_600, "#it", "opened")]


def test_what_is_over_before_the_end_is_told_to_nobody():
    """The upgrade went well."""
    story = (
        a_story().alert(100, "erp.orders", "erp.idoc_stuck").resolve(1_000, "erp.orders", "erp.idoc_stuck")
    )
    assert told(story.advance(10_000)) == []


def test_an_effect_downstream_is_excused_as_long_as_its_edges_allow():
    """The feed shows within ten minutes what happens in the ERP; so it may lag that much behind the end, too."""
    story = a_story().alert(3_700, "feed.orders", "feed.stale").advance(4_199)
    assert told(story) == []
    assert told(story.advance(4_201)) == [(4_200, "#data", "opened")]


def test_a_symptom_that_the_maintenance_cannot_explain_is_told():
    """Nothing leads from the ERP to the island."""
    story = a_story().alert(100, "api.island", "api.latency").advance(1_000)
    assert told(story) == [(160, "#it", "opened")]


def test_what_burnt_before_the_window_is_told():
    """Maintenance that begins later did not cause it."""
    story = a_story(starts=90).alert(50, "erp.orders", "erp.idoc_stuck").advance(1_000)
    assert told(story) == [(110, "#it", "opened")]


def test_one_unexplained_symptom_is_enough_to_be_told():
    """The feed is explained, but the alert of the model began before anything could have reached it."""
    story = a_story(starts=500, components=("feed.orders",))
    story.alert(400, "model.pricing", "model.data_drift").alert(450, "feed.orders", "feed.stale")
    assert told(story.advance(1_000)) != []


def test_upstream_of_what_is_worked_on_nothing_is_excused():
    """Work on the feed does not stop the ERP."""
    story = a_story(components=("feed.orders",)).alert(100, "erp.orders", "erp.idoc_stuck").advance(1_000)
    assert told(story) == [(160, "#it", "opened")]


def test_a_subtree_is_worked_on_as_a_whole():
    """Downstream of the feed everything is, whatever its faults."""
    story = a_story(components=(), subtrees=("feed.orders",)).alert(100, "model.pricing", "model.bias")
    story.advance(3_599)
    assert told(story) == []


def test_a_fault_that_speaks_of_its_own_component_is_not_excused_from_upstream():
    """Bias is no effect of an ERP upgrade."""
    story = a_story().alert(100, "model.pricing", "model.bias").advance(1_000)
    assert told(story) != []


def test_a_recurring_window_mutes_again_the_next_day():
    """Every day at eight o'clock in the morning."""
    daily = Recurrence(rule="FREQ=DAILY")
    story = a_story(recurrence=daily).alert(86_500, "erp.orders", "erp.idoc_stuck").advance(86_400 + 3_599)
    assert told(story) == []
    assert told(story.advance(86_400 + 3_601)) == [(90_000, "#it", "opened")]


def test_a_window_begun_by_command_mutes_and_its_end_tells():
    """The work is done earlier than planned, and the ERP is still down."""
    window = Maintenance(id="fix", components=("erp.orders",), starts_at=at(0), seconds=7_200)
    story = Story(a_quiet_company()).person(0, "maintenance", "", window=window)
    story.alert(100, "erp.orders", "erp.idoc_stuck").advance(1_000)
    assert told(story) == []
    story.person(2_000, "end_maintenance", "", silence="fix")
    assert told(story) == [(2_000, "#it", "opened")]


def test_a_window_for_a_component_that_nobody_knows_is_refused():
    """A slip of the pen mutes nothing."""
    window = Maintenance(id="fix", components=("erp.ordrs",), starts_at=at(0), seconds=7_200)
    story = Story(a_quiet_company()).person(0, "maintenance", "", window=window)
    assert story.reasons == ["command.refused.unknown_component"]
