"""The route tree of an alertmanager.yml as `Route`s of ours, with everything that they mean there.

https://prometheus.io/docs/alerting/latest/configuration/#route
"""

import re
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from router.importing.description import CannotImport
from router.importing.ids import Ids, slug
from router.importing.imported import Remarks
from router.importing.yaml_document import is_true
from router.model.matcher import BadRegex, Matcher, MatchOperator, compiled, parse_matchers
from router.model.route import EVERY_LABEL, OWNER, Route

GROUP_WAIT, GROUP_INTERVAL, REPEAT_INTERVAL = 30, 5 * 60, 4 * 3600
"""Seconds that Alertmanager waits where its root route says nothing."""

ROOT = "root"
"""The name of the root route; it is written as the default."""

OWNER_RECEIVER = "owner-receiver"
"""What a receiver is called here that is called `owner` there."""

_DURATION = re.compile(
    r"(?=.)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?", re.ASCII
)
_SECONDS = (365 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1, 0.001)
_CLOCKS = {
    "group_wait": ("settle_seconds", 0, 86_400),
    "group_interval": ("update_interval_seconds", 1, 30 * 86_400),
    "repeat_interval": ("repeat_interval_seconds", 1, 3_650 * 86_400),
}
"""Their name -> our field, and the least and most that it may be."""

_DASHES = re.compile(r"[-._]*-[-._]*")
_INTERVALS = ("mute_time_intervals", "active_time_intervals")
_MATCHES = ("match", "match_re", "matchers")
_KNOWN = frozenset(("receiver", "routes", "continue", "group_by", "labels", *_MATCHES, *_CLOCKS, *_INTERVALS))


class RouteReader:
    """Reads routes of one file; what has no counterpart goes to the remarks."""

    def __init__(self, file: str, remarks: Remarks) -> None:
        self.file = file
        self.remarks = remarks
        self.names = Ids(("default", ROOT))

    def route(self, given: Mapping[str, Any], path: str, above: str = "") -> Route:
        """The route that stands at this path of the file, with all below it. Raises CannotImport."""
        match = tuple(self.matchers(given, path))
        receiver = receiver_name(given.get("receiver"))
        values = [matcher.value for matcher in match if not matcher.negative]
        wish = _DASHES.sub("-", slug("-".join(dict.fromkeys([receiver or above, *values])), "-")).strip("-")
        name = ROOT if path == "route" else self.names.take(wish or "route")
        for key in sorted(given.keys() - _KNOWN):
            self.remarks.leave_out("setting of a route", "not known here", f"{path}.{key}")
        for label, value in sorted(_mapping(given.get("labels")).items()):
            why = "they fill templates of messages; ours are made from the incident"
            self.remarks.leave_out("labels of a route", why, f"{path}: {label}={value}")
        below = given.get("routes") or []
        if not isinstance(below, list):
            raise self._wrong(f"{path}.routes", "not a list")
        return Route(
            name=name,
            match=match,
            continues=is_true(given.get("continue")),
            receiver=receiver,
            group_by=self._group_by(given, path),
            **self._clocks(given, path),
            mute=_texts(given.get("mute_time_intervals")),
            active=_texts(given.get("active_time_intervals")),
            routes=tuple(
                self.route(_mapping(child), f"{path}.routes[{place}]", receiver or above)
                for place, child in enumerate(below)
            ),
        )

    def matchers(self, given: Mapping[str, Any], path: str, prefix: str = "") -> Iterator[Matcher]:
        """`match`, `match_re` and `matchers` together; of an inhibition rule with its prefix. Raises CannotImport."""
        for label, value in _mapping(given.get(f"{prefix}match")).items():
            yield Matcher(label=label, operator=MatchOperator.EQUAL, value=str(value or ""))
        for label, value in _mapping(given.get(f"{prefix}match_re")).items():
            anchored = f"^(?:{value or ''})$"
            try:
                compiled(anchored)
            except BadRegex as error:
                raise self._wrong(f"{path}.{prefix}match_re.{label}", str(error)) from None
            yield Matcher(label=label, operator=MatchOperator.MATCHES, value=anchored)
        for line in _texts(given.get(f"{prefix}matchers")):
            try:
                yield from parse_matchers(line)
            except ValueError as error:
                raise self._wrong(f"{path}.{prefix}matchers", f"{line}: {error}") from None

    def _group_by(self, given: Mapping[str, Any], path: str) -> tuple[str, ...] | None:
        if given.get("group_by") is None:
            return None
        labels = _texts(given["group_by"])
        if EVERY_LABEL in labels and len(set(labels)) > 1:
            raise self._wrong(f"{path}.group_by", '"..." beside other labels')
        return tuple(dict.fromkeys(labels))

    def _clocks(self, given: Mapping[str, Any], path: str) -> dict[str, Any]:
        found = {}
        for key, (field, least, most) in _CLOCKS.items():
            if given.get(key) is None:
                continue
            exact = self.seconds(given[key], f"{path}.{key}")
            whole = min(most, max(least, ceil(exact)))
            if whole != exact:
                self.remarks.leave_out(
                    "exact time", f"here it is {whole} seconds", f"{path}.{key} {given[key]}"
                )
            found[field] = whole
        return found

    def seconds(self, written: object, path: str) -> float:
        """The seconds of a duration such as 1h30m or 500ms. Raises CannotImport."""
        text = str(written)
        match = _DURATION.fullmatch(text)
        if match is None and text != "0":
            raise self._wrong(path, f"{text} is no duration")
        parts = match.groups() if match else ()
        return sum(int(part) * unit for part, unit in zip(parts, _SECONDS, strict=False) if part)

    def _wrong(self, path: str, what: str) -> CannotImport:
        return CannotImport(f"{self.file}: {path}", what, "Alertmanager would not take it either; mend it")


def receiver_name(value: object) -> str:
    """The receiver's name here: its own, but for the one name that means something else here."""
    name = str(value or "")
    return OWNER_RECEIVER if name == OWNER else name


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> tuple[str, ...]:
    """The texts of a list, or the one text."""
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str))
