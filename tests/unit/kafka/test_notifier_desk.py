"""One destination: what matters most first, only the newest, one call at a time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import cast

from router.kafka.notifier_desk import NO_OFFSET, Desk
from router.kafka.notifier_log import DeliveryLog
from router.kafka.notifier_plan import Patience
from router.kafka.notifier_sender import Place
from router.kafka.notifier_telling import Telling
from router.model.fault import Severity
from router.model.incident import IncidentState
from router.model.notice import Delivery, Notice
from tests.unit.kafka.notifier_fakes import Channel, Notebook
from tests.unit.render.samples import a_notice

HASTY = Patience(look_after=0.0, retry=0.01, retry_most=0.01, sweeps=(0.02,))


class Gate(Channel):
    """A channel whose calls wait until it is opened; it notes who was told, in order."""

    def __init__(self, *outcomes: str) -> None:
        super().__init__(deque(outcomes))
        self.open = asyncio.Event()
        self.order: list[str] = []
        self.at_once = 0

    async def post(self, notice: Notice, attempt: Delivery) -> Place:
        await self._pass(notice)
        return await super().post(notice, attempt)

    async def update(self, notice: Notice, attempt: Delivery) -> None:
        await self._pass(notice)
        await super().update(notice, attempt)

    async def _pass(self, notice: Notice) -> None:
        self.at_once += 1
        assert self.at_once == 1, "two calls at once"
        await self.open.wait()
        self.at_once -= 1
        self.order.append(notice.incident.id)


Story = Callable[[Desk, Gate], Awaitable[None]]


def play(story: Story, *outcomes: str) -> Gate:
    """Run a story with a desk; what ends the desk fails the test."""

    async def run() -> Gate:
        gate, failures = Gate(*outcomes), list[BaseException]()
        telling = Telling({}, gate, cast("DeliveryLog", Notebook()), HASTY)
        telling.hold.least = telling.hold.most = 0.01
        desk = Desk(telling, HASTY, failures.append)
        await story(desk, gate)
        await desk.close(5)
        assert failures == []
        return gate

    return asyncio.run(run())


async def become(question: Callable[[], object]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(10):
        while not question():  # noqa: ASYNC110 (the desk has no event for tests)
            await asyncio.sleep(0.001)


async def done(desk: Desk) -> None:
    """Wait until everything is shown."""
    await become(lambda: not desk.waiting)


def notice(incident: str, revision: int = 1, **fields: object) -> Notice:
    """The newest notice of an incident, as of now."""
    told = a_notice(id=incident, revision=revision, **fields)  # type: ignore[arg-type]
    return told.model_copy(update={"at": datetime.now(UTC)})


def test_only_the_newest_of_each_incident_is_told() -> None:
    """Whatever came while a call was under way is replaced by what came after it."""

    async def story(desk: Desk, gate: Gate) -> None:
        desk.show(notice("a", 1), 0)
        await become(lambda: gate.at_once)
        for revision in range(2, 50):
            desk.show(notice("a", revision), revision)
        gate.open.set()
        await done(desk)

    gate = play(story)
    assert gate.calls == ["post", "update"]
    assert gate.roots[0].revision == 49


def test_the_worst_of_what_nobody_knows_comes_first() -> None:
    """New before changed before over; critical before minor."""

    async def story(desk: Desk, gate: Gate) -> None:
        gate.open.set()
        desk.show(notice("known"), 0)
        await done(desk)
        gate.open.clear()
        desk.show(notice("busy"), 1)
        await become(lambda: gate.at_once)
        desk.show(notice("over", state=IncidentState.RESOLVED, severity=Severity.CRITICAL), 2)
        desk.show(notice("known", 2), 3)
        desk.show(notice("minor", severity=Severity.MINOR), 4)
        desk.show(notice("critical", severity=Severity.CRITICAL), 5)
        gate.open.set()
        await done(desk)

    assert play(story).order == ["known", "busy", "critical", "minor", "known", "over"]


def test_a_failure_holds_everything_and_then_all_are_told() -> None:
    """The destination is left alone for a while; nothing is lost by it."""

    async def story(desk: Desk, gate: Gate) -> None:
        gate.open.set()
        for number in range(5):
            desk.show(notice(f"incident-{number}"), number)
        await done(desk)

    gate = play(story, "later", "never", "lost", "dropped")
    assert len(gate.roots) == 5


def test_a_copy_that_turns_up_is_removed_and_the_other_shown_anew() -> None:
    """The sweep runs although nothing waits."""

    async def story(desk: Desk, gate: Gate) -> None:
        gate.open.set()
        gate.blind = True
        desk.show(notice("a"), 0)
        await done(desk)
        gate.blind = False
        await become(lambda: len(gate.posted) == 2 and len(gate.roots) == 1 and not desk.waiting)

    gate = play(story, "dropped")
    assert [message.deleted for message in gate.posted] == [False, True]


def test_closing_finishes_the_call_under_way_and_begins_no_other() -> None:
    """What waits is told by whoever has the partition next."""

    async def story(desk: Desk, gate: Gate) -> None:
        desk.show(notice("a"), 0)
        desk.show(notice("b"), 1)
        await become(lambda: gate.at_once)
        closing = asyncio.create_task(desk.close(5))
        await asyncio.sleep(0)
        gate.open.set()
        await closing
        assert desk.waiting == 2

    gate = play(story)
    assert len(gate.roots) == 1


def test_a_call_that_does_not_end_is_cut_off() -> None:
    """Another notifier waits for the partition."""

    async def story(desk: Desk, gate: Gate) -> None:
        desk.show(notice("a"), 0)
        await become(lambda: gate.at_once)
        await desk.close(0.01)

    assert play(story).roots == []


def test_the_first_offset_is_that_of_the_oldest_that_waits() -> None:
    """For the display of lag; what is shown again without being new does not count."""

    async def story(desk: Desk, gate: Gate) -> None:
        assert desk.first_offset is None
        desk.show(notice("a"), 7)
        desk.show(notice("b"), 9)
        desk.show(notice("c"), NO_OFFSET)
        assert desk.first_offset == 7
        desk.show(notice("a", 2), 12)
        assert desk.first_offset == 9
        desk.drop("b")
        assert desk.first_offset == 12
        gate.open.set()
        await done(desk)

    play(story)


def test_what_breaks_the_log_ends_the_process() -> None:
    """A log that cannot be written to may be somebody else's now."""

    class Broken(Notebook):
        async def write(self, *records: Delivery) -> None:
            raise RuntimeError("fenced")

    async def run() -> list[BaseException]:
        failures = list[BaseException]()
        telling = Telling({}, Channel(), cast("DeliveryLog", Broken()), HASTY)
        desk = Desk(telling, HASTY, failures.append)
        desk.show(notice("a"), 0)
        await become(lambda: failures)
        await desk.close(1)
        return failures

    assert [str(error) for error in asyncio.run(run())] == ["fenced"]
