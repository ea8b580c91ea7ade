"""The day of examples/acme/recordings/day.py, and what came of it as text that people can review."""

import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from router.recording import Recorded, record_of
from router.replay import Replay
from tests.scenarios.acme import ACME, rules

SHARES = re.compile(r" \(\d+%\)| with \d+%")
"""How sure it was: not reviewed here, so that tuning the attribution shows only where it changes who is told."""

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


@cache
def replayed() -> dict[str, Any]:
    """What comes of the day under acme's rules: the replay document."""
    return Replay(rules(), events()).document()


def summary(document: Mapping[str, Any]) -> str:
    """A replay document in short: every incident with owner, tellings and what muted it, and the outcomes."""
    lines = [SHARES.sub("", line) for incident in document["incidents"] for line in _incident(incident)]
    lines += ["", "outcomes"]
    lines += [f"  {outcome:<10} {count:>6}" for outcome, count in document["outcomes"].items()]
    codes = [rejected["code"] for rejected in document["rejected"]]
    lines += [f"  {code:<10} {codes.count(code):>6}" for code in sorted(set(codes))]
    return "\n".join(lines) + "\n"


def _incident(incident: Mapping[str, Any]) -> Iterator[str]:
    cause, owner = incident["cause"], incident["owner"]
    sure = "not sure" if cause["abstained"] else "sure"
    yield (
        f"{incident['id']}  {cause['component']} {cause['fault']} ({sure}), {incident['severity']}, "
        f"{incident['state']}, {len(incident['members'])} events"
    )
    ended = incident["resolved_at"]
    yield f"  opened {_clock(incident['opened_at'])}" + (f", over {_clock(ended)}" if ended else "")
    yield f"  owner {owner['team']} ({owner['kind']}): {owner['why']}"
    for also in incident["also"]:
        yield f"  also  {also['team']} ({also['kind']}): {also['why']}"
    for duty in incident["duties"]:
        due = f"due {duty['due'][:16].replace('T', ' ')}" if duty["due"] else "its time does not run yet"
        yield f"  duty  {duty['team']}: {duty['duty']}, {due}"
    yield from _what_happened(incident["notifications"], incident["decisions"])


def _what_happened(
    notifications: Sequence[Mapping[str, Any]], decisions: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Who was told and what kept from telling, in order; equal moments stay in the order of the document."""
    lines = [
        (told["at"], f"{told['kind']:<12} {told['destination']} for {told['team']}")
        for told in notifications
        if told["kind"] not in QUIET
    ]
    lines += [(d["at"], f"{d['reason']}: {d['text']}") for d in decisions if d["reason"].startswith("muted.")]
    for at, words in sorted(lines, key=lambda line: line[0]):
        yield f"  {_clock(at)} {words}"
    if quiet := sum(told["kind"] in QUIET for told in notifications):
        yield f"  and {quiet} updates"
    if not notifications:
        yield "  nobody was told"


def _clock(at: str) -> str:
    """The time of the day; with the date after midnight."""
    day, _, time = at.partition("T")
    return time[:8] if day == "2026-11-21" else f"{day[5:]} {time[:8]}"
