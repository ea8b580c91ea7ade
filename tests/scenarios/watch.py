"""The small company with a schedule, escalation policies, a backup team and a manager."""

# ruff: noqa: DTZ001 - what a wall clock shows has no zone

from datetime import datetime

from router.model.escalation import Notify, Policy, Step, Wait, Whom
from router.model.rules import Rules
from router.model.schedule import Layer, Rotation, Schedule
from tests.builders import a_company

ANN, BOB, MAX = "ann@acme.example", "U000BOB", "max@acme.example"


def minutes(number: float) -> Wait:
    """A step that waits so long."""
    return Wait(seconds=int(number * 60))


def on_call(**fields: object) -> Notify:
    """A step that tells whoever is on call in the data team's schedule."""
    return Notify(whom=Whom.ON_CALL, names=("data",)).model_copy(update=fields)


def team(*names: str, **fields: object) -> Notify:
    """A step that tells these teams."""
    return Notify(whom=Whom.TEAM, names=names).model_copy(update=fields)


def a_schedule(**fields: object) -> Schedule:
    """Ann and Bob take weekly turns from Monday, 2 March 2026, 08:00 UTC, on which every story begins."""
    rotation = Rotation(starts=datetime(2026, 3, 2, 8), turns=((ANN,), (BOB,)))
    layers = (Layer(name="week", rotation=rotation),)
    return Schedule(id="data", name="Data watch", team="data-team", layers=layers).model_copy(update=fields)


def a_watch(
    *steps: Step,
    schedule: Schedule | None = None,
    policy: dict[str, object] | None = None,
    **settings: object,
) -> Rules:
    """The company; its data team has these steps as its policy, told after a minute of settling."""
    rules = a_company(**{"settle_seconds": 60, **settings})
    teams = dict(rules.teams)
    teams["data-team"] = teams["data-team"].model_copy(
        update={"policy": "watch", "backup": "it-team", "schedule": "data"}
    )
    teams["sales"] = teams["sales"].model_copy(update={"manager": MAX})
    made = Policy(id="watch", steps=steps).model_copy(update=policy or {})
    update = {"teams": teams, "policies": {"watch": made}, "schedules": {"data": schedule or a_schedule()}}
    return rules.model_copy(update=update)
