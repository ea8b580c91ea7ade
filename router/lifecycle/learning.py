"""Learning: who owned incidents like this, and how sure we may be; from people's word only, in bounded steps.

The router's own choices teach nothing. A hand-over by a person, the end of an incident that a person acknowledged or
resolved, and a verdict on its cause do; each is a decision with its author, and can be forgotten again.
"""

from typing import NamedTuple

from router.lifecycle.tracks import owned_at
from router.model.decision import Reason
from router.model.experience import Answered, Combination, Feature, Lesson, day_of, in_order, to_forget
from router.model.incident import Cause, Incident, Ownership
from router.model.input import Because, Command
from router.model.turn import Turn
from router.stages.calibrate import judged
from router.stages.experience import (
    GIVEN_TO,
    Prediction,
    dissent,
    features_of,
    given_to,
    learned,
    likeliest,
    mend_the_catalog,
    predict,
    proposed,
    standing,
    why_proposed,
)
from router.stages.own import OVERRIDE, names_owner

WRONG_OWNER = "wrong_owner"
"""The reason of a hand-over, in words, which says the same as `Because.WRONG_OWNER`: as it was said before there was a
closed list."""


class Opinion(NamedTuple):
    """Who shall own it, and what experience says about that, in a sentence for people ("": nothing).

    `proposes`: the owner is experience's. `features` and `answers` are kept for the lesson.
    """

    owner: Ownership
    features: Combination
    answers: tuple[Answered, ...] = ()
    says: str = ""
    former: str = ""
    proposes: bool = False
    decides: bool = False

    def among(self, evidence: tuple[str, ...]) -> tuple[str, ...]:
        """The evidence with what experience says: first where it decides nothing less than the owner, else last."""
        others = tuple(line for line in evidence if line not in (self.says, self.former))
        if not self.says:
            return others
        return (self.says, *others) if self.decides else (*others, self.says)


def consult(turn: Turn, incident: Incident, cause: Cause, owner: Ownership) -> Opinion:
    """Ask experience, until the first telling: it decides where nobody else does, and else only suggests.

    `owner` is the one that a person, the catalog or the attribution named. Once people were told, experience moves
    nothing: an incident that the catalog knows no owner for stays where it is.
    """
    if incident.told_at is not None:
        named = _named(turn, incident, cause, owner)
        if not incident.assigned and not named:
            owner = incident.owner
        keeps = incident.experience if owner.team == incident.owner.team else ""
        decides = not named
        return Opinion(
            owner, incident.features, incident.answers, keeps, incident.experience, decides=decides
        )
    features = _looks_like(turn, incident, cause)
    opinion = Opinion(owner, features, former=incident.experience)
    if incident.assigned or incident.cause_by or not turn.state.experience.lessons:
        return opinion
    if _named(turn, incident, cause, owner):
        said = _asked(turn, incident, given_to(features, owner.team))
        return _suggested(turn, incident, cause, opinion, said)
    said = _asked(turn, incident, features)
    best = proposed(said)
    team = turn.rules.teams.get(best.team) if best else None
    opinion = opinion._replace(answers=_kept(said), decides=True)
    if best is None or team is None or team.id == turn.rules.settings.triage_team:
        return opinion._replace(says=f"by experience it may be for {likeliest(said)}" if said else "")
    chosen = Ownership(team=team.id, kind=team.kind, why=why_proposed(best))
    return opinion._replace(owner=chosen, proposes=True)


def _named(turn: Turn, incident: Incident, cause: Cause, owner: Ownership) -> bool:
    """Whether the catalog and the attribution, or an override of the rules, name the owner."""
    overridden = any(step.step == OVERRIDE for step in owner.path)
    return overridden or names_owner(cause, turn.rules, owned_at(turn, incident))


def bias_of(turn: Turn) -> float:
    """What people's verdicts moved the confidence by, in log-odds, as of now."""
    known = turn.state.calibration
    return known.bias(turn.now) if known else 0.0


def verdicts_of(turn: Turn) -> int:
    """How many verdicts of people on causes have counted in this scope so far."""
    known = turn.state.calibration
    return known.verdicts if known else 0


def learn_from_end(turn: Turn, incident: Incident) -> None:
    """An incident ended: whoever resolved or acknowledged it says by that whose it was. Nobody did: no lesson."""
    person = incident.resolved_by or incident.acknowledged_by
    if person:
        learn(turn, incident, incident.first_team or incident.owner.team, incident.owner.team, person)


def learn_from_hand_over(turn: Turn, before: Incident, team: str, command: Command) -> None:
    """A person handed it over: whose it is; and, where they say so, that the cause was wrong."""
    learn(turn, before, before.first_team or before.owner.team, team, command.actor)
    if blames(before, command):
        judge(turn, before, right=False, actor=command.actor)


def blames(before: Incident, command: Command) -> bool:
    """Whether this hand-over is a verdict on the cause, too: one that was not in doubt, and no person's."""
    wrong = command.because is Because.WRONG_OWNER or command.reason.strip().casefold() == WRONG_OWNER
    return wrong and not before.cause.abstained and not before.cause_by


def learn(turn: Turn, incident: Incident, first: str, team: str, actor: str) -> None:
    """Keep the lesson that this incident is for `team` after `first` had it, on this person's word."""
    if not incident.features or not actor:
        return
    experience = turn.state.experience
    lesson = Lesson(
        incident=incident.id,
        at=turn.now,
        team=team,
        actor=actor,
        features=given_to(_as_it_was(turn, incident), first),
        answers=incident.answers,
    )
    before = standing(experience, lesson, turn.now)
    turn.state.put(lesson)
    after = standing(experience, lesson, turn.now)
    for key in experience.beyond_bounds():
        turn.state.delete(key)
    turn.decide(
        Reason.EXPERIENCE_LEARNED,
        learned(lesson, before, after),
        incident=incident.id,
        component=incident.cause.component,
        team=team,
        actor=actor,
    )


def judge(turn: Turn, incident: Incident, right: bool, actor: str) -> None:
    """Count a person's verdict on the cause as it was shown. Only the first one about an incident counts."""
    said = incident.cause.confidence
    if incident.judged or not incident.cause.candidates:
        return
    before = bias_of(turn)
    calibration = judged(turn.state.calibration, actor, right, said, turn.now)
    if calibration is None:
        return
    turn.state.put(calibration)
    text = f"{said:.0%} was {'right' if right else 'wrong'}, says {actor}: "
    text += f"the log-odds of confidence move from {before:+.2f} to {bias_of(turn):+.2f}"
    turn.decide(
        Reason.CALIBRATION_LEARNED,
        text,
        incident=incident.id,
        component=incident.cause.component,
        actor=actor,
    )


def forget(turn: Turn, component: str, taught_by: str) -> str:
    """Delete what was learned of this component, or from this person, or (both given) of the one from the other.

    What was deleted, in words; "" when there was nothing.
    """
    feature: Feature | None = ("component", component) if component else None
    lessons = to_forget(turn.state.experience, feature, taught_by)
    rates = []
    if component and not taught_by:
        rates = sorted(key for key in turn.state.records if key.startswith(f"background|{component}|"))
    for key in (*lessons, *rates):
        turn.state.delete(key)
    found = [f"{len(lessons)} lessons"] if lessons else []
    found += [f"{len(rates)} background rates"] if rates else []
    known = turn.state.calibration
    if taught_by and not component and known and taught_by in known.people:
        before = bias_of(turn)
        turn.state.put(known.without(taught_by))
        found.append(f"its part of the calibration, which goes from {before:+.2f} to {bias_of(turn):+.2f}")
    return ", ".join(found)


def _suggested(
    turn: Turn, incident: Incident, cause: Cause, opinion: Opinion, said: tuple[Prediction, ...]
) -> Opinion:
    """The catalog's owner stays; where incidents like this were handed on from there, that is said, once."""
    opinion = opinion._replace(answers=_kept(said))
    other = dissent(turn.state.experience, said, opinion.features, opinion.owner.team)
    if other is None or other.team not in turn.rules.teams:
        return opinion
    text = mend_the_catalog(other, opinion.owner.team, cause.component)
    if text != incident.experience:
        turn.decide(
            Reason.OWNER_SUGGESTED,
            text,
            incident=incident.id,
            component=cause.component,
            fault=cause.fault,
            team=other.team,
        )
    return opinion._replace(says=text)


def _asked(turn: Turn, incident: Incident, features: Combination) -> tuple[Prediction, ...]:
    """What experience says; asked once for the same, however many alerts come in until the first telling."""
    experience, name = turn.state.experience, f"experience|{incident.id}"
    question = (features, experience.version, day_of(turn.now))
    kept = turn.state.memo.get(name)
    if isinstance(kept, tuple) and kept[0] == question:
        said: tuple[Prediction, ...] = kept[1]
        return said
    said = predict(experience, features, turn.now)
    turn.state.keep(name, (question, said))
    return said


def _kept(said: tuple[Prediction, ...]) -> tuple[Answered, ...]:
    return tuple(best.answered for best in said[:1])


def _looks_like(turn: Turn, incident: Incident, cause: Cause) -> Combination:
    """What experience goes by: the cause as it stands, and the labels of the earliest alert when it was first asked."""
    if incident.features:
        return _with_cause(incident.features, cause)
    alerts = [known.alert for known in turn.state.alerts_of(incident.id).values()]
    if not alerts:
        return ()
    first = min(alerts, key=lambda alert: (alert.started_at, alert.key))
    return features_of(cause.component, cause.fault, first.labels)


def _as_it_was(turn: Turn, incident: Incident) -> Combination:
    """What the lesson is about: the cause as it stands in the end.

    Unless it looked like a component that the catalog does not know: the lesson is whose that one is.
    """
    catalog = turn.rules.components
    asked = dict(incident.features).get("component", "")
    known = asked in catalog and incident.cause.component in catalog
    return _with_cause(incident.features, incident.cause) if known else incident.features


def _with_cause(features: Combination, cause: Cause) -> Combination:
    others = [feature for feature in features if feature[0] not in ("component", "fault", GIVEN_TO)]
    return in_order([("component", cause.component), ("fault", cause.fault), *others])
