"""CODEOWNERS as components and owners: directories are things that can fail, the last match says whose they are.

A second file may say which directory is which component, as JSON: `{"services/pricing": "api.pricing"}`. Without it
every directory that the file names is one, of a kind that its name tells. Components that a rules folder has already
are found by their `known_as` names under `path`.
"""

from collections.abc import Iterator, Mapping, Sequence

from router.importing.codeowners_rules import CodeOwners, Line, read_codeowners
from router.importing.description import (
    MAX_THINGS,
    CannotImport,
    Description,
    Given,
    OwnerName,
    Thing,
    Unmapped,
)
from router.importing.document import parse_json
from router.importing.kinds import kind_of
from router.importing.owners import owner
from router.model.fault import ComponentKind

NAMESPACE = "path"
"""The namespace of `known_as` under which directories stand."""
_ANY = frozenset("*?")


def describe(files: Sequence[Given], runs: Sequence[Given]) -> Description:
    """The file, and the directories that are components. Raises CannotImport."""
    if runs:
        raise CannotImport(runs[0].name, "CODEOWNERS has no run history", "leave --runs out")
    components: dict[str, str] = {}
    given = []
    for each in files:
        if each.content.lstrip()[:1] == b"{":
            components |= _components(each)
        else:
            given.append(each)
    if len(given) != 1:
        raise CannotImport(
            files[0].name, "one CODEOWNERS file is read at a time", "give one, and its directories"
        )
    try:
        owned = read_codeowners(given[0].content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise CannotImport(given[0].name, "not UTF-8 text", "give CODEOWNERS") from None
    if not owned.lines:
        raise CannotImport(given[0].name, "no pattern in it", "give CODEOWNERS")
    directories = components or dict.fromkeys(sorted(_directories(owned.lines)), "")
    if len(directories) > MAX_THINGS:
        raise CannotImport(
            given[0].name, f"more than {MAX_THINGS:,} directories", "name those that are components"
        )
    things = tuple(_thing(path, component, owned) for path, component in sorted(directories.items()))
    return Description(company="", things=things, unmapped=tuple(_unmapped(owned, things, bool(components))))


def _components(given: Given) -> Mapping[str, str]:
    """Directory -> component, of the second file."""
    found = parse_json(given, 'which directory is which component: {"services/pricing": "api.pricing"}')
    if not isinstance(found, dict) or not all(isinstance(name, str) and name for name in found.values()):
        raise CannotImport(
            given.name, "not directories and components", 'write {"services/pricing": "api.pricing"}'
        )
    return {path.strip("/"): name for path, name in found.items()}


def _directories(lines: Sequence[Line]) -> set[str]:
    """The directories that patterns name: of a plain path, itself; of `dir/*` and `dir/**`, the directory."""
    found = set()
    for line in lines:
        path = line.pattern.strip("/")
        while path.endswith(("/*", "/**")):
            path = path.rpartition("/")[0]
        name = path.rpartition("/")[2]
        if path and not _ANY & set(path) and not line.excluded and not _is_file(name, line.pattern):
            found.add(path)
    return found


def _is_file(name: str, pattern: str) -> bool:
    return not pattern.endswith(("/", "*")) and ("." in name or name == name.upper())


def _thing(path: str, component: str, owned: CodeOwners) -> Thing:
    """The directory as a component; its owners are those of a file in it."""
    kind, _, name = component.partition(".")
    known = kind in set(ComponentKind)
    owners = [
        named for written in owned.owners_of(f"{path}/file") if (named := _owner(written, owned.gitlab))
    ]
    return Thing(
        key=path,
        kind=ComponentKind(kind) if known and name else kind_of(component or path, ComponentKind.APP),
        name=name if known and name else component or path.rpartition("/")[2],
        qualifier=path.replace("/", "."),
        workflow="repository",
        owners=tuple(owners[:1]),
        known_as={NAMESPACE: (path,)},
    )


def _owner(written: str, gitlab: bool) -> OwnerName | None:
    """`@org/team`, `@user` (GitLab: or a group), an address; a role of GitLab (`@@maintainer`) is nobody."""
    if written.startswith("@@"):
        return None
    named = owner(written.rpartition("/")[2])
    alone = written.startswith("@") and "/" not in written and not gitlab
    return named and OwnerName(named.name, named.members, person=named.person or alone)


def _unmapped(owned: CodeOwners, things: Sequence[Thing], named: bool) -> Iterator[Unmapped]:
    if owned.unread:
        yield Unmapped("line", owned.unread, "not read")
    everything = [line for line in owned.lines if line.pattern in ("*", "**", "/**", "/")]
    if everything:
        yield Unmapped(
            "owner of everything",
            tuple(dict.fromkeys(" ".join(line.owners) or "nobody" for line in everything)),
            "make it default_owners in router.yaml, if it is whom you want to be told",
        )
    paths = {thing.key for thing in things}
    covered = _directories(owned.lines)
    left = [
        line.pattern
        for line in owned.lines
        if line not in everything
        and (line.excluded or not _directories([line]) & (paths if named else covered))
    ]
    if left:
        why = "no component is named for it" if named else "a pattern of files is no thing that can fail"
        yield Unmapped("pattern", tuple(dict.fromkeys(left)), why)
    second = {
        f"{thing.key}: {written}": None
        for thing in things
        for written in owned.owners_of(f"{thing.key}/file")[1:]
    }
    if second:
        yield Unmapped("further owner", tuple(second), "one team is accountable, the first one named")
    roles = tuple(dict.fromkeys(o for line in owned.lines for o in line.owners if o.startswith("@@")))
    if roles:
        yield Unmapped("role", roles, "a role of a repository is no team")
