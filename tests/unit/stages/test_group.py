"""Splitting a telling: which group a symptom is in, how many there are, and what a group's message shows."""

from hypothesis import given
from hypothesis import strategies as st

from router.model.fault import Severity
from router.model.incident import Headline, IncidentState, Told
from router.render.card import card_of
from router.stages.group import MAX_GROUPS, MAX_NAME, OTHERS, group_of, split, with_groups
from tests.builders import an_alert, at
from tests.unit.render.samples import a_notice, company


def a_symptom(number: int = 0, **labels: str) -> Headline:
    """A symptom of an alert with these labels."""
    return Headline.of(an_alert("feed.orders", "feed.stale", number, labels=labels))


def test_a_group_is_the_values_of_its_labels():
    """In the order of the labels' names; a label that is absent is not named."""
    symptom = a_symptom(b="2", a="1", c="3")
    assert group_of(symptom, ("c", "a", "z")) == '{a="1", c="3"}'
    assert group_of(symptom, ("...",)) == '{a="1", b="2", c="3"}'
    assert group_of(symptom, ("z",)) == "{}"


def test_long_groups_are_cut_and_still_told_apart():
    """By a hash at their end."""
    one, other = (group_of(a_symptom(a="x" * 250 + end), ("a",)) for end in "12")
    assert one != other
    assert max(len(one), len(other)) <= MAX_NAME


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abcd"), max_size=6))
def test_groups_that_have_a_message_keep_it_and_new_ones_follow(before, after):
    """However symptoms come and go."""
    told = with_groups(
        Told(destination="#x", team="t", group_by=("site",)), [a_symptom(site=s) for s in before]
    )
    later = with_groups(told, [a_symptom(site=s) for s in after])
    assert later.groups[: len(told.groups)] == told.groups
    assert set(later.groups) == {f'{{site="{s}"}}' for s in (*before, *after)}


def test_of_too_many_groups_the_last_share_a_message():
    """Every symptom is in one message, and there are no more than MAX_GROUPS."""
    symptoms = tuple(a_symptom(n, site=str(n)) for n in range(30))
    told = with_groups(Told(destination="#x", team="t", group_by=("site",)), symptoms)
    assert len(told.groups) == MAX_GROUPS
    assert told.groups[-1] == OTHERS
    parts = split(a_notice("updated", headlines=symptoms), told)
    assert sorted(h.started_at for part in parts for h in part.incident.headlines) == [
        s.started_at for s in symptoms
    ]
    assert len(parts[-1].incident.headlines) == 30 - MAX_GROUPS + 1
    assert len({part.key for part in parts}) == MAX_GROUPS


def test_a_telling_that_is_not_split_stays_as_it_is():
    """Also where its alerts have labels."""
    notice = a_notice("updated")
    told = Told(destination=notice.destination, team=notice.team)
    assert with_groups(told, notice.incident.headlines) is told
    assert split(notice, told) == (notice,)


def test_a_group_s_message_shows_its_own_symptoms_severity_and_end():
    """Over when its own are over, while the incident goes on."""
    calm = a_symptom(site="a").model_copy(update={"severity": Severity.MINOR})
    over = a_symptom(10, site="b").model_copy(update={"firing": 0, "lasted_seconds": 60.0})
    told = with_groups(Told(destination="#x", team="t", group_by=("site",)), (calm, over))
    first, second = (part.incident for part in split(a_notice("updated", headlines=(calm, over)), told))
    assert (first.severity, first.firing, first.state) == (Severity.MINOR, 1, IncidentState.OPEN)
    assert (second.state, second.resolved_at) == (IncidentState.RESOLVED, at(70))


def test_a_message_says_which_group_it_is_for():
    """Beside the incident's id."""
    symptom = a_symptom(site="a")
    told = with_groups(Told(destination="#x", team="t", group_by=("site",)), (symptom,))
    (part,) = split(a_notice("updated", headlines=(symptom,)), told)
    assert 'only {site="a"}' in str(card_of(part, company()).footer)
