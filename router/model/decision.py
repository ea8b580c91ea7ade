"""Why: every decision with a reason from a closed list. "Why was I told" is answered from these alone.

Written to `router.decisions.v1` in the same transaction as what they decided; `number` counts from 1 per
scope without gaps.
"""

from enum import StrEnum

from router.model.event import Position
from router.model.incident import Candidate, Tried
from router.model.value import Moment, Value


class Outcome(StrEnum):
    """What became of a source position. Each position has exactly one (`router reconcile` counts them)."""

    OPENED = "opened"
    JOINED = "joined"
    REPEATED = "repeated"
    RESOLVED = "resolved"
    CHANGED = "changed"
    MUTED = "muted"
    IGNORED = "ignored"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why a decision was taken. The text behind each is `REASON_TEXT`; docs/reasons.md lists them."""

    OPENED_NEW_FAILURE = "opened.new_failure"
    OPENED_UNMAPPED = "opened.unmapped"
    JOINED_SAME_COMPONENT = "joined.same_component"
    JOINED_ON_PATH = "joined.on_path"
    JOINED_COMMON_CAUSE = "joined.common_cause"
    JOINED_SHARED_TRACE = "joined.shared_trace"
    JOINED_REOPENED = "joined.reopened"
    JOINED_SCOPE_FULL = "joined.scope_full"
    REPEATED_STILL_FIRING = "repeated.still_firing"
    REPEATED_STILL_RESOLVED = "repeated.still_resolved"
    REPEATED_LATE = "repeated.late"
    RESOLVED_BY_SOURCE = "resolved.by_source"
    RESOLVED_BEFORE_FIRING = "resolved.before_firing"
    RESOLVED_TIMED_OUT = "resolved.timed_out"
    CHANGED_RECORDED = "changed.recorded"
    MOVED_OUT = "moved.out"
    MOVED_IN = "moved.in"
    MOVED_ON = "moved.on"
    MOVED_REPEATED = "moved.repeated"
    INCIDENT_RESOLVED = "incident.all_resolved"
    INCIDENT_RESOLVED_BY_PERSON = "incident.resolved_by_person"
    INCIDENT_REOPENED = "incident.reopened"
    INCIDENT_MERGED = "incident.merged"
    INCIDENT_SPLIT = "incident.split"
    INCIDENT_SPLIT_SUGGESTED = "incident.split_suggested"
    INCIDENT_FLAPPING = "incident.flapping"
    INCIDENT_CLOSED = "incident.closed"
    CAUSE_ATTRIBUTED = "cause.attributed"
    CAUSE_MOVED = "cause.moved"
    CAUSE_SUGGESTED = "cause.suggested"
    CAUSE_CONFIRMED = "cause.confirmed"
    CAUSE_CORRECTED = "cause.corrected"
    OWNER_RESOLVED = "owner.resolved"
    OWNER_TRIAGE = "owner.triage"
    OWNER_PROPOSED = "owner.proposed"
    OWNER_SUGGESTED = "owner.suggested"
    OWNER_GONE = "owner.gone"
    OWNER_HANDED_OVER_BY_EVIDENCE = "owner.handed_over_by_evidence"
    OWNER_HANDED_OVER_BY_PERSON = "owner.handed_over_by_person"
    OWNER_HANDOVERS_CAPPED = "owner.handovers_capped"
    OWNER_SUGGEST_MODE = "owner.suggest_mode"
    OWNER_OVERRIDDEN = "owner.overridden"
    OWNER_OUTSIDE_CONTRACT = "owner.outside_contract"
    OWNER_INCIDENT_COMMANDER = "owner.incident_commander"
    TOLD_OPENED = "told.opened"
    TOLD_UPDATED = "told.updated"
    TOLD_REFRESHED = "told.refreshed"
    TOLD_HANDED_OVER = "told.handed_over"
    TOLD_ESCALATED = "told.escalated"
    TOLD_RESOLVED = "told.resolved"
    TOLD_REOPENED = "told.reopened"
    TOLD_MERGED = "told.merged"
    TOLD_REPEATED = "told.repeated"
    TOLD_PROPOSED = "told.proposed"
    TOLD_ACK_REMINDER = "told.ack_reminder"
    TOLD_ACK_EXPIRED = "told.ack_expired"
    TOLD_ALSO = "told.also"
    ALSO_SEEN = "also.seen"
    ALSO_REMINDED = "also.reminded"
    ALSO_DUE = "also.due"
    ALSO_ENDED = "also.ended"
    NOT_TOLD_YET = "not_told.yet"
    NOT_TOLD_RESOLVED_WHILE_SETTLING = "not_told.resolved_while_settling"
    NOT_TOLD_SOURCE_AWAITED = "not_told.source_awaited"
    TOLD_DIGEST = "told.digest"
    MUTED_SILENCE = "muted.silence"
    MUTED_MAINTENANCE = "muted.maintenance"
    MUTED_INHIBITION = "muted.inhibition"
    MUTED_INTERVAL = "muted.interval"
    MUTED_SNOOZE = "muted.snooze"
    MUTED_FLAPPING = "muted.flapping"
    MUTED_RATE = "muted.rate"
    UNMUTED = "muted.ended"
    ESCALATED_NOT_ACKNOWLEDGED = "escalated.not_acknowledged"
    ESCALATED_NOBODY_LEFT = "escalated.nobody_left"
    ESCALATED_BEGUN = "escalated.begun"
    ESCALATED_STEP = "escalated.step"
    ESCALATED_INSTEAD = "escalated.instead"
    ESCALATED_SKIPPED = "escalated.step_skipped"
    ESCALATED_ANEW = "escalated.anew"
    ESCALATED_ENDED = "escalated.ended"
    ACTION_PROPOSED = "action.proposed"
    ACTION_CONFIRMED = "action.confirmed"
    ACK_REMINDED = "ack.reminded"
    ACK_RENEWED = "ack.renewed"
    ACK_EXPIRED = "ack.expired"
    EXPERIENCE_LEARNED = "experience.learned"
    EXPERIENCE_FORGOTTEN = "experience.forgotten"
    CALIBRATION_LEARNED = "calibration.learned"
    COMMAND_APPLIED = "command.applied"
    COMMAND_REPEATED = "command.repeated"
    COMMAND_REFUSED_UNKNOWN_INCIDENT = "command.refused.unknown_incident"
    COMMAND_REFUSED_ILLEGAL = "command.refused.illegal"
    COMMAND_REFUSED_UNKNOWN_TEAM = "command.refused.unknown_team"
    COMMAND_REFUSED_UNKNOWN_COMPONENT = "command.refused.unknown_component"
    COMMAND_REFUSED_NOTHING_NEW = "command.refused.nothing_new"
    COMMAND_REFUSED_INVALID = "command.refused.invalid"


REASON_TEXT: dict[Reason, str] = {
    Reason.OPENED_NEW_FAILURE: "nothing open can explain this alert, so it opens an incident",
    Reason.OPENED_UNMAPPED: "no component of the catalog has this name, so the triage desk gets it",
    Reason.JOINED_SAME_COMPONENT: "the incident already holds an alert of this component",
    Reason.JOINED_ON_PATH: "a failure travels between this component and one of the incident in that time",
    Reason.JOINED_COMMON_CAUSE: "one upstream component can explain this alert and the incident's",
    Reason.JOINED_SHARED_TRACE: "it shares a trace id with an alert of the incident",
    Reason.JOINED_REOPENED: "it belongs to an incident resolved a short while ago",
    Reason.JOINED_SCOPE_FULL: "the scope's bound on open incidents is reached, so it joins the overflow incident",
    Reason.REPEATED_STILL_FIRING: "already known and still firing",
    Reason.REPEATED_STILL_RESOLVED: "already known and already resolved",
    Reason.REPEATED_LATE: "it is older than what the source said since",
    Reason.RESOLVED_BY_SOURCE: "the source says it is over",
    Reason.RESOLVED_BEFORE_FIRING: "resolved before its firing arrived; remembered, so that the firing finds it",
    Reason.RESOLVED_TIMED_OUT: "not heard of for alert_timeout_seconds, so it counts as over",
    Reason.CHANGED_RECORDED: "remembered as evidence for attribution",
    Reason.MOVED_OUT: "the rules changed, and its component belongs to another scope now",
    Reason.MOVED_IN: "the rules changed, and its component belongs to this scope now",
    Reason.MOVED_ON: "it was read under other rules; by these its component belongs to another scope",
    Reason.MOVED_REPEATED: "this hand-off arrived before, so it changes nothing",
    Reason.INCIDENT_RESOLVED: "its last firing alert is over",
    Reason.INCIDENT_RESOLVED_BY_PERSON: "a person resolved it",
    Reason.INCIDENT_REOPENED: "an alert of it fires again within reopen_seconds",
    Reason.INCIDENT_MERGED: "an alert connects it with an older incident, so they are one failure",
    Reason.INCIDENT_SPLIT: "in the order in which its symptoms began, two failures explain them better than one",
    Reason.INCIDENT_SPLIT_SUGGESTED: "it may be more than one failure, but a person has it: a suggestion",
    Reason.INCIDENT_FLAPPING: "it keeps ending and coming back: told once, and again when it is stable",
    Reason.INCIDENT_CLOSED: "resolved for reopen_seconds, so its record is closed",
    Reason.CAUSE_ATTRIBUTED: "the candidate that explains most, cause before effect",
    Reason.CAUSE_MOVED: "new evidence favours another cause clearly",
    Reason.CAUSE_SUGGESTED: "new evidence favours another cause, but a person has the incident: a suggestion",
    Reason.CAUSE_CONFIRMED: "a person says that the cause is right, so evidence does not move it any more",
    Reason.CAUSE_CORRECTED: "a person says what the cause is, so evidence does not move it any more",
    Reason.OWNER_RESOLVED: "the team accountable for this component and this kind of fault",
    Reason.OWNER_TRIAGE: "not sure enough of the cause, so the triage desk decides",
    Reason.OWNER_PROPOSED: "the catalog names nobody, and incidents like this ended with this team",
    Reason.OWNER_SUGGESTED: "incidents like this were handed over to another team: a suggestion to mend the catalog",
    Reason.OWNER_GONE: "the team that had it is not in the rules any more",
    Reason.OWNER_HANDED_OVER_BY_EVIDENCE: "the cause moved to a component of another team",
    Reason.OWNER_HANDED_OVER_BY_PERSON: "a person handed it over",
    Reason.OWNER_HANDOVERS_CAPPED: "max_handovers reached, so evidence does not move it again",
    Reason.OWNER_SUGGEST_MODE: "people judged fewer causes than suggest_until, so evidence only suggests",
    Reason.OWNER_OVERRIDDEN: "an override of the rules gives it to another team than the catalog does",
    Reason.OWNER_OUTSIDE_CONTRACT: "outside the partner's contract, so its fallback is accountable",
    Reason.OWNER_INCIDENT_COMMANDER: "handed over max_handovers times, so the incident commander takes it",
    Reason.TOLD_OPENED: "first telling, after the wait for causes that report late",
    Reason.TOLD_UPDATED: "state, severity or cause changed",
    Reason.TOLD_REFRESHED: "more of the same arrived since the last telling",
    Reason.TOLD_HANDED_OVER: "ownership moved, both teams see it",
    Reason.TOLD_ESCALATED: "the next team or person is told",
    Reason.TOLD_RESOLVED: "it is over",
    Reason.TOLD_REOPENED: "it is back",
    Reason.TOLD_MERGED: "it is part of another incident",
    Reason.TOLD_REPEATED: "it was told repeat_interval ago and still burns",
    Reason.TOLD_PROPOSED: "what would contain the damage is proposed",
    Reason.TOLD_ACK_REMINDER: "whoever acknowledged it is asked whether they are still on it",
    Reason.TOLD_ACK_EXPIRED: "nobody has it in hand any more",
    Reason.TOLD_ALSO: "a team that is not the owner must know",
    Reason.ALSO_SEEN: "a person of a team that must know saw it",
    Reason.ALSO_REMINDED: "the time of a duty is nearly over",
    Reason.ALSO_DUE: "the time of a duty is over, and it was not met",
    Reason.ALSO_ENDED: "a team that was told is not concerned any more",
    Reason.NOT_TOLD_YET: "time has to show whether this is a failure, and whose",
    Reason.NOT_TOLD_RESOLVED_WHILE_SETTLING: "it was over before anybody had to be told",
    Reason.NOT_TOLD_SOURCE_AWAITED: "an alert that inhibits it may still arrive",
    Reason.TOLD_DIGEST: "more incidents than this destination is told one by one; one message lists the others",
    Reason.MUTED_SILENCE: "a silence matches; tracked, not told",
    Reason.MUTED_MAINTENANCE: "maintenance explains every symptom of it; tracked, not told",
    Reason.MUTED_INHIBITION: "an alert of another incident inhibits it; tracked, not told",
    Reason.MUTED_INTERVAL: "its route is quiet at this time; tracked, not told",
    Reason.MUTED_SNOOZE: "a person snoozed it; tracked, not told",
    Reason.MUTED_FLAPPING: "it keeps ending and coming back; tracked, not told until it is stable",
    Reason.MUTED_RATE: "its destination was told of enough new incidents for now; listed in a digest",
    Reason.UNMUTED: "what muted it is over",
    Reason.ESCALATED_NOT_ACKNOWLEDGED: "nobody acknowledged in time",
    Reason.ESCALATED_NOBODY_LEFT: "nobody acknowledged and the team names no next team",
    Reason.ESCALATED_BEGUN: "its escalation policy begins",
    Reason.ESCALATED_STEP: "the next step of its escalation policy",
    Reason.ESCALATED_INSTEAD: "the step reaches nobody, so somebody stands in",
    Reason.ESCALATED_SKIPPED: "a condition of the step does not hold",
    Reason.ESCALATED_ANEW: "it became worse, so its escalation begins anew",
    Reason.ESCALATED_ENDED: "every step of its escalation policy was taken, and nobody has acknowledged",
    Reason.ACTION_PROPOSED: "a step proposes what contains the damage; a person decides",
    Reason.ACTION_CONFIRMED: "a person says that what was proposed is done",
    Reason.ACK_REMINDED: "the acknowledgement ends soon unless it is renewed",
    Reason.ACK_RENEWED: "whoever has it is still on it",
    Reason.ACK_EXPIRED: "the acknowledgement was not renewed, so it counts no more",
    Reason.EXPERIENCE_LEARNED: "a person showed who owns incidents like this",
    Reason.EXPERIENCE_FORGOTTEN: "what was learned is deleted, as a person asked",
    Reason.CALIBRATION_LEARNED: "a person's verdict on a cause moves how sure we say we are",
    Reason.COMMAND_APPLIED: "done",
    Reason.COMMAND_REPEATED: "this command was applied before; nothing changed",
    Reason.COMMAND_REFUSED_UNKNOWN_INCIDENT: "there is no such incident in this scope",
    Reason.COMMAND_REFUSED_ILLEGAL: "the incident's state does not allow it; nothing changed",
    Reason.COMMAND_REFUSED_UNKNOWN_TEAM: "the rules know no such team; nothing changed",
    Reason.COMMAND_REFUSED_UNKNOWN_COMPONENT: "the catalog knows no such component; nothing changed",
    Reason.COMMAND_REFUSED_NOTHING_NEW: "that is so already; nothing changed",
    Reason.COMMAND_REFUSED_INVALID: "the command is not complete or not valid; nothing changed",
}


class Example(Value):
    """A hand-over as a labelled example: what it looked like, what we thought, and whose it is.

    `symptoms` are pairs of component and fault, earliest first; `path` the steps by which the former owner was found.
    `chosen` is the team it went to, `because` why (a word of the closed list, or `evidence`), `asked` the team that
    was asked for where the incident commander got it instead.
    """

    symptoms: tuple[tuple[str, str], ...]
    candidates: tuple[Candidate, ...] = ()
    former: str
    chosen: str
    asked: str = ""
    because: str
    path: tuple[Tried, ...] = ()


class Decision(Value):
    """One decision. Only decisions about a source event carry `outcome` and `positions`, only hand-overs an `example`.

    `text` is the sentence for people (may name components, teams, times; never event contents).
    """

    scope: str
    number: int
    at: Moment
    reason: Reason
    text: str
    rules: str
    outcome: Outcome | None = None
    positions: tuple[Position, ...] = ()
    incident: str = ""
    alert: str = ""
    component: str = ""
    fault: str = ""
    team: str = ""
    destination: str = ""
    actor: str = ""
    command: str = ""
    example: Example | None = None
