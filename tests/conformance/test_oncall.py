"""Grafana OnCall's cases: routing, reminders of acknowledgements, escalation steps, grouping.

Each case of the reference data has a test of its own below that says how its situation is written here; where our
answer differs on purpose, the test holds ours and docs/compatibility.md says why. Further cases of the same semantics
follow their like.
"""

import json
import re

import pytest

from router.model.decision import Reason
from router.model.escalation import Notify, OnlyIf, Repeat, Wait, Whom
from router.model.incident import IncidentState
from router.model.input import Tick
from router.model.matcher import parse_matcher
from router.model.ownership import Hours
from router.model.route import Route, RouteNode
from router.model.time_interval import Span, TimeInterval
from tests.conformance.corpus import FOLDER, cases
from tests.scenarios.story import Story
from tests.scenarios.test_two_incidents_become_one_when_an_alert_connects_them import FORK
from tests.scenarios.watch import ANN, BOB, MAX, a_schedule, a_watch, minutes, on_call, team

HOUR = 3_600
FILE = "oncall_escalation.json"


# Routing: a filter is a regular expression over the payload, or a template that is true of it.


def filtered(term: str, kind: str, payload: dict[str, str]) -> str:
    """The route that a filter takes, written as matchers over the alert's labels, which hold the payload's fields."""
    if kind == "jinja2":
        found = re.fullmatch(r'\{\{ payload\.(\w+) == "([^"]*)" \}\}', term)
        assert found is not None
        matchers = [f'{found[1]}="{found[2]}"']
    else:
        matchers = [f'{label}=~".*(?:{term}).*"' for label in payload]
    routes = tuple(Route(name="custom", match=(parse_matcher(text),), channel="#custom") for text in matchers)
    (chosen, *_) = RouteNode(Route(name="default", routes=routes)).matching([payload])
    return chosen.route.name


@pytest.mark.parametrize("case", cases(FILE, "route_select"))
def test_a_filter_takes_the_route_that_oncall_takes(case):
    """The reference data's own cases."""
    (wanted,) = case["filters"]
    assert filtered(wanted["term"], wanted["type"], case["payload"]) == case["route"]


@pytest.mark.parametrize(
    ("term", "kind", "payload", "route"),
    [
        ("test|prod", "regex", {"title": "in prod now"}, "custom"),
        ("Test", "regex", {"title": "test alert"}, "default"),
        ("db-[0-9]+", "regex", {"title": "down", "host": "db-17.acme"}, "custom"),
        ("db-[0-9]+", "regex", {"title": "down", "host": "db-x"}, "default"),
        ('{{ payload.foo == "bar" }}', "jinja2", {"foo": "BAR"}, "default"),
        ('{{ payload.foo == "bar" }}', "jinja2", {"other": "bar"}, "default"),
        ('{{ payload.foo == "" }}', "jinja2", {"foo": "x"}, "default"),
    ],
)
def test_other_filters_take_their_route_too(term, kind, payload, route):
    """A pattern is looked for anywhere and keeps its case, a value must be equal."""
    assert filtered(term, kind, payload) == route


# Acknowledgement reminders: OnCall's "remind every R, unacknowledge after U" is ack_timeout R + U, ack_reminder U;
# "never unacknowledge" is ack_timeout 0, ack_reminder R.


def acknowledged(remind: int, unacknowledge: int, **settings: object) -> Story:
    """A stale feed that ada acknowledged after five minutes, in an organisation with these two settings."""
    timeout, reminder = (remind + unacknowledge, unacknowledge) if unacknowledge else (0, remind)
    if not remind:
        timeout, reminder = 0, 0
    fields = {"ack_timeout_seconds": timeout, "ack_reminder_seconds": reminder, **settings}
    steps = (on_call(), minutes(10), team("commander"))
    rules = a_watch(*steps, **{"alert_timeout_seconds": 30 * 24 * HOUR, **fields})
    return Story(rules).alert(0, "feed.orders", "feed.stale").person(300, "acknowledge")


def asked(story: Story) -> list[int]:
    """When whoever has it was asked, in seconds after the acknowledgement."""
    return [seconds - 300 for seconds, _, kind in story.told if kind == "ack_reminder"]


def ended(story: Story) -> list[int]:
    """When an acknowledgement ended by itself, in seconds after it."""
    return [seconds - 300 for seconds, _, kind in story.told if kind == "ack_expired"]


def test_ack_starts_reminder():
    """After the delay of the organisation."""
    assert asked(acknowledged(HOUR, 300).advance(2 * HOUR)) == [HOUR]


def test_reminder_skip_never():
    """Nothing is due."""
    story = acknowledged(0, 0)
    assert story.incident().ack_due is None
    assert asked(story.advance(48 * HOUR)) == []


def test_reminder_skip_attached():
    """Merged into another incident it is nobody's any more: its acknowledgement has no clock."""
    settings = FORK.settings.model_copy(update={"ack_timeout_seconds": HOUR, "ack_reminder_seconds": 300})
    story = Story(FORK.model_copy(update={"settings": settings}))
    story.alert(0, "feed.stock", "feed.stale").alert(20, "model.demand", "model.data_drift")
    story.alert(300, "feed.prices", "feed.stale").person(400, "acknowledge", "main-2")
    assert story.incident(2).ack_due is not None
    story.alert(450, "model.pricing", "model.data_drift", started=310).advance(3 * HOUR)
    assert story.incident(2).merged_into == "main-1"
    assert story.incident(2).ack_due is None
    assert asked(story) == []


@pytest.mark.parametrize("change", ["stale", "not_acknowledged", "resolved", "never"])
def test_reminder_task_skips(change):
    """A clock that was wound anew, or whose incident nobody has, is over, or asks never: no question, no decision."""
    if change == "stale":
        story = acknowledged(HOUR, 300).person(2_000, "renew").advance(300 + HOUR + 60)
    elif change == "not_acknowledged":
        story = acknowledged(HOUR, 300).person(2_000, "hand_over", team="it-team").advance(3 * HOUR)
    elif change == "resolved":
        story = acknowledged(HOUR, 300).person(2_000, "resolve").advance(3 * HOUR)
    else:
        story = acknowledged(0, 300).advance(3 * HOUR)
    assert asked(story) == []
    assert Reason.ACK_REMINDED.value not in story.reasons


def test_reminder_reschedules():
    """Without an end: one decision and one telling each time, and the next question after the same delay."""
    story = acknowledged(HOUR, 0).advance(300 + 3 * HOUR + 60)
    assert asked(story) == [HOUR, 2 * HOUR, 3 * HOUR]
    assert story.reasons.count(Reason.ACK_REMINDED.value) == 3
    assert story.incident().acknowledged_by == "ada"


def test_reminder_arms_unack():
    """With an end in five minutes: that is due, and no other question."""
    story = acknowledged(HOUR, 300).advance(300 + HOUR + 1)
    incident = story.incident()
    assert incident.ack_reminded
    assert incident.ack_due is not None
    assert (incident.ack_due - story.simulator.now).total_seconds() == pytest.approx(299)


@pytest.mark.parametrize("change", ["stale", "not_acknowledged", "resolved", "never"])
def test_unack_skips(change):
    """Renewed, handed over or resolved after the question, or never to end: nothing ends."""
    story = acknowledged(HOUR, 0 if change == "never" else 300).advance(300 + HOUR + 60)
    if change == "stale":
        story.person(300 + HOUR + 61, "renew")
    elif change == "not_acknowledged":
        story.person(300 + HOUR + 61, "hand_over", team="it-team")
    elif change == "resolved":
        story.person(300 + HOUR + 61, "resolve")
    assert ended(story.advance(300 + HOUR + 900)) == []


def test_unack_fires():
    """Nobody has it, and its escalation starts again."""
    story = acknowledged(HOUR, 300).advance(300 + HOUR + 300)
    assert ended(story) == [HOUR + 300]
    assert story.incident().state is IncidentState.OPEN
    assert story.told[-1] == (300 + HOUR + 300, f"@{ANN}", "escalated")


def test_unack_confirmed():
    """It stays acknowledged, and the next question comes; here the delay counts from the confirmation."""
    story = acknowledged(HOUR, 300).advance(300 + HOUR).person(300 + HOUR + 60, "renew")
    story.advance(300 + 2 * HOUR + 120)
    assert ended(story) == []
    assert asked(story) == [HOUR, 2 * HOUR + 60]
    assert story.incident().state is IncidentState.ACKNOWLEDGED


def test_reminder_too_old():
    """An old incident whose acknowledgement holds for good is not asked about for ever."""
    day = 24 * HOUR
    story = acknowledged(10 * day, 0, alert_timeout_seconds=30 * day)
    story.alert(20 * day, "feed.orders", "feed.stale").advance(45 * day)
    assert asked(story) == [10 * day, 20 * day]


def test_reminder_double():
    """A tick that comes twice tells once."""
    story = acknowledged(HOUR, 300).advance(300 + HOUR)
    story.simulator.apply("main", Tick())
    story.simulator.apply("main", Tick())
    assert asked(story) == [HOUR]


# Escalation steps.


def policy(*steps: object, **fields: object) -> Story:
    """A stale feed of the data team, told after a minute, under a policy of these steps."""
    return Story(a_watch(*steps, **fields)).alert(0, "feed.orders", "feed.stale")


def reached(story: Story) -> list[tuple[int, str]]:
    """Whom the policy told, and how long after the first telling."""
    return [(seconds - 60, where) for seconds, where, kind in story.told if kind == "escalated"]


def test_step_wait():
    """The next step comes after the delay to the second; nobody is told meanwhile."""
    assert reached(policy(minutes(5), team("commander")).advance(HOUR)) == [(300, "#commander")]


def test_step_notify_all():
    """A team's channel is told, and the next step follows at once: a telling needs no pause here."""
    assert reached(policy(team("commander"), team("it-team")).advance(HOUR)) == [
        (0, "#commander"),
        (0, "#it"),
    ]


def test_step_notify_users_queue():
    """One person a run, the next one in the next run; each with a decision."""
    queue = Notify(whom=Whom.PEOPLE, names=(ANN, BOB, MAX), takes_turns=True)
    story = policy(queue, minutes(5), Repeat(times=2)).advance(HOUR)
    assert [who for _, who in reached(story)] == [f"@{BOB}", f"@{MAX}", f"@{ANN}"]
    assert story.reasons.count(Reason.ESCALATED_STEP.value) == 3


def test_step_notify_multiple_users():
    """All of them."""
    story = policy(Notify(whom=Whom.PEOPLE, names=(ANN, BOB))).advance(HOUR)
    assert reached(story) == [(0, f"@{ANN}"), (0, f"@{BOB}")]


def test_step_notify_on_call_schedule():
    """Whoever is on call at that moment; who may not act is reported by `router check`, not left out when it burns."""
    both = a_schedule().layers[0]
    pair = both.model_copy(update={"rotation": both.rotation.model_copy(update={"turns": ((ANN, BOB),)})})
    story = policy(on_call(), schedule=a_schedule(layers=(pair,))).advance(HOUR)
    assert reached(story) == [(0, f"@{ANN}"), (0, f"@{BOB}")]


def test_step_notify_if_time():
    """Outside the window the escalation waits until it opens; within it there is no wait."""
    noon = Hours(interval=TimeInterval(name="noon", spans=(Span(times=((12 * 60, 13 * 60),)),)))
    story = policy(Wait(until=noon), team("commander")).advance(9 * HOUR)
    assert reached(story) == [(4 * HOUR - 60, "#commander")]
    morning = Hours(interval=TimeInterval(name="morning", spans=(Span(times=((7 * 60, 9 * 60),)),)))
    assert reached(policy(Wait(until=morning), team("commander")).advance(HOUR)) == [(0, "#commander")]


def test_step_notify_if_num_alerts_in_window():
    """Differs on purpose: there is no step that pauses until more alerts come; a condition skips one step instead."""
    story = policy(on_call(only_if=OnlyIf(confidence=1.0)), minutes(5), team("commander")).advance(HOUR)
    assert reached(story) == [(300, "#commander")]
    assert Reason.ESCALATED_SKIPPED.value in story.reasons


def test_step_repeat_escalation_n_times():
    """From the beginning, at most so many times; then it goes on behind it."""
    story = policy(on_call(), minutes(5), Repeat(times=2), team("commander")).advance(3 * HOUR)
    assert reached(story) == [
        (0, f"@{ANN}"), (300, f"@{ANN}"), (600, f"@{ANN}"), (900, "#commander"),
    ]  # fmt: skip


def test_step_resolve():
    """Differs on purpose: no step resolves what still burns; at the policy's end it is as open as ever."""
    story = policy(minutes(5), team("commander")).advance(3 * HOUR)
    assert story.incident().state is IncidentState.OPEN
    assert story.reasons[-1] == Reason.ESCALATED_ENDED.value


def test_step_not_configured():
    """OnCall skips it with a log; here somebody stands in, with the reason, and the escalation goes on."""
    story = policy(on_call(names=("gone",)), team("gone"), minutes(5), team("commander")).advance(HOUR)
    assert reached(story) == [(0, "#it"), (0, "#it"), (300, "#commander")]
    assert story.reasons.count(Reason.ESCALATED_INSTEAD.value) == 2


# Grouping.


def test_grouping():
    """Alerts of one grouping value are one alert here, whatever else differs: `dedup_key` is that value."""
    story = Story(a_watch(on_call()))
    key = "c6bf5494a2d3052459b4dac837e41455"
    story.alert(0, "feed.orders", "feed.stale", key=key).alert(30, "feed.orders", "feed.stale", key=key)
    assert "repeated.still_firing" in story.reasons
    assert (len(story.simulator.incidents), story.incident().alerts) == (1, 1)
    story.alert(40, "feed.orders", "feed.stale", key="another")
    assert (len(story.simulator.incidents), story.incident().alerts) == (1, 2)


STEPS = {
    "notify_users_queue", "wait", "notify_all", "notify_multiple_users", "notify_on_call_schedule", "notify_if_time",
    "notify_if_num_alerts_in_window", "repeat_escalation_n_times", "resolve", "not configured / deleted user",
}  # fmt: skip


def test_every_case_of_the_reference_data_has_its_test():
    """A case that is added there fails here until it is answered."""
    if not (FOLDER / FILE).exists():
        pytest.skip("the reference data is not beside the repository")
    data = json.loads((FOLDER / FILE).read_text())
    here = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert {case["id"] for case in data["ack_reminder"]} <= here
    assert {case["step"] for case in data["escalation_steps"]} == STEPS
    named = {step.partition(" / ")[0].replace(" ", "_") for step in STEPS}
    assert {f"step_{name}" for name in named} <= here
    assert data["grouping"]
