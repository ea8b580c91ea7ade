"""The index of alerts that inhibit answers as a look at all alerts would, whatever happened to them before."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from router.model.incident import Incident
from router.model.matcher import parse_matcher
from router.model.muting import Inhibition
from router.model.record import IncidentRecord, OpenAlert
from router.stages.inhibit import Inhibitors
from tests.conformance.test_alertmanager_inhibition import a_record, an_incident

sides = st.lists(st.sampled_from(['s="1"', 's!="1"', 't="1"', 'e=~"1|2"', 'owner="x"']), max_size=2)
rules = st.lists(
    st.tuples(sides, sides, st.lists(st.sampled_from(["e", "owner"]), max_size=2, unique=True)),
    min_size=1,
    max_size=3,
)
own = st.fixed_dictionaries({}, optional={name: st.sampled_from(["1", "2"]) for name in "ste"})
steps = st.lists(
    st.one_of(
        st.tuples(st.just("alert"), st.integers(0, 4), st.sampled_from("ABC"), own, st.booleans()),
        st.tuples(st.just("owner"), st.sampled_from("ABC"), st.sampled_from("xy")),
        st.tuples(st.just("gone"), st.integers(0, 4)),
    ),
    max_size=25,
)


class Scan:
    """Every alert is looked at."""

    def __init__(self, inhibitions: list[Inhibition]) -> None:
        self.inhibitions = inhibitions
        self.alerts: dict[str, OpenAlert] = {}
        self.owners = dict.fromkeys("ABC", "x")

    def labels(self, record: OpenAlert) -> dict[str, str]:
        """An alert's own labels, and its incident's."""
        return {**record.alert.labels, "owner": self.owners[record.incident]}

    def inhibits(self, incident: str) -> bool:
        """Whether each firing alert of the incident has a source elsewhere."""
        firing = [record for record in self.alerts.values() if record.firing]
        mine = [self.labels(record) for record in firing if record.incident == incident]
        others = [self.labels(record) for record in firing if record.incident != incident]
        return bool(mine) and all(any(self._mutes(one, other) for other in others) for one in mine)

    def _mutes(self, target: dict[str, str], source: dict[str, str]) -> bool:
        for rule in self.inhibitions:
            if not all(m.matches(target) for m in rule.target) or not all(
                m.matches(source) for m in rule.source
            ):
                continue
            if any(target.get(name, "") != source.get(name, "") for name in rule.equal):
                continue
            both = all(m.matches(target) for m in rule.source) and all(m.matches(source) for m in rule.target)
            if not both:
                return True
        return False


def owned(name: str, owner: str) -> Incident:
    """An incident of this owner."""
    incident = an_incident(name)
    return incident.model_copy(update={"owner": incident.owner.model_copy(update={"team": owner})})


@given(rules, steps)
def test_the_index_answers_as_a_scan_does(given_rules: Any, script: Any) -> None:
    """Alerts fire, end, change labels and incidents, incidents change owners; then each incident is asked."""
    inhibitions = [
        Inhibition(
            name=f"r{number}",
            source=tuple(map(parse_matcher, source)),
            target=tuple(map(parse_matcher, target)),
            equal=tuple(equal),
        )
        for number, (source, target, equal) in enumerate(given_rules)
    ]
    scan, index = (
        Scan(inhibitions),
        Inhibitors(inhibitions, lambda incident: [{"owner": incident.owner.team}]),
    )
    for name in "ABC":
        index.change(None, IncidentRecord(incident=owned(name, "x")))
    for step in script:
        match step:
            case ("alert", number, incident, labels, firing):
                key = f"k{number}"
                made = a_record(labels, incident, firing)
                record = made.model_copy(update={"alert": made.alert.model_copy(update={"key": key})})
                index.change(scan.alerts.get(key), record)
                scan.alerts[key] = record
            case ("owner", incident, owner):
                old = IncidentRecord(incident=owned(incident, scan.owners[incident]))
                index.change(old, IncidentRecord(incident=owned(incident, owner)))
                scan.owners[incident] = owner
            case ("gone", number) if f"k{number}" in scan.alerts:
                index.change(scan.alerts.pop(f"k{number}"), None)
        for name in "ABC":
            found = index.inhibits(owned(name, scan.owners[name]))
            assert (found is not None) is scan.inhibits(name)


def test_what_ended_says_which_rules_to_ask_again() -> None:
    """A source that fires no more ends its rule's hold; one that only repeats does not."""
    rule = Inhibition(name="r", source=(parse_matcher("s=1"),), target=(parse_matcher("t=1"),))
    index = Inhibitors([rule], lambda _: [{}])
    index.change(None, IncidentRecord(incident=an_incident("A")))
    firing, over = a_record({"s": "1"}, "A", True), a_record({"s": "1"}, "A", False)
    index.change(None, firing)
    index.change(firing, firing)
    assert list(index.ended) == []
    index.change(firing, over)
    assert list(index.ended) == ["r"]
