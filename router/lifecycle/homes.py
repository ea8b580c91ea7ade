"""Homes: the scope in which an event belongs under these rules, and what to do with one that was read under others."""

from collections.abc import Iterable
from typing import NamedTuple

from router.lifecycle.outbox import chunks, send
from router.model.catalog import UNMAPPED
from router.model.decision import Reason
from router.model.event import Alert, Position
from router.model.record import LateAlert, RecentChange
from router.model.rules import Rules
from router.model.turn import Turn
from router.stages.identify import Identities

MAX_HOPS = 8
"""Engines with different rules may send an alert to and fro; after so many times it stays until the next Tick."""

Positions = tuple[Position, ...]


class Home(NamedTuple):
    """Where something belongs: the scope, and the component's id (the source's own name, where none is known)."""

    scope: str
    component: str


def home_of(component: str, source: str, rules: Rules) -> Home:
    """The scope in which events of this component (an id, or a name that `source` gave) belong under these rules."""
    known = rules.components.get(component)
    if known is not None:
        return Home(known.scope, component)
    origin = rules.sources.get(source)
    namespace = (origin.namespace or origin.format) if origin else ""
    found = _identities(rules).find(component, namespace)
    return Home(UNMAPPED, component) if found is None else Home(rules.components[found].scope, found)


def at_home(
    turn: Turn, items: Iterable[tuple[Alert, Positions]], rules_hash: str, hops: int = 0
) -> list[tuple[Alert, Positions]]:
    """The alerts that belong here. Those that were read under other rules, and do not, are sent on to their scope.

    What was read under these rules is where it belongs, and costs no look.
    """
    if rules_hash == turn.rules.hash:
        return list(items)
    stay: list[tuple[Alert, Positions]] = []
    away: dict[str, list[LateAlert]] = {}
    for alert, positions in items:
        home = home_of(alert.component, alert.source, turn.rules)
        named = (
            alert
            if alert.component == home.component
            else alert.model_copy(update={"component": home.component})
        )
        if home.scope == turn.state.header.scope or hops >= MAX_HOPS:
            stay.append((named, positions))
        else:
            away.setdefault(home.scope, []).append(LateAlert(alert=named, positions=positions))
            turn.decide(
                Reason.MOVED_ON, home.scope, alert=alert.key, component=named.component, fault=named.fault
            )
    for target in sorted(away):
        for late in chunks(away[target]):
            send(turn, target, hops, late=late)
    return stay


def send_change_on(turn: Turn, recent: RecentChange, rules_hash: str) -> bool:
    """Whether this change belongs elsewhere: it was read under other rules, and goes on to its scope as evidence."""
    if rules_hash == turn.rules.hash:
        return False
    target = home_of(recent.change.component, recent.change.source, turn.rules).scope
    if target == turn.state.header.scope:
        return False
    send(turn, target, changes=(recent,))
    return True


def _identities(rules: Rules) -> Identities:
    """The names of all components, prepared once a set of rules."""
    kept = rules.topology.memo.get("identities")
    if not isinstance(kept, Identities):
        kept = rules.topology.memo["identities"] = Identities(rules)
    return kept
