"""The command: one document, the same bytes every time, pictures that are pictures."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from bench.attribution import figures, report, table
from bench.pictures import coverage_curve, reliability_diagram
from bench.rca_history import HistoryKind
from bench.rca_measures import Answer
from bench.rca_read import read
from tests.unit.bench.cases import GRAPH, metric, telemetry, trace

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "corpus" / "rca"
ANSWERS = [Answer(str(n), float(n % 3 > 0), 1.0, n / 20) for n in range(20)]
MEASURES = {"acc_at_1", "acc_at_3", "accuracy_at_50", "accuracy_at_80", "ece"}


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Two failures and a copy, with their graph beside them."""
    rows = [
        telemetry("a", "stock-0", metric("stock-0", "memory_rss"), trace("stock-0", "shop")),
        telemetry("b", "stock-1", metric("stock-1", "memory_rss"), metric("rack", "cpu")),
        telemetry("c", "stock-1", metric("stock-1", "memory_rss", t_ms=7), metric("rack", "cpu", t_ms=7)),
    ]
    path = tmp_path / "shop_dev.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    (tmp_path / "shop_graph.json").write_bytes(orjson.dumps(GRAPH))
    return path


def _run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bench.attribution", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False)


def test_json_is_one_document_and_nothing_else(cases: Path, tmp_path: Path):
    """Figures of the chosen history at the top, of every history and yardstick below; twice the same bytes."""
    arguments = ("--cases", str(cases), "--json", "--pictures", str(tmp_path / "pictures"))
    done = _run(*arguments)
    document = orjson.loads(done.stdout)
    assert (document["cases"], document["copies_dropped"], document["history"]) == (2, 1, "confirmed")
    assert set(document) >= MEASURES
    assert set(document["by_history"]) == {"none", "alerts", "confirmed"}
    assert set(document["yardsticks"]) == {"random walk", "first alert", "no alerting dependency"}
    assert {name: document[name] for name in MEASURES} == document["by_history"]["confirmed"]
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == [
        "coverage.svg",
        "reliability.svg",
    ]
    assert _run(*arguments).stdout == done.stdout


def test_a_file_that_nobody_can_read_says_so(tmp_path: Path):
    """A finding on stderr, no traceback, exit 1."""
    done = _run("--cases", str(tmp_path / "absent.jsonl"), "--json")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"absent.jsonl" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_obvious_failure_is_found(cases: Path):
    """The one instance whose memory runs high."""
    document, answers = report(read(cases, None), HistoryKind.NONE)
    assert [answer.first for answer in answers] == [1.0, 1.0]
    assert "router, history none" in table(document)


def test_figures_are_shares():
    """Every measure lies between nothing and all."""
    assert set(figures(ANSWERS)) == MEASURES
    assert all(0 <= value <= 1 for value in figures(ANSWERS).values())


@pytest.mark.parametrize("draw", [reliability_diagram, coverage_curve])
@pytest.mark.parametrize("answers", [ANSWERS, ANSWERS[:1], []], ids=["many", "one", "none"])
def test_pictures_are_well_formed_and_the_same_every_time(draw, answers: list[Answer]):
    """Any title fits; no shape leaves the picture."""
    picture = draw(answers, "shop <70> & more")
    root = ElementTree.fromstring(picture)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for shape in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert 0 <= float(shape.attrib.get(name, 0)) <= width
        for name in ("y", "y1", "y2", "cy"):
            assert 0 <= float(shape.attrib.get(name, 0)) <= height
    assert draw(answers, "shop <70> & more") == picture


FLOORS = {"itbench": (0.80, 0.95), "micross": (0.38, 0.58), "online_boutique": (0.30, 0.50)}


@pytest.mark.parametrize("name", FLOORS)
def test_the_shared_failures_are_attributed_at_least_so_well(name: str):
    """The floors of the shared sets; a change of the model that costs more must be argued."""
    path = CORPUS / f"{name}_dev.jsonl"
    if not path.exists():
        pytest.skip("the shared corpus is not beside this repository")
    document, _ = report(read(path, None), HistoryKind.CONFIRMED)
    first, three = FLOORS[name]
    assert document["acc_at_1"] >= first
    assert document["acc_at_3"] >= three
