"""Backstage's catalog as components: Components, APIs and Resources can fail, Systems are workflows, Groups are teams.

https://backstage.io/docs/features/software-catalog/well-known-relations. What depends on what: `dependsOn` and
`consumesApis` say it; `dependencyOf` says it from the other side; an API depends on the component that
provides it; what has subcomponents depends on them. Backstage says nothing of time, so every delay is a guess.
"""

from collections.abc import Iterator, Mapping, Sequence

from router.importing.delays import guess
from router.importing.description import CannotImport, Description, Given, OwnerName, Thing, Unmapped
from router.importing.document import mapping, text, texts
from router.importing.entities import Entity, Ref, entities_of, reference
from router.importing.kinds import kind_of
from router.importing.owners import owner
from router.model.fault import ComponentKind

_KINDS = {"component": ComponentKind.APP, "api": ComponentKind.API, "resource": ComponentKind.STORE}
_IDLE_TYPES = frozenset({"library", "documentation", "template", "package", "plugin"})
_FIELDS = (
    ("dependsOn", "component", False),
    ("consumesApis", "api", False),
    ("dependencyOf", "component", True),
    ("providesApis", "api", True),
    ("subcomponentOf", "component", True),
)
"""Field of spec, the kind a reference without one means there, and whether the other side is the one that depends."""
_RELATIONS = {
    "dependsOn": False, "consumesApi": False, "apiProvidedBy": False,
    "dependencyOf": True, "apiConsumedBy": True, "providesApi": True,
}  # fmt: skip
_ANNOTATIONS = {
    "backstage.io/kubernetes-id": "kubernetes",
    "pagerduty.com/service-id": "pagerduty",
    "sentry.io/project-slug": "sentry",
    "opsgenie.com/component-selector": "opsgenie",
    "github.com/project-slug": "github",
}
"""Annotation -> namespace of the name that it gives."""
_METADATA = frozenset({"name", "namespace", "title", "annotations", "uid", "etag", "generation"})
_SPEC = frozenset({name for name, _, _ in _FIELDS} | {"type", "owner", "system", "profile", "memberOf"})
_NO_COUNTERPART = {
    "domain": "systems become workflows, what is above them has no place",
    "location": "a pointer to more files: give those as well",
    "template": "makes new things, is none itself",
    "user": "owners are teams; users with an e-mail address become members of their groups",
}


def describe(files: Sequence[Given], runs: Sequence[Given]) -> Description:
    """The catalog in these files. Raises CannotImport."""
    if runs:
        raise CannotImport(runs[0].name, "Backstage has no run history", "leave --runs out")
    found = [entity for given in files for entity in entities_of(given)]
    if not found:
        raise CannotImport(files[0].name, "no Backstage entity in it", "give catalog-info.yaml")
    return _Catalog(found).description()


class _Catalog:
    """All entities, and what depends on what."""

    def __init__(self, found: Sequence[Entity]) -> None:
        self.entities: dict[Ref, Entity] = {}
        self.twice: list[str] = []
        for entity in found:
            if entity.ref in self.entities:
                self.twice.append(str(entity.ref))
            self.entities.setdefault(entity.ref, entity)
        self.members = _members(self.entities)
        self.kinds = {ref: kind for ref, entity in self.entities.items() if (kind := _kind(entity))}
        self.unknown: dict[str, None] = {}
        self.idle: dict[str, None] = {}
        self.edges: dict[Ref, set[Ref]] = {ref: set() for ref in self.kinds}
        for entity in self.entities.values():
            for downstream, upstream in self._dependencies(entity):
                self._connect(downstream, upstream)

    def _dependencies(self, entity: Entity) -> Iterator[tuple[Ref, Ref]]:
        """(what depends, on what) as this entity says it."""
        for field, kind, turned in _FIELDS:
            for written in texts(entity.spec.get(field)):
                other = reference(written, kind, entity.ref.namespace)
                if other:
                    yield (other, entity.ref) if turned else (entity.ref, other)
        for name, other in entity.relations:
            if name in _RELATIONS:
                yield (other, entity.ref) if _RELATIONS[name] else (entity.ref, other)
            elif name == "partOf" and other.kind == entity.ref.kind == "component":
                yield other, entity.ref
            elif name == "hasPart" and other.kind == entity.ref.kind == "component":
                yield entity.ref, other

    def _connect(self, downstream: Ref, upstream: Ref) -> None:
        for ref in (downstream, upstream):
            if ref not in self.entities:
                self.unknown[f"{downstream} -> {upstream}"] = None
                return
        if downstream not in self.kinds or upstream not in self.kinds:
            self.idle[f"{downstream} -> {upstream}"] = None
        elif downstream != upstream:
            self.edges[downstream].add(upstream)

    def description(self) -> Description:
        things = tuple(self._thing(ref) for ref in sorted(self.kinds))
        systems = {ref: entity for ref, entity in self.entities.items() if ref.kind == "system"}
        owners = {ref: self._owner(entity) for ref, entity in systems.items()}
        return Description(
            company="",
            things=things,
            titles={_workflow(ref): text(body.metadata, "title") for ref, body in sorted(systems.items())},
            business_owners={_workflow(ref): named for ref, named in sorted(owners.items()) if named},
            teams=tuple(self._team(ref) for ref in sorted(self.entities) if ref.kind == "group"),
            unmapped=tuple(self._unmapped()),
        )

    def _thing(self, ref: Ref) -> Thing:
        entity = self.entities[ref]
        known = {"backstage": (str(ref),)}
        for annotation, namespace in _ANNOTATIONS.items():
            value = text(mapping(entity.metadata, "annotations"), annotation)
            if value:
                known[namespace] = (value,)
        if ref.kind == "component":
            known["alertmanager"] = (entity.name,)
        named = self._owner(entity)
        because = "Backstage says nothing of time"
        return Thing(
            key=str(ref),
            kind=self.kinds[ref],
            name=entity.name,
            qualifier=ref.kind if ref.namespace == "default" else ref.namespace,
            workflow=self._system(entity),
            title=text(entity.metadata, "title"),
            owners=(named,) if named else (),
            known_as=known,
            depends_on={
                str(upstream): guess(self.kinds[upstream], self.kinds[ref], because)
                for upstream in sorted(self.edges[ref])
            },
        )

    def _system(self, entity: Entity) -> str:
        written = text(entity.spec, "system")
        given = [reference(written, "system", entity.ref.namespace)] if written else []
        given += [other for name, other in entity.relations if name == "partOf" and other.kind == "system"]
        system = next((ref for ref in given if ref), None)
        return _workflow(system) if system else "catalog"

    def _owner(self, entity: Entity) -> OwnerName | None:
        written = text(entity.spec, "owner")
        ref = reference(written, "group", entity.ref.namespace) if written else None
        ref = ref or next((other for name, other in entity.relations if name == "ownedBy"), None)
        if ref is None:
            return None
        if ref in self.entities and ref.kind == "group":
            return self._team(ref)
        named = owner(ref.name)
        return named and OwnerName(named.name, person=ref.kind == "user" or named.person)

    def _team(self, ref: Ref) -> OwnerName:
        """A group; its members are the users that have an e-mail address."""
        entity = self.entities[ref]
        title = text(mapping(entity.spec, "profile"), "displayName") or text(entity.metadata, "title")
        return OwnerName(entity.name, tuple(self.members.get(ref, ())), title=title)

    def _unmapped(self) -> Iterator[Unmapped]:
        for kind, why in _NO_COUNTERPART.items():
            names = tuple(str(ref) for ref in sorted(self.entities) if ref.kind == kind)
            if names:
                yield Unmapped(kind, names, why)
        idle = tuple(
            str(ref) for ref in sorted(self.entities) if ref.kind in _KINDS and ref not in self.kinds
        )
        if idle:
            yield Unmapped("component that does not run", idle, "a library or document fails in what uses it")
        known = {*_KINDS, *_NO_COUNTERPART, "system", "group"}
        strange = tuple(str(ref) for ref in sorted(self.entities) if ref.kind not in known)
        if strange:
            yield Unmapped("entity of an unknown kind", strange, "not known here")
        if self.unknown:
            yield Unmapped(
                "dependency", tuple(sorted(self.unknown)), "one side of it is in none of the files"
            )
        if self.idle:
            yield Unmapped("dependency", tuple(sorted(self.idle)), "one side of it does not run")
        fields = tuple(sorted({name for entity in self.entities.values() for name in _unread(entity)}))
        if fields:
            yield Unmapped("field", fields, "not read")
        if self.twice:
            yield Unmapped("entity given twice", tuple(sorted(self.twice)), "the first one counts")


def _kind(entity: Entity) -> ComponentKind | None:
    kind, its = _KINDS.get(entity.ref.kind), text(entity.spec, "type").casefold()
    if kind is None or its in _IDLE_TYPES:
        return None
    return kind if kind is ComponentKind.API else kind_of(its, kind)


def _workflow(system: Ref) -> str:
    return system.name if system.namespace == "default" else f"{system.namespace}.{system.name}"


def _unread(entity: Entity) -> Iterator[str]:
    """The fields of an entity that say something and have no place in rules."""
    for part, document, read in (("metadata", entity.metadata, _METADATA), ("spec", entity.spec, _SPEC)):
        yield from (f"{part}.{name}" for name, value in document.items() if name not in read and value)
    for name in mapping(entity.metadata, "annotations"):
        if name not in _ANNOTATIONS:
            yield f"annotation {name}"


def _members(entities: Mapping[Ref, Entity]) -> dict[Ref, list[str]]:
    """Group -> the e-mail addresses of its users."""
    found: dict[Ref, list[str]] = {}
    for ref in sorted(entities):
        body = entities[ref]
        email = text(mapping(body.spec, "profile"), "email")
        if ref.kind == "user" and "@" in email:
            for name in texts(body.spec.get("memberOf")):
                group = reference(name, "group", ref.namespace)
                if group:
                    found.setdefault(group, []).append(email)
    return found
