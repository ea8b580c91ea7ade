"""What a destination should show of an incident now, and what we told it last.

A notice replaces every older one of its destination and incident: telling is level-triggered. A delivery
is our memory of a telling: intent before the call, confirmation with Slack's ids after it.
"""

from enum import StrEnum
from uuid import UUID, uuid5

from router.model.fault import Severity
from router.model.incident import Incident
from router.model.ownership import Shown
from router.model.value import Moment, Value

EFFECTS = UUID("6f1d8f5e-6c1f-5a39-9d5c-7b8a4e3f2d10")
"""Namespace of effect ids, so that the same effect always has the same id."""


class NoticeRole(StrEnum):
    """What the destination is to the incident: decides words and buttons."""

    OWNER = "owner"
    FORMER_OWNER = "former_owner"
    ESCALATION = "escalation"
    ALSO = "also"
    DIGEST = "digest"


class NoticeKind(StrEnum):
    """What happened that this notice tells."""

    OPENED = "opened"
    UPDATED = "updated"
    HANDED_OVER = "handed_over"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    MERGED = "merged"
    REPEATED = "repeated"
    DIGEST = "digest"


class Listed(Value):
    """An incident that a digest lists: held back from its destination for now, since there are so many."""

    incident: str
    severity: Severity
    team: str
    component: str
    fault: str
    opened_at: Moment


class Notice(Value):
    """What `destination` should show now: one message, edited to this, plus thread lines for new notes.

    `group` names the group of symptoms that the message is for, where a route splits the telling; `incident` holds
    only those then.

    `shows`: the audience is a partner's, and may be shown these besides the least; the incident holds no more. None:
    everything is for it. Of a digest, `listed` are the incidents that are held back, the worst first, and `more` how
    many there are beyond them; its `incident` stands for all of them and is on no other record.
    """

    destination: str
    role: NoticeRole
    kind: NoticeKind
    at: Moment
    team: str
    rules: str
    incident: Incident
    group: str = ""
    shows: tuple[Shown, ...] | None = None
    listed: tuple[Listed, ...] = ()
    more: int = 0

    @property
    def subject(self) -> str:
        """The incident whose message this is, and the group, if it is one of several.

        The incident by an older id, where new rules brought it from another scope.
        """
        name = self.incident.message or self.incident.id
        return f"{name} {self.group}" if self.group else name

    @property
    def key(self) -> str:
        """The compaction key on `router.notices.v1`."""
        return f"{self.destination}|{self.subject}"


class DeliveryState(StrEnum):
    """How far a telling got."""

    ATTEMPT_STARTED = "attempt_started"
    DONE = "done"
    FAILED = "failed"


class Delivery(Value):
    """What we last told one destination about one incident (`part` "root") or one thread line ("note-<n>").

    `incident` is the `subject` of the notice. Compacted on `router.deliveries.v1` by `key`. `generation` grows when the
    message was deleted under us and a new one had to be posted. `revision` is the incident revision that the message
    shows once done.
    """

    destination: str
    incident: str
    part: str = "root"
    generation: int = 1
    state: DeliveryState
    revision: int
    at: Moment
    attempts: int = 0
    channel_id: str = ""
    ts: str = ""
    error: str = ""

    @property
    def key(self) -> str:
        """The compaction key on `router.deliveries.v1`."""
        return f"{self.destination}|{self.incident}|{self.part}"

    @property
    def effect_id(self) -> str:
        """Names the effect in the message's metadata, so that it can be found again after a crash."""
        return effect_id(self.destination, self.incident, self.part, self.generation)


def effect_id(destination: str, incident: str, part: str, generation: int) -> str:
    """The stable id of "this part of this incident's message at this destination, this generation"."""
    return str(uuid5(EFFECTS, f"{destination}|{incident}|{part}|{generation}"))
