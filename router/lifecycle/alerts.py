"""Alerts as a scope remembers them: what is new of a batch, what is kept, which bound is reached."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TypeVar

from router.model.event import Alert, AlertStatus, Position
from router.model.record import OpenAlert
from router.model.turn import Turn

T = TypeVar("T")
Positions = tuple[Position, ...]


def fresh(turn: Turn, items: Iterable[tuple[T, Positions]]) -> list[tuple[T, Positions]]:
    """The items with positions this scope has not applied yet (law 2), and only those positions.

    All are held against the high-water marks as they stood before the batch, since folding interleaves offsets.
    """
    header = turn.state.header
    applied = dict(header.applied)
    news: list[tuple[T, Positions]] = []
    for item, positions in items:
        kept: list[Position] = []
        for position in positions:
            mark = header.applied.get(position.source, -1)
            offsets = position.offsets
            if offsets[0] <= mark:
                offsets = tuple(offset for offset in offsets if offset > mark)
            if offsets:
                kept.append(
                    position
                    if offsets is position.offsets
                    else position.model_copy(update={"offsets": offsets})
                )
                applied[position.source] = max(applied.get(position.source, -1), offsets[-1])
        if kept:
            news.append((item, tuple(kept)))
    if news:
        turn.state.put(header.model_copy(update={"applied": applied}))
    return news


def split(positions: Positions) -> tuple[Position, Positions]:
    """The first source event, and the repeats that were folded into it."""
    head = positions[0]
    if len(head.offsets) == 1:
        return head, positions[1:]
    first = head.model_copy(update={"offsets": head.offsets[:1]})
    return first, (head.model_copy(update={"offsets": head.offsets[1:]}), *positions[1:])


def remember(turn: Turn, alert: Alert, incident: str, first: Position, heard: int) -> None:
    """Keep an alert that is news: firing in its incident, or a resolve that came before its firing ("")."""
    settings = turn.rules.settings
    firing = alert.status is AlertStatus.FIRING
    keep = settings.alert_timeout_seconds if firing else settings.lateness_seconds
    turn.state.put(
        OpenAlert(
            alert=alert,
            incident=incident,
            heard=heard,
            first=first,
            heard_at=turn.now,
            resolved_at=None if firing else turn.now,
            due=turn.now + timedelta(seconds=keep),
        )
    )


def refresh(turn: Turn, known: OpenAlert, alert: Alert, heard: int) -> None:
    """Keep what we know of an alert current: it was heard again, or it is over (then kept for late events)."""
    settings = turn.rules.settings
    firing = alert.status is AlertStatus.FIRING
    keep = (
        settings.alert_timeout_seconds if firing else max(settings.lateness_seconds, settings.reopen_seconds)
    )
    update = {
        "alert": alert,
        "heard": known.heard + heard,
        "heard_at": turn.now if heard else known.heard_at,
        "resolved_at": None if firing else known.resolved_at or turn.now,
        "due": turn.now + timedelta(seconds=keep),
    }
    turn.state.put(known.model_copy(update=update))


def reached_bound(turn: Turn) -> str:
    """Which bound of the scope is reached, in words, or ""; counts one more new alert in this second."""
    settings, header = turn.rules.settings, turn.state.header
    second = int(turn.now.timestamp())
    count = header.new_alerts + 1 if header.new_second == second else 1
    turn.state.put(header.model_copy(update={"new_second": second, "new_alerts": count}))
    if turn.state.firing >= settings.max_open_alerts:
        return f"max_open_alerts {settings.max_open_alerts}"
    if turn.state.live >= settings.max_open_incidents:
        return f"max_open_incidents {settings.max_open_incidents}"
    if count > settings.max_new_alerts_per_second:
        return f"max_new_alerts_per_second {settings.max_new_alerts_per_second}"
    return ""
