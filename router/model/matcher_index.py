"""Many conditions, one set of labels: which hold? Found by an index, not by asking each one.

Used for routes (the children of a node) and for silences alike: build one over `tuple[Matcher, ...]`s in any order
that means something, and ask `matching(labels)` for the positions whose matchers all hold, lowest first. A condition
is filed under one of its matchers, the one that picks best: under each value where its values can be listed, under
what its regular expression must begin with otherwise; only conditions made of `!=`, `!~` or nothing are always asked.
An index never changes: build a new one when the conditions change (some microseconds a condition).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from router.model.literals import prefix_of
from router.model.matcher import Matcher, MatchOperator

Condition = tuple[Matcher, ...]
"""Matchers that must all hold; none: always."""

_ASK_COST = 2
"""To ask a regular expression costs about as much as to look so many conditions over."""

_MOST_REMEMBERED = 4_096
"""Values of a label for which the regular expressions that hold are remembered."""


_Key = tuple[str, bool, str]
"""A label, and a value of it, or (True) what values of it begin with."""


class _Label:
    """The conditions that are filed under one label."""

    def __init__(self) -> None:
        self.by_value: dict[str, list[int]] = {}
        self.by_prefix: defaultdict[str, list[tuple[Matcher, int]]] = defaultdict(list)
        self.prefix_lengths: tuple[int, ...] = ()
        self._remembered: dict[str, tuple[int, ...]] = {}

    def positions(self, value: str) -> Iterator[int]:
        """The conditions whose filed matcher holds for this value."""
        yield from self.by_value.get(value, ())
        if self.by_prefix:
            yield from self._by_regex(value)

    def _by_regex(self, value: str) -> tuple[int, ...]:
        known = self._remembered.get(value)
        if known is None:
            known = tuple(
                position
                for length in self.prefix_lengths
                if length <= len(value)
                for matcher, position in self.by_prefix.get(value[:length], ())
                if matcher.accepts(value)
            )
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[value] = known
        return known


class MatcherIndex:
    """Which of these conditions hold for given labels."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        # What is cheap to ask comes first.
        self._conditions = tuple(tuple(sorted(each, key=_asked_late)) for each in conditions)
        self._always: list[int] = []
        self._labels: defaultdict[str, _Label] = defaultdict(_Label)
        shared = Counter(key for condition in conditions for matcher in condition for key in _keys(matcher))
        for position, condition in enumerate(conditions):
            self._file(position, condition, shared)
        for label in self._labels.values():
            label.prefix_lengths = tuple(sorted({len(prefix) for prefix in label.by_prefix}))
        self._absent = tuple(
            name
            for name, label in self._labels.items()
            if "" in label.by_value or any(m.accepts("") for m, _ in label.by_prefix.get("", ()))
        )

    def __len__(self) -> int:
        """How many conditions there are."""
        return len(self._conditions)

    def matching(self, labels: Mapping[str, str]) -> Iterator[int]:
        """The positions of the conditions that hold, ascending; what is not asked for is not computed."""
        found = list(self._always)
        if self._labels:
            for name, value in labels.items():
                label = self._labels.get(name) if value else None
                if label is not None:
                    found.extend(label.positions(value))
            for name in self._absent:
                if not labels.get(name):
                    found.extend(self._labels[name].positions(""))
        found.sort()
        for position in found:
            if all(matcher.matches(labels) for matcher in self._conditions[position]):
                yield position

    def _file(self, position: int, condition: Condition, shared: Counter[_Key]) -> None:
        """File a condition under the matcher that leaves the fewest others to ask."""
        best = min(condition, key=lambda matcher: _cost(matcher, shared), default=None)
        if best is None or _cost(best, shared) == float("inf"):
            self._always.append(position)
            return
        label = self._labels[best.label]
        if best.values is not None:
            for value in best.values:
                label.by_value.setdefault(value, []).append(position)
        else:
            label.by_prefix[prefix_of(best.value)].append((best, position))


def _keys(matcher: Matcher) -> list[_Key]:
    """Under what it would be filed: its values, or what its regular expression begins with."""
    if matcher.values is not None:
        return [(matcher.label, False, value) for value in matcher.values]
    if matcher.operator is MatchOperator.MATCHES:
        return [(matcher.label, True, prefix_of(matcher.value))]
    return []


def _cost(matcher: Matcher, shared: Counter[_Key]) -> float:
    """What it costs to look over the conditions that one finds under it, about; infinity: it cannot be filed."""
    keys = _keys(matcher)
    most = max((shared[key] for key in keys), default=0 if matcher.values is not None else float("inf"))
    return most if matcher.values is not None else _ASK_COST * most


def _asked_late(matcher: Matcher) -> bool:
    return matcher.regex and matcher.values is None
