"""Did you mean? The nearest known word to one that is not known."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

NEAR = 0.6
"""Share of letters that must agree: `ordrs` finds `orders`, `fax` does not find `feed`."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one, or the empty string when none is alike; ties go to the alphabet."""
    found = process.extractOne(
        word.lower(),
        {name: name.lower() for name in sorted(known)},
        scorer=OSA.normalized_similarity,
        score_cutoff=NEAR,
    )
    return str(found[2]) if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The hint `did you mean "x"?`, or the empty string."""
    best = nearest(word, known)
    return f'did you mean "{best}"?' if best else ""
