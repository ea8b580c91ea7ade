"""What exports of on-call tools have in common: services are things, teams own them, policies are told in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from router.importing.description import Description, OwnerName, Thing, Unmapped
from router.importing.kinds import kind_of
from router.model.fault import ComponentKind


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its id, its name, and the ids of the teams that own it, the first one first."""

    id: str
    name: str
    title: str = ""
    teams: tuple[str, ...] = ()


@dataclass(slots=True)
class OnCall:
    """An export: services, teams by id with their members, and what it says of escalation and schedules, in words."""

    namespace: str
    services: list[Service] = field(default_factory=list)
    teams: dict[str, OwnerName] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    schedules: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def description(self) -> Description:
        """The components, owned by their teams; what has no counterpart, with what to write instead."""
        things = tuple(self._thing(service) for service in sorted(self.services, key=lambda s: s.id))
        return Description(
            company="",
            things=things,
            teams=tuple(self.teams[name] for name in sorted(self.teams)),
            unmapped=tuple(self._unmapped()),
        )

    def _thing(self, service: Service) -> Thing:
        owners = tuple(self.teams[team] for team in service.teams if team in self.teams)
        return Thing(
            key=service.id,
            kind=kind_of(service.name, ComponentKind.APP),
            name=service.name,
            qualifier=service.id,
            workflow="services",
            title=service.title,
            owners=owners[:1],
            known_as={self.namespace: tuple(dict.fromkeys((service.id, service.name)))},
        )

    def _unmapped(self) -> Iterator[Unmapped]:
        yield from _told(
            "escalation policy", self.policies, "write it in policies.yaml, and name it as the team's policy"
        )
        yield from _told("schedule", self.schedules, "export it as iCalendar, and import that")
        yield from _told("left out", self.left_out, "has no counterpart")
        second = tuple(
            f"{service.name}: {self.teams[team].name}"
            for service in self.services
            for team in service.teams[1:]
            if team in self.teams
        )
        if second:
            yield Unmapped("further owner", second, "one team is accountable, the first one named")


def _told(what: str, said: Mapping[str, str], why: str) -> Iterator[Unmapped]:
    if said:
        yield Unmapped(
            what, tuple(f"{name}: {words}" if words else name for name, words in said.items()), why
        )


def in_order(names: Sequence[str]) -> str:
    """`first, then second, then third`."""
    return ", then ".join(names)
