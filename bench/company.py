"""Rules from the `company` of a labelled workflow case: components, edges with delays, owners, teams."""

from typing import Any

from router.model.catalog import Component, Dependency, Team, Workflow
from router.model.fault import ComponentKind, OwnerKind
from router.model.rules import Rules, Settings, Source

TRIAGE = "triage-desk"


def rules_of(company: dict[str, Any], **settings: Any) -> Rules:
    """The rules an operator of this company would have; everything not stated is the default."""
    components = {c["id"]: c for c in company["components"]}
    upstream: dict[str, list[Dependency]] = {name: [] for name in components}
    for edge in company["edges"]:
        soonest, latest = edge["delay_seconds"]
        upstream[edge["to"]].append(
            Dependency(upstream=edge["from"], soonest_seconds=soonest, latest_seconds=latest)
        )
    workflow_of = {c: w["id"] for w in company["workflows"] for c in w["components"]}
    scopes = _scopes(list(components), [(e["from"], e["to"]) for e in company["edges"]])
    teams = {
        t["id"]: Team(id=t["id"], kind=OwnerKind(t["kind"]), channel=f"#{t['id']}") for t in company["teams"]
    }
    for component in components.values():
        for kind, team in component["owners"].items():
            teams.setdefault(team, Team(id=team, kind=OwnerKind(kind), channel=f"#{team}"))
    teams[TRIAGE] = Team(id=TRIAGE, kind=OwnerKind.IT, channel="#triage")
    return Rules(
        hash="bench",
        settings=Settings.model_validate({"triage_team": TRIAGE, **settings}),
        teams=teams,
        workflows={
            w["id"]: Workflow(
                id=w["id"],
                business_owner=w.get("business_owner", ""),
                scope=scopes[w["components"][0]] if w["components"] else w["id"],
                components=tuple(w["components"]),
            )
            for w in company["workflows"]
        },
        components={
            name: Component(
                id=name,
                kind=ComponentKind(c["kind"]),
                workflow=workflow_of.get(name, ""),
                scope=scopes[name],
                owners={OwnerKind(kind): team for kind, team in c["owners"].items()},
                depends_on=tuple(upstream[name]),
            )
            for name, c in components.items()
        },
        sources={"events": Source(name="events", topics=("^.*",), format="native")},
    )


def _scopes(names: list[str], edges: list[tuple[str, str]]) -> dict[str, str]:
    """Connected components of the graph, each named after its first member."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in edges:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return {name: root(name) for name in names}
