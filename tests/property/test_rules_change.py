"""Law 11: rules change safely. Whatever moved where, and however late, doubled or crashed over it travelled."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from router.lifecycle.homes import home_of
from router.model.catalog import Component, Team
from router.model.event import AlertStatus
from router.model.fault import OwnerKind
from router.model.incident import IncidentState
from router.model.rules import Rules
from router.stages.correlate import incident_number
from tests.builders import a_command, a_company, a_component, an_alert, at
from tests.property.moving_world import World
from tests.property.strategies import FAULT_OF

SCOPES = ("x", "y", "z")
EDGES = {
    "feed.orders": ("erp.orders",),
    "model.pricing": ("feed.orders",),
    "agent.quotes": ("model.pricing",),
    "kpi.revenue": ("agent.quotes",),
}
NAMES = tuple(sorted(FAULT_OF))
OWNERS = ("it-team", "data-team", "sales", "newcomers")


@st.composite
def rules_of(draw: st.DrawFn, version: str) -> Rules:
    """The chain and its island; each component in one of three scopes, or not in the catalog; any team may own it.

    A team that owns nothing may be gone.
    """
    # Mostly one scope: there alerts become one incident, which the other version may take apart.
    most = draw(st.sampled_from(SCOPES))
    homes = draw(
        st.fixed_dictionaries({name: st.sampled_from((most, most, most, *SCOPES, "")) for name in NAMES})
    )
    components: list[Component] = []
    for name in NAMES:
        if not homes[name]:
            continue
        above = (upstream for upstream in EDGES.get(name, ()) if homes[upstream])
        owner = draw(st.sampled_from(OWNERS))
        made = a_component(name, *above, it=owner, data=owner, business=owner)
        known_as = {"": (f"the {name}",)}
        components.append(made.model_copy(update={"scope": homes[name], "known_as": known_as}))
    rules = a_company(*components) if components else a_company(a_component("app.else"))
    business, above = draw(st.sampled_from(OWNERS)), draw(st.sampled_from(("commander", "risk")))
    used = {business, above, *(team for component in components for team in component.owners.values())}
    teams = {**rules.teams, "newcomers": Team(id="newcomers", kind=OwnerKind.IT, channel="#new")}
    for gone in sorted({*OWNERS, "commander", "risk"} - used):
        if draw(st.booleans()):
            del teams[gone]
    for name in {"it-team", "data-team"} & teams.keys():
        teams[name] = teams[name].model_copy(update={"escalates_to": above})
    workflows = {
        name: flow.model_copy(update={"business_owner": business}) for name, flow in rules.workflows.items()
    }
    return rules.model_copy(update={"hash": version, "teams": teams, "workflows": workflows})


@st.composite
def heard(draw: st.DrawFn, most: int = 8):
    """Firing alerts within half an hour; some sources call a component otherwise than the catalog does."""
    found = []
    for number in range(draw(st.integers(1, most))):
        name = draw(st.sampled_from(NAMES))
        said = draw(st.sampled_from((name, name, f"the {name}")))
        seconds = draw(st.integers(0, 900))
        alert = an_alert(name, FAULT_OF[name], seconds, key=f"1:{name}/{number}")
        found.append(alert.model_copy(update={"component": said}))
    return sorted(found, key=lambda alert: alert.at)


def acts(*more: str):
    """What happens while hand-offs are under way, and in or to which scope, or about which alert."""
    what = ("visit", "send", "send_twice", "apply", "apply_all", "crash", "firing_old", "firing_new", *more)
    where = st.sampled_from((*SCOPES, "unmapped"))
    return st.lists(st.tuples(st.sampled_from(what), where, st.integers(0, 7)), max_size=25)


def play(world: World, old: Rules, new: Rules, alerts, acts) -> dict[str, bool]:
    """The rules change while alerts are open; everything then happens in the order of `acts`, and in the end arrives.

    Answers of each alert whether its source said last that it fires.
    """
    for alert in alerts:
        world.seconds = (alert.at - at(0)).total_seconds()
        world.hear(alert)
        world.settle()
    world.advance(1_800)
    world.rules = new
    said = {alert.key: True for alert in alerts}
    for act, scope, number in acts:
        alert = alerts[number % len(alerts)]
        world.seconds += 1
        match act:
            case "visit":
                world.visit(scope)
            case "send" | "send_twice":
                world.send(scope, forget=act == "send")
            case "apply":
                world.apply(scope)
            case "apply_all":
                world.arrive()
            case "crash":
                world.crash()
            case _:
                status, _, rules = act.partition("_")
                said[alert.key] = status == "firing"
                update = {"at": world.now, "arrived_at": world.now, "status": AlertStatus(status)}
                world.hear(alert.model_copy(update=update), old if rules == "old" else new)
    world.settle()
    return said


def check(world: World, said: dict[str, bool]) -> None:
    """What must hold whenever everything has arrived."""
    held = Counter(record.alert.key for _, record in world.firing())
    assert held == Counter(key for key, fires in said.items() if fires), "stranded, lost or doubled"
    for scope, record in world.firing():
        assert home_of(record.alert.component, record.alert.source, world.rules).scope == scope
    assert set(world.outcomes) == set(range(world.sent))
    assert set(world.outcomes.values()) <= {1}
    for state, incident in world.incidents():
        members = state.alerts_of(incident.id).values()
        assert incident.firing == sum(member.firing for member in members)
        assert incident.live == bool(incident.firing), "over although it burns, or open although it is over"
        assert incident.told or incident.state is not IncidentState.OPEN, "open, and nobody knows"
        assert incident.owner.team in world.rules.teams or incident.state is IncidentState.MERGED
        assert incident.scope == state.header.scope


@given(rules_of("one"), rules_of("two"), heard(), acts("resolved_old", "resolved_new"))
@settings(max_examples=300, deadline=None)
def test_every_open_alert_ends_in_the_one_scope_that_the_new_rules_say(old, new, alerts, happens):
    """None is stranded, lost or doubled; every position has one outcome; counts agree; every owner exists."""
    world = World(old)
    said = play(world, old, new, alerts, happens)
    check(world, said)


@given(rules_of("one"), rules_of("two"), heard(), acts())
@settings(max_examples=200, deadline=None)
def test_nobody_is_told_twice_of_an_alert(old, new, alerts, happens):
    """A destination that an incident was opened at is not told of its alerts as of something new."""
    world = World(old)
    said = play(world, old, new, alerts, happens)
    world.advance(6 * 3_600)
    check(world, said)
    assert {key: times for key, times in world.opened.items() if times > 1} == {}


@given(rules_of("one"), rules_of("two"), heard(), acts(), st.sets(st.integers(1, 4)))
@settings(max_examples=100, deadline=None)
def test_what_was_acknowledged_stays_acknowledged(old, new, alerts, happens, numbers):
    """Somebody has it in hand; that another scope has it now changes nothing about that, unless their team is gone."""
    world = World(old)
    taken: set[str] = set()

    def acknowledge() -> None:
        for state, incident in list(world.incidents()):
            mine = incident_number(incident.id) in numbers
            if mine and incident.state is IncidentState.OPEN and incident.owner.team in new.teams:
                world.command(
                    a_command("acknowledge", incident.id, scope=state.header.scope, id=f"ack-{incident.id}")
                )
                taken.update(state.alerts_of(incident.id))

    advance = world.advance
    world.advance = lambda seconds: (advance(seconds), acknowledge())  # type: ignore[method-assign]
    said = play(world, old, new, alerts, happens)
    check(world, said)
    for scope, record in world.firing():
        if record.alert.key in taken:
            incident = world.states[scope].incident(record.incident)
            assert incident is not None
            assert incident.state is IncidentState.ACKNOWLEDGED
            assert incident.acknowledged_by == "ada"


@given(rules_of("one"), rules_of("two"), heard(), acts())
@settings(max_examples=50, deadline=None)
def test_going_back_to_the_old_rules_brings_everything_back(old, new, alerts, happens):
    """Also while it is on its way."""
    world = World(old)
    said = play(world, old, new, alerts, happens)
    world.rules = old
    world.settle()
    check(world, said)
    world.rules = new.model_copy(update={"hash": "three"})
    for scope in SCOPES:
        world.visit(scope)
    world.rules = old
    world.settle()
    check(world, said)


@given(rules_of("one"), rules_of("two"), heard(), acts(), st.sets(st.sampled_from((*SCOPES, "unmapped"))))
@settings(max_examples=100, deadline=None)
def test_engines_that_disagree_for_a_while_lose_nothing_and_send_nothing_round_for_ever(
    old, new, alerts, happens, behind
):
    """Some scopes are under the old rules still, and may send back what came; once all agree, all is in place."""
    world = World(old)
    world.behind = dict.fromkeys(behind, old)
    said = play(world, old, new, alerts, happens)
    assert sum(state.header.moves for state in world.states.values()) < 500
    world.behind = {}
    world.settle()
    check(world, said)
