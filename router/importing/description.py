"""What a catalog says, in plain words of ours: things, who answers for them, what depends on what.

A mapper makes a `Description` of a format; `plan` makes components, teams and workflows of it. A thing is known by
the `key` its catalog uses; ids come later, when all things are known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.model.fault import ComponentKind

MAX_THINGS = 20_000
MAX_EDGES = 200_000
"""A catalog with more than this is refused: it is no catalog of one company's workflows."""


class CannotImport(Exception):
    """The file cannot be used: `where` it is, `what` is wrong with it, what to `do`."""

    def __init__(self, where: str, what: str, do: str) -> None:
        super().__init__(f"{where}: {what}; {do}")
        self.where = where
        self.what = what
        self.do = do


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a failure takes to show, in seconds, and from what it was proposed."""

    soonest_seconds: int
    latest_seconds: int
    why: str


@dataclass(frozen=True, slots=True)
class OwnerName:
    """Who answers for a thing, as the catalog writes it. `members` are e-mail addresses."""

    name: str
    members: tuple[str, ...] = ()
    channel: str = ""
    title: str = ""
    person: bool = False
    """Reads like a person; owners must be teams."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can fail. `name` and `qualifier` are what its id is made of, the second where the first is taken.

    `known_as` are its names by namespace; `depends_on` the keys of what it depends on.
    """

    key: str
    kind: ComponentKind
    name: str
    qualifier: str
    workflow: str
    title: str = ""
    owners: tuple[OwnerName, ...] = ()
    known_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    depends_on: Mapping[str, Delay] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unmapped:
    """What has no counterpart in rules: which sort of thing, its names, and why."""

    what: str
    names: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Description:
    """A whole catalog. `titles` and `business_owners` are by workflow; `format` is how its events are read."""

    company: str
    things: tuple[Thing, ...]
    titles: Mapping[str, str] = field(default_factory=dict)
    business_owners: Mapping[str, OwnerName] = field(default_factory=dict)
    teams: tuple[OwnerName, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    format: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it was given: its name, for messages, and its bytes."""

    name: str
    content: bytes
