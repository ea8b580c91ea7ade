"""Which component of the catalog does a source mean by this name?

Exact beats normalised, and the source's own namespace beats others. A name that could mean two components
means none: an alert at the triage desk is better than one at the wrong team.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from router.model.catalog import UNMAPPED
from router.model.rules import Rules

Key = TypeVar("Key")

MAX_REMEMBERED = 50_000
"""Answers kept; names come from outside, so the memory of them is bounded."""


def identify(name: str, namespace: str, rules: Rules) -> str | None:
    """The id of the component that a source of `namespace` means by `name`, or None."""
    return Identities(rules).find(name, namespace)


def scope_of(component: str | None, rules: Rules) -> str:
    """The correlation key of an identified component; `unmapped` for None."""
    return UNMAPPED if component is None else rules.components[component].scope


def normal(name: str) -> str:
    """The name without regard to case and to how much white space stands where."""
    return " ".join(name.split()).casefold()


class Identities:
    """The names of all components under one set of rules, ready for many look-ups.

    Tried in order: a component's id; its `known_as` names in the namespace; both without regard to case and
    white space; names of other namespaces, exact, then normalised. From the third step on a name counts
    only if it means one component.
    """

    def __init__(self, rules: Rules) -> None:
        self._exact = rules.identities
        named = [(*place, component) for place, component in rules.identities.items() if place[0]]
        self._ids = _unambiguous((normal(component), component) for component in rules.components)
        self._normal = _unambiguous(((space, normal(name)), component) for space, name, component in named)
        self._anywhere = _unambiguous((name, component) for _, name, component in named)
        self._anywhere_normal = _unambiguous((normal(name), component) for _, name, component in named)
        self._answers: dict[tuple[str, str], str | None] = {}

    def find(self, name: str, namespace: str) -> str | None:
        """The component id, or None."""
        asked = (namespace, name)
        if asked in self._answers:
            return self._answers[asked]
        answer = self._find(name, namespace)
        if len(self._answers) >= MAX_REMEMBERED:
            self._answers.clear()
        self._answers[asked] = answer
        return answer

    def names(self, namespace: str) -> Mapping[str, str]:
        """The names of a namespace -> component id."""
        return {name: component for (space, name), component in self._exact.items() if space == namespace}

    def _find(self, name: str, namespace: str) -> str | None:
        plain = normal(name)
        return (
            self._exact.get(("", name))
            or self._exact.get((namespace, name))
            or self._ids.get(plain)
            or self._normal.get((namespace, plain))
            or self._anywhere.get(name)
            or self._anywhere_normal.get(plain)
        )


def _unambiguous(pairs: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """The keys that lead to one component only."""
    found: dict[Key, str] = {}
    doubtful: set[Key] = set()
    for key, component in pairs:
        if found.setdefault(key, component) != component:
            doubtful.add(key)
    return {key: component for key, component in found.items() if key not in doubtful}
