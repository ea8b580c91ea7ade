"""New rules put components elsewhere while they burn: what is open goes along, and nobody is told twice for it."""

from collections.abc import Mapping

import pytest

from router.lifecycle.homes import home_of
from router.model.catalog import Workflow
from router.model.decision import Decision, Reason
from router.model.incident import Incident, IncidentState
from router.model.notice import Notice, NoticeKind, NoticeRole
from router.model.rules import Rules
from router.replay import TOLD
from router.simulator import Simulator
from tests.builders import CHAIN, a_batch, a_command, a_company, a_component, an_alert, at


def company(
    version: str, room: Mapping[str, str] | None = None, *, without: str = "", **owners: str
) -> Rules:
    """The chain and its island. `room`: kind of component -> scope, else `main`; `owners`: kind -> team, else data."""
    components = []
    for known in CHAIN:
        kind = known.id.partition(".")[0]
        if kind != without:
            above = [
                d.upstream
                for d in known.depends_on
                if not d.upstream.startswith(f"{without}.") or not without
            ]
            team = owners.get(kind, "data-team")
            made = a_component(known.id, *above, it=team, data=team, business=team)
            components.append(made.model_copy(update={"scope": (room or {}).get(kind, "main")}))
    rules = a_company(*components)
    flow = Workflow(id="main", scope="main", components=tuple(component.id for component in components))
    return rules.model_copy(update={"hash": version, "workflows": {"main": flow}})


class Change:
    """A story in which the rules change. Alerts go where the rules say that were read last by intake."""

    def __init__(self, rules: Rules) -> None:
        self.simulator = Simulator(rules)
        self.intake = rules
        self._sent = 0

    def alert(self, seconds: float, component: str, fault: str, **fields: object) -> None:
        """A source says that something is wrong."""
        self.simulator.advance(at(seconds))
        alert = an_alert(component, fault, seconds, **fields)
        home = home_of(component, alert.source, self.intake)
        alert = alert.model_copy(update={"component": home.component})
        batch = a_batch(alert, first=self._sent, scope=home.scope)
        self._sent += 1
        self.simulator.apply(home.scope, batch.model_copy(update={"rules": self.intake.hash}))

    def adopt(self, seconds: float, rules: Rules, intake_too: bool = True) -> None:
        """The rules change; intake may still have the old ones."""
        self.simulator.advance(at(seconds))
        self.simulator.adopt(rules)
        self.intake = rules if intake_too else self.intake

    def person(self, when: float, verb: str, incident: str, scope: str = "main", **fields: object) -> None:
        """Somebody asks for something."""
        self.simulator.advance(at(when))
        command = a_command(verb, incident, id=f"{verb}-{when}", scope=scope)
        self.simulator.apply(scope, command.model_copy(update={"at": at(when), **fields}))

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self.simulator.advance(at(seconds))

    def __getitem__(self, incident: str) -> Incident:
        return self.simulator.incidents[incident]

    @property
    def told(self) -> list[tuple[int, str, str]]:
        """Every telling: (seconds, destination, kind), plain refreshes left out."""
        return [
            (round((d.at - at(0)).total_seconds()), d.destination, TOLD[d.reason])
            for d in self.simulator.decisions
            if d.reason in TOLD and d.reason is not Reason.TOLD_REFRESHED
        ]

    def decided(self, reason: Reason) -> list[Decision]:
        """The decisions with this reason."""
        return [decision for decision in self.simulator.decisions if decision.reason is reason]

    def messages(self) -> dict[tuple[str, str], Notice]:
        """What every destination shows: its messages with their newest notice."""
        return {(notice.destination, notice.subject): notice for notice in self.simulator.notices}


@pytest.fixture
def burning() -> Change:
    """A feed is stale, and the data team was told at 120 s."""
    story = Change(company("one"))
    story.alert(0, "feed.orders", "feed.stale")
    story.advance(200)
    assert story.told == [(120, "#data", "opened")]
    return story


def test_an_incident_goes_on_in_its_new_scope_and_in_its_message(burning: Change) -> None:
    """The message is edited and says so in its thread; there is no second one, and its end is told there."""
    burning.adopt(300, company("two", {"feed": "desk"}))
    assert burning["main-1"].state is IncidentState.MERGED
    assert burning["desk-1"].state is IncidentState.OPEN
    shown = burning.messages()
    assert list(shown) == [("#data", "main-1")]
    assert shown["#data", "main-1"].incident.id == "desk-1"
    assert shown["#data", "main-1"].kind is NoticeKind.UPDATED
    assert burning["desk-1"].notes[-1].text == "The rules changed: main-1 goes on in desk, as desk-1"
    assert burning.told == [(120, "#data", "opened")]
    burning.alert(400, "feed.orders", "feed.stale", status="resolved")
    assert burning.told[1:] == [(400, "#data", "resolved")]
    assert list(burning.messages()) == [("#data", "main-1")]


def test_its_escalation_goes_on_where_it_was(burning: Change) -> None:
    """Nobody acknowledged: the next team is told 15 minutes after the first telling, whatever moved in between."""
    burning.adopt(900, company("two", {"feed": "desk"}))
    burning.advance(1_100)
    assert burning.told[1:] == [(1_020, "#commander", "escalated")]


def test_what_was_acknowledged_stays_acknowledged(burning: Change) -> None:
    """Nobody else is called for it."""
    burning.person(250, "acknowledge", "main-1")
    told = burning.told
    burning.adopt(300, company("two", {"feed": "desk"}))
    burning.advance(7_000)
    assert (burning["desk-1"].state, burning["desk-1"].acknowledged_by) == (IncidentState.ACKNOWLEDGED, "ada")
    assert burning.told == told


def test_an_incident_that_nobody_knows_of_yet_is_told_once_in_its_new_scope() -> None:
    """Its wait goes on; the old scope tells nobody anything."""
    story = Change(company("one"))
    story.alert(0, "feed.orders", "feed.stale")
    story.adopt(60, company("two", {"feed": "desk"}))
    story.advance(1_000)
    assert [telling for telling in story.told if telling[2] == "opened"] == [(120, "#data", "opened")]
    assert list(story.messages()) == [("#data", "desk-1")]


def test_a_part_goes_on_quietly_until_there_is_news_of_it() -> None:
    """Its owner was told of those alerts already; what comes to it later is told, as a message of its own."""
    story = Change(company("one"))
    story.alert(0, "erp.orders", "erp.batch_failed")
    story.alert(60, "feed.orders", "feed.stale")
    story.advance(300)
    assert list(story.messages()) == [("#data", "main-1")]
    story.adopt(400, company("two", {"feed": "desk"}))
    assert (story["main-1"].firing, story["desk-1"].firing) == (1, 1)
    assert story["main-1"].notes[-1].text == "The rules changed: part of this goes on in desk"
    assert story.told == [(120, "#data", "opened")]
    assert list(story.messages()) == [("#data", "main-1")]
    story.alert(600, "feed.orders", "feed.schema_change", severity="critical")
    assert story.told[1:] == [(600, "#data", "updated")]
    assert list(story.messages()) == [("#data", "main-1"), ("#data", "desk-1")]
    assert "this was part of main-1" in story["desk-1"].notes[0].text


def test_incidents_that_come_together_are_made_one() -> None:
    """Two scopes become one: the message of one says that the other goes on, and nobody is told anew."""
    apart = company("one", {"feed": "desk"})
    story = Change(apart)
    story.alert(0, "erp.orders", "erp.batch_failed")
    story.alert(60, "feed.orders", "feed.stale")
    story.advance(300)
    first = {subject for _, subject in story.messages()}
    assert first == {"main-1", "desk-1"}
    story.adopt(400, company("two", {}))
    assert {subject for _, subject in story.messages()} == first
    (live,) = [incident for incident in story.simulator.incidents.values() if incident.live]
    assert live.firing == 2
    gone = [notice for notice in story.messages().values() if notice.incident.state is IncidentState.MERGED]
    assert [notice.incident.merged_into for notice in gone] == [live.id]
    assert [kind for _, _, kind in story.told].count("opened") == 2


def test_of_two_that_come_together_the_acknowledged_one_goes_on() -> None:
    """Or somebody's word would be lost."""
    story = Change(company("one", {"feed": "desk"}))
    story.alert(0, "erp.orders", "erp.batch_failed")
    story.alert(60, "feed.orders", "feed.stale")
    story.advance(300)
    story.person(310, "acknowledge", "desk-1", "desk")
    story.adopt(400, company("two"))
    (live,) = [incident for incident in story.simulator.incidents.values() if incident.live]
    assert (live.state, live.message) == (IncidentState.ACKNOWLEDGED, "desk-1")


def test_what_was_unmapped_goes_to_its_owner_once_the_catalog_knows_it() -> None:
    """The triage desk sees that it was handed over."""
    story = Change(company("one", without="feed"))
    story.alert(0, "feed.orders", "feed.stale")
    story.advance(300)
    assert story.told == [(120, "#triage", "opened")]
    story.adopt(400, company("two"))
    assert story["main-1"].owner.team == "data-team"
    assert story.told[1:] == [(400, "#data", "handed_over")]
    assert set(story.messages()) == {("#triage", "unmapped-1"), ("#data", "unmapped-1")}


def test_what_the_catalog_knows_no_more_stays_with_its_owner(burning: Change) -> None:
    """They were told, and may end it; the next one of it is for the triage desk."""
    burning.adopt(300, company("two", without="feed"))
    moved = burning["unmapped-1"]
    assert (moved.state, moved.owner.team, moved.message) == (IncidentState.OPEN, "data-team", "main-1")
    assert burning.told == [(120, "#data", "opened")]


def test_an_intake_with_the_old_rules_is_understood(burning: Change) -> None:
    """What it sends to the old scope follows the incident; every event has one outcome."""
    burning.adopt(300, company("two", {"feed": "desk"}), intake_too=False)
    burning.alert(310, "feed.orders", "feed.stale")
    burning.alert(320, "feed.orders", "feed.schema_change")
    assert burning["desk-1"].firing == 2
    assert [decision.scope for decision in burning.decided(Reason.MOVED_ON)] == ["main", "main"]
    assert burning.simulator.outcomes() == {"opened": 1, "repeated": 1, "joined": 1}
    assert burning.simulator.states["main"].firing == 0


def test_a_silenced_incident_stays_silent_where_it_goes() -> None:
    """The silence goes along, and what still burns is told when it ends; other silences stay where they are."""
    story = Change(company("one"))
    story.person(0, "silence", "", match=("owner=data-team",), seconds=3_600)
    story.alert(10, "feed.orders", "feed.stale")
    story.advance(300)
    story.adopt(400, company("two", {"feed": "desk"}))
    story.advance(3_500)
    assert story.told == []
    story.advance(3_700)
    assert [(destination, kind) for _, destination, kind in story.told] == [("#data", "opened")]


def test_a_team_that_the_rules_know_no_more_hands_over_what_it_has(burning: Change) -> None:
    """Its channel still hears who has it now."""
    rules = company("two", **dict.fromkeys(("erp", "feed", "model", "agent", "kpi", "api"), "sales"))
    rest = {name: team for name, team in rules.teams.items() if name != "data-team"}
    burning.adopt(300, rules.model_copy(update={"teams": rest}))
    assert burning["main-1"].owner.team == "sales"
    assert burning.told[1:] == [(300, "#sales", "handed_over")]
    (decision,) = burning.decided(Reason.OWNER_GONE)
    assert "Handed over from data-team to sales" in decision.text


def test_rules_that_change_nothing_of_it_tell_nobody_anything(burning: Change) -> None:
    """Another hash alone is no news, and decides nothing."""
    before = list(burning.simulator.decisions)
    burning.adopt(300, company("two", {"api": "desk"}))
    assert burning.simulator.decisions == before
    assert burning.simulator.states["main"].header.rules == "two"


def test_the_decisions_say_where_it_went(burning: Change) -> None:
    """On both sides, each under the rules that were at work."""
    burning.adopt(300, company("two", {"feed": "desk"}))
    (out,) = burning.decided(Reason.MOVED_OUT)
    (came,) = burning.decided(Reason.MOVED_IN)
    assert out.text.endswith("1 alerts of main-1 (feed.orders) to scope desk")
    assert (out.scope, out.incident, out.rules) == ("main", "main-1", "two")
    assert came.text.endswith("1 alerts of scope main")
    assert (came.scope, came.incident, came.rules) == ("desk", "desk-1", "two")


def test_an_owner_stays_where_they_were_told_when_their_channel_changes(burning: Change) -> None:
    """What burns goes on in its message, still as theirs; the next incident is told in the new channel."""
    rules = company("two")
    moved = rules.teams["data-team"].model_copy(update={"channel": "#new"})
    burning.adopt(300, rules.model_copy(update={"teams": {**rules.teams, "data-team": moved}}))
    burning.alert(400, "feed.orders", "feed.schema_change", severity="critical")
    (notice,) = burning.messages().values()
    assert (notice.destination, notice.role) == ("#data", NoticeRole.OWNER)
    assert burning.told[1:] == [(400, "#data", "updated")]
    burning.alert(500, "api.island", "api.latency")
    burning.advance(700)
    assert burning.told[2:] == [(620, "#new", "opened")]
