"""How hard a set of days is."""

from typing import NamedTuple


class Setting(NamedTuple):
    """components: least and most of a company. monitors: share of the monitors that exist. noise: factor on noise
    alerts. slowness: factor on batch periods and smoothing. failures: weights of one, two, three at once.
    """

    components: tuple[int, int] = (13, 60)
    monitors: float = 1.0
    noise: float = 1.0
    slowness: float = 1.0
    failures: tuple[float, float, float] = (0.62, 0.3, 0.08)


SETTINGS = {
    "normal": Setting(),
    "large": Setting(components=(150, 400)),
    "dark": Setting(monitors=0.5),
    "noisy": Setting(noise=4.0),
    "slow": Setting(slowness=3.0),
    "quiet": Setting(noise=0.2),
}
