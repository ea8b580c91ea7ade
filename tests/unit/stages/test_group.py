"""Splitting a telling: which group a symptom is in, how many there are, and what a group's message shows."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from router.model.event import Alert
from router.model.fault import Severity
from router.model.headline import Headline
from router.model.incident import IncidentState, Told
from router.render.card import card_of
from router.stages.group import (
    MAX_GROUPS,
    MAX_NAME,
    OTHERS,
    Members,
    group_of,
    members_of,
    split,
    with_groups,
)
from tests.builders import an_alert, at
from tests.unit.render.samples import a_notice, company

SYMPTOM = Headline.of(an_alert("feed.orders", "feed.stale"))
TOLD = Told(destination="#x", team="t", group_by=("site",))


def a_member(number: int = 0, site: str = "", **fields: str) -> tuple[Headline, Alert]:
    """An alert at this site, of one symptom."""
    labels = {"site": site} if site else {}
    return SYMPTOM, an_alert(
        "feed.orders", "feed.stale", number, key=f"k{number:03}", labels=labels, **fields
    )


def sites(text: Iterable[str]) -> Members:
    """An alert for each site."""
    return [a_member(number, site) for number, site in enumerate(text)]


def test_a_group_is_the_values_of_its_labels():
    """In the order of the labels' names; a label that is absent is not named."""
    labels = {"b": "2", "a": "1", "c": "3"}
    assert group_of(labels, ("c", "a", "z")) == '{a="1", c="3"}'
    assert group_of(labels, ("...",)) == '{a="1", b="2", c="3"}'
    assert group_of(labels, ("z",)) == "{}"


def test_long_groups_are_cut_and_still_told_apart():
    """By a hash at their end."""
    one, other = (group_of({"a": "x" * 250 + end}, ("a",)) for end in "12")
    assert one != other
    assert max(len(one), len(other)) <= MAX_NAME


@given(st.text("abc", max_size=6), st.text("abcd", max_size=6))
def test_groups_that_have_a_message_keep_it_and_new_ones_follow(before, after):
    """However alerts come and go."""
    told = with_groups(TOLD, sites(before))
    later = with_groups(told, sites(after))
    assert later.groups[: len(told.groups)] == told.groups
    assert set(later.groups) == {f'{{site="{s}"}}' for s in (*before, *after)}


def test_of_too_many_groups_the_last_share_a_message():
    """Every alert is in one message, and there are no more than MAX_GROUPS."""
    members = sites(map(str, range(30)))
    told = with_groups(TOLD, members)
    assert len(told.groups) == MAX_GROUPS
    assert told.groups[-1] == OTHERS
    parts = split(a_notice("updated", headlines=(SYMPTOM,)), told, members)
    assert [part.incident.alerts for part in parts] == [1] * (MAX_GROUPS - 1) + [30 - MAX_GROUPS + 1]
    assert len({part.key for part in parts}) == MAX_GROUPS


def test_a_telling_that_is_not_split_stays_as_it_is():
    """Also where its alerts have labels."""
    notice, members = a_notice("updated"), sites("ab")
    told = Told(destination=notice.destination, team=notice.team)
    assert with_groups(told, members) is told
    assert split(notice, told, members) == (notice,)


def test_a_group_s_message_shows_its_own_alerts_severity_and_end():
    """Over when its own are over, while the incident goes on; of one symptom each shows its part."""
    members = [
        a_member(0, "a", severity="minor"),
        a_member(1, "a", severity="info"),
        a_member(2, "b", severity="critical", status="resolved"),
    ]
    notice = a_notice("updated", headlines=(SYMPTOM,))
    first, second = (part.incident for part in split(notice, with_groups(TOLD, members), members))
    assert (first.severity, first.firing, first.alerts, first.state) == (
        Severity.MINOR,
        2,
        2,
        IncidentState.OPEN,
    )
    assert first.headlines[0].firing == 2
    assert (second.severity, second.state, second.resolved_at) == (
        Severity.CRITICAL, IncidentState.RESOLVED, at(2),
    )  # fmt: skip


def test_what_is_over_without_labels_stays_in_its_symptom_s_group():
    """Sources may say that it ended and nothing else."""
    symptom = Headline.of(an_alert("feed.orders", "feed.stale", labels={"site": "a"}))
    told = with_groups(TOLD, [(symptom, an_alert(labels={"site": "a"}))])
    assert with_groups(told, [(symptom, an_alert(seconds=9, status="resolved"))]) == told


def test_members_are_the_alerts_of_symptoms_that_the_incident_holds_as_they_began():
    """Whatever order the state has them in."""
    incident = a_notice("updated", headlines=(SYMPTOM,)).incident
    alerts = [member[1] for member in sites("ba")]
    foreign = an_alert("api.island", "api.latency")
    assert [alert for _, alert in members_of(incident, [alerts[1], foreign, alerts[0]])] == alerts


def test_a_message_says_which_group_it_is_for():
    """Beside the incident's id."""
    members = sites("a")
    (part,) = split(a_notice("updated", headlines=(SYMPTOM,)), with_groups(TOLD, members), members)
    assert 'only {site="a"}' in str(card_of(part, company()).footer)
