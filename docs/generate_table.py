"""Markdown tables, for the generated pages."""

import re
from collections.abc import Iterable


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A Markdown table."""
    names = list(head)
    cells = [[re.sub(r"\s+", " ", cell).replace("|", "\\|").strip() for cell in row] for row in rows]
    body = [f"| {' | '.join(row)} |" for row in cells]
    return [f"| {' | '.join(names)} |", f"| {' | '.join('---' for _ in names)} |", *body]
