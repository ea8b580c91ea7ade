"""How the fake misbehaves when told to: for N calls, by (seeded) chance, or until switched off."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

#: Modes that shape single calls, and whether the call takes effect unless the fault says otherwise.
CALL_MODES: Mapping[str, bool] = {
    "rate_limited": False,  # 429 with Retry-After `seconds`
    "http_500": False,  # 500, text body
    "apply_then_drop": True,  # does it, then closes the connection without an answer
    "apply_then_delay": True,  # does it, answers after `seconds`
    "drop_before_apply": False,  # closes the connection, nothing done
    "ok_false": False,  # 200 {"ok": false, "error": `error`}
    "not_json": True,  # 200 with a body that is not JSON
    "redirect": False,  # 307 to the same method
    "slow_drip": True,  # does it, then sends the answer in small pieces over `seconds`
}
#: Modes that stay until switched off.
SWITCHES = ("outage", "visibility_lag", "archive", "unarchive", "revoke_token", "restore_token", "clear")


@dataclass(frozen=True)
class Fault:
    """One misbehaviour.

    It strikes the next `calls` matching calls (None: every one), each with `probability`; a call that is
    spared by chance does not count. It matches calls of `methods` (empty: all) to `channel` (empty: all).
    `applied` overrides whether a struck call takes effect.
    """

    mode: str
    calls: int | None = 1
    probability: float = 1.0
    seconds: float = 1.0
    error: str = "internal_error"
    methods: tuple[str, ...] = ()
    channel: str = ""
    applied: bool | None = None

    def __post_init__(self) -> None:
        if self.mode not in CALL_MODES:
            raise ValueError(f"unknown mode {self.mode!r}; one of {', '.join((*CALL_MODES, *SWITCHES))}")
        if not 0 <= self.probability <= 1 or self.seconds < 0 or (self.calls is not None and self.calls < 1):
            raise ValueError("probability is 0..1, seconds at least 0, calls at least 1 or null")

    @property
    def applies(self) -> bool:
        """Whether a struck call takes effect."""
        return CALL_MODES[self.mode] if self.applied is None else self.applied

    @staticmethod
    def of(wish: Mapping[str, Any]) -> "Fault":
        """The fault that a control request asks for; ValueError when it makes no sense."""
        try:
            fault = Fault(**{**wish, "methods": tuple(wish.get("methods", ()))})
        except TypeError as error:
            raise ValueError(str(error)) from None
        # A probability without a number of calls means "from now on".
        return replace(fault, calls=None) if "probability" in wish and "calls" not in wish else fault


class Faults:
    """The faults that are on, first come first served, and the switches."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._active: list[Fault] = []
        self.outage_until = 0.0
        self.visibility_lag_seconds = 0.0
        self.token_revoked = False

    def add(self, fault: Fault) -> None:
        self._active.append(fault)

    def clear(self) -> None:
        """Back to good behaviour (archived channels stay archived)."""
        self._active.clear()
        self.outage_until = 0.0
        self.visibility_lag_seconds = 0.0
        self.token_revoked = False

    def draw(self, method: str, channel: str) -> Fault | None:
        """The fault that strikes this call, if any."""
        for position, fault in enumerate(self._active):
            if (fault.methods and method not in fault.methods) or fault.channel not in ("", channel):
                continue
            if self._chance.random() >= fault.probability:
                continue
            if fault.calls is not None:
                if fault.calls == 1:
                    del self._active[position]
                else:
                    self._active[position] = replace(fault, calls=fault.calls - 1)
            return fault
        return None


class Politeness:
    """Counts calls that arrive inside a Retry-After window, and enforces the posts a channel takes.

    A call that was already on its way when we answered 429 is not rude: windows begin `GRACE_SECONDS` late.
    """

    GRACE_SECONDS = 0.25

    def __init__(self, posts_per_second: float, burst: int) -> None:
        self._rate = posts_per_second
        self._burst = burst
        self._tokens: dict[str, tuple[float, float]] = {}
        self._window = (0.0, 0.0)
        self.rude_calls = 0
        self.refused = 0

    def arrived(self, now: float) -> None:
        """A call came in."""
        if self._window[0] <= now < self._window[1]:
            self.rude_calls += 1

    def ask_to_wait(self, now: float, seconds: float) -> None:
        """We answered 429 with this Retry-After."""
        self.refused += 1
        self._window = (now + self.GRACE_SECONDS, max(self._window[1], now + seconds))

    def take(self, channel: str, now: float) -> float:
        """Takes one post out of the channel's bucket; 0.0, or the seconds until there is one."""
        tokens, at = self._tokens.get(channel, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + max(0.0, now - at) * self._rate)
        if tokens >= 1.0 - 1e-9:
            self._tokens[channel] = (tokens - 1.0, now)
            return 0.0
        self._tokens[channel] = (tokens, now)
        return (1.0 - tokens) / self._rate
