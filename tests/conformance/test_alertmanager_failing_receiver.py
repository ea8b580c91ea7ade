"""Alertmanager's cases of a receiver that fails or is slow, played with the notifier's retries on a virtual clock.

A notice stands until its channel shows it, so a channel that fails for a while gets what is newest then: once.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from router.kafka.notifier_log import DeliveryLog
from router.kafka.notifier_plan import Nothing, Patience, plan
from router.kafka.notifier_telling import Telling
from router.model.incident import Note
from router.model.notice import Notice
from tests.builders import at
from tests.unit.kafka.notifier_fakes import Channel, Notebook
from tests.unit.render.samples import a_notice

PATIENCE = Patience(look_after=0, retry=0, retry_most=0, sweeps=())
STEP = 0.25


@dataclass
class Receiver(Channel):
    """A channel that fails in one way until some second of the clock."""

    fails: str = "later"
    until: float = 0.0
    now: Callable[[], float] = lambda: 0.0
    made: list[tuple[float, str]] = field(default_factory=list)

    def _outcome(self, name: str) -> str:
        self.calls.append(name)
        if self.now() < self.until:
            return self.fails
        self.made.append((self.now(), name))
        return "ok"


def play(receiver: Receiver, notices: dict[float, Notice], until: float) -> Receiver:
    """The notices come at their seconds; the notifier does what is due, every quarter of a second."""
    clock = [0.0]
    receiver.now = lambda: clock[0]
    telling = Telling({}, receiver, cast("DeliveryLog", Notebook()), PATIENCE, clock=lambda: clock[0])
    newest: Notice | None = None
    while clock[0] <= until:
        newest = notices.get(clock[0], newest)
        if newest is not None and telling.hold.until <= clock[0]:
            action = plan(newest, telling.memory(newest.incident.id), at(clock[0]), PATIENCE)
            if not isinstance(action, Nothing):
                asyncio.run(telling.act(newest, action))
        clock[0] += STEP
    return receiver


def the_two() -> dict[float, Notice]:
    """Told at two seconds, and again at six, as in `retry_two_webhooks`."""
    again = Note(number=1, at=at(6), kind="repeated", text="Still burning")
    return {2.0: a_notice("opened", revision=1), 6.0: a_notice("repeated", revision=2, notes=(again,))}


def test_a_failing_receiver_gets_its_notification_once_and_the_good_one_no_more_for_it() -> None:
    """`retry_two_webhooks`: the other answers with an error until 4.5 s."""
    good = play(Receiver(), the_two(), 30)
    failing = play(Receiver(fails="later", until=4.5), the_two(), 30)
    assert good.calls == ["post", "update", "reply"]
    assert [name for _, name in failing.made].count("post") == 1
    assert len(failing.roots) == len(good.roots) == 1
    first = failing.made[0][0]
    assert 4.5 <= first <= 6.5
    assert failing.roots[0].revision == good.roots[0].revision == 2


def test_a_slow_receiver_is_asked_again_and_never_told_twice() -> None:
    """`webhook_timeout`: until three seconds no answer comes in time, though the message may have arrived."""
    for fails in ("lost", "dropped"):
        slow = play(Receiver(fails=fails, until=3.0), {2.0: a_notice("opened", revision=1)}, 30)
        assert len(slow.roots) == 1
        assert len(slow.posted) == 1


def test_a_receiver_that_was_away_for_long_gets_what_is_newest_then() -> None:
    """One message, of the last revision: no burst of stale ones."""
    notices = {float(second): a_notice("updated", revision=second) for second in range(2, 40)}
    away = play(Receiver(fails="later", until=35.0), notices, 80)
    assert [message.revision for message in away.roots] == [39]
    assert [name for _, name in away.made].count("post") == 1
