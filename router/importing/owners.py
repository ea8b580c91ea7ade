"""Who owns it? Catalogs write a team, a list, an e-mail address, a mapping with both; sometimes a person."""

import re
from collections.abc import Iterable

from router.importing.description import OwnerName
from router.importing.document import mapping, text, texts

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PERSON = re.compile(r"[a-z]+\.[a-z]+", re.IGNORECASE)
_TWO_NAMES = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+")
_TEAM_WORDS = re.compile(
    r"team|data|platform|ops|desk|group|squad|crew|engineer|analytic|science|finance|sales|market|product|support|"
    r"service|office|risk|it\b|bi\b|ml\b|ai\b|infra|commerce|operation|department|unit|business|care|claims?|order",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"(?:team|group|application|owner|user|email|mailto):(?://)?", re.IGNORECASE)
NOBODY = frozenset({"airflow", "unknown", "none", "n/a", "tbd", "default", "guest", "guests", "nobody"})
"""Words that stand where an owner was never named; `airflow` is Airflow's default owner of a task."""


def owners_of(value: object, channel: str = "") -> tuple[OwnerName, ...]:
    """The owners that this value names, first first: a text (commas between several), a list, a mapping."""
    found: dict[str, OwnerName] = {}
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            name = text(mapping(item), "name")
            emails = [one for one in texts(item.get("email")) if _EMAIL.fullmatch(one)]
            read = [owner(name, emails, channel)]
        else:
            read = [owner(part, (), channel) for one in texts(item) for part in one.split(",")]
        for one in read:
            if one:
                found.setdefault(one.name.casefold(), one)
    return tuple(found.values())


def owner(name: str, emails: Iterable[str] = (), channel: str = "") -> OwnerName | None:
    """One owner by name, by e-mail address, or both; None when that says nobody."""
    name = _PREFIX.sub("", name.strip(), count=1).strip().lstrip("@")
    members = tuple(dict.fromkeys(emails))
    if _EMAIL.fullmatch(name):
        members = tuple(dict.fromkeys((name, *members)))
        name = name.partition("@")[0]
    elif not name and members:
        name = members[0].partition("@")[0]
    if not name or name.casefold() in NOBODY:
        return None
    return OwnerName(name, members, channel, person=_reads_like_a_person(name))


def _reads_like_a_person(name: str) -> bool:
    shaped = _PERSON.fullmatch(name) or _TWO_NAMES.fullmatch(name)
    return bool(shaped) and not _TEAM_WORDS.search(name)
