"""Splitting a telling: one message for each group of alerts, where a route says `group_by`. The incident stays one.

A group is the set of values that alerts have under the labels of `group_by`. A message that was posted keeps its group
for good; of more groups than MAX_GROUPS the last ones share a message.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from router.model.event import Alert, AlertStatus
from router.model.headline import Headline
from router.model.incident import Incident, IncidentState, Told
from router.model.notice import Notice
from router.model.route import EVERY_LABEL

MAX_GROUPS = 20
"""Messages of one incident at one destination at most."""

OTHERS = "others"
"""The group of all alerts whose own came too late."""

MAX_NAME = 200
"""Characters of a group's name."""

Members = Sequence[tuple[Headline, Alert]]
"""The alerts of an incident in the order in which they began, each with its symptom."""


def members_of(incident: Incident, alerts: Iterable[Alert]) -> Members:
    """The alerts whose symptoms the incident holds, of many symptoms the first ones."""
    headlines = {(each.component, each.fault): each for each in incident.headlines}
    found = [
        (headlines[key], alert) for alert in alerts if (key := (alert.component, alert.fault)) in headlines
    ]
    return sorted(found, key=lambda member: (member[1].started_at, member[1].key))


def group_of(labels: Mapping[str, str], group_by: Sequence[str]) -> str:
    """The group of these labels, `{alertname="X", service="y"}`; long ones are cut and told apart by a hash."""
    names = labels if EVERY_LABEL in group_by else (name for name in group_by if name in labels)
    text = "{" + ", ".join(f'{name}="{labels[name]}"' for name in sorted(names)) + "}"
    if len(text) <= MAX_NAME:
        return text
    return f"{text[: MAX_NAME - 20]}… {blake2b(text.encode(), digest_size=8).hexdigest()}"


def with_groups(told: Told, members: Members) -> Told:
    """The destination with a message for every group that there is by now."""
    if not told.group_by:
        return told
    groups = dict.fromkeys(told.groups)
    for member in members:
        groups.setdefault(_place(member, told.group_by, groups))
    return told if len(groups) == len(told.groups) else told.model_copy(update={"groups": tuple(groups)})


def split(notice: Notice, told: Told, members: Members) -> tuple[Notice, ...]:
    """The notice of this destination as one for each of its groups; as it is where the telling is not split."""
    if not told.groups:
        return (notice,)
    known = dict.fromkeys(told.groups)
    groups: dict[str, list[tuple[Headline, Alert]]] = {name: [] for name in told.groups}
    for member in members:
        groups[_place(member, told.group_by, known)].append(member)
    return tuple(
        notice.model_copy(update={"group": name, "incident": _part(notice.incident, inside)})
        for name, inside in groups.items()
    )


def _place(member: tuple[Headline, Alert], group_by: Sequence[str], groups: Mapping[str, None]) -> str:
    headline, alert = member
    # What says that it is over may leave out the labels.
    name = group_of(alert.labels or headline.labels, group_by)
    return name if name in groups or len(groups) < MAX_GROUPS - 1 else OTHERS


def _part(incident: Incident, members: Members) -> Incident:
    """What a group's message shows of the incident: its own alerts and their symptoms; it is over when they are."""
    firing: dict[tuple[str, str], int] = defaultdict(int)
    for headline, alert in members:
        firing[headline.component, headline.fault] += alert.status is AlertStatus.FIRING
    headlines = tuple(
        headline.model_copy(update={"firing": firing[key]})
        for headline in incident.headlines
        if (key := (headline.component, headline.fault)) in firing
    )
    severities = [alert.severity for _, alert in members]
    update: dict[str, object] = {
        "headlines": headlines,
        "firing": sum(firing.values()),
        "alerts": len(members),
        "severity": max(severities, key=lambda severity: severity.rank, default=incident.severity),
    }
    if incident.live and not sum(firing.values()):
        ended = max((alert.at for _, alert in members), default=incident.updated_at)
        update |= {"state": IncidentState.RESOLVED, "resolved_at": ended}
    return incident.model_copy(update=update)
