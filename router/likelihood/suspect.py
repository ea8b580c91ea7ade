"""A possible cause, weighed against the others."""

from typing import NamedTuple

from router.likelihood.weighing import Term


class Suspect(NamedTuple):
    """One possible cause: its score (log-odds against nothing being wrong), its share, and what it explains."""

    component: str
    score: float
    share: float
    terms: tuple[Term, ...]
    quiet: tuple[str, ...]
    """Watched components that should alert by now, were this the cause, and do not."""
