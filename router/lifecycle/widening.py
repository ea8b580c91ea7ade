"""More of the same failure: symptoms beyond those that are weighed change what is hit, and not the cause."""

from collections.abc import Iterable

from router.likelihood.weighing import MAX_SYMPTOMS, order
from router.model.fault import OUTCOMES
from router.model.headline import Headline
from router.model.incident import Incident
from router.model.turn import Turn
from router.stages.assess_impact import assess_impact
from router.stages.correlate import weighed
from router.stages.gather import same_symptoms


def only_wider(turn: Turn, before: Incident, incident: Incident) -> bool:
    """Whether what changed is none of the symptoms that the cause is weighed by, and no worse severity."""
    if incident.severity is not before.severity or len(incident.headlines) <= max(
        len(before.headlines), MAX_SYMPTOMS
    ):
        return False
    first = weighed(incident.headlines, turn.rules)
    return len(first) == MAX_SYMPTOMS and same_symptoms(weighed(before.headlines, turn.rules), first)


def widen(turn: Turn, incident: Incident) -> Incident:
    """The impact with the new symptoms; which the cause is not known to be behind, as they are not weighed."""
    first = weighed(incident.headlines, turn.rules)
    last = order(first[-1])
    rest = enumerate(incident.headlines[len(first) :], start=len(first))
    fresh = [
        (place, headline) for place, headline in rest if headline.responsibility and order(headline) > last
    ]
    new, all_of_them = [headline for _, headline in fresh], list(incident.headlines)
    for place, headline in fresh:
        all_of_them[place] = headline.model_copy(update={"responsibility": 0.0})
    headlines = tuple(all_of_them)
    if not _hit_more(turn, incident, new):
        return turn.save(incident, headlines=headlines)
    assessment = assess_impact(incident.cause, headlines, turn.rules)
    return turn.save(
        incident, headlines=headlines, workflows=assessment.workflows, impacts=assessment.impacts
    )


def _hit_more(turn: Turn, incident: Incident, new: Iterable[Headline]) -> bool:
    """Whether these symptoms are of a business outcome, or of a workflow that had none."""
    bodies = (turn.rules.components.get(headline.component) for headline in new)
    return any(
        body is not None and (body.kind in OUTCOMES or body.workflow not in incident.workflows)
        for body in bodies
    )
