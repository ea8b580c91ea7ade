"""router.yaml: the company, its triage desk and defaults, the clocks and bounds, faults of its own."""

import re
from collections.abc import Mapping
from typing import Any

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from router.config.codes import Lint
from router.config.collections_of import Declarations, Declared, Field, ListOf, MapOf, Record
from router.config.draft import Draft
from router.config.node import Node, Place
from router.config.shapes import ADDRESS, ANY_TEXT, NAME, Choice, Duration, Number, Shape
from router.config.words import COMPONENT_KIND, OWNER_KIND, SEVERITY
from router.model.fault import FAULTS, ComponentKind, Fault, OwnerKind, Severity, Spread
from router.model.ownership import TrackRole
from router.model.rules import Settings

_NOTES = {
    "settle_seconds": "Wait before the first telling, so that causes that report late can arrive; 0 waits for nothing.",
    "critical_settle_seconds": "The same wait for critical incidents.",
    "hold_seconds": "What looks like an alert that fires anyway is told when it fired for so long; 0: never held.",
    "critical_hold_seconds": "The same for critical incidents.",
    "reopen_seconds": "An alert of a resolved incident within this time re-opens it.",
    "escalate_after_seconds": "Unacknowledged so long, the next team is told, where no policy says otherwise.",
    "ack_timeout_seconds": "An acknowledgement that nobody renews holds for so long; 0: for good.",
    "ack_reminder_seconds": "So long before its end the person is asked (every so long, where it has none); 0: never.",
    "update_interval_seconds": "At most one plain refresh of a message in this time.",
    "repeat_interval_seconds": "What was told and still burns is told again after so long; a route may differ.",
    "alert_timeout_seconds": "An alert not heard of for so long counts as resolved.",
    "lateness_seconds": "How late or out of order events may arrive.",
    "skew_seconds": "How far ahead a sender's clock may be.",
    "change_window_seconds": "How long a change counts as evidence.",
    "confidence_threshold": "Below this confidence in the cause the triage desk decides (0 to 1).",
    "max_handovers": "How often an incident that was told may be handed over; then the incident commander has it.",
    "suggest_until": "Before people judged so many causes in a scope, evidence only suggests; 0: it moves at once.",
    "max_open_alerts": "Bound of open alerts in one scope.",
    "max_open_incidents": "Bound of open incidents in one scope.",
    "max_new_alerts_per_second": "Bound of new alerts a second in one scope.",
    "flapping_count": "An incident that came back so often within flapping_window flaps; 0: none ever does.",
    "flapping_window_seconds": "The time in which an incident that flaps came back flapping_count times.",
    "flapping_stable_seconds": "What flaps is told again when it neither ended nor came back for so long.",
    "destination_rate": "New incidents of a scope told to a destination in its window, others in a digest; 0: all.",
    "destination_rate_window_seconds": "The time in which destination_rate counts.",
}

NEVER = "never"
"""In place of a severity: not at all."""

_MEASURES = {name.removesuffix("_seconds"): name for name in _NOTES}
"""Key in router.yaml -> field of Settings; spans of time are written without the unit in the key."""


def _limits(field: FieldInfo) -> tuple[Any, Any]:
    least = next((limit.ge for limit in field.metadata if isinstance(limit, Ge)), 0)
    return least, next((limit.le for limit in field.metadata if isinstance(limit, Le)), None)


def _shape(name: str) -> Shape:
    """The shape of a setting, with the limits that the model sets."""
    field = Settings.model_fields[name]
    least, most = _limits(field)
    if name.endswith("_seconds"):
        return Duration(least, most)
    return Number(least, most, whole=field.annotation is int)


_SPREAD_NOTE = "self (default) speaks of its own component, symptom travels downstream, starve both ways."

_OWN_FAULT = Record(
    "an own fault",
    {
        "kind": Field(COMPONENT_KIND, "Where it is usual.", required=True),
        "concern": Field(OWNER_KIND, "Which kind of owner it is for.", required=True),
        "severity": Field(SEVERITY, "Assumed where a source gives none.", required=True),
        "meaning": Field(ANY_TEXT, "One line for people.", required=True),
        "spread": Field(Choice.of(Spread, "spread"), _SPREAD_NOTE),
        "upstream": Field(
            ListOf(ANY_TEXT, or_one=True), "What typically causes it: faults, or change.<kind>."
        ),
    },
)

SHAPE = Record(
    "router.yaml",
    {
        "company": Field(ANY_TEXT, "Shown in messages and on the console."),
        "triage": Field(NAME, "The team that gets what the router is not sure about."),
        "incident_commander": Field(
            NAME, "The team that gets what was handed over max_handovers times; the triage desk if left out."
        ),
        "also": Field(
            MapOf(
                Choice.of(TrackRole, "role"),
                Choice.of((*Severity, NEVER), "severity", Lint.UNKNOWN_SEVERITY),
                "role",
            ),
            f"Per role of a team that must know beside the owner, the least severity at which it is told, or {NEVER}.",
        ),
        "default_owners": Field(
            MapOf(OWNER_KIND, NAME, "kind of owner"),
            "The team per concern for components that name none.",
        ),
        "console_url": Field(ADDRESS, "Where people reach the console."),
        "runbook_url": Field(ADDRESS, "Where people reach runbooks that have no url of their own."),
        **{key: Field(_shape(name), _NOTES[name]) for key, name in _MEASURES.items()},
        "runbooks": Field(
            ListOf(ANY_TEXT, or_one=True), "Folders with runbooks, relative to the rules folder."
        ),
        "faults": Field(
            Declarations(_OWN_FAULT, "fault", ANY_TEXT), "Faults of your own; names begin with x."
        ),
    },
)


def read_settings(root: Node, draft: Draft) -> None:
    """Fill the draft's settings, runbook folders and own faults."""
    values = SHAPE.read(root, "router.yaml", draft.report)
    if not isinstance(values, Mapping):
        draft.lost.add("router.yaml")
        return
    draft.router = root
    plain = {name: values[key] for key, name in _MEASURES.items() if key in values}
    draft.settings.update(plain)
    draft.settings.update(
        {key: values[key] for key in ("company", "console_url", "runbook_url") if key in values}
    )
    if "triage" in values:
        draft.settings["triage_team"] = values["triage"]
    if "incident_commander" in values:
        draft.settings["incident_commander"] = values["incident_commander"]
    also = values.get("also", {})
    draft.settings["also"] = {
        role: None if also[role] == NEVER else Severity(also[role]) for role in TrackRole if role in also
    }
    owners = values.get("default_owners", {})
    draft.settings["default_owners"] = {
        kind: owners[kind.value] for kind in OwnerKind if kind.value in owners
    }
    draft.runbook_folders = values.get(
        "runbooks", ("runbooks",) if (draft.folder / "runbooks").is_dir() else ()
    )
    for declared in values.get("faults", ()):
        _read_fault(declared, draft)


def _read_fault(declared: Declared, draft: Draft) -> None:
    """Add an own fault; one that is not well formed keeps its name known, so that nothing else is blamed."""
    name, values = declared.name, declared.values
    if not _named_right(name, declared.home.place, draft):
        return
    draft.homes["fault", name] = declared.home
    draft.own_faults[name] = Fault(
        name=name,
        kind=values.get("kind", ComponentKind.APP),
        concern=values.get("concern", OwnerKind.IT),
        severity=values.get("severity", Severity.MAJOR),
        spread=values.get("spread", Spread.SELF),
        meaning=values.get("meaning", ""),
        upstream=values.get("upstream", ()),
    )


def _named_right(name: str, place: Place, draft: Draft) -> bool:
    word = r"[a-z0-9_]+"
    plain = name.removeprefix("x.")
    if plain in FAULTS:
        message = f'own fault "{name}" shadows "{plain}" of the taxonomy'
        draft.report.add(Lint.OWN_FAULT_SHADOWS, place, message, f'use "{plain}", or another name')
        return name != plain
    if not re.fullmatch(rf"x\.{word}(?:\.{word})*", name):
        hint = "lower-case letters, digits and _" if name.startswith("x.") else f'write "x.{name}"'
        draft.report.add(Lint.OWN_FAULT_NAME, place, f'own fault "{name}" is not a name under "x."', hint)
        return False
    return True
