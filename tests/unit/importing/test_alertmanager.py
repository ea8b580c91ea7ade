"""An alertmanager.yml becomes a rules folder that means the same; what it cannot mean is said."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from router.config.load import check, load
from router.importing.alertmanager import read
from router.importing.alertmanager_routes import RouteReader
from router.importing.description import CannotImport, Given
from router.importing.folder import write
from router.importing.imported import Imported, Remarks
from router.importing.yaml_document import read_yaml
from router.model.matcher import written_matchers
from router.model.rules import Rules
from router.stages.route import settle_of
from tests.unit.model.test_route import by_definition

ROOT = Path(__file__).parents[3]


def imported(text: str) -> Imported:
    """What this file becomes."""
    return read(Given("alertmanager.yml", text.encode()), "router import alertmanager alertmanager.yml")


def rules_of(text: str, folder: Path) -> Rules:
    """The rules that this file becomes."""
    write(folder / "rules", imported(text).files)
    return load(folder / "rules")


def left_out(text: str) -> dict[str, list[str]]:
    """What of this file has no counterpart: sort of thing -> names."""
    found: dict[str, list[str]] = {}
    for one in imported(text).remarks.left_out:
        found.setdefault(one.what, []).extend(one.names)
    return found


def test_old_and_new_forms_of_matchers_mean_the_same(tmp_path):
    """Mappings, regular expressions, a list, a text, braces, and all of them at once."""
    forms = (
        "match: {a: '1'}\n    match_re: {b: 'x|y'}",
        "matchers: ['a=\"1\"', 'b=~\"^(?:x|y)$\"']",
        'matchers: \'{a="1", b=~"^(?:x|y)$"}\'',
        "match: {a: 1}\n    matchers: ['b=~^(?:x|y)$']",
    )
    for number, form in enumerate(forms):
        text = f"route:\n  receiver: r\n  routes:\n  - {form}\n    receiver: s\n"
        tree = rules_of(text, tmp_path / str(number)).route_tree
        assert tree.children[0].path == '{}/{a="1",b=~"^(?:x|y)$"}'


def test_what_the_root_does_not_say_is_what_alertmanager_assumes(tmp_path):
    """30 seconds, 5 minutes, 4 hours; they are the company's settings here, for critical incidents too."""
    rules = rules_of("route: {receiver: r}\n", tmp_path)
    clocks = rules.settings
    assert (clocks.settle_seconds, clocks.critical_settle_seconds) == (30, 30)
    assert (clocks.update_interval_seconds, clocks.repeat_interval_seconds) == (300, 14_400)


def test_durations_are_read_as_prometheus_writes_them(tmp_path):
    """Weeks, mixed units and milliseconds; what is no whole second is said."""
    text = (
        "route:\n  receiver: r\n  group_wait: 10ms\n  group_interval: 1w2d\n  repeat_interval: 1h30m\n"
        "  routes: [{match: {a: b}, repeat_interval: 1y}]\n"
    )
    rules = rules_of(text, tmp_path)
    assert rules.settings.settle_seconds == 1
    assert rules.settings.update_interval_seconds == 9 * 86_400
    assert rules.settings.repeat_interval_seconds == 5_400
    assert rules.routes[0].repeat_interval_seconds == 365 * 86_400
    assert left_out(text)["exact time"] == ["route.group_wait 10ms"]


def test_labels_named_like_ours_are_the_alerts_own(tmp_path):
    """`severity: page` must go on meaning what the alert says."""
    text = (
        "route:\n  receiver: r\n  group_by: [scope]\n"
        "  routes: [{matchers: ['severity=\"page\"', 'Severity=\"x\"', 'owner_kind=\"y\"'], receiver: s}]\n"
        "inhibit_rules: [{source_match: {workflow: a}, target_match: {env: b}, equal: [incident]}]\n"
    )
    rules = rules_of(text, tmp_path)
    assert rules.alert_labels == ("incident", "scope", "severity", "workflow")
    labels = {"severity": "page", "Severity": "x", "owner_kind": "y"}
    assert [node.receiver for node in rules.route_tree.matching([labels])] == ["s"]


def test_receivers_lead_to_their_slack_channels(tmp_path):
    """A channel may lack its `#` or be in capitals; templates, users and other kinds of receiver are left to people."""
    text = """
route:
  receiver: a
  routes: [{receiver: b, match: {n: '1'}}, {receiver: c d/e, match: {n: '2'}}, {receiver: owner, match: {n: '3'}}]
receivers:
- name: a
  slack_configs: [{channel: Alerts}, {channel: '#alerts'}, {channel: '@ada'}, {channel: '{{ .X }}', title: t}]
- name: b
  slack_configs: [{channel: C0123456789, send_resolved: false}]
  opsgenie_configs: [{api_key: x}]
- name: c d/e
  webhook_configs: [{url: http://x}]
- name: owner
  slack_configs: [{channel: o}]
- name: idle
  email_configs: [{to: x@y.example}]
"""
    rules = rules_of(text, tmp_path)
    assert {name: receiver.channels for name, receiver in rules.receivers.items()} == {
        "a": ("#alerts",), "b": ("C0123456789",), "c d/e": (), "owner-receiver": ("#o",),
    }  # fmt: skip
    found = left_out(text)
    assert found["Slack channel"] == ["a: @ada", "a: {{ .X }}"]
    assert found["receiver of another kind"] == ["b: opsgenie", "c d/e: webhook"]
    assert found["receiver to which no route leads"] == ["idle"]
    assert found["send_resolved: false"] == ["b"]
    assert found["words and looks of Slack messages"] == ["a: title"]
    assert imported(text).remarks.todo[
        "receivers without a Slack channel: give their teams one in teams.yaml"
    ]


def test_a_receiver_that_is_to_tell_nobody_tells_nobody(tmp_path):
    """Its routes are quiet at all times, also where they take it from above; the root cannot be."""
    text = (
        "route:\n  receiver: r\n  routes:\n  - {match: {a: '1'}, receiver: 'null', routes: [{match: {b: '1'}}, "
        "{match: {b: '2'}, receiver: r}]}\nreceivers: [{name: r}, {name: 'null'}]\n"
    )
    tree = rules_of(text, tmp_path).route_tree
    assert [node.route.mute for node in tree.walk()] == [(), ("never-told",), ("never-told",), ()]
    root = rules_of("route: {receiver: blackhole}\nreceivers: [{name: blackhole}]\n", tmp_path / "2")
    assert root.default_route.receiver == "owner"


def test_time_intervals_under_both_keys_are_carried_over(tmp_path):
    """With every part that they may have."""
    text = """
route:
  receiver: r
  routes: [{match: {a: b}, mute_time_intervals: [old], active_time_intervals: [new one]}]
mute_time_intervals:
- {name: old, time_intervals: [{weekdays: [Saturday, 'sunday'], years: [2026]}]}
time_intervals:
- name: new one
  time_intervals:
  - times: [{start_time: '09:00', end_time: '24:00'}]
    days_of_month: [1, '-3:-1']
    months: ['january:3']
    location: Asia/Tokyo
"""
    intervals = rules_of(text, tmp_path).time_intervals
    assert intervals["old"].spans[0].weekdays == ((6, 6), (0, 0))
    assert intervals["old"].spans[0].years == ((2026, 2026),)
    span = intervals["new one"].spans[0]
    assert (span.times, span.days_of_month) == (((540, 1440),), ((1, 1), (-3, -1)))
    assert (span.months, span.location) == (((1, 3),), "Asia/Tokyo")


def test_inhibition_is_carried_over(tmp_path):
    """Old forms and new ones, under names."""
    text = """
route: {receiver: r}
inhibit_rules:
- {source_match: {a: '1'}, target_match_re: {a: '2|3'}, equal: [c, d]}
- {name: Named Rule, source_matchers: ['x!=""'], target_matchers: ['{y=~"z.*"}']}
"""
    first, second = rules_of(text, tmp_path).inhibition
    assert (first.name, list(map(str, first.source)), list(map(str, first.target)), first.equal) == (
        "inhibition-1", ['a="1"'], ['a=~"^(?:2|3)$"'], ("c", "d"),
    )  # fmt: skip
    assert (second.name, list(map(str, second.source)), list(map(str, second.target))) == (
        "named-rule", ['x!=""'], ['y=~"z.*"'],
    )  # fmt: skip


def test_anchors_merge_keys_and_words_of_yaml_1_1_are_read_as_text():
    """As Go's reader hands them to Alertmanager: a label's value is what was written."""
    text = "a: &x {n: 1, m: no}\nb: {<<: *x, n: 2026-10-01, continue: yes}\nc: [*x, ~, 'null']\n"
    x = {"n": "1", "m": "no"}
    assert read_yaml(Given("f", text.encode()), "a file") == {
        "a": x,
        "b": {**x, "n": "2026-10-01", "continue": "yes"},
        "c": [x, None, "null"],
    }


def test_a_document_that_anchors_blow_up_is_refused():
    """A few lines may stand for billions."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(CannotImport, match="anchors"):
        read_yaml(Given("f", "\n".join(lines).encode()), "a file")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no route"),
        ("- a", "not a mapping"),
        ("a: [", "not YAML"),
        ("receivers: []", "no route"),
        ("route: {receiver: r, match: {a: b}}", "root route"),
        ("route: {receiver: r, routes: [{matchers: ['a']}]}", "matchers"),
        ("route: {receiver: r, routes: [{match_re: {a: '('}}]}", "match_re.a"),
        ("route: {receiver: r, routes: [{match_re: {a: '(?=x)'}}]}", "look-around"),
        ("route: {receiver: r, group_wait: soon}", "no duration"),
        ("route: {receiver: r, group_by: ['...', a]}", "beside other labels"),
        ("route: {receiver: r, routes: {}}\nx: [", "not YAML"),
        ("route: {receiver: r, routes: [{mute_time_intervals: [x]}]}", "unknown time interval x"),
        ("route: {receiver: r}\ntime_intervals: [{name: x, time_intervals: [{weekdays: [mon]}]}]", "mon"),
        (
            "route: {receiver: r}\ntime_intervals: [{name: x, time_intervals: [{location: Nowhere}]}]",
            "Nowhere",
        ),
    ],
)
def test_what_alertmanager_would_not_take_is_refused_with_its_place(text, what):
    """Nothing is guessed."""
    with pytest.raises(CannotImport, match=what):
        imported(text)


def test_settings_that_nobody_knows_are_listed():
    """New ones of a later version, at any level."""
    text = "route: {receiver: r, routes: [{match: {a: b}, shiny: 1}]}\ntracing: {}\nglobal: {smtp_from: x}\n"
    found = left_out(text)
    assert found["setting of a route"] == ["route.routes[0].shiny"]
    assert found["part of the file"] == ["tracing"]
    assert found["global setting"] == ["smtp_from"]


NAMES = st.sampled_from(["a", "b", "severity", "team", "my-label", "Owner", "grüße"])
VALUES = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)


@st.composite
def route_of(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """A route as a person might write it, or an odd one."""
    matchers = [
        f'"{name}"{op}{_quoted(value)}'
        for name, op, value in draw(
            st.lists(st.tuples(NAMES, st.sampled_from(["=", "!="]), VALUES), max_size=2)
        )
    ]
    route: dict[str, Any] = {"matchers": matchers, "continue": draw(st.booleans())}
    if draw(st.booleans()):
        route["receiver"] = draw(st.sampled_from(["r1", "R 2", "null", "owner"]))
    if draw(st.booleans()):
        route["group_by"] = draw(st.sampled_from([["..."], [], ["a", "grüße"]]))
    if depth:
        route["routes"] = draw(st.lists(route_of(depth - 1), max_size=2))
    return route


def _quoted(value: str) -> str:
    inner = "".join(f"\\U{ord(char):08x}" if not char.isalnum() else char for char in value)
    return f'"{inner}"'


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(route_of(), max_size=3), st.dictionaries(NAMES, VALUES, max_size=3))
def test_any_tree_becomes_rules_that_pass_the_check_and_decide_the_same(tmp_path_factory, children, labels):
    """The written folder holds the same tree as the file, whatever characters are in it."""
    document = {"route": {"receiver": "r1", "routes": children}}
    made = imported(_yaml(document))
    folder = tmp_path_factory.mktemp("any")
    write(folder / "rules", made.files)
    assert not [finding for finding in check(folder / "rules") if finding.level == "error"]
    tree = load(folder / "rules").route_tree
    direct = RouteReader("f", Remarks()).route(document["route"], "route")
    assert [node.path for node in tree.walk()][1:] == _paths(direct, "{}")[1:]
    assert tree.matching([labels]) == by_definition(tree, labels)


def _paths(route: Any, above: str) -> list[str]:
    found = [above]
    for child in route.routes:
        found += _paths(child, f"{above}/{written_matchers(child.match)}")
    return found


def _yaml(document: dict[str, Any]) -> str:
    out = StringIO()
    YAML(typ="safe", pure=True).dump(document, out)
    return out.getvalue()


def test_the_example_settles_as_it_says(tmp_path):
    """examples/catalogs/alertmanager.yml, which the guide walks through."""
    rules = rules_of((ROOT / "examples" / "catalogs" / "alertmanager.yml").read_text(), tmp_path)
    nodes = rules.route_tree.matching([{"team": "checkout", "service": "cart", "severity": "critical"}])
    assert [node.receiver for node in nodes] == ["wall", "checkout-pager"]
    assert [settle_of(node, None, rules) for node in nodes] == [45, 10]


def test_a_tree_that_is_too_large_for_one_file_is_split(tmp_path):
    """In the order of the routes, which is the order in which they are asked."""
    routes = "".join(f"  - {{match: {{service: 's{n}-{'x' * 40}'}}, receiver: r}}\n" for n in range(3_000))
    rules = rules_of(f"route:\n  receiver: r\n  routes:\n{routes}", tmp_path)
    assert len(list((tmp_path / "rules" / "routes").iterdir())) >= 1
    assert [node.route.match[0].value.partition("-")[0] for node in rules.route_tree.children] == [
        f"s{n}" for n in range(3_000)
    ]
