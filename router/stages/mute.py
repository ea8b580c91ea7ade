"""Do silences cover an incident now? Muting stops telling, never tracking: a muted incident lives on.

A silence covers what its matchers match: the labels of the incident, and of its alerts their own. An incident is
covered when each of its alerts that fires is, be it by another silence; one alert that none covers, and it is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from router.model.matcher_index import MatcherIndex
from router.model.record import Silence
from router.model.value import Moment

Labels = Mapping[str, str]


class Covered(NamedTuple):
    """The silence of all that are needed that ends first, and when."""

    silence: Silence
    until: Moment


class Silences:
    """Silences by what they match; an index never changes, a new one is built when a silence does.

    `labels` are all that their matchers ask for.
    """

    def __init__(self, silences: Iterable[Silence]) -> None:
        self._silences = sorted(silences, key=lambda silence: (silence.due, silence.id), reverse=True)
        self._index = MatcherIndex([silence.match for silence in self._silences])
        self.labels = frozenset(matcher.label for silence in self._silences for matcher in silence.match)

    def covering(self, alerts: Iterable[Sequence[Labels]], now: Moment) -> Covered | None:
        """What covers these alerts, each given by its labels (one set a workflow); None: one of them nothing does."""
        first: Silence | None = None
        for labels in alerts:
            silence = self._longest(labels, now)
            if silence is None:
                return None
            if first is None or (silence.due, silence.id) < (first.due, first.id):
                first = silence
        return None if first is None else Covered(first, first.due)

    def _longest(self, labels: Iterable[Labels], now: Moment) -> Silence | None:
        """The silence that covers one alert and lasts longest."""
        best: int | None = None
        for seen in labels:
            for place in self._index.matching(seen):
                if best is not None and place >= best:
                    break
                if self._silences[place].started_at <= now < self._silences[place].due:
                    best = place
                    break
        return None if best is None else self._silences[best]
