"""What can a route match? Labels have finitely many values, so a route is a box: per label a set of values.

A box that lies inside an earlier one can never decide.
"""

from collections.abc import Iterable, Mapping

from router.config.draft import Draft
from router.model.catalog import UNMAPPED
from router.model.fault import OwnerKind, Severity
from router.model.matcher import Matcher

OTHER = "\x00other"
"""Stands for values outside the rules: an unmapped component has whatever name its sender gave."""

Box = Mapping[str, frozenset[str]]
"""Label -> the values it may have; a label that is absent may have any."""


def values_of(label: str, draft: Draft) -> frozenset[str]:
    """The values that an incident can have under a label."""
    match label:
        case "owner":
            return frozenset(draft.teams)
        case "owner.kind":
            return frozenset(OwnerKind)
        case "severity":
            return frozenset(Severity)
        case "cause.component":
            return frozenset((*draft.components, OTHER))
        case "cause.fault":
            return frozenset(draft.faults)
        case "scope":
            return frozenset((*(workflow.scope for workflow in draft.workflows.values()), UNMAPPED))
        case "workflow":
            return frozenset((*draft.workflows, ""))
        case _:
            return frozenset()


def accepted(matcher: Matcher, draft: Draft) -> frozenset[str]:
    """The values that the matcher lets through."""
    return frozenset(
        value for value in values_of(matcher.label, draft) if matcher.matches({matcher.label: value})
    )


def outright(matchers: Iterable[Matcher], draft: Draft) -> Box:
    """The box of a route's matchers; labels that they do not narrow are left out."""
    box: dict[str, frozenset[str]] = {}
    for matcher in matchers:
        every = values_of(matcher.label, draft)
        box[matcher.label] = box.get(matcher.label, every) & accepted(matcher, draft)
    return {label: values for label, values in box.items() if values != values_of(label, draft)}


def catches_all(box: Box, inner: Box) -> bool:
    """Whether everything in `inner` is in `box` too."""
    return all(label in inner and inner[label] <= values for label, values in box.items())
