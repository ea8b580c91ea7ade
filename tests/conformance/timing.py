"""Alertmanager's timing scenarios, played on the virtual clock: a second of theirs is a minute of ours.

What has the same value of the labels of `group_by` is one component, and so one incident; group_wait is the settle,
group_interval the update interval, a receiver a channel, resolve_timeout the timeout of an alert.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from router.model.event import Alert, AlertStatus, Position
from router.model.fault import Severity
from router.model.input import AlertBatch, Command, ObservedAlert, Verb
from router.model.matcher import parse_matcher
from router.model.muting import Inhibition
from router.model.notice import Notice
from router.model.route import Route
from router.model.rules import Rules
from router.model.value import Moment
from router.simulator import Simulator
from tests.builders import a_company, a_component, at

SCALE = 60
"""Seconds of ours that are one of theirs: our clocks count in whole seconds."""
CHANNEL = "webhook"


class Heard(NamedTuple):
    """One notice: when (in their seconds), where, and the alerts it shows, firing ones and those that are over."""

    when: float
    destination: str
    firing: frozenset[str]
    over: frozenset[str]


class Listening(Simulator):
    """A simulator that remembers what each notice showed."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.heard: list[Heard] = []

    def apply(self, scope: str, value: Any) -> Any:
        """One input, and what people hear of it."""
        effects = super().apply(scope, value)
        for notice in effects.notices.values():
            self.heard.append(self._heard(scope, notice))
        return effects

    def _heard(self, scope: str, notice: Notice) -> Heard:
        alerts = self.states[scope].alerts_of(notice.incident.id).values()
        when = round((self.now - at(0)).total_seconds() / SCALE, 3)
        firing = frozenset(each.alert.key for each in alerts if each.firing)
        over = frozenset(each.alert.key for each in alerts if not each.firing)
        return Heard(when, notice.destination, firing, over)


def key_of(labels: Mapping[str, str]) -> str:
    """An alert is its labels."""
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items()))


def rules_of(scenario: Mapping[str, Any]) -> Rules:
    """The scenario's configuration, with a component for every group."""
    route = {**scenario["route"], **(scenario["route"].get("routes") or [{}])[0]}
    groups = {
        component_of(push["labels"], route) for step in scenario["steps"] for push in step.get("push", ())
    }
    settings: dict[str, Any] = {
        "settle_seconds": seconds(route.get("group_wait", "30s")),
        "critical_settle_seconds": seconds(route.get("group_wait", "30s")),
        "update_interval_seconds": seconds(route.get("group_interval", "5m")),
        "alert_timeout_seconds": seconds(scenario.get("resolve_timeout", "5m")),
        "escalate_after_seconds": 7 * 86_400,
        "reopen_seconds": 0,
        "also": {"business": None},
    }
    rules = a_company(*(a_component(name) for name in sorted(groups)), **settings)
    repeat = max(seconds(route.get("repeat_interval", "4h")), settings["update_interval_seconds"])
    return rules.model_copy(
        update={
            "default_route": Route(channel=CHANNEL, repeat_interval_seconds=repeat),
            "inhibition": tuple(
                Inhibition(
                    name=f"rule-{number}",
                    source=tuple(map(parse_matcher, rule["source"])),
                    target=tuple(map(parse_matcher, rule["target"])),
                    equal=tuple(rule["equal"]),
                    wait_seconds=0,
                )
                for number, rule in enumerate(scenario.get("inhibit_rules", ()))
            ),
        }
    )


def component_of(labels: Mapping[str, str], route: Mapping[str, Any]) -> str:
    """The component that stands for the alert's group."""
    values = [labels.get(name, "") for name in route.get("group_by") or ()]
    return "api." + ("-".join(values) or "all")


def seconds(text: str) -> int:
    """Their duration in our seconds."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600}
    unit = "ms" if text.endswith("ms") else text[-1]
    return max(1, round(float(text.removesuffix(unit)) * units[unit] * SCALE))


def moment(when: float) -> Moment:
    """Their moment on our clock."""
    return at(when * SCALE)


def play(scenario: Mapping[str, Any], until: float) -> Listening:
    """Everything that the scenario pushes, at its time."""
    rules = rules_of(scenario)
    simulator = Listening(rules)
    route = {**scenario["route"], **(scenario["route"].get("routes") or [{}])[0]}
    offset = 0
    for step in scenario["steps"]:
        simulator.advance(moment(step["at"]))
        for push in step.get("push", ()):
            batch = AlertBatch(
                scope="main", rules="test", items=(_observed(push, step["at"], route, offset),)
            )
            simulator.apply("main", batch)
            offset += 1
        if "silence" in step or "delete_silence" in step:
            simulator.apply("main", _command(step))
        if step.get("reload"):
            simulator.rules = rules.model_copy(update={"hash": f"reloaded-{step['at']}"})
    simulator.advance(moment(until))
    return simulator


def _observed(push: Mapping[str, Any], when: float, route: Mapping[str, Any], offset: int) -> ObservedAlert:
    active = push.get("active") or [when]
    over = len(active) > 1 and active[1] <= when
    alert = Alert(
        key=key_of(push["labels"]),
        component=component_of(push["labels"], route),
        fault="x." + push["labels"].get("alertname", "fault").lower(),
        status=AlertStatus.RESOLVED if over else AlertStatus.FIRING,
        severity=Severity.MAJOR,
        summary=str(push.get("annotations", "")),
        source="prometheus",
        at=moment(when),
        started_at=moment(active[0]),
        arrived_at=moment(when),
        labels=dict(push["labels"]),
    )
    return ObservedAlert(alert=alert, positions=(Position(topic="t", partition=0, offsets=(offset,)),))


def _command(step: Mapping[str, Any]) -> Command:
    made = step.get("silence")
    verb = Verb.SILENCE if made else Verb.EXPIRE_SILENCE
    fields: dict[str, Any] = {"silence": step.get("delete_silence", "s")}
    if made:
        fields = {
            "silence": made["id"],
            "match": tuple(made["matchers"]),
            "starts_at": moment(made["from"]),
            "seconds": round((made["to"] - made["from"]) * SCALE),
        }
    return Command(
        id=f"c{step['at']}",
        scope="main",
        verb=verb,
        actor="test",
        at=moment(step["at"]),
        via="test",
        **fields,
    )
