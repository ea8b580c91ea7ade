"""Does a silence cover an incident now? Muting stops telling, never tracking: a muted incident lives on."""

from collections.abc import Iterable, Mapping

from router.model.matcher_index import MatcherIndex
from router.model.record import Silence
from router.model.value import Moment


class Silences:
    """Silences by what they match; an index never changes, a new one is built when a silence does."""

    def __init__(self, silences: Iterable[Silence]) -> None:
        self._silences = sorted(silences, key=lambda silence: (silence.due, silence.id), reverse=True)
        self._index = MatcherIndex([silence.match for silence in self._silences])

    def covering(self, labels: Iterable[Mapping[str, str]], now: Moment) -> Silence | None:
        """The silence that covers an incident with these labels (one set a workflow), the longest-lasting first."""
        best: int | None = None
        for seen in labels:
            for place in self._index.matching(seen):
                if best is not None and place >= best:
                    break
                silence = self._silences[place]
                if silence.started_at <= now < silence.due:
                    best = place
                    break
        return None if best is None else self._silences[best]
