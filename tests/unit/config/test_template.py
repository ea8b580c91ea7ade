"""Would this runbook render?"""

import resource

import pytest

from router.config.report import Report
from router.config.template import check_template


def codes(body: str) -> list[str]:
    report = Report()
    check_template(body, "runbook.md", 1, report)
    return [finding.code for finding in report.findings()]


@pytest.mark.parametrize(
    "body",
    [
        "No variable at all.",
        "{{ incident.id }} {{ incident.url }} {{ incident.cause.component }} {{ component.title }} {{ team.channel }}",
        "{% for line in incident.headlines %}{{ loop.index }} {{ line.summary }}{% endfor %}",
        "{% for name in incident.workflows %}{{ name | upper }}{% endfor %}",
        "{% for kind, team in component.owners.items() %}{{ kind }}{{ team }}{% endfor %}",
        "{% set first = incident.headlines | first %}{{ first.summary }}",
        "{% if fault is defined %}{{ fault.meaning }}{% endif %}",
        "{% macro line(text) %}- {{ text }}{% endmacro %}{{ line(incident.id) }}",
        "{% for n in range(3) %}{{ n }}{% endfor %}",
        "{{ incident.headlines[0].summary }}",
        "{% for incident in incident.headlines %}{{ incident.summary }}{% endfor %}",
    ],
)
def test_a_runbook_may_use_what_is_there(body: str) -> None:
    """Fields of the values, words made for them, loops, and Jinja's filters."""
    assert codes(body) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{{ incident.id ", "R501"),
        ("{% if %}{% endif %}", "R501"),
        ("{{ " + "(" * 3_000, "R501"),
        ("{% block a %}{% endblock %}{% block a %}{% endblock %}", "R508"),
        ("{{ incidnt.id }}", "R504"),
        ("{{ lipsum() }}", "R504"),
        ("{{ cycler }}", "R504"),
        ("{% for line in incident.headlines %}{% endfor %}{{ line.summary }}", "R504"),
        ("{% import 'a.md' as a %}", "R508"),
        ("{% extends 'a.md' %}", "R508"),
        ("{{ incident.id._x }}", "R508"),
        ("{{ incident.sevrity }}", "R510"),
        ("{{ component.titel }}", "R510"),
        ("{{ team.url }}", "R510"),
        ("{% for line in incident.headlines %}{{ line.sumary }}{% endfor %}", "R510"),
        ("{{ incident.id | uper }}", "R511"),
        ("{{ incident.id is definde }}", "R511"),
    ],
)
def test_what_would_stop_it_is_reported(body: str, code: str) -> None:
    """Before it is needed."""
    assert set(codes(body)) == {code}


def test_a_finding_stands_at_its_word() -> None:
    """Line and column are the file's, not the body's."""
    report = Report()
    check_template("# Title\n\nSee {{ incident.cause.fualt }}.\n", "runbook.md", 7, report)
    (finding,) = report.findings()
    assert (finding.line, finding.column) == (9, 23)
    assert str(finding).endswith('incident.cause has no field "fualt"; did you mean "fault"?')


@pytest.mark.parametrize(
    "expression",
    [
        "'a' | center(1000000000)",
        "'a' * 1000000000",
        "9**9**9**9",
        "'%01000000000d' % 1",
        "['a'] * 1000000000",
        "'%01000000000d' | format(1)",
        "('a' * 1000000000)[:3]",
        "'x' if 'a' * 1000000000 else 'y'",
    ],
)
def test_looking_computes_nothing(expression: str) -> None:
    """A constant that would take gigabytes is not computed while the rules are read."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    body = f"{{{{ {expression} }}}}{{% set a = {expression} %}}{{% if {expression} %}}{{% endif %}}"
    codes(f"{body}{{% autoescape true %}}{{{{ {expression} }}}}{{% endautoescape %}}")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
