"""`router deadletter`: events that could not be used. Why, and once the reason is gone: again."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from router.cli.connection import ActorOption, JsonOption, KafkaOption, connect
from router.cli.output import count, print_json, say, table
from router.model.event import RejectCode

if TYPE_CHECKING:
    from router.kafka.deadletters import Buried

PREVIEW_BYTES = 60
"""Bytes of an event that are shown: enough to recognise it, too few to hold much."""

deadletter = typer.Typer(help="Look at events that could not be used, and send them again.")

CodeOption = Annotated[RejectCode | None, typer.Option("--code", help="Only those rejected for this reason.")]


@deadletter.command("list")
def list_dead_letters(
    code: CodeOption = None,
    most: Annotated[int, typer.Option("--max", min=1, help="Show the newest so many.")] = 50,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """List dead letters: why each was rejected, where it came from, its size and first bytes."""
    from router.kafka.deadletters import read_dead_letters

    found = sorted(
        read_dead_letters(connect(kafka), code.value if code else ""),
        key=lambda one: (one.record.timestamp_ms, one.record.partition, one.record.offset),
    )
    codes = Counter(_code(one) for one in found)
    shown = found[-most:]
    if json:
        print_json(
            {"count": len(found), "codes": dict(codes), "dead_letters": [document(one) for one in shown]}
        )
    elif found:
        say(drawn(shown), "", _summary(codes, len(found), len(shown)))
    else:
        say("There are no dead letters" + (f" of code {code.value}." if code else "."))
    return 0


@deadletter.command("replay")
def replay_dead_letters(
    actor: ActorOption,
    code: CodeOption = None,
    rate: Annotated[
        float, typer.Option(min=0, help="Events a second at most; 0 is as fast as they go.")
    ] = 50,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")
    ] = False,
    kafka: KafkaOption = "",
    json: JsonOption = False,
) -> int:
    """Send dead letters to the topics they came from, with their original bytes, key and headers.

    One that failed again has counted an attempt; after three it is left for people.
    """
    from router.kafka.deadletters import choose, read_dead_letters, send_again
    from router.kafka.sender import Sender

    settings = connect(kafka)
    choice = choose(read_dead_letters(settings), code.value if code else "")
    if not dry_run:
        sender = Sender(settings, rate)
        send_again(sender, choice.send, actor)
        sender.finish()
    topics = Counter(one.letter.topic for one in choice.send if one.letter)
    if json:
        print_json({"sent": 0 if dry_run else len(choice.send), "topics": dict(topics), "left": choice.leave})
        return 0
    would = "would be sent" if dry_run else "sent"
    say(f"{count(len(choice.send), 'dead letter')} {would} again.")
    say(*(f"  {topic}: {number:,}" for topic, number in sorted(topics.items())))
    say(*(f"{number:,} left alone: {why}." for why, number in sorted(choice.leave.items())))
    return 0


def document(one: "Buried") -> dict[str, Any]:
    """A dead letter for `--json`; `preview` is shortened, cleaned of secrets, and never to be parsed."""
    letter = one.letter
    return {
        "position": one.record.position,
        "code": _code(one),
        "message": _harmless(letter.message) if letter else "",
        "source": letter.source if letter else "",
        "original": f"{letter.topic}/{letter.partition}/{letter.offset}" if letter else "",
        "attempt": letter.attempt if letter else 0,
        "first_failed_at": letter.first_failed_at if letter else None,
        "build": letter.build if letter else "",
        "size": one.size,
        "preview": preview(one.record.value),
    }


def preview(value: bytes | None) -> str:
    """The first bytes as ASCII, the rest escaped; what looks like a secret is hidden."""
    if value is None:
        return "(no value)"
    # Hidden before it is cut: half a secret no longer looks like one.
    text = _harmless(value[: 8 * PREVIEW_BYTES].decode("latin-1"))
    shown = text[:PREVIEW_BYTES].encode("unicode_escape").decode()
    return shown + ("…" if len(text) > PREVIEW_BYTES or len(value) > 8 * PREVIEW_BYTES else "")


def _harmless(text: str) -> str:
    from router.telemetry.logs import redact

    return redact(text)


def _code(one: "Buried") -> str:
    return one.letter.code if one.letter else "unknown"


def drawn(found: "Sequence[Buried]") -> Any:
    """The table for people."""
    fields = ("original", "code", "attempt", "size", "message", "preview")
    rows = [[letter[field] for field in fields] for letter in map(document, found)]
    return table(["came from", "code", ">try", ">bytes", "why", "begins with"], rows)


def _summary(codes: Counter[str], found: int, shown: int) -> str:
    by_code = ", ".join(f"{number:,} {code}" for code, number in codes.most_common())
    tail = f"; the newest {shown:,} are shown" if shown < found else ""
    return f"{count(found, 'dead letter')}: {by_code}{tail}."
