"""How people write spans of time: `90s`, `15m`, `6h`, `2d`, `1h30m`, or a plain number of seconds."""

import re

_UNITS = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?")
_SECONDS = (86_400, 3_600, 60, 1)


def parse_duration(written: object) -> int:
    """Whole seconds.

    Raises:
        ValueError: it is not a duration; the message says how to write one.
    """
    if isinstance(written, int) and not isinstance(written, bool) and written >= 0:
        return written
    if isinstance(written, str) and written.strip().isascii():
        text = written.strip()
        if text.isdigit() and len(text) <= 9:
            return int(text)
        match = _UNITS.fullmatch(text)
        if match and text:
            return sum(int(part) * unit for part, unit in zip(match.groups(), _SECONDS, strict=True) if part)
    raise ValueError("write it like 90s, 15m, 6h, 2d, 1h30m or as whole seconds")


def parse_delay(written: object) -> tuple[int, int]:
    """Soonest and latest seconds of `15m..6h`; one duration is the latest, the soonest is then 0.

    Raises:
        ValueError: it is not a delay, or the latest is before the soonest.
    """
    first, dots, last = written.partition("..") if isinstance(written, str) else ("", "", "")
    try:
        if not dots:
            return 0, parse_duration(written)
        soonest, latest = parse_duration(first), parse_duration(last)
    except ValueError:
        raise ValueError("write it like 15m..6h, or 5m for 0s..5m") from None
    if latest < soonest:
        raise ValueError(f"the latest ({last.strip()}) is before the soonest ({first.strip()})")
    return soonest, latest


_ROUND = ((60, 10), (600, 60), (3_600, 300), (6 * 3_600, 900), (2 * 86_400, 3_600))


def round_duration(seconds: float, *, up: bool) -> int:
    """To whole seconds that a person would write, to the next step above or below: ten seconds, a minute, ..."""
    step = next((step for bound, step in _ROUND if seconds < bound), 6 * 3_600)
    return int(-(-seconds // step) if up else seconds // step) * step


def write_duration(seconds: float) -> str:
    """Seconds as people write them: `90s`, `15m`, `1h30m`."""
    left, parts = int(seconds), []
    for unit, size in zip("dhms", _SECONDS, strict=True):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
