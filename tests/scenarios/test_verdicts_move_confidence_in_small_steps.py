"""What people say of causes makes the router surer or less sure, a little each, and fades."""

from tests.scenarios.lessons import DAY, over, said, trouble
from tests.scenarios.story import Story

FEED = ("feed.orders", "feed.stale")


def judged(story: Story, day: int, verb: str, actor: str, **fields: object) -> float:
    """A day on which the feed fails and somebody says what that was; the confidence that this person saw."""
    incident = trouble(story, day, *FEED)
    confidence = story.simulator.incidents[incident].cause.confidence
    story.person(day * DAY + 2_000, verb, incident, actor=actor, **fields)
    over(story, day, *FEED)
    return confidence


def test_confirmations_make_it_surer_and_corrections_less_sure():
    """After a week of either, the same symptoms are told with another confidence; the cause is the same."""
    last: dict[str, float] = {}
    for verb, fields in (("confirm", {}), ("correct", {"component": "erp.orders"})):
        story = Story(settle_seconds=60)
        seen = [judged(story, day, verb, f"u{day % 4}", **fields) for day in range(7)]
        assert len(said(story, "calibration.learned")) == 7
        last[verb] = seen[-1] - seen[0]
    assert last["correct"] < -0.01
    assert last["confirm"] > 0.01


def test_a_hand_over_for_the_wrong_owner_is_a_verdict_too_and_any_other_is_not():
    """Work may move on although the cause was right."""
    for reason, counted in (("wrong_owner", 1), ("they have the access", 0)):
        story = Story(settle_seconds=60, confidence_threshold=0.1)
        judged(story, 0, "hand_over", "ann", team="vendor", reason=reason)
        assert len(said(story, "calibration.learned")) == counted


def test_it_fades():
    """Half of it is gone after a month, nearly all after a year."""
    story = Story(settle_seconds=60)
    for day in range(5):
        judged(story, day, "correct", f"u{day}", component="erp.orders")
    calibration = story.simulator.states["main"].calibration
    assert calibration is not None
    now = story.simulator.now
    month, year = (
        calibration.bias(now.replace(year=now.year + years, month=now.month + months))
        for years, months in ((0, 1), (1, 0))
    )
    assert calibration.bias(now) < month < -0.01
    assert -0.01 < year <= 0
