"""Splitting a telling: one message for each group of symptoms, where a route says `group_by`. The incident stays one.

A group is the set of values that its symptoms' alerts have under the labels of `group_by`. A message that was posted
keeps its group for good; of more groups than MAX_GROUPS the last ones share a message.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import blake2b

from router.model.incident import Headline, Incident, IncidentState, Told
from router.model.notice import Notice
from router.model.route import EVERY_LABEL

MAX_GROUPS = 20
"""Messages of one incident at one destination at most."""

OTHERS = "others"
"""The group of all symptoms whose own came too late."""

MAX_NAME = 200
"""Characters of a group's name."""


def group_of(headline: Headline, group_by: Sequence[str]) -> str:
    """The group of a symptom, `{alertname="X", service="y"}`; long ones are cut and told apart by a hash."""
    labels = headline.labels
    names = labels if EVERY_LABEL in group_by else (name for name in group_by if name in labels)
    text = "{" + ", ".join(f'{name}="{labels[name]}"' for name in sorted(names)) + "}"
    if len(text) <= MAX_NAME:
        return text
    return f"{text[: MAX_NAME - 20]}… {blake2b(text.encode(), digest_size=8).hexdigest()}"


def with_groups(told: Told, headlines: Iterable[Headline]) -> Told:
    """The destination with a message for every group that there is by now."""
    if not told.group_by:
        return told
    groups = list(told.groups)
    for headline in headlines:
        name = _place(headline, told.group_by, groups)
        if name not in groups:
            groups.append(name)
    return told if len(groups) == len(told.groups) else told.model_copy(update={"groups": tuple(groups)})


def split(notice: Notice, told: Told) -> tuple[Notice, ...]:
    """The notice of this destination as one for each of its groups; as it is where the telling is not split."""
    if not told.groups:
        return (notice,)
    members: dict[str, list[Headline]] = {name: [] for name in told.groups}
    for headline in notice.incident.headlines:
        members[_place(headline, told.group_by, told.groups)].append(headline)
    return tuple(
        notice.model_copy(update={"group": name, "incident": _part(notice.incident, tuple(headlines))})
        for name, headlines in members.items()
    )


def _place(headline: Headline, group_by: Sequence[str], groups: Sequence[str]) -> str:
    name = group_of(headline, group_by)
    return name if name in groups or len(groups) < MAX_GROUPS - 1 else OTHERS


def _part(incident: Incident, headlines: tuple[Headline, ...]) -> Incident:
    """What a group's message shows of the incident: its own symptoms; it is over when they are."""
    firing = sum(headline.firing for headline in headlines)
    severities = [headline.severity for headline in headlines]
    update: dict[str, object] = {
        "headlines": headlines,
        "firing": firing,
        "alerts": max(firing, len(headlines)),
        "severity": max(severities, key=lambda severity: severity.rank, default=incident.severity),
    }
    if incident.live and not firing:
        ended = [each.started_at + timedelta(seconds=each.lasted_seconds) for each in headlines]
        update |= {"state": IncidentState.RESOLVED, "resolved_at": max(ended, default=incident.updated_at)}
    return incident.model_copy(update=update)
