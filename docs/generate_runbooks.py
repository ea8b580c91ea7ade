"""The table of runbooks/README.md: which runbook ships for which faults."""

from pathlib import Path

from generate_table import table

from router.config.load import load

ROOT = Path(__file__).parents[1]
SHIPPED = "shipped/runbooks/"


def runbooks() -> str:
    """A row a runbook, by name."""
    shipped = [
        one for one in load(ROOT / "examples" / "acme").runbooks.values() if one.file.startswith(SHIPPED)
    ]
    rows = (
        (
            f"[{one.id}]({one.file.removeprefix(SHIPPED)})",
            one.title,
            ", ".join(f"`{fault}`" for fault in one.faults) or "anything on a known kind of component",
        )
        for one in sorted(shipped, key=lambda one: one.id)
    )
    return "\n".join(table(("runbook", "title", "faults"), rows))
