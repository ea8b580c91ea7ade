"""A runbook may do anything but harm: read what it should not, use up the machine, stop a telling."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.render.runbook import RunbookError, RunbookRenderer, values_of
from tests.unit.render.samples import an_incident, company

VALUES = {
    "incident": {"id": "main-17", "summary": "<!channel> *now* [x](https://evil.example)\n1. rm -rf `/`"}
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[RunbookRenderer]:
    """One renderer for all attacks: each must leave it usable for the next. Patient, for loaded machines."""
    with RunbookRenderer(patience_seconds=20) as renderer:
        yield renderer


def test_a_runbook_sees_the_incident(renderer: RunbookRenderer) -> None:
    """Values are plain dicts, read with a dot, and moments are words."""
    values = values_of(an_incident(), company())
    body = "{{ component.title }} {{ fault.title }} {{ team.channel }} {{ incident.opened_at }}"
    assert renderer.render(body, values) == "feed.orders schema change #data 2026-03-02 08:00 UTC"


def test_a_name_the_rules_do_not_know_has_its_id_and_title() -> None:
    """Rules change; a runbook of an old incident still renders."""
    bare = company().model_copy(update={"components": {}, "teams": {}})
    values = values_of(an_incident(), bare)
    assert values["component"] == {"id": "feed.orders", "title": "feed.orders"}
    assert values["team"] == {"id": "data-team", "title": "data-team"}


def test_event_text_cannot_add_steps_links_or_markup(renderer: RunbookRenderer) -> None:
    """Line breaks in values go, and Markdown in them is escaped."""
    shown = renderer.render("1. See {{ incident.summary }}", VALUES)
    assert shown == r"1. See \<!channel\> \*now\* \[x\](https://evil.example) 1. rm -rf \`/\`"


ATTACKS = {
    "a string of 200 MB": "{{ 'a' * 200000000 }}",
    "padding to 200 MB": "{{ 'a'|center(200000000) }}",
    "formatting to 200 MB": "{{ '%0200000000d'|format(1) }}",
    "doubling": "{% set n = namespace(x='a') %}{% for i in range(40) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "a list of long strings": "{{ ['a' * 1000000] * 1000 }}",
    "a range beyond the sandbox": "{{ range(1000000000)|list }}",
    "loops in loops": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "a number beyond counting": "{{ 9 ** (9 ** 9) }}",
    "endless output": "{% for i in range(99999) %}xxxxxxxxxx{% endfor %}",
    "lorem ipsum without end": "{{ lipsum(n=100000) }}",
    "its class": "{{ ''.__class__.__mro__ }}",
    "its class by filter": "{{ 'a'|attr('__class__') }}",
    "its class by format": "{{ '{0.__class__}'.format(incident) }}",
    "globals": "{{ cycler.__init__.__globals__ }}",
    "changing a value": "{{ incident.update({}) }}",
    "another file": "{% include '/etc/passwd' %}",
    "importing": "{% import 'os' as os %}",
    "what is not there": "{{ incident.nope.nope }}",
    "broken syntax": "{{ x( ",
    "recursion": "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_in_a_reason_and_the_next_runbook_renders(
    renderer: RunbookRenderer, name: str
) -> None:
    """Whatever a template does, it ends (by the limit on CPU time at the latest) and spares the next one."""
    begun = time.monotonic()
    with pytest.raises(RunbookError) as failed:
        renderer.render(ATTACKS[name], VALUES)
    assert time.monotonic() - begun < 20
    assert 0 < len(str(failed.value)) < 400
    assert renderer.render("{{ incident.id }}", VALUES) == "main-17"


def test_patience_is_counted_by_the_clock() -> None:
    """A template that takes too long is ended, and its renderer goes on with a new child."""
    with RunbookRenderer(patience_seconds=0.05) as hasty:
        with pytest.raises(RunbookError, match=r"longer than 0\.05 s"):
            hasty.render(ATTACKS["loops in loops"], VALUES)
        assert hasty._child is None


def test_the_child_has_no_environment(renderer: RunbookRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in our environment is not in the child's."""
    monkeypatch.setenv("ROUTER_SLACK__TOKEN", "a secret")
    with RunbookRenderer() as fresh:
        fresh.render("x", {})
        assert fresh._child is not None
        environment = Path(f"/proc/{fresh._child.pid}/environ").read_bytes()
    assert b"a secret" not in environment


def test_a_child_that_died_is_replaced(renderer: RunbookRenderer) -> None:
    """The first call after somebody killed the child starts another."""
    renderer.render("x", {})
    assert renderer._child is not None
    renderer._child.kill()
    renderer._child.wait()
    assert renderer.render("y", {}) == "y"


def test_closing_ends_the_child() -> None:
    """No process is left behind, and closing twice is harmless."""
    renderer = RunbookRenderer()
    renderer.render("x", {})
    assert renderer._child is not None
    pid = renderer._child.pid
    renderer.close()
    renderer.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_first_runbook_gives_its_steps_and_the_second_its_name(renderer: RunbookRenderer) -> None:
    """The best one is rendered; the one to fall back on is only named; an unknown id is passed over."""
    first, second = renderer.texts(
        an_incident(runbooks=("feed-schema-change", "gone", "any-feed")), company()
    )
    assert len(first.steps) == 3
    assert (second.title, second.steps, second.problem) == ("Any trouble with a feed", (), "")


def test_a_runbook_that_fails_keeps_its_title_and_link(renderer: RunbookRenderer) -> None:
    """The problem is carried along, nothing is raised."""
    rules = company()
    broken = rules.runbooks["feed-schema-change"].model_copy(update={"body": "{{ nope }}"})
    rules = rules.model_copy(update={"runbooks": {broken.id: broken}})
    (text,) = renderer.texts(an_incident(), rules)
    assert (text.title, text.url, text.steps) == (broken.title, broken.url, ())
    assert "nope" in text.problem
