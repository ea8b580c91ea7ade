"""The table of the model's parameters on docs/attribution.md."""

from fractions import Fraction

from generate_table import table

from router.likelihood.parameters import DAY, DEFAULTS, Parameters

MEANINGS = {
    "background": "how often a (component, fault) alerts although nothing is wrong, before anything was learned",
    "failure": "how often a component fails by itself",
    "own_alert": "the chance that a component that fails says so itself",
    "measure": "how much more rarely a KPI fails by itself: it only shows what others do",
    "emission_self": "the chance that a failure shows where it is, as a fault that speaks of its own component",
    "emission_symptom": "the chance that it shows where it arrives, as a fault that travels",
    "emission_starve": "the chance that it shows where it arrives, as a shortage",
    "fault_share": "the chance that what shows is this fault and no other of its kind",
    "kind_fits": "the chance times this where a component that usually causes this fault lies on the way",
    "kind_unfit": "and times this where none does",
    "named": "and times this where a fault shows that usually causes it; for faults that else stay where they are",
    "nature_unfit": "and times this where what shows already is of the other nature: nothing comes, or it is wrong",
    "tail": "the chance that a failure shows later than the edges say",
    "tail_stretch": "by how many spans of the edges later at most",
    "tail_seconds": "and by how long besides",
    "again": "the chance that a component which shows one fault shows another",
    "again_seconds": "within about so long",
    "again_weight": "how much that counts as evidence",
    "again_inside": "the same at the cause itself and at its parts",
    "part_weight": "how much each part of the cause counts (an instance of a service)",
    "next_component": "how much each further component counts, to the power of its place",
    "brief_seconds": "how long an alert fires on average when nothing is wrong",
    "lasting_seconds": "how long it does when something is",
    "lasting_weight": "the most that the time for which one symptom fires may count, for or against",
    "change": "the chance that a failure is due to a change",
    "change_hours": "how fast that fades after the change, in hours",
    "changes_per_hour": "how often a component is changed",
    "silence": "how much the silence of a watched component counts",
    "unknown": "the score of a cause that is not in the catalog",
    "sharpness": "scores count times this where they become shares: from how often causes were right",
    "lapse": "the chance that the symptoms are not of one failure at all; every share is smaller by it",
    "join": "an alert joins an incident that makes it likelier by more than this",
    "merge": "two incidents become one where one cause explains them better by more than this",
    "tell": "from this score of a failure on it is told; below, it is held",
}
"""What each parameter means, for people."""

RATES = ("background", "failure")


def parameters() -> str:
    """One row a parameter. Raises ValueError where a parameter has no meaning here, or the other way round."""
    if unlike := set(MEANINGS) ^ set(Parameters._fields):
        raise ValueError(f"docs/generate_parameters.py and Parameters differ in {', '.join(sorted(unlike))}")
    rows = ((f"`{name}`", _default(name), MEANINGS[name]) for name in Parameters._fields)
    return "\n".join(table(("parameter", "default", "meaning"), rows))


def _default(name: str) -> str:
    """The default as people say it: rates by the day, times in minutes or hours."""
    value = float(getattr(DEFAULTS, name))
    if name in RATES:
        return f"{Fraction(value * DAY).limit_denominator(1000)} a day"
    if name == "changes_per_hour":
        return f"{Fraction(value).limit_denominator(1000)}"
    if name.endswith("_seconds"):
        return f"{value / 3600:g} h" if value >= 7200 or value == 3600 else f"{value / 60:g} min"
    if name == "change_hours":
        return f"{value:g} h"
    return f"{Fraction(value).limit_denominator(6)}" if name == "fault_share" else f"{value:g}"
