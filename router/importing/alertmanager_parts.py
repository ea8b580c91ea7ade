"""Receivers, time intervals and inhibition rules of an alertmanager.yml, as ours.

https://prometheus.io/docs/alerting/latest/configuration/: receiver, time_interval_spec, inhibit_rule, slack_config
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from router.config.teams import is_channel
from router.importing.alertmanager_routes import RouteReader, receiver_name
from router.importing.description import CannotImport
from router.importing.ids import Ids, slug
from router.importing.imported import Remarks
from router.model.matcher import Matcher
from router.model.time_interval import (
    parse_days_of_month,
    parse_location,
    parse_months,
    parse_times,
    parse_weekdays,
    parse_years,
)

NOWHERE = frozenset(
    {
        "null",
        "none",
        "nil",
        "noop",
        "blackhole",
        "black-hole",
        "black_hole",
        "devnull",
        "dev-null",
        "/dev/null",
    }
    | {"drop", "discard", "ignore", "silent"}
)
"""Names by which people call a receiver that is to tell nobody."""

_SLACK_PLAIN = frozenset(
    ("channel", "api_url", "api_url_file", "app_token", "app_token_file", "app_url", "http_config")
)
_RANGES = {
    "weekdays": parse_weekdays,
    "days_of_month": parse_days_of_month,
    "months": parse_months,
    "years": parse_years,
}


class Receiver(NamedTuple):
    """A receiver: its name, its team here, its Slack channels; `nowhere`: it is meant to tell nobody."""

    name: str
    team: str
    channels: tuple[str, ...]
    nowhere: bool


class Rule(NamedTuple):
    """An inhibition rule."""

    name: str
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]


Spans = tuple[Mapping[str, Any], ...]
"""The spans of a time interval, as they are written."""


def receivers_of(given: object, named: Collection[str], remarks: Remarks) -> dict[str, Receiver]:
    """The receivers to which routes lead (`named`), by name."""
    teams, found = Ids(("triage-desk", "owner")), {}
    bodies = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    missing = [name for name in named if name not in {receiver_name(body.get("name")) for body in bodies}]
    if missing:
        remarks.to_do("receivers that the file does not declare: Alertmanager would refuse it", *missing)
    for body in (*bodies, *({"name": name} for name in missing)):
        name = receiver_name(body.get("name"))
        if not name or name in found:
            continue
        if name not in named:
            remarks.leave_out("receiver to which no route leads", "it would never be told", name)
            continue
        if name != str(body["name"]):
            remarks.leave_out("name of a receiver", f"it means the owner's own channel here: {name}", "owner")
        channels = tuple(dict.fromkeys(_channels(body, name, remarks)))
        others = sorted(
            key for key in body if key.endswith("_configs") and key != "slack_configs" and body[key]
        )
        for key in others:
            why = "messages go to Slack; the incident is told in its team's channel"
            remarks.leave_out("receiver of another kind", why, f"{name}: {key.removesuffix('_configs')}")
        nowhere = not channels and not others and name.casefold() in NOWHERE
        if not channels and not nowhere:
            remarks.to_do("receivers without a Slack channel: give their teams one in teams.yaml", name)
        found[name] = Receiver(name, teams.take(slug(name, "-")), channels, nowhere)
    return found


def _channels(body: Mapping[str, Any], name: str, remarks: Remarks) -> Iterator[str]:
    for config in body.get("slack_configs") or []:
        given = config if isinstance(config, dict) else {}
        channel = str(given.get("channel") or "")
        plain = channel if channel.startswith(("#", "C", "G")) and is_channel(channel) else ""
        plain = plain or f"#{channel.removeprefix('#').lower()}"
        if is_channel(plain):
            yield plain
        else:
            why = "a channel's name or id is needed"
            remarks.leave_out("Slack channel", why, f"{name}: {channel or 'the webhook decides'}")
        if str(given.get("send_resolved", "")).lower() == "false":
            why = "a message is edited to say that it is over, and stays silent"
            remarks.leave_out("send_resolved: false", why, name)
        texts = sorted(given.keys() - _SLACK_PLAIN - {"send_resolved"})
        if texts:
            why = "messages are made from the incident"
            remarks.leave_out("words and looks of Slack messages", why, f"{name}: {', '.join(texts)}")


def intervals_of(document: Mapping[str, Any], reader: RouteReader) -> dict[str, Spans]:
    """The time intervals by name, under the new key and the old one. Raises CannotImport."""
    found: dict[str, Spans] = {}
    for key in ("time_intervals", "mute_time_intervals"):
        for place, one in enumerate(document.get(key) or []):
            body = one if isinstance(one, dict) else {}
            path = f"{key}[{place}]"
            spans = body.get("time_intervals") or []
            found[str(body.get("name") or f"interval-{place + 1}")] = tuple(
                _span(span if isinstance(span, dict) else {}, path, reader) for span in spans
            )
    return found


def _span(given: Mapping[str, Any], path: str, reader: RouteReader) -> dict[str, Any]:
    """A span with its ranges as they are written, once they are known to be right. Raises CannotImport."""
    span: dict[str, Any] = {}
    try:
        for time in given.get("times") or []:
            start, end = str(time.get("start_time")), str(time.get("end_time"))
            parse_times(start, end)
            span.setdefault("times", []).append({"start_time": start, "end_time": end})
        for key, parse in _RANGES.items():
            for text in given.get(key) or []:
                parse(str(text))
                span.setdefault(key, []).append(str(text).lower())
        zone = given.get("location") or given.get("time_zone")
        if zone:
            span["location"] = parse_location(str(zone))
    except (ValueError, AttributeError) as error:
        raise CannotImport(f"{reader.file}: {path}", str(error), "mend it") from None
    for key in sorted(given.keys() - _RANGES.keys() - {"times", "location", "time_zone"}):
        reader.remarks.leave_out("setting of a time interval", "not known here", f"{path}.{key}")
    return span


def inhibition_of(given: object, reader: RouteReader) -> list[Rule]:
    """The inhibition rules in their order. Raises CannotImport."""
    names, found = Ids(), []
    for place, one in enumerate(given if isinstance(given, list) else []):
        body, path = one if isinstance(one, dict) else {}, f"inhibit_rules[{place}]"
        equal = tuple(label for label in body.get("equal") or [] if isinstance(label, str))
        found.append(
            Rule(
                names.take(slug(str(body.get("name") or f"inhibition-{place + 1}"), "-")),
                tuple(reader.matchers(body, path, "source_")),
                tuple(reader.matchers(body, path, "target_")),
                equal,
            )
        )
    return found
