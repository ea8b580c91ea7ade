"""What a lint code tells an operator."""

from typing import NamedTuple


class Explanation(NamedTuple):
    """`level` is `error` or `warning`; `meaning` says why it matters, `action` what to do."""

    title: str
    level: str
    meaning: str
    action: str


def error(title: str, meaning: str, action: str) -> Explanation:
    """The explanation of a mistake that stops the router from starting."""
    return Explanation(title, "error", meaning, action)


def warning(title: str, meaning: str, action: str) -> Explanation:
    """The explanation of something that works, but probably not as meant."""
    return Explanation(title, "warning", meaning, action)
