"""How sure an answer may be, learned from the site's confirmed answers: confidence is recalibrated, ranks stay.

A share p becomes p^b, renormalised: b below 1 says that the router was too sure, above that it was not sure enough.
b is the one that makes the confirmed causes of the other cases likeliest.
"""

import math
from collections.abc import Mapping, Sequence

LEAST_CONFIRMED = 10
"""With fewer confirmed causes the router's own confidence stands."""
STEPS = tuple(round(0.1 * step, 1) for step in range(2, 31))
SURELY_NOT = 1e-6
"""Share of a right answer that was not among the candidates."""

Shares = Mapping[str, float]


def sharpened(shares: Shares, exponent: float) -> dict[str, float]:
    """The shares to this power, adding up to what they did."""
    powers = {name: share**exponent for name, share in shares.items()}
    total = sum(powers.values())
    whole = sum(shares.values())
    return {name: power / total * whole for name, power in powers.items()} if total else dict(shares)


def exponent_of(confirmed: Sequence[tuple[Shares, frozenset[str]]]) -> float:
    """The exponent under which these confirmed causes are likeliest; 1 where there are too few."""
    if len(confirmed) < LEAST_CONFIRMED:
        return 1.0
    return max(STEPS, key=lambda step: (round(_likelihood(confirmed, step), 9), -abs(step - 1)))


def _likelihood(confirmed: Sequence[tuple[Shares, frozenset[str]]], exponent: float) -> float:
    total = 0.0
    for shares, right in confirmed:
        after = sharpened(shares, exponent)
        total += math.log(max(SURELY_NOT, sum(after.get(name, 0.0) for name in right)))
    return total
