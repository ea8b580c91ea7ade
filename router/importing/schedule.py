"""How often does a schedule run? Cron expressions and presets as Airflow and cron write them, and Python's timedeltas.

Only the plain forms are read; anything else is unknown, and then history decides.
"""

import re

_PRESETS = {"@hourly": 3_600, "@daily": 86_400, "@midnight": 86_400, "@weekly": 7 * 86_400}
_PRESETS |= {
    "@monthly": 31 * 86_400,
    "@quarterly": 92 * 86_400,
    "@yearly": 366 * 86_400,
    "@annually": 366 * 86_400,
}
_TIMEDELTA = re.compile(r"(?:(\d{1,4}) days?, )?(\d{1,2}):(\d{2}):(\d{2})")
_STEP = re.compile(r"\*/(\d{1,2})")
_FIXED = re.compile(r"\d{1,2}")


def period_of(schedule: str) -> int | None:
    """The longest time between two runs, in seconds; None when the schedule is of a form not read here."""
    written = schedule.strip()
    if written in _PRESETS:
        return _PRESETS[written]
    delta = _TIMEDELTA.fullmatch(written)
    if delta:
        days, hours, minutes, rest = (int(part or 0) for part in delta.groups())
        return (days * 86_400 + hours * 3_600 + minutes * 60 + rest) or None
    fields = written.split()
    return _cron(fields) if len(fields) == 5 else None


def _cron(fields: list[str]) -> int | None:
    minute, hour, day, month, weekday = fields
    if month != "*":
        return None
    if (minute == "*" or _STEP.fullmatch(minute)) and fields[1:] == ["*"] * 4:
        return 60 if minute == "*" else int(minute[2:]) * 60 or None
    if not _FIXED.fullmatch(minute):
        return None
    if day == "*" and weekday == "*":
        if hour == "*":
            return 3_600
        if _STEP.fullmatch(hour):
            return int(hour[2:]) * 3_600 or None
        return 86_400 if _FIXED.fullmatch(hour) else None
    if not _FIXED.fullmatch(hour):
        return None
    if day == "*":
        return 3 * 86_400 if weekday.upper() in ("1-5", "MON-FRI") else 7 * 86_400
    return 31 * 86_400 if _FIXED.fullmatch(day) and weekday == "*" else None
