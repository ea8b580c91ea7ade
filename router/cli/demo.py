"""`router demo`: the whole product on a laptop, with nothing but Python."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from router.cli.explain import show
from router.cli.output import count, say, table
from router.model.decision import Reason
from router.replay import TOLD

if TYPE_CHECKING:
    from router.kafka.demo import Story
    from router.model.decision import Decision
    from router.model.event import Position
    from router.model.incident import Incident

SETTLE_SECONDS = 15.0
"""How long the end waits for the last events to come through."""


def demo(
    rules: Annotated[
        Path | None, typer.Option("--rules", help="Another rules folder with recordings/stories.yaml.")
    ] = None,
) -> int:
    """Play a company's failures through the real roles on a broker in memory; takes under a minute.

    Ends with the incidents, the explanation of one, and the balance of every event; exits with 1 if that is off.
    """
    from router.config.load import load
    from router.config.shipped import shipped_dir
    from router.kafka.demo import Demo, read_stories
    from router.kafka.reconcile import reconcile

    folder = rules or shipped_dir("examples/acme")
    company = load(folder)
    stage = Demo(folder, read_stories(folder))
    say(
        f"{company.settings.company or folder.name}: {count(len(company.workflows), 'workflow')}, "
        f"{count(len(company.components), 'component')}, {count(len(company.teams), 'team')}. "
        "Starting a broker in memory and the roles intake, engine and notifier ..."
    )
    decisions: list[Decision] = []
    done = threading.Event()
    with stage.running():
        listener = threading.Thread(target=stage.follow, args=(_teller(decisions), done))
        listener.start()
        try:
            sent = stage.play(_announce)
            stage.wait_until_read(sent, SETTLE_SECONDS)
            balance = reconcile(stage.kafka, SETTLE_SECONDS)
            time.sleep(0.5)  # the last telling is decided when the last event is: let its line come first
            incidents = stage.incidents()
        finally:
            done.set()
            listener.join()
    _finish(incidents, decisions, sent)
    outcomes = ", ".join(f"{number} {name}" for name, number in sorted(_totals(balance.counts).items()))
    if balance.differences or not incidents:
        say(
            f"reconcile: {count(len(balance.differences), 'event')} without exactly one outcome; read {stage.log}"
        )
        return 1
    say(f"reconcile: balanced, every event has its outcome: {outcomes}")
    say(
        "",
        "Next: router replay, router explain and router check --help; README.md says how to connect your Kafka.",
    )
    return 0


def _announce(story: "Story") -> None:
    say("", f"● {story.title}")


def _teller(decisions: "list[Decision]") -> "Callable[[Decision], None]":
    """Keeps every decision, and prints those that tell somebody something new, as they are taken."""
    causes: dict[str, str] = {}

    def hear(decision: "Decision") -> None:
        decisions.append(decision)
        if decision.reason in (Reason.CAUSE_ATTRIBUTED, Reason.CAUSE_MOVED):
            causes[decision.incident] = (
                f"{decision.component} {decision.fault.partition('.')[2].replace('_', ' ')}"
            )
        kind = TOLD.get(decision.reason)
        if kind is not None and decision.reason is not Reason.TOLD_REFRESHED:
            what = causes.get(decision.incident, "")
            say(
                f"  {decision.at:%d %b %H:%M}  {kind:<11}  {decision.destination:<25}  {decision.incident:<17}  {what}"
            )

    return hear


def _told(incident: "Incident") -> str:
    """Where the owner's side was told, and how many other teams for information."""
    owning = [told.destination for told in incident.told if not told.also]
    also = len(incident.told) - len(owning)
    return ", ".join(owning) + (f", {also} more must know" if also else "") if owning else "nobody"


def _finish(incidents: "Sequence[Incident]", decisions: "Sequence[Decision]", sent: int) -> None:
    """What happened: a row an incident, and why for the one that was handed over by evidence."""
    from router.explain import explain

    rows = [
        (
            incident.id,
            f"{incident.cause.component} {incident.cause.fault}",
            "not sure" if incident.cause.abstained else f"{incident.cause.confidence:.0%}",
            f"{incident.owner.team} ({incident.owner.kind.value})",
            incident.alerts,
            _told(incident),
        )
        for incident in incidents
    ]
    say("", f"{count(sent, 'event')} became {count(len(incidents), 'incident')}:", "")
    say(table(("incident", "cause", "sure", "owner", ">alerts", "told"), rows), "")
    moved = {d.incident for d in decisions if d.reason is Reason.OWNER_HANDED_OVER_BY_EVIDENCE}
    chosen = next(
        (i for i in incidents if i.id in moved), max(incidents, key=lambda i: i.alerts, default=None)
    )
    if chosen is not None:
        about = [decision for decision in decisions if decision.incident == chosen.id]
        show(explain(chosen, about, _named))


def _named(positions: "Sequence[Position]") -> str:
    return ", ".join(f"{p.topic}/{p.partition}/{offset}" for p in positions for offset in p.offsets)


def _totals(counts: "Mapping[str, Counter[str]]") -> "Counter[str]":
    total: Counter[str] = Counter()
    for of_topic in counts.values():
        total += of_topic
    total.pop("consumed", None)
    return total
