"""Collects what is wrong with the rules while they are read, so that one run tells as much as can be told."""

from router.config.codes import Lint
from router.config.node import Place
from router.model.errors import Finding


class Report:
    """Findings so far. Reading goes on after a mistake; `errors` tells whether a part of it failed."""

    def __init__(self) -> None:
        self._findings: dict[Finding, None] = {}
        self.errors = 0

    def add(self, code: Lint, place: Place, message: str, hint: str = "") -> None:
        """Record one mistake; the level is the code's."""
        finding = Finding(*place, code.value, message, hint, code.level)
        self._findings[finding] = None
        self.errors += code.level == "error"

    def add_again(self) -> None:
        """Something cannot be read for a mistake that was recorded before: `errors` grows all the same."""
        self.errors += 1

    def findings(self) -> tuple[Finding, ...]:
        """All findings by file, line, column."""
        return tuple(sorted(self._findings, key=lambda f: (f.file, f.line, f.column, f.code, f.message)))
