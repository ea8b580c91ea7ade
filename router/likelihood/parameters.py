"""The figures of the model that groups and attributes: rates, chances and times, each with what it means.

The defaults were chosen by hand and hold for companies of very different size; `bench.tune` searches for others and
writes where they come from. The model itself: docs/attribution.md.
"""

from typing import NamedTuple

DAY = 86_400.0


class Parameters(NamedTuple):
    """Rates are per second, chances lie in 0 to 1, weights and thresholds are log-odds.

    background: how often a (component, fault) alerts although nothing is wrong, before anything was learned.
    failure: how often a component fails by itself. own_alert: the chance that it then says so itself. measure:
    how much more rarely a KPI does, which only shows what others do. emission_*: the chance that a failure
    shows as an alert of this class where it arrives; fault_share: that it is this fault of its kind. kind_fits,
    kind_unfit: how much likelier a fault is when a component that usually causes it lies on the way, and when
    none does; named: where a fault shows that usually causes it. nature_unfit: how much rarer a fault is where
    what shows already is of the other nature (`likelihood/natures.py`). tail: the chance that a failure shows
    later than the edges say, by tail_stretch of their span and tail_seconds. again, again_seconds: the chance
    that a component which shows one fault shows another, within about so long; again_weight: how much that
    counts as evidence. brief_seconds, lasting_seconds: how long an alert fires on average if nothing is wrong,
    and if something is; lasting_weight bounds what that counts. change, change_hours: the chance that a failure
    is due to a change, and how fast that fades; changes_per_hour: how often a component is changed. silence: how
    much the silence of a watched component counts. unknown: the score of a cause outside the catalog. sharpness:
    what scores count times this where they become shares, as found from how often causes were right. lapse: the
    chance that the symptoms are not of one failure at all. join: by how much an alert must be likelier part of an
    incident than one of its own. merge: by how much one cause must explain two incidents better than two causes
    do. tell: the log-odds of a failure from which on it is told.
    """

    background: float = 1 / 30 / DAY
    failure: float = 1 / 60 / DAY
    own_alert: float = 0.5
    measure: float = 0.1
    emission_self: float = 0.6
    emission_symptom: float = 0.6
    emission_starve: float = 0.4
    fault_share: float = 1 / 6
    kind_fits: float = 1.5
    kind_unfit: float = 0.8
    named: float = 2.5
    nature_unfit: float = 0.4
    tail: float = 0.1
    tail_stretch: float = 1.0
    tail_seconds: float = 3_600.0
    again: float = 0.5
    again_seconds: float = 1_800.0
    again_weight: float = 0.3
    again_inside: float = 0.3
    """This, part_weight and next_component: `likelihood/crowd.py`; the defaults change nothing."""
    part_weight: float = 1.0
    next_component: float = 1.0
    brief_seconds: float = 1_800.0
    lasting_seconds: float = 18_000.0
    lasting_weight: float = 2.5
    change: float = 0.4
    change_hours: float = 4.0
    changes_per_hour: float = 1 / 168
    silence: float = 0.4
    unknown: float = -1.0
    sharpness: float = 1.15
    lapse: float = 0.07
    join: float = 0.0
    merge: float = 0.5
    tell: float = 0.5

    @property
    def independent(self) -> bool:
        """Whether all that one cause explains counts in full, but for repeats at one component."""
        return self.part_weight == self.next_component == 1 and self.again_inside == self.again_weight


DEFAULTS = Parameters()
