"""What to tell whom: the newest truth to every destination that was told before, each in its role.

A notice replaces what the destination showed of the incident, so telling twice is harmless and telling late
is never stale.
"""

from router.model.incident import Incident, Told
from router.model.notice import Notice, NoticeKind, NoticeRole
from router.model.value import Moment


def tell(incident: Incident, kind: NoticeKind, rules_hash: str, now: Moment) -> tuple[Notice, ...]:
    """One notice for every destination that was told of the incident."""
    return tuple(
        Notice(
            destination=told.destination,
            role=_role(incident, told),
            kind=kind,
            at=now,
            team=told.team,
            rules=rules_hash,
            incident=incident,
        )
        for told in incident.told
    )


def _role(incident: Incident, told: Told) -> NoticeRole:
    if told.destination == incident.destination:
        return NoticeRole.OWNER
    if told.also:
        return NoticeRole.ALSO
    return NoticeRole.ESCALATION if told.escalation else NoticeRole.FORMER_OWNER
