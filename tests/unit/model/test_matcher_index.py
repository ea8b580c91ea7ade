"""The index over conditions answers as asking each one would."""

from hypothesis import given
from hypothesis import strategies as st

from router.model.matcher import Matcher, MatchOperator, parse_matchers
from router.model.matcher_index import MatcherIndex

LABELS = st.sampled_from(["a", "b", "c"])
VALUES = st.sampled_from(["", "1", "2", "12", "x1"])
PATTERNS = st.sampled_from(["1|2", ".*", "x?1", "1.*", "", "(x|)1", "[12]+", "x1|", "1?", "12*", ".+"])


@st.composite
def matchers(draw: st.DrawFn) -> Matcher:
    """A matcher of any kind on few labels and values."""
    operator = draw(st.sampled_from(list(MatchOperator)))
    value = draw(PATTERNS if operator.value.endswith("~") else VALUES)
    return Matcher(label=draw(LABELS), operator=operator, value=value)


CONDITIONS = st.lists(st.lists(matchers(), max_size=3).map(tuple), max_size=12)


@given(CONDITIONS, st.dictionaries(LABELS | st.just("d"), VALUES))
def test_the_index_finds_what_a_scan_finds_in_order(conditions, labels):
    """For absent labels, empty values, lists of values, prefixes and negations; also when asked again."""
    index = MatcherIndex(conditions)
    scanned = [n for n, each in enumerate(conditions) if all(one.matches(labels) for one in each)]
    assert list(index.matching(labels)) == scanned
    assert list(index.matching(labels)) == scanned
    assert len(index) == len(conditions)


def test_only_what_may_hold_is_asked(monkeypatch):
    """Of a thousand conditions that share one label, those of other values, prefixes and rarer labels are not."""
    conditions = [parse_matchers(f'severity="critical",service="s{n}"') for n in range(500)]
    conditions += [parse_matchers(f'severity="critical",service=~"t{n}-.*"') for n in range(500)]
    index = MatcherIndex(conditions)
    asked = []
    monkeypatch.setattr(Matcher, "accepts", lambda self, value: asked.append(self.value) or False)
    assert list(index.matching({"severity": "critical", "service": "t7-x"})) == []
    assert set(asked) == {"t7-.*"}


def test_the_lowest_is_found_without_computing_the_rest():
    """Whoever wants the first match only pays for no other."""
    index = MatcherIndex([parse_matchers(f'a=~".*",b!="{n}"') for n in range(100)])
    assert next(index.matching({"b": "0"})) == 1
