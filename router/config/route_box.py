"""What can a route match? Our labels have finitely many values, so a route is a box: per label a set of values.

A box that lies inside an earlier one can never decide. Labels of alerts may have any value: a matcher on one counts as
a label of its own, which holds or does not.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from router.config.draft import Draft
from router.model.catalog import UNMAPPED
from router.model.fault import ComponentKind, OwnerKind, Severity
from router.model.matcher import Matcher, MatchOperator

OTHER = "\x00other"
"""Stands for values outside the rules: an unmapped component has whatever name its sender gave."""

HOLDS = frozenset({"\x00holds"})
"""The values of a matcher on a label of alerts that counts as a label of its own."""

Box = Mapping[str, frozenset[str]]
"""Label -> the values it may have; a label that is absent may have any."""


class Space:
    """The values that our labels can have under these rules; worked out once."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._values: dict[str, frozenset[str]] = {}

    def values_of(self, label: str) -> frozenset[str]:
        """The values that an incident can have under a label; empty: any, since it is a label of alerts."""
        if label not in self._values:
            self._values[label] = frozenset() if label in self._draft.alert_labels else self._known(label)
        return self._values[label]

    def _known(self, label: str) -> frozenset[str]:
        draft = self._draft
        match label:
            case "owner":
                return frozenset(draft.teams)
            case "owner.kind":
                return frozenset(OwnerKind)
            case "severity":
                return frozenset(Severity)
            case "cause.component":
                return frozenset((*draft.components, OTHER))
            case "cause.kind":
                return frozenset((*ComponentKind, ""))
            case "cause.fault":
                return frozenset(draft.faults)
            case "scope":
                return frozenset((*(workflow.scope for workflow in draft.workflows.values()), UNMAPPED))
            case "workflow":
                return frozenset((*draft.workflows, ""))
            case _:
                return frozenset()

    def accepted(self, matcher: Matcher) -> frozenset[str]:
        """The values that the matcher lets through."""
        values = self.values_of(matcher.label)
        if matcher.values is not None:
            return values & matcher.values
        if matcher.operator is MatchOperator.NOT_EQUAL:
            return values - {matcher.value}
        return frozenset(value for value in values if matcher.accepts(value))

    def outright(self, matchers: Iterable[Matcher]) -> Box:
        """The box of these matchers together; labels that they do not narrow are left out."""
        box: dict[str, frozenset[str]] = {}
        for matcher in matchers:
            every = self.values_of(matcher.label)
            if every:
                box[matcher.label] = box.get(matcher.label, every) & self.accepted(matcher)
            else:
                box[str(matcher)] = HOLDS
        return {label: values for label, values in box.items() if values != self.values_of(label)}


def catches_all(box: Box, inner: Box) -> bool:
    """Whether everything in `inner` is in `box` too."""
    return all(label in inner and inner[label] <= values for label, values in box.items())


T = TypeVar("T")


class Boxes(Generic[T]):
    """Boxes in the order in which they were added, and which of them takes all of another one."""

    def __init__(self) -> None:
        self._everything: list[tuple[int, Box, T]] = []
        self._by_value: dict[tuple[str, str], list[tuple[int, Box, T]]] = {}
        self._count = 0

    def add(self, box: Box, what: T) -> None:
        """A box that stands for `what`."""
        entry = (self._count, box, what)
        self._count += 1
        if not box:
            self._everything.append(entry)
            return
        label = min(box, key=lambda name: (len(box[name]), name))
        for value in box[label]:
            self._by_value.setdefault((label, value), []).append(entry)

    def catching(self, inner: Box) -> T | None:
        """What the first box stands for that has all of `inner` (which is not empty); None: none has."""
        found = self._everything[:1]
        for label, values in inner.items():
            entries = self._by_value.get((label, min(values)), ())
            found += [entry for entry in entries if catches_all(entry[1], inner)][:1]
        return min(found, key=lambda entry: entry[0])[2] if found else None
