"""Recognise an event that equals one read before in everything but id and time, without reading it again.

In a storm nearly every event is such a repeat. The memory is bounded and may be lost at any time: a reader
with a memory and one without say the same, only the speed differs.
"""

from datetime import datetime, timedelta

from router.model.errors import RejectedEvent
from router.stages.intake.fields import moment
from router.stages.intake.interpret import OLDEST, ZERO
from router.stages.intake.record import Document, HeardAlert, Repeat, Template

MAX_TEMPLATES = 4_096
"""Alerts remembered a source; past it all are forgotten at once and learned again."""

MAX_SEEN = 65_536
"""Places of alerts that were read once."""

MAX_MISSED = 2_000

_OLDEST_MS = int(OLDEST.total_seconds() * 1000)


class Memo:
    """The alerts of one source by what their sender calls them."""

    def __init__(self, skew: timedelta) -> None:
        self._skew_ms = int(skew.total_seconds() * 1000)
        self._templates: dict[int, Template] = {}
        self._seen: set[int] = set()
        self._missed = 0

    @property
    def idle(self) -> bool:
        """Whether nothing repeated of late, so that looking costs more than it brings."""
        return self._missed > MAX_MISSED

    def place(self, document: Document) -> int:
        """Where this document's alert is remembered: cheap, and different for different alerts as far as
        possible.

        0 for what is no alert. Nothing relies on it but speed.
        """
        data = document.get("data")
        if type(data) is not dict:
            return 0
        dedup_key = data.get("dedup_key")
        labels = None if dedup_key else data.get("labels")
        told = tuple(labels.values()) if type(labels) is dict else None
        try:
            return hash((document.get("subject"), dedup_key, data.get("fault"), data.get("status"), told))
        except TypeError:  # a list or an object where a name should be
            return 0

    def recall(self, place: int, document: Document, arrived_ms: int) -> Repeat | None:
        """The repeat that this document is, or None when it must be read in full.

        Id and time are checked as a full reading would; whatever is odd about them is left to it.
        """
        template = self._templates.get(place)
        self._missed += 1
        if template is None:
            return None
        event_id, time = document.get("id"), document.get("time")
        if type(event_id) is not str or not event_id or event_id.isspace() or type(time) is not str:
            return None
        document["id"], document["time"] = template.document["id"], template.document["time"]
        same = document == template.document
        document["id"], document["time"] = event_id, time
        if not same:
            return None
        try:
            at = moment(time, "time")
        except RejectedEvent:
            return None
        behind_ms = arrived_ms - at.timestamp() * 1000
        if not -self._skew_ms < behind_ms < _OLDEST_MS:
            return None  # a time that needs correction
        if template.started_at is not None and template.started_at > at:
            return None
        self._missed = 0
        return Repeat(template, at, arrived_ms)

    def learn(self, place: int, document: Document, heard: HeardAlert, started_at: datetime | None) -> None:
        """Remember an alert that was read in full, unless it is the first of its kind: most of those never
        repeat.
        """
        if place not in self._seen:
            if len(self._seen) >= MAX_SEEN:
                self._seen.clear()
            self._seen.add(place)
            return
        if not _comparable(document):
            return
        if len(self._templates) >= MAX_TEMPLATES:
            self._templates.clear()
        began = started_at if started_at is not None and started_at >= ZERO else None
        self._templates[place] = Template(document, heard.scope, heard.fields, began)


def _comparable(document: Document) -> bool:
    """Whether == between documents means that they say the same.

    For Python 1, 1.0 and true are equal. Texts are safe; numbers are only where they are read as numbers,
    and not 0 or 1.
    """
    measure = document["data"].get("measure")
    for value in (*document.values(), *document["data"].values()):
        if value is document["data"] or value is measure or type(value) is str or value is None:
            continue
        if type(value) is dict and all(type(part) is str for part in value.values()):
            continue
        if type(value) is list and all(type(part) is str for part in value):
            continue
        return False
    return measure is None or all(
        type(part) is str or (type(part) in (int, float) and part not in (0, 1)) for part in measure.values()
    )
