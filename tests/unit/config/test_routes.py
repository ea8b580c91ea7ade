"""routes.yaml as it is read: the tree, its names, and what stands beside it."""

import time
from pathlib import Path

from router.config.draft import Draft, RouteDraft
from router.config.lint_routes import check_routes
from router.config.load import check, load
from router.config.node import Home, Node, Place
from router.config.report import Report
from router.model.catalog import Team
from router.model.fault import OwnerKind
from router.model.matcher import parse_matchers
from router.model.route import Given, Receiver, Route
from tests.unit.config.bad_rules import BAD_RULES, build

ROUTES = """
alert_labels: [severity]
receivers:
  shop: {channels: ["#shop", "#shop-2"], team: ops}
  own: {team: sales}
time_intervals:
  office hours:
    - {times: [{start_time: "08:00", end_time: "18:00"}], weekdays: ["monday:friday"], location: Europe/Berlin}
    - {years: [2026], months: [12], days_of_month: ["24:26", -1]}
default: {receiver: own, group_by: [site], repeat_interval: 12h}
routes:
  - name: outer
    match: '{severity="page",env=~"prod|live"}'
    channel: "#outer"
    policy: nights
    continue: true
    routes:
      - name: inner
        match: ['"owner_kind"="x"', site!=a]
        receiver: shop
        group_by: ["..."]
        update_interval: 5m
        mute_time_intervals: office hours
        active_time_intervals: [office hours]
"""


def a_folder(tmp_path: Path, routes: str) -> Path:
    """The sound base with these routes."""
    folder = build("R412-idle-route", tmp_path / "rules")
    (folder / "routes.yaml").write_text(routes)
    return folder


def test_the_tree_is_read_with_everything_that_a_route_may_say(tmp_path):
    """Nested routes, matchers in braces and in quotes, names with spaces, one item without a list."""
    folder = a_folder(tmp_path, ROUTES.replace("    policy: nights\n", ""))
    rules = load(folder)
    outer = rules.route_tree.children[0]
    inner = outer.children[0]
    assert (outer.path, inner.path) == (
        '{}/{env=~"prod|live",severity="page"}',
        '{}/{env=~"prod|live",severity="page"}/{owner_kind="x",site!="a"}',
    )
    assert inner.given == Given("shop", "", "", ("...",), None, 300, 43_200, None)
    assert (outer.route.continues, inner.route.continues) == (True, False)
    assert (inner.route.mute, inner.route.active) == (("office hours",), ("office hours",))
    assert rules.receivers["shop"] == Receiver(name="shop", channels=("#shop", "#shop-2"), team="ops")
    assert rules.time_intervals["office hours"].spans[1].days_of_month == ((24, 26), (-1, -1))
    assert rules.alert_labels == ("severity",)
    assert rules.route_tree.receiver == "own"


def test_equal_routes_have_an_equal_hash_and_others_another(tmp_path):
    """Every part of the tree counts, comments do not."""
    text = ROUTES.replace("    policy: nights\n", "")
    hashes = [
        load(a_folder(tmp_path / str(number), changed)).hash
        for number, changed in enumerate(
            (text, "# a comment\n" + text, text.replace("5m", "6m"), text.replace("site!=a", "site!=b"))
        )
    ]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_what_is_wrong_in_a_nested_route_is_told_at_its_place(tmp_path):
    """And the rest of the tree is read all the same."""
    text = "routes:\n  - name: a\n    channel: '#a'\n    routes:\n      - {name: b, match: ['x=~\"(\"'], shiny: 1}\n"
    found = [str(each) for each in check(a_folder(tmp_path, text)) if each.file == "routes.yaml"]
    assert [line.split()[1] for line in found] == ["R408", "R110"]
    assert all(line.startswith("routes.yaml:5:") for line in found)


def test_ten_thousand_routes_are_checked_in_seconds():
    """Unreachable ones are found by an index, not by holding each against each."""
    draft = Draft(Path(), Report())
    draft.teams = {"ops": Team(id="ops", kind=OwnerKind.IT)}
    for number in range(10_000):
        match = parse_matchers(f'service="s{number % 9_999}",severity="critical"')
        route = Route(name=f"r{number}", match=match, channel="#a")
        place = Place("routes.yaml", number + 1)
        draft.routes.append(RouteDraft(route, Home(place, Node(place, {})), ()))
    began = time.process_time()
    check_routes(draft)
    assert time.process_time() - began < 20
    (finding,) = draft.report.findings()
    assert (finding.code, finding.line) == ("R405", 10_000)


def test_the_broken_folders_of_routes_are_all_about_routes():
    """Each of them is one file that differs from a sound base."""
    cases = [
        path for path in BAD_RULES.iterdir() if path.name[:3] in ("R41", "R42") and path.name[:4] >= "R414"
    ]
    assert len(cases) == 12
    assert all({file.name for file in case.iterdir()} == {"expected.txt", "routes.yaml"} for case in cases)


def test_more_routes_may_stand_in_files_of_their_own(tmp_path):
    """Asked after those of routes.yaml, by file name; names are theirs alone."""
    folder = a_folder(tmp_path, "routes:\n  - {name: a, match: ['x=1'], channel: '#a'}\n")
    (folder / "routes").mkdir()
    (folder / "routes" / "2.yaml").write_text("routes:\n  - {name: c, match: ['x=1'], channel: '#c'}\n")
    (folder / "routes" / "1.yaml").write_text("routes:\n  - {name: b, match: ['y=1'], channel: '#b'}\n")
    assert [node.route.name for node in load(folder).route_tree.children] == ["a", "b", "c"]
    (finding,) = [each for each in check(folder) if each.file.startswith("routes")]
    assert str(finding) == (
        'routes/2.yaml:2:5 R405 route "c" is never reached: "a" in line 2 of routes.yaml takes all of it; '
        "move the more specific route up"
    )
