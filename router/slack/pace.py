"""When the next call to Slack may go. One rule for every call, so that no caller can forget it."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from router.model.errors import DeliveryError


class Pace:
    """At most `per_second` changes a channel after a burst; no call at all while Slack wants quiet.

    Slack takes about one message a second a channel, with short bursts. A pause of at most
    `patience_seconds` is slept through; in a longer one the caller gets the error at once, so that it
    can tell the newest state when the pause is over. `clock` counts seconds and never goes back.
    """

    def __init__(
        self,
        *,
        per_second: float = 1.0,
        burst: int = 3,
        patience_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.clock = clock
        self._sleep = sleep
        self._interval = 1.0 / per_second
        self._ahead = (burst - 1) * self._interval
        self._patience = patience_seconds
        self._quiet_until = float("-inf")
        self._due: dict[str, float] = {}
        self._queues: dict[str, asyncio.Lock] = {}

    def pause(self, seconds: float) -> None:
        """Slack asked for quiet: no call of any kind for so long, from now."""
        self._quiet_until = max(self._quiet_until, self.clock() + seconds)

    async def quiet(self) -> None:
        """Returns when no pause is on; DeliveryError when that takes longer than our patience."""
        while (left := self._quiet_until - self.clock()) > 0:
            if left > self._patience:
                raise DeliveryError(
                    f"Slack asked for quiet, for {left:.0f} s more: nothing was sent, repeat it then",
                    retryable=True,
                    retry_after_seconds=left,
                    code="ratelimited",
                )
            await self._sleep(left)

    async def turn(self, channel_id: str) -> None:
        """Returns when it is this call's turn in the channel, first come first served."""
        async with self._queues.setdefault(channel_id, asyncio.Lock()):
            await self.quiet()
            while (wait := self._due.get(channel_id, 0.0) - self._ahead - self.clock()) > 1e-9:
                await self._sleep(wait)
                await self.quiet()  # It may have begun while we slept.
            now = self.clock()
            self._due[channel_id] = max(self._due.get(channel_id, now), now) + self._interval
