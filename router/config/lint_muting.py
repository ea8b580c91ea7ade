"""Do maintenance windows and inhibition rules do what they seem to say?"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

from router.config.codes import Lint
from router.config.draft import Draft, InhibitionDraft, PlacedMatcher
from router.config.durations import write_duration
from router.config.lint_references import known_component, workflow_lost
from router.config.node import Node
from router.config.suggest import did_you_mean
from router.model.matcher import MatchOperator
from router.model.muting import Maintenance
from router.model.recur import readings
from router.model.wall_clock import moment, reading

_LOOKED_AT = 400
"""Starts of a recurring window that are looked at."""


def check_muting(draft: Draft, today: date | None = None) -> None:
    """Report windows over what nobody knows, that are over or never pause, and rules that can never mute."""
    for name, window in draft.maintenance.items():
        home = draft.home("maintenance", name)
        _check_names(name, home.node, draft)
        if not home.damaged:
            _check_times(window, home.node, draft, today)
    for placed in draft.inhibition:
        if not placed.home.damaged:
            _check_rule(placed, draft)


def _check_names(name: str, node: Node, draft: Draft) -> None:
    for key in ("components", "subtrees"):
        for component, place in node.texts(key):
            known_component(component, place, f'maintenance "{name}" of', draft)
    for workflow, place in node.texts("workflows"):
        if workflow not in draft.workflows and not workflow_lost(draft):
            hint = did_you_mean(workflow, draft.workflows)
            draft.report.add(Lint.UNKNOWN_WORKFLOW, place, f'unknown workflow "{workflow}"', hint)


def _check_times(window: Maintenance, node: Node, draft: Draft, today: date | None) -> None:
    recurrence = window.recurrence
    if recurrence is None:
        ends = window.starts_at + timedelta(seconds=window.seconds)
        if today and ends < datetime.combine(today, time(), UTC):
            message = f'maintenance "{window.id}" was over on {ends:%Y-%m-%d}'
            draft.report.add(Lint.WINDOW_OVER, node.at("from"), message)
        return
    shown = list(islice(readings(recurrence, reading(window.starts_at, recurrence.zone)), _LOOKED_AT))
    starts = [moment(each, recurrence.zone) for each in shown]
    pause = min((after - before for before, after in pairwise(starts)), default=None)
    if pause is not None and pause <= timedelta(seconds=window.seconds):
        lasts, again = write_duration(window.seconds), write_duration(pause.total_seconds())
        message = f'maintenance "{window.id}" lasts {lasts} and begins anew after {again}'
        draft.report.add(Lint.NO_PAUSE, node.at("repeat"), message)
    every = readings(
        recurrence.model_copy(update={"skipped": ()}), reading(window.starts_at, recurrence.zone)
    )
    known = {
        text for each in islice(every, _LOOKED_AT) for text in (each.isoformat(), each.date().isoformat())
    }
    for skipped, item in zip(recurrence.skipped, node.items("except"), strict=False):
        if skipped not in known:
            message = f'maintenance "{window.id}" would not begin on {skipped} anyway'
            draft.report.add(Lint.IDLE_EXCEPTION, item.place, message)


def _check_rule(placed: InhibitionDraft, draft: Draft) -> None:
    rule, home = placed.inhibition, placed.home
    for each in placed.matchers:
        _check_value(each, draft)
    if not rule.source or not rule.target:
        side = "source" if not rule.source else "target"
        message = f'inhibition "{rule.name}" has no matcher for its {side}, so every alert is one'
        draft.report.add(Lint.INHIBITS_ALL, home.node.at(side), message)
    elif sorted(map(str, rule.source)) == sorted(map(str, rule.target)):
        message = f'inhibition "{rule.name}" can never mute: what matches its target matches its source too'
        draft.report.add(Lint.NEVER_INHIBITS, home.place, message)
    if "incident" in rule.equal:
        message = f'inhibition "{rule.name}" can never mute: two incidents never have the same `incident`'
        draft.report.add(Lint.NEVER_INHIBITS, home.node.at("equal"), message)


def _check_value(placed: PlacedMatcher, draft: Draft) -> None:
    """Report a matcher that asks for a component or a fault that there is not."""
    matcher = placed.matcher
    if matcher.operator is not MatchOperator.EQUAL:
        return
    known: Collection[str] = draft.components
    if matcher.label in ("fault", "cause.fault") and "router.yaml" not in draft.lost:
        known = draft.faults
    elif matcher.label not in ("component", "cause.component") or workflow_lost(draft):
        return
    if matcher.value not in known:
        message = f'no alert has the {matcher.label} "{matcher.value}"'
        draft.report.add(Lint.IMPOSSIBLE_VALUE, placed.place, message, did_you_mean(matcher.value, known))
