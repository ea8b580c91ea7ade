"""Law 1 as arithmetic: consumed positions against their outcomes, held against a naive count."""

import random
from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from router.kafka.balance import CHUNK, Balance, Difference, Kind, Place
from router.model.decision import Decision, Outcome, Reason
from router.model.event import Position
from router.model.ledger import LedgerEntry, SourceConsumed, ranges
from tests.builders import at

Story = dict[Place, tuple[str, int]]
"""What intake made of each consumed position, and how many outcomes the engine must decide for it."""

SOURCES = ("ops/0", "ops/1", "dbt/0")
MADE = ("alerts", "heartbeat", "ignored", "rejected")

offsets = st.one_of(st.integers(0, 40), st.integers(CHUNK - 5, CHUNK + 5), st.integers(10**12, 10**12 + 40))
places = st.builds(Place, st.sampled_from(SOURCES), offsets)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Some consumed positions, most of them one alert each, some of them many or none."""
    story: Story = {}
    for place in draw(st.sets(places, max_size=30)):
        made = draw(st.sampled_from(MADE))
        outcomes = draw(st.sampled_from((1, 1, 1, 2, 5))) if made == "alerts" else 0
        if made == "rejected":  # a webhook of which one alert could be used and one could not
            outcomes = draw(st.sampled_from((0, 0, 2)))
        story[place] = (made, outcomes)
    return story


def line(story: Story, seconds: float = 0) -> LedgerEntry:
    """One line of the ledger about all of these."""
    sources = []
    for source in sorted({place.source for place in story}):
        topic, partition = source.split("/")
        here = {place.offset: made for place, made in story.items() if place.source == source}
        sources.append(
            SourceConsumed(
                topic=topic,
                partition=int(partition),
                consumed=ranges(sorted(here)),
                heartbeats=tuple(o for o, (made, _) in here.items() if made == "heartbeat"),
                ignored=tuple(o for o, (made, _) in here.items() if made == "ignored"),
                rejected=tuple(o for o, (made, _) in here.items() if made == "rejected"),
                parts={o: n for o, (made, n) in here.items() if n and (n > 1 or made != "alerts")},
            )
        )
    return LedgerEntry(intake="i1", rules="test", at=at(seconds), sources=tuple(sources))


def decision(*places: Place, outcome: Outcome = Outcome.JOINED) -> Decision:
    """One decision about these positions."""
    sources = [(place.source.split("/"), place.offset) for place in places]
    positions = [
        Position(topic=topic, partition=int(partition), offsets=(offset,))
        for (topic, partition), offset in sources
    ]
    return Decision(
        scope="main",
        number=1,
        at=at(0),
        reason=Reason.JOINED_SAME_COMPONENT,
        text="",
        rules="test",
        outcome=outcome,
        positions=tuple(positions),
    )


def outcomes_of(story: Story) -> list[Place]:
    """Every outcome that the engine must decide, one entry each."""
    return [place for place, (_, outcomes) in story.items() for _ in range(outcomes)]


def balance_of(story: Story, decided: list[Place]) -> Balance:
    """The balance of a story in which exactly these outcomes were decided."""
    balance = Balance()
    balance.consume(line(story))
    for place in decided:
        balance.decide(decision(place))
    return balance


@given(stories(), st.randoms(use_true_random=False), st.data())
def test_whatever_the_order_and_the_batches_a_whole_history_balances(
    story: Story, chance: random.Random, data: st.DataObject
) -> None:
    """Lines repeat, batches overlap, decisions come first or last: nothing differs if nothing is wrong."""
    work: list[tuple[str, list[Place]]] = [("decide", [place]) for place in outcomes_of(story)]
    while sum(kind == "decide" for kind, _ in work) > 1 and data.draw(st.booleans()):
        folded = work.pop(0)[1] + work.pop(0)[1]
        work.append(("decide", folded))
    known = sorted(story)
    for _ in range(data.draw(st.integers(0, 3))):
        work.append(("consume", chance.sample(known, chance.randint(0, len(known)))))
    work.append(("consume", known))
    chance.shuffle(work)
    balance = Balance()
    for kind, about in work:
        if kind == "decide":
            balance.decide(decision(*about))
        else:
            balance.consume(line({place: story[place] for place in about}))
    assert list(balance.differences()) == []


@given(stories(), st.lists(places, max_size=10), st.data())
def test_differences_are_those_of_a_naive_count(
    story: Story, extra: list[Place], data: st.DataObject
) -> None:
    """Outcomes taken away and added at random: what is told is what counting by hand tells."""
    wanted = outcomes_of(story)
    kept = [place for place in wanted if data.draw(st.booleans())] + extra
    found, expected = Counter(kept), Counter(wanted)
    naive = [
        Difference(
            place,
            Kind.NOT_CONSUMED
            if place not in story
            else Kind.MISSING
            if found[place] < expected[place]
            else Kind.DOUBLED,
            expected[place],
            found[place],
        )
        for place in sorted(set(wanted) | set(kept))
        if found[place] != expected[place]
    ]
    assert list(balance_of(story, kept).differences()) == naive


@given(stories())
def test_counts_say_what_became_of_what_was_consumed(story: Story) -> None:
    """By topic: consumed positions, and outcomes; a position of five alerts has five."""
    counts = balance_of(story, outcomes_of(story)).counts()
    naive: dict[str, Counter[str]] = {}
    for place, (made, outcomes) in story.items():
        topic = naive.setdefault(place.source.split("/")[0], Counter())
        topic += Counter({"consumed": 1, "joined": outcomes, made: made != "alerts"})
    assert counts == naive


def test_a_lost_alert_is_named() -> None:
    """The one thing this command is for."""
    story: Story = {Place("ops/0", offset): ("alerts", 1) for offset in range(10)}
    lost = Place("ops/0", 4)
    (difference,) = balance_of(story, [place for place in story if place != lost]).differences()
    assert difference == Difference(lost, Kind.MISSING, 1, 0)


def test_what_settles_is_no_longer_different() -> None:
    """Asked again about the same positions, only those that still differ are told."""
    first, second = Place("ops/0", 1), Place("ops/0", 2)
    balance = balance_of({first: ("alerts", 1), second: ("alerts", 1)}, [])
    assert [difference.place for difference in balance.differences()] == [first, second]
    balance.decide(decision(first))
    assert [difference.place for difference in balance.still([first, second])] == [second]


def test_read_twice_under_different_rules_either_outcome_is_right() -> None:
    """Killed before it committed, intake reads again under new rules that ignore the event. Either may hold."""
    place = Place("ops/0", 7)
    for decided in ([], [place]):
        balance = Balance()
        balance.consume(line({place: ("alerts", 1)}))
        balance.consume(line({place: ("ignored", 0)}))
        for one in decided:
            balance.decide(decision(one))
        assert list(balance.differences()) == []
    balance.decide(decision(place))
    assert [difference.kind for difference in balance.differences()] == [Kind.DOUBLED]


def test_decisions_that_are_about_no_event_do_not_count() -> None:
    """A telling or a command has no outcome."""
    balance = Balance()
    balance.decide(decision(Place("ops/0", 1)).model_copy(update={"outcome": None}))
    assert list(balance.differences()) == []


def test_what_was_consumed_before_the_ledger_begins_is_not_asked_for() -> None:
    """The ledger expires before the decisions do; their outcomes then have no line, and that is no loss."""
    old, new = Place("ops/0", 10), Place("ops/0", 20)
    elsewhere = Place("dbt/0", 3)
    balance = Balance(since=at(100))
    balance.consume(line({old: ("alerts", 1)}, seconds=99))
    balance.consume(line({new: ("alerts", 1)}, seconds=100))
    for place in (old, elsewhere):
        balance.decide(decision(place))
    assert list(balance.differences()) == [Difference(new, Kind.MISSING, 1, 0)]
    balance.decide(decision(new))
    balance.decide(decision(Place("ops/0", 21)))
    assert [difference.kind for difference in balance.differences()] == [Kind.NOT_CONSUMED]


def test_a_million_positions_are_counted_in_seconds() -> None:
    """Memory and time follow the number of positions, wherever their offsets begin."""
    first = 5_000_000_000
    balance = Balance()
    part = SourceConsumed(topic="ops", partition=0, consumed=((first, first + 999_999),))
    balance.consume(LedgerEntry(intake="i1", rules="test", at=at(0), sources=(part,)))
    position = Position(topic="ops", partition=0, offsets=tuple(range(first, first + 999_999)))
    balance.decide(decision(Place("ops/0", 0)).model_copy(update={"positions": (position,)}))
    assert [difference.place.offset for difference in balance.differences()] == [first + 999_999]
    assert balance.counts()["ops"]["consumed"] == 1_000_000


def test_the_ledger_may_begin_a_moment_late_without_harm() -> None:
    """A line just before the beginning is left out whole; what follows it is complete."""
    place = Place("ops/0", 5)
    balance = Balance(since=at(0) + timedelta(microseconds=1))
    balance.consume(line({place: ("alerts", 1)}, seconds=0))
    assert list(balance.differences()) == []
    assert balance.counts() == {}
