"""What may an audience outside the company see? A notice for a partner holds what its contract shows, and no more.

The incident is built anew from what is allowed, so a field that nobody thought of stays inside. Always shown: its id,
state, severity and times, the partner's own components and faults, and the partner's own clocks.
"""

import re
from collections.abc import Collection
from functools import cached_property

from router.model.catalog import Team
from router.model.fault import OwnerKind
from router.model.headline import Headline
from router.model.incident import Cause, Incident, Note, Ownership
from router.model.notice import Listed, Notice, NoticeRole
from router.model.ownership import HIDDEN, Shown, Track, TrackRole
from router.model.rules import Rules

_KEPT = (
    *("id", "scope", "state", "severity", "revision", "opened_at", "started_at", "updated_at", "told_at"),
    *("acknowledged_at", "resolved_at", "merged_into", "reopened", "message"),
)
"""Fields that every audience may see as they are: when, how bad, and what it is called."""


def redact(notice: Notice, rules: Rules) -> Notice:
    """The notice as its audience may see it: as it is, unless a partner under contract reads at its destination."""
    partners = _partners(notice, rules)
    if not partners:
        return notice
    shows = tuple(s for s in Shown if all(p.contract and s in p.contract.shows for p in partners))
    audience = _Audience(notice, partners, frozenset(shows), rules)
    listed = tuple(audience.listed(one) for one in notice.listed)
    return notice.model_copy(update={"incident": audience.incident(), "listed": listed, "shows": shows})


def _partners(notice: Notice, rules: Rules) -> list[Team]:
    """The partners under contract who read there: it is told for them, or it is a channel of theirs."""
    return [
        team
        for team in rules.teams.values()
        if team.contract is not None
        and (team.id == notice.team or notice.destination in (team.channel, team.also_channel))
    ]


class _Audience:
    """What these partners may see of an incident."""

    def __init__(
        self, notice: Notice, partners: Collection[Team], shows: frozenset[Shown], rules: Rules
    ) -> None:
        self._incident = notice.incident
        self._destination = notice.destination
        self._owns = notice.role is NoticeRole.OWNER
        self._teams = {team.id for team in partners}
        self._shows = shows
        self._rules = rules
        self._own = {
            component.id
            for component in rules.components.values()
            if component.owners.get(OwnerKind.PARTNER) in self._teams
            or any(team.contract and team.contract.knows(component.id) for team in partners)
        }

    def incident(self) -> Incident:
        """The incident with what is theirs or shown to them; everything else is as if it were not known."""
        incident, owner = self._incident, self._owner()
        return Incident(
            **{name: getattr(incident, name) for name in _KEPT},
            destination=self._destination if self._owns else "",
            cause=self._cause(),
            owner=owner,
            acknowledged_by=self._person(incident.acknowledged_by),
            resolved_by=self._person(incident.resolved_by),
            also=tuple(self._track(track) for track in incident.also if track.team in self._teams),
            workflows=incident.workflows if Shown.IMPACT in self._shows else (),
            impacts=incident.impacts if Shown.IMPACT in self._shows else (),
            headlines=tuple(self._headline(h) for h in incident.headlines if h.component in self._own),
            runbooks=incident.runbooks if Shown.RUNBOOK in self._shows and self._causes else (),
            told=tuple(told for told in incident.told if told.destination == self._destination),
            notes=tuple(note for given in incident.notes if (note := self._note(given))),
            alerts=sum(h.firing for h in incident.headlines if h.component in self._own),
            firing=sum(h.firing for h in incident.headlines if h.component in self._own),
        )

    def listed(self, one: Listed) -> Listed:
        """A line of a digest: which component and team only where they are theirs."""
        theirs = one.team in self._teams or Shown.OWNER in self._shows
        known = one.component in self._own
        update = {"team": one.team if theirs else self._customer}
        hidden = {} if known else {"component": HIDDEN, "fault": HIDDEN}
        return one.model_copy(update={**update, **hidden})

    @property
    def _customer(self) -> str:
        return self._rules.settings.company or "your customer"

    @property
    def _causes(self) -> bool:
        """Whether the cause is surely a component of theirs."""
        cause = self._incident.cause
        return not cause.abstained and cause.component in self._own

    def _cause(self) -> Cause:
        """The cause, where it is theirs; else only that there is one."""
        cause = self._incident.cause
        if not self._causes:
            return Cause(component=HIDDEN, fault=HIDDEN, confidence=0.0)
        said = cause.evidence if Shown.EVIDENCE in self._shows else ()
        return Cause(
            component=cause.component,
            fault=cause.fault,
            confidence=cause.confidence,
            evidence=tuple(line for line in said if self._is_about_own(line)),
        )

    def _owner(self) -> Ownership:
        """Who has it: they themselves, a team that they may know of, or the company."""
        owner = self._incident.owner
        if owner.team in self._teams:
            component = self._incident.cause.component
            about = f"{component} is run by it under contract" if self._causes else "it is asked to help"
            return Ownership(team=owner.team, kind=owner.kind, why=about)
        shown = Shown.OWNER in self._shows
        name = owner.team if shown else self._customer
        return Ownership(team=name, kind=owner.kind if shown else OwnerKind.IT, why="it answers for it")

    def _person(self, actor: str) -> str:
        """A person by name only where people are shown, or it is one of theirs."""
        members = {m.casefold() for team in self._teams for m in self._rules.teams[team].members}
        if not actor or Shown.PEOPLE in self._shows or actor.casefold() in members:
            return actor
        return self._owner().team

    def _track(self, track: Track) -> Track:
        """Their track; why it concerns them says nothing of others."""
        plain = {
            TrackRole.PARTNER: track.why,
            TrackRole.OBLIGATION: "it brings a duty with it",
            TrackRole.AFFECTED: "what you run is a victim of it",
            TrackRole.SUSPECT: "what you run may be the cause",
        }
        why = plain.get(track.role, "you are named for it")
        update = {"why": why, "acknowledged_by": self._person(track.acknowledged_by)}
        clocks = track.clocks if track.role is TrackRole.PARTNER else ()
        return track.model_copy(update={**update, "clocks": clocks, "about": ""})

    def _headline(self, headline: Headline) -> Headline:
        """A symptom of theirs, without words where they are not shown."""
        told = headline.summary if Shown.SUMMARY in self._shows else ""
        return Headline(
            component=headline.component,
            fault=headline.fault,
            severity=headline.severity,
            summary="" if self._names_others(told) else told,
            started_at=headline.started_at,
            firing=headline.firing,
            since=headline.since,
            labels=headline.labels if Shown.LABELS in self._shows else {},
        )

    def _note(self, note: Note) -> Note | None:
        """A line of the story in words that say nothing of others; None for one that is not for them."""
        words = {
            "reopened": "It is back",
            "resolved": "It is over",
            "merged": "It is part of another incident",
        }
        text = words.get(note.kind, "")
        if note.kind == "handed_over":
            text = f"Handed over; it is with {self._owner().team} now"
        return Note(number=note.number, at=note.at, kind=note.kind, text=text) if text else None

    def _is_about_own(self, sentence: str) -> bool:
        """Whether a sentence names a component of theirs, and nothing and nobody else."""
        return any(_names(sentence, name) for name in self._own) and not self._names_others(sentence)

    def _names_others(self, sentence: str) -> bool:
        """Whether a sentence names a component, a name of one, or a team or person that is not theirs."""
        return any(_names(sentence, name) for name in self._foreign)

    @cached_property
    def _foreign(self) -> frozenset[str]:
        """Every name of a component, team or person that is none of theirs."""
        rules = self._rules
        others = [rules.components[c] for c in rules.components.keys() - self._own]
        found = {name for body in others for name in (body.id, body.title)}
        found |= {name for body in others for names in body.known_as.values() for name in names}
        for team in rules.teams.values():
            if team.id not in self._teams:
                found |= {team.id, team.title, team.channel, team.also_channel, *team.members}
        said = self._incident
        if Shown.PEOPLE not in self._shows:
            found |= {said.cause_by, said.acknowledged_by, said.resolved_by}
        return frozenset(name for name in found if name)


def _names(sentence: str, name: str) -> bool:
    """Whether a sentence names this, as a word of its own."""
    if name.casefold() not in sentence.casefold():
        return False
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", sentence, re.IGNORECASE) is not None
