"""Is an incident inhibited: does an alert of another one fire that explains why nobody need hear of this one?

Semantics of Alertmanager's inhibit package: a target is muted while a firing alert matches the rule's source matchers
and agrees with it in the labels of `equal` (an absent label is empty). What matches both sides of a rule is not muted
by an alert that also matches both, so that two such alerts do not mute each other. Here a target is an incident: it is
muted when every alert of it that fires is, each by an alert of another incident.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from router.model.incident import Incident
from router.model.muting import Inhibition
from router.model.record import AnyRecord, IncidentRecord, OpenAlert

Labels = Mapping[str, str]
LabelsOf = Callable[[Incident], Sequence[Labels]]
"""The labels of an incident, one set for each workflow that it hits."""

_Own = tuple[tuple[str, str], ...]
"""What an alert says of itself, as far as any rule asks for it."""


MAX_NAMED = 16
"""Of more incidents with sources none is named, so that a decision costs no look at all of them."""


class Inhibited(NamedTuple):
    """The rule that inhibits, and an incident whose alert is its source ("": there are many)."""

    rule: str
    source: str


class _Entry(NamedTuple):
    """A source alert of this rule, under these values of `equal`; `both`: it matches the target side, too."""

    rule: int
    equal: tuple[str, ...]
    both: bool


class Inhibitors:
    """The firing alerts of a scope, by the rules whose sources they are. Fed as records change.

    A decision looks up the equal values of each distinct alert of the incident: it costs rules times alerts that
    differ in what rules ask for, never a scan over the alerts of others. `ended` collects rules of which a source
    is gone; whoever takes them looks again at what they muted.
    """

    def __init__(self, rules: Sequence[Inhibition], labels_of: LabelsOf, under: str = "") -> None:
        self.under = under
        self.ended: dict[str, None] = {}
        self._rules = tuple(rules)
        self._labels_of = labels_of
        self._asked = {m.label for rule in rules for m in (*rule.source, *rule.target)} | {
            name for rule in rules for name in rule.equal
        }
        self._incidents: dict[str, Sequence[Labels]] = {}
        self._firing: dict[str, Counter[_Own]] = {}
        self._sources: dict[tuple[int, tuple[str, ...]], dict[str, Counter[bool]]] = {}

    # ---- following the records ------------------------------------------------------------------------

    def change(self, old: AnyRecord | None, new: AnyRecord | None) -> None:
        """Follow a record: alerts that fire no more go first, so that `ended` is complete."""
        record = new or old
        if isinstance(record, OpenAlert):
            was = self._own_of(old) if isinstance(old, OpenAlert) else None
            now = self._own_of(new) if isinstance(new, OpenAlert) else None
            if was != now:
                self._add(now)
                self._remove(was)
        elif isinstance(record, IncidentRecord):
            self._relabel(
                record.incident.id, self._labels_of(new.incident) if isinstance(new, IncidentRecord) else ()
            )

    def _own_of(self, record: OpenAlert) -> tuple[str, _Own] | None:
        """The incident, and what the alert says of itself; None: it fires no more, or belongs to none."""
        if not record.firing or not record.incident:
            return None
        alert = record.alert
        said = {**alert.labels, "component": alert.component, "fault": alert.fault}
        return record.incident, tuple(sorted((k, v) for k, v in said.items() if k in self._asked))

    def _add(self, found: tuple[str, _Own] | None) -> None:
        if found is None:
            return
        incident, own = found
        counts = self._firing.setdefault(incident, Counter())
        counts[own] += 1
        if counts[own] == 1:
            self._count(incident, own, self._incidents.get(incident, ()), 1)

    def _remove(self, found: tuple[str, _Own] | None) -> None:
        if found is None:
            return
        incident, own = found
        counts = self._firing[incident]
        counts[own] -= 1
        if not counts[own]:
            del counts[own]
            self._count(incident, own, self._incidents.get(incident, ()), -1)
        if not counts:
            del self._firing[incident]

    def _relabel(self, incident: str, labels: Sequence[Labels]) -> None:
        """The incident's labels changed: its alerts are sources under the new ones."""
        known = self._incidents.get(incident, ())
        if known == labels:
            return
        own_sets = tuple(self._firing.get(incident, ()))
        for own in own_sets:
            self._count(incident, own, labels, 1)
        for own in own_sets:
            self._count(incident, own, known, -1)
        if labels:
            self._incidents[incident] = labels
        else:
            self._incidents.pop(incident, None)

    def _count(self, incident: str, own: _Own, labels: Sequence[Labels], by: int) -> None:
        for seen in labels:
            for rule, equal, both in self._entries({**dict(own), **seen}):
                at = self._sources.setdefault((rule, equal), {})
                counts = at.setdefault(incident, Counter())
                counts[both] += by
                if not counts[both]:
                    del counts[both]
                    self.ended[self._rules[rule].name] = None
                if not counts:
                    del at[incident]
                if not at:
                    del self._sources[rule, equal]

    def _entries(self, labels: Labels) -> Iterable[_Entry]:
        for place, rule in enumerate(self._rules):
            if all(matcher.matches(labels) for matcher in rule.source):
                both = all(matcher.matches(labels) for matcher in rule.target)
                yield _Entry(place, _equal(rule, labels), both)

    # ---- asking ---------------------------------------------------------------------------------------

    def inhibits(self, incident: Incident) -> Inhibited | None:
        """What inhibits the incident now: every alert of it that fires is a target of a source elsewhere."""
        labels = self._labels_of(incident)
        found: set[tuple[int, str]] = set()
        for own in self._firing.get(incident.id, ()):
            said = dict(own)
            sources = (self._source({**said, **seen}, incident.id) for seen in labels)
            by = next((source for source in sources if source is not None), None)
            if by is None:
                return None
            found.add(by)
        if not found:
            return None
        place, source = min(found)
        return Inhibited(self._rules[place].name, source)

    def waits(self, incident: Incident) -> int:
        """For how many seconds a first telling waits for sources that may still arrive; 0: some alert is no target."""
        seconds, labels = 0, self._labels_of(incident)
        for own in self._firing.get(incident.id, ()):
            said = dict(own)
            targets = [
                rule.wait_seconds
                for seen in labels
                for rule in self._rules
                if all(matcher.matches({**said, **seen}) for matcher in rule.target)
            ]
            if not targets:
                return 0
            seconds = max(seconds, *targets)
        return seconds

    def _source(self, labels: Labels, target: str) -> tuple[int, str] | None:
        """The place of the first rule with a source for these labels in an incident other than `target`, and which."""
        for place, rule in enumerate(self._rules):
            if not all(matcher.matches(labels) for matcher in rule.target):
                continue
            at = self._sources.get((place, _equal(rule, labels)))
            if not at:
                continue
            both_sides = all(matcher.matches(labels) for matcher in rule.source)
            found = (
                incident
                for incident, counts in at.items()
                if incident != target and (counts[False] or (counts[True] and not both_sides))
            )
            first = next(found, None)
            if first is not None:
                return place, min(first, *found, first) if len(at) <= MAX_NAMED else ""
        return None


def _equal(rule: Inhibition, labels: Labels) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in rule.equal)
