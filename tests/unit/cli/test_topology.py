"""`router topology`: the graph as text, Mermaid and SVG, with an incident on it; and what may be missing."""

import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import orjson
import pytest

from tests.unit.cli.conftest import Run

ROOT = Path(__file__).parents[3]
ACME = ROOT / "examples" / "acme"
STORY = ACME / "recordings" / "stale-vector-store.jsonl"
GOLDEN = ROOT / "tests" / "golden" / "topology"
WRITING = bool(os.environ.get("ROUTER_WRITE_GOLDEN"))
SHOP = """
workflow: shop
components:
  feed.orders: {kind: feed}
  feed.features: {kind: feed, depends_on: {feed.orders: 10m..1h}}
  model.price: {kind: model}
  agent.quotes: {kind: agent, depends_on: {model.price: 5m, kpi.win: {delay: 1d, feedback: true}}}
  kpi.win: {kind: kpi, depends_on: {agent.quotes: 1h..1d}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small rules folder in which one edge is missing: features -> price."""
    folder = tmp_path / "rules"
    (folder / "workflows").mkdir(parents=True)
    kinds = ", ".join(f"{kind}: desk" for kind in ("it", "data", "business", "risk", "partner"))
    (folder / "router.yaml").write_text(f"triage: desk\ndefault_owners: {{{kinds}}}\n")
    (folder / "teams.yaml").write_text('teams: {desk: {kind: it, channel: "#desk"}}\n')
    (folder / "sources.yaml").write_text("sources: {all: {topics: [events], format: native}}\n")
    (folder / "workflows" / "shop.yaml").write_text(SHOP)
    return folder


def expect(name: str, text: str) -> None:
    """The text is that of the golden file."""
    golden = GOLDEN / name
    if WRITING:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_a_small_graph_looks_like_this(router: Run, shop: Path) -> None:
    """As a table, a Mermaid flowchart and an SVG, byte for byte."""
    for form, name in (("text", "shop.txt"), ("mermaid", "shop.mmd"), ("svg", "shop.svg")):
        ran = router("topology", "show", "--rules", str(shop), "--format", form)
        assert (ran.code, ran.err) == (0, "")
        expect(name, ran.out)


def test_an_incident_is_drawn_on_the_graph(router: Run) -> None:
    """Its cause, what alerts, what is affected, and the way between; the same in all forms."""
    options = ("--rules", str(ACME), "--events", str(STORY))
    document = orjson.loads(router("topology", "show", *options, "--json").out)
    told = orjson.loads(router("replay", *options, "--json").out)["incidents"]
    assert [incident["id"] for incident in told] == [document["incident"]]
    marks = {one["id"]: one["mark"] for one in document["components"] if one["mark"]}
    assert [name for name, mark in marks.items() if mark == "cause"] == [told[0]["cause"]["component"]]
    on_path = {
        (edge["depends_on"], edge["component"]) for edge in document["dependencies"] if edge["on_path"]
    }
    assert on_path == {step for path in document["paths"] for step in pairwise(path)}
    assert all(path[0] == told[0]["cause"]["component"] for path in document["paths"])
    assert all(name in marks for path in document["paths"] for name in path)
    drawn = router("topology", "show", *options, "--format", "svg").out
    assert len([part for part in ElementTree.fromstring(drawn).iter() if part.get("class") == "cause"]) == 1
    text = router("topology", "show", *options, "--incident", document["incident"]).out
    assert f"incident {document['incident']}: {told[0]['cause']['component']}" in text
    assert "How it got there:" in text


def test_only_what_is_around_a_component(router: Run) -> None:
    """What it depends on and what depends on it, however far."""
    ran = router("topology", "show", "--rules", str(ACME), "--component", "feed.materials", "--json")
    shown = {one["id"] for one in orjson.loads(ran.out)["components"]}
    assert {"erp.master", "feed.materials", "model.pricing", "kpi.quote_win"} <= shown
    assert "crm.accounts" not in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--component", "feed.materals"], 'did you mean "feed.materials"?'),
        (["--incident", "x"], "--events"),
        (["--events", str(STORY), "--incident", "nope"], 'no incident "nope"'),
        (["--events", str(ACME / "recordings" / "two-at-once.jsonl")], "name one with --incident"),
        (["--format", "pdf"], "pdf"),
    ],
)
def test_what_cannot_be_shown_is_a_usage_error(router: Run, arguments: list[str], says: str) -> None:
    """Exit code 2, and what to do."""
    ran = router("topology", "show", "--rules", str(ACME), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def recording(path: Path, days: int = 40) -> Path:
    """Alerts of the shop: some mornings orders fail, features 20 to 50 minutes later, prices 15 to 30 after that."""
    chance = Random(7)
    lines: list[tuple[datetime, str]] = []
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    for day in range(days):
        at = begin + timedelta(days=day, hours=chance.uniform(0, 20))
        if chance.random() < 0.4:
            features = at + timedelta(minutes=chance.uniform(20, 50))
            lines += [(at, "feed.orders"), (features, "feed.features")]
            lines += [(features + timedelta(minutes=chance.uniform(15, 30)), "model.price")]
        if chance.random() < 0.3:
            lines += [(begin + timedelta(days=day, hours=chance.uniform(0, 24)), "kpi.win")]
    faults = {"feed": "feed.stale", "model": "model.data_drift", "kpi": "kpi.drop"}
    with path.open("wb") as written:
        for number, (at, component) in enumerate(sorted(lines)):
            fault = faults[component.partition(".")[0]]
            event = {
                "specversion": "1.0", "id": str(number), "source": "test", "type": "router.alert.v1",
                "subject": component, "time": at.isoformat(),
                "data": {"fault": fault, "status": "firing", "severity": "major", "summary": "x"},
            }  # fmt: skip
            record = {"topic": "events", "timestamp_ms": int(at.timestamp() * 1_000), "value": event}
            written.write(orjson.dumps(record) + b"\n")
    return path


def test_a_missing_edge_is_proposed_and_nothing_is_changed(router: Run, shop: Path, tmp_path: Path) -> None:
    """With its support, how likely it is by chance, a delay, and lines to paste that pass the check."""
    before = (shop / "workflows" / "shop.yaml").read_bytes()
    events = str(recording(tmp_path / "days.jsonl"))
    ran = router("topology", "learn", "--rules", str(shop), "--events", events)
    assert (ran.code, ran.err) == (0, "")
    expect("learn.txt", ran.out)
    assert (shop / "workflows" / "shop.yaml").read_bytes() == before
    document = orjson.loads(
        router("topology", "learn", "--rules", str(shop), "--events", events, "--json").out
    )
    (proposal,) = document["proposals"]
    assert (proposal["depends_on"], proposal["component"]) == ("feed.features", "model.price")
    assert proposal["p_corrected"] < 0.01
    passed = {(one["depends_on"], one["component"]) for one in document["passed_over"]}
    assert passed == {("feed.orders", "feed.features"), ("feed.orders", "model.price")}
    pasted = SHOP.replace(
        "  model.price: {kind: model}\n", proposal["snippet"].replace(":\n", ":\n    kind: model\n", 1)
    )
    (shop / "workflows" / "shop.yaml").write_text(pasted)
    assert router("check", str(shop)).code == 0
    again = router("topology", "learn", "--rules", str(shop), "--events", events)
    assert "Nothing to propose" in again.out


def test_a_recording_that_is_too_short_proposes_nothing(router: Run, shop: Path, tmp_path: Path) -> None:
    """Two days are no pattern."""
    events = str(recording(tmp_path / "days.jsonl", days=2))
    ran = router("topology", "learn", "--rules", str(shop), "--events", events)
    assert "Nothing to propose" in ran.out
