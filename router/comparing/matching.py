"""Which incident of one replay is which of the other: those that share most of their events.

Ids say nothing here: under other rules an incident may open earlier, in another scope, or be two.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from router.comparing.facts import Facts

Pair = tuple[str, str]
"""An incident under the old rules and one under the new, by id."""


class Moved(NamedTuple):
    """So many events are part of another incident on the other side; `incident` is its id there."""

    incident: str
    events: int


class Match(NamedTuple):
    """An incident under the old rules and the same one under the new; None where it has no counterpart.

    `split`: where else events of the old one are under the new rules. `merged`: from which other old ones it has
    events.
    """

    old: Facts | None
    new: Facts | None
    split: tuple[Moved, ...] = ()
    merged: tuple[Moved, ...] = ()

    @property
    def either(self) -> Facts:
        """The new one, or the old one where there is none: for what names the pair."""
        found = self.new or self.old
        assert found is not None
        return found


def match(old: Sequence[Facts], new: Sequence[Facts]) -> tuple[Match, ...]:
    """Every incident of both sides exactly once, in the order in which they opened."""
    shared = _shared(old, new)
    news = {facts.id: facts for facts in new}
    partner = _partners(shared)
    moves = _moves(old, news, partner, shared)
    paired = {newer: older for older, newer in partner.items()}
    found = [
        Match(facts, news.get(partner.get(facts.id, "")), *_of(facts.id, partner.get(facts.id, ""), moves))
        for facts in old
    ]
    found += [Match(None, facts, *_of("", facts.id, moves)) for facts in new if facts.id not in paired]
    return tuple(sorted(found, key=_order))


def _shared(old: Sequence[Facts], new: Sequence[Facts]) -> Counter[Pair]:
    """How many events two incidents have in common, where they have any."""
    holders: dict[int, list[str]] = {}
    for facts in old:
        for member in facts.members:
            holders.setdefault(member, []).append(facts.id)
    return Counter(
        (holder, facts.id) for facts in new for member in facts.members for holder in holders.get(member, ())
    )


def _partners(shared: Mapping[Pair, int]) -> dict[str, str]:
    """Old to new, one to one: the largest overlap first; names decide between equals, so that there is one answer."""
    partner: dict[str, str] = {}
    taken: set[str] = set()
    for (older, newer), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if older not in partner and newer not in taken:
            partner[older] = newer
            taken.add(newer)
    return partner


def _moves(
    old: Sequence[Facts], news: Mapping[str, Facts], partner: Mapping[str, str], shared: Mapping[Pair, int]
) -> dict[Pair, int]:
    """Events of an old incident that are not in its counterpart, by where they are.

    An event of several alerts may be in two incidents on both sides; it has not moved.
    """
    found: dict[Pair, int] = {}
    members = {facts.id: facts.members for facts in old}
    for older, newer in sorted(shared):
        counterpart = news.get(partner.get(older, ""))
        if counterpart is None or counterpart.id != newer:
            kept = counterpart.members if counterpart else frozenset()
            if moved := len((members[older] & news[newer].members) - kept):
                found[older, newer] = moved
    return found


def _of(older: str, newer: str, moves: Mapping[Pair, int]) -> tuple[tuple[Moved, ...], tuple[Moved, ...]]:
    split = tuple(Moved(there, count) for (here, there), count in moves.items() if here == older)
    merged = tuple(Moved(here, count) for (here, there), count in moves.items() if there == newer)
    return split, merged


def _order(found: Match) -> tuple[object, ...]:
    facts = found.old or found.either
    return (facts.opened_at, facts.id, found.old is None)
