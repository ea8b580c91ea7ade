"""What makes an escalation begin anew, and what it keeps: the policy that it began with."""

from router.model.escalation import Policy
from router.model.rules import Rules
from router.simulator import Simulator
from tests.builders import at
from tests.scenarios.story import Story
from tests.scenarios.watch import ANN, BOB, a_schedule, a_watch, minutes, on_call, team

STEPS = (on_call(), minutes(10), team("commander"))


def escalated(story: Story) -> list[tuple[int, str]]:
    """When whom the policy told."""
    return [(seconds, destination) for seconds, destination, kind in story.told if kind == "escalated"]


def firing(**fields: object) -> Story:
    """A stale feed of the data team."""
    return Story(a_watch(*STEPS, **fields)).alert(0, "feed.orders", "feed.stale")


def test_it_begins_anew_when_the_incident_is_back():
    """Whoever was told before is told again."""
    story = firing().resolve(900, "feed.orders", "feed.stale").alert(1_000, "feed.orders", "feed.stale")
    story.advance(9_000)
    assert escalated(story) == [(60, f"@{ANN}"), (660, "#commander"), (1000, f"@{ANN}"), (1600, "#commander")]


def test_a_hand_over_starts_the_new_owner_s():
    """The triage team has no policy, so its next team would be told after the usual time."""
    story = firing().person(300, "hand_over", team="it-team").advance(9_000)
    assert escalated(story) == [(60, f"@{ANN}"), (1200, "#commander")]
    assert story.incident().escalation is not None
    assert story.incident().escalation.team == "it-team"


def test_it_waits_while_the_incident_is_muted_and_begins_anew_after_it():
    """A silence from minute five to minute twenty-five."""
    story = firing().person(
        300, "silence", "", seconds=1_200, match=('cause.component=~"feed.*"',), reason="migration"
    )
    story.advance(9_000)
    assert escalated(story) == [(60, f"@{ANN}"), (1500, f"@{ANN}"), (2100, "#commander")]


def test_it_begins_anew_when_the_incident_becomes_worse():
    """A critical alert joins after the last step."""
    story = firing().alert(1_200, "feed.orders", "feed.stale", key="2:critical", severity="critical")
    story.advance(9_000)
    assert escalated(story) == [(60, f"@{ANN}"), (660, "#commander"), (1200, f"@{ANN}"), (1800, "#commander")]
    assert "escalated.anew" in story.reasons


def test_becoming_worse_makes_no_first_wait_longer():
    """One step up after fifteen minutes stays one step up after fifteen minutes."""
    story = Story(settle_seconds=60, escalate_after_seconds=900).alert(0, "feed.orders", "feed.stale")
    story.alert(800, "feed.orders", "feed.stale", key="2:critical", severity="critical").advance(9_000)
    assert escalated(story) == [(960, "#commander")]


def test_becoming_worse_takes_it_from_nobody():
    """Who acknowledged has it, and sees that it is worse."""
    story = firing().person(300, "acknowledge")
    story.alert(1_200, "feed.orders", "feed.stale", key="2:critical", severity="critical").advance(9_000)
    assert escalated(story) == [(60, f"@{ANN}")]
    assert (1200, "#data", "updated") in story.told


def test_a_running_escalation_keeps_the_policy_it_began_with():
    """New rules have another policy of that name; only the next incident follows it."""
    story = firing().advance(120)
    simulator = under(story.simulator, rules_with(Policy(id="watch", steps=(minutes(1), team("risk")))))
    simulator.advance(at(9_000))
    told = [d.destination for d in simulator.decisions if d.reason.value == "escalated.step"]
    assert told == [f"@{ANN}", "#commander"]


def test_who_is_on_call_is_asked_of_the_schedule_as_it_is_now():
    """A swap that was entered after the incident began counts."""
    swapped = a_schedule(layers=()).model_copy(
        update={"layers": tuple(_taken_over(layer) for layer in a_schedule().layers)}
    )
    story = (
        Story(a_watch(on_call(), minutes(10), on_call())).alert(0, "feed.orders", "feed.stale").advance(120)
    )
    simulator = under(story.simulator, a_watch(on_call(), schedule=swapped))
    simulator.advance(at(9_000))
    assert [d.destination for d in simulator.decisions if d.reason.value == "escalated.step"] == [
        f"@{ANN}",
        f"@{BOB}",
    ]


def _taken_over(layer):
    rotation = layer.rotation.model_copy(update={"turns": ((BOB,),)})
    return layer.model_copy(update={"rotation": rotation})


def rules_with(policy: Policy) -> Rules:
    """The company with another policy of the same name."""
    rules = a_watch(*STEPS)
    return rules.model_copy(update={"policies": {"watch": policy}, "hash": "other"})


def under(simulator: Simulator, rules: Rules) -> Simulator:
    """The same simulation, going on under other rules."""
    simulator.rules = rules
    return simulator
