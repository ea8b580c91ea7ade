"""What the pages say is so: links lead somewhere, commands are taken, examples work, nothing is left out."""

import importlib.util
import io
import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from ruamel.yaml import YAML

from router.cli.main import COMMANDS, execute
from router.config.codes import Lint
from router.config.load import check, load
from router.config.schema import document, schemas
from router.kafka.ending import Exit
from router.kafka.topics import TOPICS
from router.model.decision import Reason
from router.model.event import RejectCode
from router.model.fault import FAULTS
from router.replay import read_and_replay
from router.stages.intake.interpret import ASSUMED
from router.stages.intake.read import read
from router.stages.intake.record import Observation, SourceRecord
from tests.command_lines import argument_lists, problem_of_line, problem_of_mention, variables
from tests.pages import ROOT, Block, Command, Page, commands, pages, shows

RULES_FILE = re.compile(
    r"(?:router|teams|sources|routes|overrides|maintenance|inhibition|obligations|schedules|policies)\.yaml"
    r"|(?:workflows|tests)/[\w-]+\.yaml"
)
OTHER_YAML = ("Slack app manifest", "prometheus.yml", "docker-compose.override.yml")
"""First comments of YAML blocks that are no rules."""

RUNS = {"check", "test", "replay", "explain", "routes", "import", "topology", "diff", "coverage", "schedule"}
"""Commands that need nothing but files; pages may show their output."""

EDITS = {"sed", "cp", "mkdir"}
"""Programs that a console may use on its copy of the files."""

YAML_FILES = YAML(typ="safe", pure=True)


sys.path.insert(0, str(ROOT / "docs"))
generate: Any = importlib.import_module("generate")
telemetry: Any = importlib.import_module("generate_telemetry")


@cache
def everything() -> str:
    """All pages as one text."""
    return "\n".join((ROOT / page.path).read_text(encoding="utf-8") for page in pages())


def each_page(*languages: str) -> list[Page]:
    """The pages with blocks in these languages."""
    return [page for page in pages() if page.blocks_of(*languages)]


# ---- generated ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [*generate.PAGES, *generate.SECTIONS])
def test_generated_pages_are_current(page: str) -> None:
    """Whoever changes a table of the code runs `python docs/generate.py`."""
    assert (ROOT / page).read_text(encoding="utf-8") == generate.generated(page)


@pytest.mark.parametrize("name", sorted(schemas()))
def test_editor_schemas_are_current(name: str) -> None:
    """Whoever changes the shape of a rules file runs `python -m router.config.schema docs/rules.schema`."""
    assert (ROOT / "docs" / "rules.schema" / name).read_text(encoding="utf-8") == document(schemas()[name])


# ---- links and names ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_link_leads_somewhere(page: Page) -> None:
    """A relative link names a file of the repository, and behind a # a heading of that page."""
    by_path = {one.path: one for one in pages()}
    broken = []
    for link in page.links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page.path).parent / path if path else ROOT / page.path
        name = str(target.resolve().relative_to(ROOT)) if target.exists() else ""
        if not name or (anchor and (name not in by_path or anchor not in by_path[name].anchors)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", pages(), ids=str)
def test_names_on_pages_exist(page: Page) -> None:
    """Environment variables, topics and metrics that a page names are the product's."""
    text = (ROOT / page.path).read_text(encoding="utf-8")
    asked = set(re.findall(r"\bROUTER_[A-Z0-9_]*[A-Z0-9]\b", text))
    topics = set(re.findall(r"\brouter\.[a-z]+\.v[0-9]+\b", text))
    measured = set(re.findall(r"\brouter_[a-z0-9_]*[a-z0-9]\b", text))
    events = {"router.alert.v1", "router.change.v1", "router.heartbeat.v1"}
    metrics = {telemetry.metric_name(collector) for collector in telemetry.collectors()}
    assert not asked - variables()
    assert not topics - {*TOPICS, *events}
    assert not measured - metrics - {"router_effect"}


def test_everything_that_has_a_name_is_documented() -> None:
    """Commands, lint codes, reasons, reject codes, faults, topics, metrics, settings and exit codes."""
    present = [
        entry for entry in COMMANDS if importlib.util.find_spec(f"router.cli.{entry.module or entry.name}")
    ]
    metrics = [telemetry.metric_name(collector) for collector in telemetry.collectors()]
    wanted = [
        *(f"router {entry.name}" for entry in present),
        *(f"### {code.value}\n" for code in Lint),
        *(f"`{name.value}`" for name in (*Reason, *RejectCode)),
        *(f"`{name}`" for name in (*FAULTS, *TOPICS, *metrics)),
        *(name for name in variables() if "_TEST_" not in name),
        *(f"| {code} | " for code in map(int, Exit)),
    ]
    assert [name for name in wanted if name not in everything()] == []


def test_the_replay_page_names_every_field_of_the_document() -> None:
    """And no field that is not there."""
    acme = ROOT / "examples" / "acme"
    told = read_and_replay(load(acme), [acme / "recordings" / "sap-format-change.jsonl"]).document()
    table = (ROOT / "docs" / "replay.md").read_text().partition("| --- |")[2].partition("\n\n")[0]
    named = {
        name
        for row in table.splitlines()
        for name in re.findall(r"[.]?[a-z_]+", row.partition("|")[2].partition("|")[0])
    }
    assert {f".{name}" for name in told["incidents"][0]} == {name for name in named if name.startswith(".")}
    assert set(told) == {name for name in named if not name.startswith(".")}


def test_the_changelog_has_the_version() -> None:
    """A version that people can install says what is new in it."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    text = (ROOT / "CHANGELOG.md").read_text()
    heading = rf"^## \[{re.escape(version)}\] - (\d{{4}}-\d\d-\d\d|unreleased)$"
    entry = re.search(heading + r"(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert entry is not None
    assert re.search(r"^### (Added|Changed|Deprecated|Removed|Fixed|Security)$", entry[2], re.MULTILINE)


# ---- commands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", each_page("console", "bash", "sh"), ids=str)
def test_every_command_in_a_block_would_be_taken(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands, arguments, options, variables and modules exist; nothing is run here."""
    monkeypatch.setenv("USER", "somebody")
    blocks = page.blocks_of("console", "bash", "sh")
    lines = [(f"{page.path}:{one.line}", one.text) for block in blocks for one in commands(block)]
    problems = {place: problem_of_line(text) for place, text in lines}
    assert {place: problem for place, problem in problems.items() if problem} == {}


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_command_in_running_text_exists(page: Page) -> None:
    """`router handover ID --to TEAM` in a sentence or table names a command and options that there are."""
    mentions = [span for span in page.spans if span.startswith("router ")]
    problems = {span: problem_of_mention(span) for span in mentions}
    assert {span: problem for span, problem in problems.items() if problem} == {}


def test_commands_that_alerts_and_compose_name_exist() -> None:
    """An operator at night types what the alert says."""
    files = ("docs/alerts/router-alerts.yaml", "docker-compose.yml")
    spans = re.findall(r"`(router [^`{]+)", "\n".join((ROOT / name).read_text() for name in files))
    assert {span: problem_of_mention(span) for span in spans if problem_of_mention(span)} == {}


@pytest.mark.parametrize("page", each_page("console"), ids=str)
def test_consoles_show_what_happens(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page shows is run in a copy of the examples; exit code and shown output must be so."""
    for folder in ("examples", "runbooks"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    write_company(page, tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    for block in page.blocks_of("console"):
        for command in commands(block):
            run(command, f"{page.path}:{command.line}")


def run(command: Command, place: str) -> None:
    """Run what needs nothing but files."""
    for words in argument_lists(command.text):
        if words[0] in EDITS:
            subprocess.run(words, check=True)
        elif words[0] == "router" and (words[1] in RUNS or words[-1] in {"--help", "--version"}):
            out = io.StringIO()
            with redirect_stdout(out), redirect_stderr(out):
                try:
                    code = execute(words[1:])
                except SystemExit as ended:
                    code = int(ended.code or 0)
            assert code == command.exits, f"{place}\n{out.getvalue()}"
            missing = shows(command.output, out.getvalue())
            assert not missing, f"{place} shows {missing!r}, but:\n{out.getvalue()}"


# ---- examples -------------------------------------------------------------------------------------------


def company_of(page: Page) -> dict[str, Any]:
    """The rules files that a page's blocks make, by name; what it leaves out of the required ones is acme's."""
    acme = ROOT / "examples" / "acme"
    files: dict[str, Any] = {name: YAML_FILES.load(acme / name) for name in ("router.yaml", "teams.yaml")}
    given = [(*name_of(block), block) for block in page.blocks_of("yaml")]
    for fragment in (False, True):
        for is_fragment, name, block in given:
            if RULES_FILE.fullmatch(name) and is_fragment is fragment:
                content = YAML_FILES.load(block.text)
                files[name] = merged(files.get(name), content) if fragment else content
    if not any(name == "teams.yaml" and not part for part, name, _ in given):
        for name in ("policies.yaml", "schedules.yaml"):  # acme's teams name them
            files.setdefault(name, YAML_FILES.load(acme / name))
    return files


def name_of(block: Block) -> tuple[bool, str]:
    """Whether the block is a part of a file, and which file it is of, by its first line."""
    first = block.text.partition("\n")[0]
    assert first.startswith("# "), f"{block}: begin it with `# FILE` or `# fragment FILE`"
    name = first.removeprefix("# ").strip()
    return name.startswith("fragment "), name.removeprefix("fragment ").strip()


def merged(one: Any, other: Any) -> Any:
    """Both, the second one winning; mappings deeply, lists one after the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {key: merged(one.get(key), value) for key, value in other.items()}
    return one + other if isinstance(one, list) and isinstance(other, list) else other


def write_company(page: Page, folder: Path) -> None:
    """Write the page's rules folder."""
    whole = {
        name: block.text for block in page.blocks_of("yaml") for part, name in [name_of(block)] if not part
    }
    for name, content in company_of(page).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = whole.get(name, "")
        if not text or YAML_FILES.load(text) != content:
            out = io.StringIO()
            YAML(typ="safe", pure=True).dump(content, out)
            text = out.getvalue()
        path.write_text(text, encoding="utf-8")
    for block in page.blocks_of("markdown"):
        named = re.match(r"<!-- (runbooks/[\w-]+\.md) -->\n", block.text)
        assert named, f"{block}: begin it with `<!-- runbooks/NAME.md -->`"
        (folder / "runbooks").mkdir(exist_ok=True)
        (folder / named[1]).write_text(block.text.removeprefix(named[0]), encoding="utf-8")


@pytest.mark.parametrize("page", each_page("yaml"), ids=str)
def test_rules_on_pages_pass_the_linter(page: Page, tmp_path: Path) -> None:
    """All blocks of a page together, completed by acme's teams, are rules without an error."""
    names = [name for _, name in map(name_of, page.blocks_of("yaml"))]
    assert [name for name in names if not RULES_FILE.fullmatch(name) and name not in OTHER_YAML] == []
    write_company(page, tmp_path)
    assert [str(finding) for finding in check(tmp_path) if finding.level == "error"] == []


def sample_events() -> list[Any]:
    """Every event on a page, with the source that reads it."""
    return [
        pytest.param(page, block, id=str(block))
        for page in pages()
        for block in page.blocks_of("json")
        if "source=" in block.info
    ]


@pytest.mark.parametrize(("page", "block"), sample_events())
def test_sample_events_are_understood(page: Page, block: Block, tmp_path: Path) -> None:
    """The source that a page describes makes alerts of its example: component known, fault named by the rules."""
    write_company(page, tmp_path)
    rules = load(tmp_path)
    source = rules.sources[block.info.partition("source=")[2]]
    record = SourceRecord(source.topics[0], 0, 0, 1_772_440_000_000, None, block.text.encode(), ())
    said = read(record, source, rules)
    alerts = [part.alert for part in said if isinstance(part, Observation)]
    assert said
    assert len(alerts) == len(said)
    assert all(
        alert and alert.component in rules.components and ASSUMED not in alert.labels for alert in alerts
    )


@pytest.mark.parametrize("page", each_page("json"), ids=str)
def test_json_on_pages_is_json(page: Page) -> None:
    """Whoever copies it can use it."""
    for block in page.blocks_of("json"):
        orjson.loads(block.text)
