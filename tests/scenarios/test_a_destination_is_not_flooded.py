"""Rate caps: so many new incidents in a while are told one by one, the others in a digest; none is lost."""

from router.model.matcher import parse_matcher
from router.model.muting import Inhibition
from router.model.notice import Notice, NoticeRole
from tests.builders import a_component
from tests.scenarios.muting import a_quiet_company, told
from tests.scenarios.story import Story

ISLANDS = tuple(a_component(f"api.i{number:02}") for number in range(40))


def a_storm(count: int = 10, **settings: object) -> Story:
    """So many islands fail, a second apart; three of them are told to a channel in ten minutes."""
    story = Story(
        a_quiet_company(
            *ISLANDS,
            settings={
                "destination_rate": 3,
                "destination_rate_window_seconds": 600,
                "settle_seconds": 0,
                **settings,
            },
        )
    )
    for number in range(count):
        story.alert(number, f"api.i{number:02}", "api.latency")
    return story


def digests(story: Story) -> list[Notice]:
    """The notices of the digest, in order."""
    return [notice for notice in story.simulator.notices if notice.role is NoticeRole.DIGEST]


def test_the_first_are_told_and_the_others_stand_in_one_digest():
    """Three tellings, one more message with seven lines."""
    story = a_storm().advance(100)
    assert [seconds for seconds, _, _ in told(story)] == [0, 1, 2]
    assert len({notice.key for notice in digests(story)}) == 1
    assert len(digests(story)[-1].listed) == 7
    assert {line.team for line in digests(story)[-1].listed} == {"it-team"}


def test_what_was_held_back_is_told_when_the_rate_allows():
    """Never more than three in any ten minutes, and all of them in the end."""
    story = a_storm().advance(3_000)
    times = [seconds for seconds, _, _ in told(story)]
    assert len(times) == 10
    assert all(later - first >= 600 for first, later in zip(times, times[3:], strict=False))
    assert digests(story)[-1].listed == ()
    assert not digests(story)[-1].incident.live


def test_what_is_over_before_its_turn_is_told_to_nobody():
    """It left the digest."""
    story = a_storm()
    for number in range(3, 10):
        story.resolve(100, f"api.i{number:02}", "api.latency")
    story.advance(3_000)
    assert [seconds for seconds, _, kind in told(story) if kind == "opened"] == [0, 1, 2]


def test_critical_ones_are_told_at_once():
    """However many there are."""
    story = a_storm(5).alert(50, "api.i20", "api.error_rate", severity="critical").advance(60)
    assert (50, "#it", "opened") in told(story)


def test_one_that_becomes_critical_while_it_is_held_back_is_told_at_once():
    """It jumps the queue."""
    story = a_storm(5).alert(50, "api.i04", "api.error_rate", severity="critical").advance(60)
    assert (50, "#it", "opened") in told(story)


def test_the_digest_is_edited_at_most_once_in_the_update_interval():
    """Seven are held back within seconds: one posting, then one edit."""
    assert len(digests(a_storm(update_interval_seconds=60).advance(120))) == 2


def test_the_next_storm_has_a_digest_of_its_own():
    """Yesterday's message is not edited."""
    story = a_storm(5).advance(4_000)
    for number in range(20, 25):
        story.alert(5_000 + number, f"api.i{number:02}", "api.latency")
    assert len({notice.key for notice in digests(story)}) == 2


def test_without_a_cap_everything_is_told():
    """The default."""
    assert len(told(a_storm(10, destination_rate=0))) == 10


def test_a_storm_of_thousands_is_bounded_and_loses_nothing():
    """As many lines as people read, and a number for the rest."""
    story = a_storm(40, destination_rate=1).advance(50)
    last = digests(story.advance(200))[-1]
    assert (len(last.listed), last.more) == (30, 9)
    assert [kind for _, _, kind in told(story.advance(50_000))].count("opened") == 40


def test_what_was_held_back_does_not_wait_for_an_inhibiting_alert_as_well():
    """A new symptom shortly before its moment: it waited long enough."""
    rule = Inhibition(
        name="r",
        source=(parse_matcher('component="erp.orders"'),),
        target=(parse_matcher('component=~"api.i.*"'),),
        wait_seconds=60,
    )
    settings = {"destination_rate": 1, "destination_rate_window_seconds": 600, "settle_seconds": 0}
    story = Story(a_quiet_company(*ISLANDS, settings=settings, inhibition=(rule,)))
    story.alert(0, "api.i00", "api.latency").alert(1, "api.i01", "api.latency").advance(655)
    story.alert(655, "api.i01", "api.error_rate").advance(700)
    assert [(seconds, kind) for seconds, _, kind in told(story)] == [(60, "opened"), (660, "opened")]
