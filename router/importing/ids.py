"""Ids for things that others named: letters, digits, `.`, `_` and `-`, short, and no two alike."""

import re
import unicodedata
from collections.abc import Iterable

MAX_ID = 80
_OTHER = re.compile(r"[^a-z0-9._-]+")


def slug(name: str, joint: str = "_") -> str:
    """The name as an id, in lower case; accents are dropped, everything else that is no letter becomes `joint`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return _OTHER.sub(joint, plain).strip("._-")[:MAX_ID].rstrip("._-") or "unnamed"


class Ids:
    """Hands out ids, each once; those that exist, or that mean something else, are taken from the beginning."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def take(self, *wishes: str) -> str:
        """The first wish that is free, else the last one with a number."""
        free = next((wish for wish in wishes if wish not in self._taken), "")
        number = 2
        while not free:
            numbered = f"{wishes[-1]}-{number}"
            free = numbered if numbered not in self._taken else ""
            number += 1
        self._taken.add(free)
        return free
