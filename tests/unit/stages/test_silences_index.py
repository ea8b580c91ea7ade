"""Which silence covers an incident: the index answers as a look at each one would."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from router.model.matcher import Matcher, MatchOperator
from router.model.record import Silence
from router.stages.mute import Silences
from tests.builders import at

labels = st.fixed_dictionaries({}, optional={name: st.sampled_from(["1", "2", "12"]) for name in "abc"})
matchers = st.builds(
    Matcher,
    label=st.sampled_from("abc"),
    operator=st.sampled_from(MatchOperator),
    value=st.sampled_from(["", "1", "2", "1.*", "1|2"]),
)


@st.composite
def some_silences(draw: st.DrawFn) -> list[Silence]:
    """Up to eight, each from some minute to a later one."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        begins = draw(st.integers(0, 10))
        found.append(
            Silence(
                id=f"s{number}",
                match=tuple(draw(st.lists(matchers, min_size=1, max_size=3))),
                actor="ada",
                reason="",
                started_at=at(begins),
                due=at(begins) + timedelta(seconds=draw(st.integers(1, 10))),
            )
        )
    return found


@given(
    some_silences(),
    st.lists(st.lists(labels, min_size=1, max_size=2), min_size=1, max_size=4),
    st.integers(0, 20),
)
def test_the_index_covers_what_a_look_at_each_silence_covers(silences, alerts, second):
    """Each alert by the silence that lasts longest; the one that ends first is named."""
    now = at(second)

    def longest(alert: list[dict[str, str]]) -> Silence | None:
        covering = [
            silence
            for silence in silences
            if silence.started_at <= now < silence.due
            and any(all(matcher.matches(seen) for matcher in silence.match) for seen in alert)
        ]
        return max(covering, key=lambda silence: (silence.due, silence.id), default=None)

    each = [longest(alert) for alert in alerts]
    wanted = None if None in each else min(each, key=lambda silence: (silence.due, silence.id))  # type: ignore[union-attr]
    found = Silences(silences).covering(alerts, now)
    assert (found.silence if found else None) == wanted
    assert found is None or found.until == found.silence.due
