"""`router topics`: what the router needs on the cluster, and what is there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from router.cli.connection import JsonOption, KafkaOption, connect
from router.cli.output import count, print_json, say, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from router.kafka.topics import Topic
    from router.kafka.topics_plan import Difference

topics = typer.Typer(help="Compare the router's topics with the cluster's, or create them.")

PartitionsOption = Annotated[
    int, typer.Option("--partitions", min=0, help="Partitions of every topic, instead of each one's own.")
]
ReplicationOption = Annotated[
    int, typer.Option("--replication", min=0, help="Copies of every partition, on a cluster of few brokers.")
]


@topics.command("plan")
def plan_topics(
    kafka: KafkaOption = "",
    partitions: PartitionsOption = 0,
    replication: ReplicationOption = 0,
    json: JsonOption = False,
) -> int:
    """Show in what the cluster differs, without changing anything. Exits with 1 when it differs."""
    from router.kafka.topics_plan import plan

    found = plan(connect(kafka), wanted_topics(partitions, replication))
    if json:
        print_json({"differences": _documents(found)})
    elif found:
        say(drawn(found))
        say("", f"{count(len(found), 'difference')}; `router topics apply` makes those that are not refused.")
    else:
        say("The cluster has every topic as the router needs it.")
    return 1 if found else 0


@topics.command("apply")
def apply_topics(
    kafka: KafkaOption = "",
    partitions: PartitionsOption = 0,
    replication: ReplicationOption = 0,
    json: JsonOption = False,
) -> int:
    """Create what is missing and change what is safe to change; nothing is ever deleted or made smaller.

    Exits with 1 when a difference is left that only you can decide about.
    """
    from router.kafka.topics_plan import apply

    found = apply(connect(kafka), wanted_topics(partitions, replication))
    refused = [difference for difference in found if difference.refused]
    if json:
        print_json({"differences": _documents(found)})
    elif found:
        say(drawn(found))
        say("", f"{count(len(found) - len(refused), 'change')} made, {len(refused):,} refused.")
    else:
        say("The cluster has every topic as the router needs it.")
    return 1 if refused else 0


def wanted_topics(partitions: int, replication: int) -> "Mapping[str, Topic]":
    """The router's topics for this size of cluster; 0 leaves what topics/*.yaml say."""
    from router.kafka.topics import adjusted
    from router.kafka.topics import topics as shipped

    return adjusted(shipped(), partitions=partitions or None, replication=replication or None)


def _documents(found: "Sequence[Difference]") -> list[dict[str, Any]]:
    fields = ("topic", "kind", "name", "wanted", "found", "refused")
    return [{field: str(getattr(difference, field)) for field in fields} for difference in found]


def drawn(found: "Sequence[Difference]") -> Any:
    """The table for people."""
    rows = [
        (one.topic, f"{one.kind} {one.name}".strip(), one.found or "-", one.wanted, one.refused or "")
        for one in found
    ]
    return table(["topic", "difference", "there is", "needed", "why refused"], rows)
