"""The day of examples/acme/recordings/day.py, and what came of it as text that people can review."""

import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from router.recording import Recorded, record_of
from tests.scenarios.acme import ACME

QUIET = {"updated"}
"""Messages that only change what a destination shows; counted, not listed."""


@cache
def events() -> tuple[Recorded, ...]:
    """The recorded events of the day."""
    folder = ACME / "recordings"
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location("acme_day", folder / "day.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return tuple(Recorded(number, record_of(event)) for number, event in enumerate(module.day()))


def summary(document: Mapping[str, Any]) -> str:
    """A replay document in short: every incident with owner, tellings and what muted it, and the outcomes."""
    lines = [line for incident in document["incidents"] for line in _incident(incident)]
    lines += ["", "outcomes"]
    lines += [f"  {outcome:<10} {count:>6}" for outcome, count in document["outcomes"].items()]
    codes = [rejected["code"] for rejected in document["rejected"]]
    lines += [f"  {code:<10} {codes.count(code):>6}" for code in sorted(set(codes))]
    return "\n".join(lines) + "\n"


def _incident(incident: Mapping[str, Any]) -> Iterator[str]:
    cause, owner = incident["cause"], incident["owner"]
    sure = "not sure" if cause["abstained"] else f"{cause['confidence']:.0%}"
    yield (
        f"{incident['id']}  {cause['component']} {cause['fault']} ({sure}), {incident['severity']}, "
        f"{incident['state']}, {len(incident['members'])} events"
    )
    ended = incident["resolved_at"]
    yield f"  opened {_clock(incident['opened_at'])}" + (f", over {_clock(ended)}" if ended else "")
    yield f"  owner {owner['team']} ({owner['kind']}): {owner['why']}"
    for also in incident["also"]:
        yield f"  also  {also['team']} ({also['kind']}): {also['why']}"
    yield from _tellings(incident["notifications"])
    muted = [d for d in incident["decisions"] if d["reason"].startswith("muted.")]
    for decision in muted:
        yield f"  {_clock(decision['at'])} {decision['reason']}: {decision['text']}"


def _tellings(notifications: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for told in notifications:
        if told["kind"] not in QUIET:
            yield f"  {_clock(told['at'])} {told['kind']:<12} {told['destination']} for {told['team']}"
    if quiet := sum(told["kind"] in QUIET for told in notifications):
        yield f"  and {quiet} updates"
    if not notifications:
        yield "  nobody was told"


def _clock(at: str) -> str:
    """The time of the day; with the date after midnight."""
    day, _, time = at.partition("T")
    return time[:8] if day == "2026-11-21" else f"{day[5:]} {time[:8]}"
