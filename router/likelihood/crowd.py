"""What one cause explains is not independent evidence: how much the next symptom still says.

The likelihood adds up symptoms as if each were drawn anew. Once a few consumers of a component fail the others are
expected to, and the instances of a service fail together; where symptoms are many and weak (raw telemetry of
infrastructure) a hub would win by their number alone. The parameters' defaults change nothing.
"""

import math

from router.likelihood.weighing import Likelihood, Tally


def crowding(cause: str, tally: Tally, likelihood: Likelihood) -> float:
    """What must be added to the tally's value (log-odds), for the dependence of what it explains.

    Of each component the strongest symptom counts in full and the others by again_weight (at the cause and its parts by
    again_inside). Then the k-th strongest other component counts by next_component to the power k, each part of the
    cause by part_weight. A first symptom that chance explains better is not held against the cause.
    """
    parameters = likelihood.parameters
    if parameters.independent:
        return 0.0
    parts = likelihood.rules.topology.parts_of(cause)
    gains: dict[str, list[float]] = {}
    change = 0.0
    for place, term in enumerate(tally.terms()):
        gain = term.gain
        if place == 0:
            link = likelihood.links(term.headline.component, term.headline.fault)[cause]
            gain -= math.log(likelihood.width(link) / (1 - parameters.tail))
            change -= min(0.0, gain)
        gains.setdefault(term.headline.component, []).append(max(0.0, gain))
        change -= max(0.0, gain) * term.weight
    others: list[float] = []
    for component, found in gains.items():
        inside = component == cause or component in parts
        found.sort(reverse=True)
        again = parameters.again_inside if inside else parameters.again_weight
        total = found[0] + again * math.fsum(found[1:])
        if component == cause:
            change += total
        elif inside:
            change += parameters.part_weight * total
        else:
            others.append(total)
    others.sort(reverse=True)
    return change + math.fsum(total * parameters.next_component**place for place, total in enumerate(others))
