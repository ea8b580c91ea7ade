"""Intent, call, outcome: whatever goes wrong in between, each destination ends with one message, the newest."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.kafka.notifier_log import DeliveryLog
from router.kafka.notifier_plan import Nothing, Patience, plan
from router.kafka.notifier_telling import FRESH_SECONDS, Hold, Telling
from router.model.incident import Note
from router.model.notice import Delivery, DeliveryState, Notice
from tests.builders import at
from tests.unit.kafka.notifier_fakes import OUTCOMES, Channel, Notebook
from tests.unit.render.samples import a_notice

HASTY = Patience(look_after=0, retry=0, retry_most=0, sweeps=())


@dataclass
class Bench:
    """A telling between a channel and a notebook, and the newest notice for it."""

    channel: Channel = field(default_factory=Channel)
    notebook: Notebook = field(default_factory=Notebook)
    revision: int = 1
    notes: int = 0
    clock: float = 0.0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The notifier died: the next one knows what is in the log."""
        self.telling = Telling(
            self.notebook.memories(),
            self.channel,
            cast("DeliveryLog", self.notebook),
            HASTY,
            clock=lambda: self.clock,
        )

    @property
    def notice(self) -> Notice:
        """The newest."""
        notes = tuple(
            Note(number=n, at=at(n), kind="escalated", text=f"note {n}") for n in range(1, self.notes + 1)
        )
        notice = a_notice("updated", revision=self.revision, notes=notes)
        return notice.model_copy(update={"at": datetime.now(UTC)})

    def step(self) -> bool:
        """One step of the plan; False when there is none."""
        notice = self.notice
        action = plan(notice, self.telling.memory(notice.incident.id), datetime.now(UTC), HASTY)
        if isinstance(action, Nothing):
            return False
        asyncio.run(self.telling.act(notice, action))
        return True

    def settle(self) -> None:
        """Step until nothing is left to do."""
        for _ in range(50):
            if not self.step():
                return
        raise AssertionError("it never settles")

    @property
    def states(self) -> list[str]:
        """The states logged for the message."""
        return [record.state.value for record in self.notebook.records if record.part == "root"]


def test_intent_comes_before_the_call_and_the_outcome_after_it() -> None:
    """The log of a good post and a good edit."""
    bench = Bench()
    bench.settle()
    bench.revision = 2
    bench.settle()
    assert bench.states == ["attempt_started", "done", "attempt_started", "done"]
    assert bench.channel.calls == ["post", "update"]


@pytest.mark.parametrize("outcome", ["dropped", "lost"])
def test_a_post_in_doubt_is_looked_up_and_never_doubled(outcome: str) -> None:
    """Found: taken. Not found: posted again, under the same effect."""
    bench = Bench(Channel(deque([outcome])))
    bench.settle()
    assert len(bench.channel.posted) == 1
    assert bench.channel.looks == 1


def test_an_edit_in_doubt_is_repeated_without_looking() -> None:
    """Editing twice shows the same."""
    bench = Bench()
    bench.settle()
    bench.revision = 2
    bench.channel.outcomes.append("dropped")
    bench.settle()
    assert (bench.channel.roots[0].revision, bench.channel.looks) == (2, 0)


def test_a_failure_that_passes_holds_the_whole_destination() -> None:
    """For as long as Slack asked; the memory is as it was."""
    bench = Bench(Channel(deque(["later"])))
    bench.step()
    assert bench.telling.hold.until == pytest.approx(2.0)
    assert bench.telling.memory("main-17").root is None


def test_a_failure_that_stays_is_logged_with_slacks_word() -> None:
    """An operator finds it in the log of deliveries, and the next attempt follows by itself."""
    bench = Bench(Channel(deque(["never"])))
    bench.step()
    assert bench.states == ["attempt_started", "failed"]
    assert bench.notebook.records[-1].error == "archived"
    bench.settle()
    assert bench.states[-1] == "done"


def test_a_message_that_is_gone_is_replaced() -> None:
    """The next generation, once."""
    bench = Bench()
    bench.settle()
    bench.channel.posted[0].deleted = True
    bench.revision = 2
    bench.settle()
    assert [root.revision for root in bench.channel.roots] == [2]
    assert bench.notebook.records[-1].generation == 2


def test_when_looking_is_forbidden_telling_comes_first() -> None:
    """Without the scope to read history, a post in doubt is repeated."""
    bench = Bench(Channel(deque(["lost"]), blind=True))
    bench.settle()
    assert len(bench.channel.roots) == 1


def test_an_intent_that_took_too_long_to_log_is_looked_at_again() -> None:
    """While the broker did not answer, somebody else may have got the partition."""

    class Slow(Notebook):
        async def write(self, *records: Delivery) -> None:
            bench.clock += FRESH_SECONDS if not self.records else 0.0
            await super().write(*records)

    bench = Bench(notebook=Slow())
    bench.step()
    assert bench.channel.calls == []
    bench.settle()
    assert len(bench.channel.roots) == 1
    assert bench.channel.looks == 1


def test_what_is_done_is_logged_with_its_place() -> None:
    """Channel and ts are in the log, never only in memory."""
    bench = Bench()
    bench.settle()
    last = bench.notebook.records[-1]
    assert (last.state, last.channel_id, last.ts) == (DeliveryState.DONE, "C1", "1.000000")


def test_a_hold_grows_and_ends_with_a_success() -> None:
    """One, two, four seconds ... fifteen at most; what Slack asked for wins."""
    hold = Hold()
    waits = []
    for _ in range(6):
        hold.fail(0.0)
        waits.append(hold.until)
    assert waits == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
    hold.fail(0.0, asked=90.0)
    assert hold.until == 90.0
    hold.succeed()
    hold.fail(100.0)
    assert hold.until == 101.0


EVENTS = st.lists(
    st.sampled_from([*OUTCOMES, "crash", "crash in the call", "newer", "note", "deleted"]), max_size=25
)


@settings(max_examples=200, deadline=None)
@given(EVENTS)
def test_every_story_ends_with_one_message_that_shows_the_newest(events: list[str]) -> None:
    """Lost answers, refusals, crashes anywhere, people deleting our messages: one root, newest, notes told once."""
    bench = Bench()
    for event in events:
        if event == "crash":
            bench.restart()
        elif event == "newer":
            bench.revision += 1
        elif event == "note":
            bench.revision, bench.notes = bench.revision + 1, bench.notes + 1
        elif event == "deleted":
            for root in bench.channel.roots:
                root.deleted = True
        else:
            bench.channel.outcomes.append("dropped" if event == "crash in the call" else event)
            bench.step()
            bench.channel.outcomes.clear()
            if event == "crash in the call":
                bench.restart()
    bench.channel.outcomes.clear()
    bench.revision += 1
    bench.settle()
    assert [root.revision for root in bench.channel.roots] == [bench.revision]
    told = [number for reply in bench.channel.replies for number in reply.notes]
    assert len(told) == len(set(told))
    shown = {message.ts: message.notes for message in bench.channel.posted if not message.thread_ts}
    assert not [r for r in bench.channel.replies if set(r.notes) & set(shown[r.thread_ts])]
    told += [number for numbers in shown.values() for number in numbers]
    assert set(told) == set(range(1, bench.notes + 1))
    bench.restart()
    assert not bench.step()
