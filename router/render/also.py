"""What a team reads that must know of an incident and does not own it: why it is told, whose it is, what it must do."""

from router.model.incident import Incident, IncidentState
from router.model.notice import Notice, NoticeRole
from router.model.ownership import HIDDEN, Track, TrackRole
from router.model.rules import Rules
from router.model.value import Moment
from router.render.fit import cut
from router.render.line import Line, Person, Strong, Time
from router.render.words import fault_words, team_words

MAX_WHY = 300
"""Characters of one reason: names may be long."""

MAX_HAND_TO = 3
"""Teams to hand over to with one press."""

_MARKS = {TrackRole.OBLIGATION: "⚖️", TrackRole.PARTNER: "🤝"}
_TITLES = {TrackRole.OBLIGATION: "a duty comes with it", TrackRole.PARTNER: "under your contract"}


def tracks_at(notice: Notice) -> tuple[Track, ...]:
    """The tracks that are told at the notice's destination, most binding first, those that ended last."""
    order = list(TrackRole)
    here = [
        track for track in notice.incident.also if track.destination == notice.destination and track.told_at
    ]
    return tuple(sorted(here, key=lambda t: (t.ended_at is not None, order.index(t.role), t.team, t.about)))


def also_title(notice: Notice, severity: str, failure: str) -> tuple[str, str]:
    """The mark and the title: that it is for information, or that a duty comes with it."""
    first = next(iter(tracks_at(notice)), None)
    if first is None or first.ended_at or first.role not in _TITLES:
        return "📌", f"For information · {failure}"
    return _MARKS[first.role], f"{severity}, {_TITLES[first.role]} · {failure}"


def also_lead(notice: Notice, rules: Rules) -> Line:
    """Why this team is told, and who has the incident."""
    first = next(iter(tracks_at(notice)), None)
    named = team_words(notice.incident.owner.team, rules)
    owner = Strong(named[:1].upper() + named[1:] if notice.shows is not None else named)
    has_it = " has it in hand." if notice.incident.state is IncidentState.ACKNOWLEDGED else " owns it."
    if first is None:
        return ("For information. ", owner, has_it)
    if first.ended_at:
        return ("This does not concern ", Strong(team_words(first.team, rules)), " any more. ", owner, has_it)
    if first.role is TrackRole.OBLIGATION:
        return (
            Strong(team_words(first.team, rules)),
            ", ",
            _why(first),
            ". The failure itself: ",
            owner,
            has_it,
        )
    return (
        "For information, ",
        Strong(team_words(first.team, rules)),
        ": ",
        _why(first),
        ". ",
        owner,
        has_it,
    )


def also_facts(notice: Notice, rules: Rules) -> tuple[tuple[str, Line], ...]:
    """What else concerns this destination: further reasons, what is due when and by which rule, who saw it."""
    tracks = [track for track in tracks_at(notice) if not track.ended_at]
    facts: list[tuple[str, Line]] = [
        (f"Also {team_words(track.team, rules)}", (_why(track),)) for track in tracks[1:]
    ]
    for track in tracks:
        facts += clock_facts(track, notice)
        if track.acknowledged_at is not None:
            seen: Line = (Person(track.acknowledged_by), " at ", _time(track.acknowledged_at, notice))
            facts.append(("Seen by", seen))
    return tuple(facts)


def clock_facts(track: Track, notice: Notice) -> list[tuple[str, Line]]:
    """What is due when, of the clocks of a track that still run; and what was due, and was not done."""
    facts: list[tuple[str, Line]] = []
    for clock in track.clocks:
        if clock.met_at is not None and track.role is not TrackRole.OBLIGATION:
            continue
        what = "" if track.role is TrackRole.OBLIGATION else f": {clock.duty}"
        source = f", by {clock.source}" if clock.source else ""
        if clock.due is None:
            facts.append(("Due", (f"counted once somebody acknowledges it{what}{source}",)))
        else:
            label = "Overdue since" if clock.passed else "Due" if notice.incident.live else "Still due"
            facts.append((label, (_time(clock.due, notice), f"{what}{source}")))
    return facts


def asks_to_see(notice: Notice) -> str:
    """The team of whom somebody shall say that they saw it, also where it owns the incident; "" for none."""
    tracks = tracks_at(notice)
    if notice.role is NoticeRole.OWNER:
        tracks = tuple(
            t for t in notice.incident.also if t.team == notice.team and t.role is TrackRole.OBLIGATION
        )
    waiting = [track for track in tracks if track.asks and not track.ended_at]
    return waiting[0].team if waiting else ""


def shows_impact(notice: Notice) -> bool:
    """Whether what the failure hits is news for this destination: for the business, and where a duty depends on it."""
    told = (TrackRole.BUSINESS, TrackRole.OBLIGATION)
    return notice.incident.live and any(t.role in told and not t.ended_at for t in tracks_at(notice))


def must_know(incident: Incident) -> list[tuple[str, str]]:
    """Team and first reason of every team that must know beside the owner, each once, most binding first."""
    found: dict[str, str] = {}
    for track in incident.also:
        if track.team != incident.owner.team and not track.ended_at:
            found.setdefault(track.team, track.why)
    return list(found.items())


def hand_to(incident: Incident) -> tuple[str, ...]:
    """Teams that it may be for, likeliest first: whom evidence favours, who owns a candidate, who had such before."""
    if not incident.live:
        return ()
    suspects = [
        track.team for track in incident.also if track.role is TrackRole.SUSPECT and not track.ended_at
    ]
    before = [answer.team for answer in incident.answers]
    named = dict.fromkeys(team for team in (incident.suggested_team, *suspects, *before) if team)
    return tuple(team for team in named if team != incident.owner.team)[:MAX_HAND_TO]


def hidden_failure(incident: Incident, rules: Rules) -> str:
    """What a partner reads in place of a failure that is none of its own."""
    own = incident.headlines[0] if incident.headlines else None
    where = rules.settings.company or "your customer"
    return f"{where}: {fault_words(own.fault)} among others" if own else f"a failure at {where}"


def is_hidden(incident: Incident) -> bool:
    """Whether the cause is not for this audience."""
    return incident.cause.component == HIDDEN


def _why(track: Track) -> str:
    return cut(track.why, MAX_WHY)


def _time(at: Moment, notice: Notice) -> Time:
    return Time(at, dated=at.date() != notice.at.date())
