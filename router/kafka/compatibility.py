"""May a JSON Schema follow another on the same topic? Old readers and old records must keep working.

Refused: a property removed, a property made required, a type narrowed in any way (fewer types or values, tighter
bounds, a new pattern or format). Allowed: optional properties, more types, more values. For another shape there
is another topic: `.v2`.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_FLOORS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_CEILINGS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT = ("pattern", "format", "multipleOf")
_WIDER = {"integer": {"integer", "number"}}


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """What in `new` breaks those who rely on `old`, one sentence each, with its place; empty when nothing does."""
    return list(_Comparison(old, new).compare(old, new, "$"))


class _Comparison:
    """Two whole documents; references are followed in each, every pair once."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new
        self._under_way: set[tuple[str, str]] = set()

    def compare(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        """Problems at `place`, `$` for the document, `$.name` for a property, `[]` for the items of an array."""
        pair = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if all(pair):
            if pair in self._under_way:
                return
            self._under_way.add(pair)
        old, new = _resolve(old, self._old), _resolve(new, self._new)
        if _branches(old) or _branches(new):
            yield from self._compare_branches(_branches(old) or [old], _branches(new) or [new], place)
            return
        yield from _narrowed(old, new, place)
        yield from self._compare_properties(old, new, place)
        yield from self._compare_items(old, new, place)

    def _compare_branches(self, old: list[Schema], new: list[Schema], place: str) -> Iterator[str]:
        """Each old branch must still be taken by some new one; the one of the same name is asked first."""
        for branch in old:
            same = [other for other in new if _name(other) == _name(branch)]
            found = [
                list(_Comparison(self._old, self._new).compare(branch, other, place)) for other in same or new
            ]
            if all(found):
                detail = found[0] if same else []
                yield from detail or [f"{place}: {_name(branch)} is no longer taken"]

    def _compare_properties(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        had, has = old.get("properties", {}), new.get("properties", {})
        for name, schema in had.items():
            if name in has:
                yield from self.compare(schema, has[name], f"{place}.{name}")
            else:
                yield f"{place}.{name}: was removed"
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield f"{place}.{name}: became required"
        yield from self._compare_rest(old, new, place)

    def _compare_rest(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        """What properties that are not listed may be: anything (True), nothing (False), or values of a schema."""
        had, has = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if had is False or has is True:
            return
        if has is False or had is True:
            yield f"{place}.*: properties that are not listed were allowed"
            return
        yield from self.compare(had, has, f"{place}.*")

    def _compare_items(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        had, has = old.get("prefixItems", []), new.get("prefixItems", [])
        if len(had) != len(has):
            yield f"{place}[]: had {len(had)} fixed items, has {len(has)}"
        for number, (before, after) in enumerate(zip(had, has, strict=False)):
            yield from self.compare(before, after, f"{place}[{number}]")
        if isinstance(new.get("items"), dict):
            yield from self.compare(old.get("items", {}), new["items"], f"{place}[]")


def _resolve(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def _branches(schema: Schema) -> list[Schema]:
    branches: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
    return branches


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", schema.get("title", schema.get("type", "anything")))).rpartition("/")[2]


def _types(schema: Schema) -> set[str]:
    given = schema.get("type", [])
    return {given} if isinstance(given, str) else set(given)


def _narrowed(old: Schema, new: Schema, place: str) -> Iterator[str]:
    """What values of one simple schema the other does not take any more."""
    had, has = _types(old), _types(new)
    if has and not (had and all(_WIDER.get(kind, {kind}) & has for kind in had)):
        yield f"{place}: was {_listed(had)}, is {_listed(has)}"
    values, allowed = _values(old), _values(new)
    if allowed is not None and (values is None or any(value not in allowed for value in values)):
        gone = "any value" if values is None else _listed(v for v in values if v not in allowed)
        yield f"{place}: no longer takes {gone}"
    for bounds, sign in ((_FLOORS, 1), (_CEILINGS, -1)):
        for bound in bounds:
            if bound in new and (bound not in old or sign * new[bound] > sign * old[bound]):
                yield f"{place}: {bound} was {old.get(bound, 'not given')}, is {new[bound]}"
    for keyword in _EXACT:
        if keyword in new and new[keyword] != old.get(keyword):
            yield f"{place}: {keyword} was {old.get(keyword, 'not given')}, is {new[keyword]}"


def _values(schema: Schema) -> list[Any] | None:
    """The only values it takes, or None when it does not list them."""
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _listed(items: Any) -> str:
    return ", ".join(sorted(str(item) for item in items)) or "anything"
