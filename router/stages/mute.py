"""May we tell anyone now? Muting stops telling, never tracking: a muted incident lives on."""

from collections.abc import Iterable, Mapping

from router.model.matcher import Matcher
from router.model.record import Silence
from router.model.value import Moment


def mute(labels: Iterable[Mapping[str, str]], silences: Iterable[Silence], now: Moment) -> Silence | None:
    """The silence that covers an incident with these labels (one set a workflow), the longest-lasting first."""
    seen = [dict(one) for one in labels]
    covering = [
        s for s in silences if s.started_at <= now < s.due and any(_covers(s.match, one) for one in seen)
    ]
    return max(covering, key=lambda silence: (silence.due, silence.id), default=None)


def _covers(matchers: Iterable[Matcher], labels: dict[str, str]) -> bool:
    return all(matcher.matches(labels) for matcher in matchers)
