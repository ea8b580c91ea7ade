"""The rules folder in, Rules out; or every mistake."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from router.config.load import check, load, load_tests
from router.config.shipped import shipped_dir
from router.model.catalog import Dependency
from router.model.errors import Finding, RulesError
from router.model.fault import FAULTS, ComponentKind, OwnerKind, Severity, Spread
from router.model.input import Verb
from router.model.matcher import Matcher, MatchOperator
from router.model.rules_test import ExpectedIncident, ExpectedTelling, GivenAlert, GivenChange, GivenCommand
from tests.unit.config.bad_rules import BAD_RULES, TODAY, build

BASE = BAD_RULES / "base"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "rules"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


def test_a_sound_folder_becomes_rules() -> None:
    """Every file of the folder is in the rules."""
    rules = load(BASE)
    assert (rules.settings.company, rules.settings.triage_team) == ("Acme", "ops")
    assert rules.settings.default_owners[OwnerKind.RISK] == "risk"
    assert rules.teams["data"].escalates_to == "ops"
    assert rules.teams["ops"].members == ("U0001", "ann@acme.example")
    assert rules.workflows["orders"].components == ("erp.orders", "feed.orders")
    feed = rules.components["feed.orders"]
    assert (feed.kind, feed.workflow, feed.scope) == (ComponentKind.FEED, "orders", "orders")
    assert feed.depends_on == (Dependency(upstream="erp.orders", soonest_seconds=900, latest_seconds=21_600),)
    assert rules.identities["dbt", "stg_orders"] == "feed.orders"
    assert rules.sources["own"].topics == ("acme.alerts",)
    assert rules.routes[0].match == (Matcher(label="owner.kind", operator=MatchOperator.EQUAL, value="risk"),)
    assert rules.runbooks["orders-stale"].body.startswith("Ask {{ team.title }}")


def test_settings_are_written_without_the_unit(folder: Path) -> None:
    """`settle: 90s` and `settle: 90` are the same; what is left out has the model's default."""
    edit(
        folder,
        "router.yaml",
        "triage: ops",
        "triage: ops\nsettle: 90s\nreopen: 2h\nconfidence_threshold: 0.5",
    )
    settings = load(folder).settings
    assert (settings.settle_seconds, settings.reopen_seconds, settings.confidence_threshold) == (
        90,
        7200,
        0.5,
    )
    assert settings.escalate_after_seconds == 900


def test_own_faults_are_loaded_and_may_be_mapped_to(folder: Path) -> None:
    """A fault under x. is as good as one of the taxonomy."""
    fault = (
        "faults: {x.fax.jam: {kind: app, concern: it, severity: minor, meaning: jammed, spread: symptom}}\n"
    )
    edit(folder, "router.yaml", "triage: ops\n", f"triage: ops\n{fault}")
    edit(folder, "sources.yaml", "feed.contract_break", "x.fax.jam")
    own = load(folder).fault("x.fax.jam")
    assert own is not None
    assert (own.kind, own.severity, own.spread) == (ComponentKind.APP, Severity.MINOR, Spread.SYMPTOM)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{erp.orders: }", (0, 300, False)),
        ("{erp.orders: 5m}", (0, 300, False)),
        ("{erp.orders: 60}", (0, 60, False)),
        ("{erp.orders: 1h .. 1d}", (3_600, 86_400, False)),
        ("{erp.orders: {delay: 10s..20s, feedback: false}}", (10, 20, False)),
        ("{erp.orders: {}}", (0, 300, False)),
    ],
)
def test_a_dependency_may_be_written_short(
    folder: Path, written: str, expected: tuple[float, float, bool]
) -> None:
    """A delay, a mapping, or nothing at all for the default delay."""
    edit(folder, "workflows/orders.yaml", "{erp.orders: 15m..6h}", written)
    (edge,) = load(folder).components["feed.orders"].depends_on
    assert (edge.soonest_seconds, edge.latest_seconds, edge.feedback) == expected


def test_scopes_are_shared_by_connected_workflows_unless_named(folder: Path) -> None:
    """Connected workflows take the alphabetically first name; a named scope stands apart and connects nobody."""

    def workflow(name: str, depends: str, extra: str = "") -> None:
        text = f"workflow: {name}\nbusiness_owner: sales\n{extra}components:\n"
        text += f"  app.{name}: {{kind: app, owners: {{it: ops}}, depends_on: {{{depends}: 5m}}}}\n"
        (folder / "workflows" / f"{name}.yaml").write_text(text)

    workflow("claims", "feed.orders")
    workflow("quotes", "feed.orders", "scope: quotes-desk\n")
    workflow("bonus", "app.quotes")
    scopes = {name: workflow.scope for name, workflow in load(folder).workflows.items()}
    assert scopes == {"orders": "claims", "claims": "claims", "quotes": "quotes-desk", "bonus": "bonus"}
    assert load(folder).components["erp.orders"].scope == "claims"


def test_errors_raise_with_all_of_them_and_warnings_do_not(tmp_path: Path) -> None:
    """The program refuses to start, and says everything at once."""
    with pytest.raises(RulesError) as refused:
        load(build("R201-unknown-team", tmp_path / "errors"))
    assert len(refused.value.findings) == 6
    assert str(refused.value).count("\n") == 5
    assert load(build("R401-no-channel", tmp_path / "warnings")).teams["data"].channel == ""


def test_mistakes_in_tests_do_not_stop_the_router(tmp_path: Path) -> None:
    """`load` does not read tests/; `check` and `load_tests` do."""
    folder = build("R702-event-order", tmp_path / "rules")
    rules = load(folder)
    assert [finding.code for finding in check(folder)] == ["R702"]
    with pytest.raises(RulesError):
        load_tests(folder, rules)


def test_without_a_day_no_review_is_stale(tmp_path: Path) -> None:
    """The rules themselves do not age: only who asks with a date is told."""
    folder = build("R506-stale-review", tmp_path / "rules")
    assert check(folder) == ()
    assert [finding.code for finding in check(folder, TODAY)] == ["R506"]


def test_the_hash_is_of_the_content_alone(folder: Path) -> None:
    """Comments, file names, the order of mappings and short forms change nothing; a second of settling does."""
    before = load(folder).hash
    assert len(before) == 16
    assert int(before, 16) >= 0
    (folder / "workflows/orders.yaml").rename(folder / "workflows/renamed.yaml")
    (folder / "runbooks/orders.md").rename(folder / "runbooks/renamed.md")
    edit(folder, "router.yaml", "company: Acme\ntriage: ops\n", "# who\ntriage: 'ops'\n\ncompany: \"Acme\"\n")
    edit(folder, "workflows/renamed.yaml", "15m..6h", "900..21600")
    edit(folder, "workflows/renamed.yaml", "[stg_orders]", "stg_orders")
    teams = (folder / "teams.yaml").read_text().splitlines()
    (folder / "teams.yaml").write_text("\n".join([teams[0], *reversed(teams[1:])]))
    assert load(folder).hash == before
    edit(folder, "router.yaml", "triage:", "settle: 121\ntriage:")
    assert load(folder).hash != before


def test_equal_content_is_equal_rules(folder: Path) -> None:
    """What has no order is put in one, so that nothing can depend on how files were written."""
    before = load(folder)
    text = (folder / "workflows/orders.yaml").read_text().replace("\n    ", " ").splitlines()
    feed = "  feed.orders: {depends_on: {erp.orders: 15m..6h}, known_as: {dbt: stg_orders}, "
    feed += "owners: {data: data}, kind: feed}"
    (folder / "workflows/orders.yaml").write_text("\n".join([*text[:3], feed, text[3]]))
    after = load(folder)
    assert after == before
    assert list(after.components) == list(before.components)


def test_the_order_of_fault_patterns_and_routes_counts(folder: Path) -> None:
    """The first match decides, so another order is other content."""
    patterns = "faults: {a.*: feed.stale, ab.*: feed.late}, default_fault"
    edit(folder, "sources.yaml", "default_fault", patterns)
    before = load(folder)
    edit(folder, "sources.yaml", "a.*: feed.stale, ab.*: feed.late", "ab.*: feed.late, a.*: feed.stale")
    after = load(folder)
    assert list(after.sources["dbt"].faults) == ["ab.*", "a.*"]
    assert before.hash != after.hash


def test_tests_are_read_with_their_place(folder: Path) -> None:
    """Alerts, changes and commands, and when the test ends."""
    (folder / "tests/orders.yaml").write_text("""
tests:
  - name: a failed batch after a deploy
    events:
      - {at: 0s, change: deploy, component: erp.orders, version: "7"}
      - {at: 5m, component: erp.orders, fault: erp.batch_failed, severity: critical, key: nightly}
      - {at: 6m, command: acknowledge, actor: ann}
      - {at: 7m, command: silence, for: 1h, match: ['owner="ops"', 'incident=~"INC.*"']}
      - {at: 20m, component: erp.orders, fault: erp.batch_failed, status: resolved, key: nightly}
    until: 2h
    expect: {incidents: [{cause: erp.orders, owner: ops, state: resolved, members: 1, told: ["#ops"]}]}
""")
    (test,) = load_tests(folder, load(folder))
    assert (test.file, test.line, test.until_seconds) == ("tests/orders.yaml", 3, 7_200)
    change, alert, acknowledge, silence, resolved = test.events
    assert isinstance(change, GivenChange)
    assert change.version == "7"
    assert isinstance(alert, GivenAlert)
    assert (alert.at_seconds, alert.severity, alert.key) == (300, Severity.CRITICAL, "nightly")
    assert acknowledge == GivenCommand(at_seconds=360, verb=Verb.ACKNOWLEDGE, actor="ann")
    assert isinstance(silence, GivenCommand)
    assert (silence.seconds, silence.match) == (3_600, ('owner="ops"', 'incident=~"INC.*"'))
    assert isinstance(resolved, GivenAlert)
    assert test.incidents == (
        ExpectedIncident(
            cause="erp.orders",
            owner="ops",
            state="resolved",
            members=1,
            told=(ExpectedTelling(destination="#ops"),),
        ),
    )


def test_a_test_without_until_ends_an_hour_after_its_last_event() -> None:
    """Long enough for settling and the first escalation."""
    (test,) = load_tests(BASE, load(BASE))
    assert test.until_seconds == 3_600


def test_the_example_and_the_shipped_runbooks_are_without_a_finding() -> None:
    """What people copy is right, warnings included, and covers every format."""
    acme = shipped_dir("examples/acme")
    assert check(acme, TODAY) == ()
    rules = load(acme)
    assert load_tests(acme, rules)
    assert {fault for runbook in rules.runbooks.values() for fault in runbook.faults} <= {
        *FAULTS,
        *rules.own_faults,
    }


SNIPPETS = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "- ",
    "\n",
    "  ",
    "null",
    "1e9",
    "''",
    '"',
    "#",
    "&a ",
    "*a",
    "<<: ",
    "{{",
    "}}",
]
SNIPPETS += [
    "{%",
    "%}",
    "---\n",
    "!!x ",
    "\t",
    "é",
    "\x00",
    "0..1",
    "=~",
    "(",
    "? ",
    "|\n",
    "@",
    "`",
    "",
    "true",
]
FILES = sorted(str(path.relative_to(BASE)) for path in BASE.rglob("*") if path.is_file())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(st.sampled_from(FILES), st.integers(0, 400), st.integers(0, 12), st.sampled_from(SNIPPETS)),
        min_size=1,
        max_size=3,
    )
)
def test_no_mistake_breaks_the_checker(
    edits: list[tuple[str, int, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is typed into the files ends in findings with a place, and `load` refuses exactly the errors."""
    folder = tmp_path_factory.mktemp("typed") / "rules"
    shutil.copytree(BASE, folder)
    for file, start, length, snippet in edits:
        text = (folder / file).read_text()
        (folder / file).write_text(text[:start] + snippet + text[start + length :])
    found = check(folder, TODAY)
    assert all(finding.line >= 1 and finding.column >= 1 and finding.message for finding in found)
    refused = {
        finding for finding in found if finding.level == "error" and not finding.file.startswith("tests/")
    }
    assert set(_refused(folder)) == refused


def _refused(folder: Path) -> tuple[Finding, ...]:
    try:
        load(folder)
    except RulesError as error:
        return error.findings
    return ()
