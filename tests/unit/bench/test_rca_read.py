"""Readers of labelled failures: formats by content, copies dropped, signals mapped to faults and edges."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from bench.rca_faults import OWN_FAULTS, SHOWS, fault_of_log, fault_of_metric
from bench.rca_itbench import application
from bench.rca_read import UnknownFormat, read, without_copies
from router.model.fault import Spread
from tests.unit.bench.cases import GRAPH, kubernetes, metric, telemetry, trace

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "rca"


def _file(folder: Path, rows: list[dict[str, Any]], name: str = "shop_dev.jsonl") -> Path:
    path = folder / name
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    return path


def test_a_failure_filed_again_at_another_time_is_a_copy():
    """Ids and dates do not make a failure new; other events or another cause do."""
    first = telemetry("a", "stock-0", metric("stock-0", "cpu", t_ms=1_000), metric("rack", "mem", t_ms=1_500))
    moved = telemetry("b", "stock-0", metric("rack", "mem", t_ms=9_500), metric("stock-0", "cpu", t_ms=9_000))
    later = telemetry("c", "stock-0", metric("stock-0", "cpu", t_ms=1_000), metric("rack", "mem", t_ms=1_600))
    blamed = telemetry("d", "rack", *first["events"])
    assert [row["case_id"] for row in without_copies([first, moved, later, blamed])] == ["a", "c", "d"]


def test_telemetry_becomes_signs_on_a_topology(tmp_path: Path):
    """One sign a (component, fault) with the number of series; edges from the graph, the traces and the hosts."""
    row = telemetry(
        "a",
        "stock-0",
        metric("stock-0", "container_cpu_user"),
        metric("stock-0", "container_cpu_total", t_ms=400),
        trace("stock-0", "shop-0"),
        {"kind": "log", "entity": "shop-0", "signal": "7", "samples": ["error in the downstream service"]},
    )
    (tmp_path / "shop_graph.json").write_bytes(orjson.dumps(GRAPH))
    found = read(_file(tmp_path, [row, row]), None)
    case = found.cases[0]
    assert (found.format, len(found.cases), found.copies) == ("telemetry", 1, 1)
    assert [(s.component, s.fault, s.strength, s.first_ms) for s in case.signs] == [
        ("shop-0", "x.log_blames_another", 1, None),
        ("stock-0", "x.call_latency", 1, 1_000),
        ("stock-0", "x.cpu_high", 2, 400),
    ]
    edges = {(d.upstream, c.id): d for c in case.rules.components.values() for d in c.depends_on}
    assert edges["stock", "stock-0"].part_of
    assert edges["stock", "stock-1"].part_of
    assert not edges["stock-0", "stock"].part_of
    assert {("stock", "shop"), ("stock-0", "shop-0"), ("rack", "stock-0")} <= edges.keys()
    assert not any("registry" in edge for edge in edges)


def test_the_graph_may_be_named_or_absent(tmp_path: Path):
    """--graph wins; without any graph the calls seen are all that is known."""
    cases = _file(tmp_path, [telemetry("a", "b", trace("b", "a"))], "other.jsonl")
    graph = tmp_path / "any.json"
    graph.write_bytes(orjson.dumps(GRAPH))
    assert "rack" in read(cases, graph).cases[0].rules.components
    assert set(read(cases, None).cases[0].rules.components) == {"a", "b"}


def test_kubernetes_alerts_ask_for_the_nearest_alerting_component(tmp_path: Path):
    """The root does not alert, so its lead is right; propagations and descriptions make no edge."""
    row = kubernetes(
        "a",
        ("HighRequestErrorRate", "frontend-service-1"),
        ("NoRequestsReceived", "checkout-service-1"),
        ("KubePodNotReady", "checkout-pod-1"),
        root="flagd-config-1",
        lead="checkout-service-1",
    )
    case = read(_file(tmp_path, [row]), None).cases[0]
    assert case.answers == {"checkout-service-1"}
    assert case.among == case.alerting == {"frontend-service-1", "checkout-service-1", "checkout-pod-1"}
    upstream = {d.upstream for d in case.rules.components["frontend-service-1"].depends_on}
    assert upstream == {"checkout-service-1"}
    assert {s.fault for s in case.signs} == {"api.error_rate", "x.no_requests", "app.crash"}


def test_a_root_that_alerts_is_the_only_right_answer(tmp_path: Path):
    """The lead counts only where the root is silent."""
    row = kubernetes("a", ("KubePodNotReady", "ad-pod-1"), root="ad-pod-1", lead="ad-service-1")
    assert read(_file(tmp_path, [row]), None).cases[0].answers == {"ad-pod-1"}


def test_without_a_lead_any_component_may_be_named(tmp_path: Path):
    """Nothing that alerts is near the root, so the root itself is asked for."""
    row = kubernetes("a", ("KubePodNotReady", "ad-pod-1"), root="flagd-config-1", lead="cart-service-1")
    case = read(_file(tmp_path, [row]), None).cases[0]
    assert (case.answers, case.among) == ({"flagd-config-1"}, None)


def test_metrics_with_deviations_say_how_surprising_they_are(tmp_path: Path):
    """The strongest deviation of a (component, fault) speaks; its rate is one in as many deviations, bounded."""
    events = [
        {"t_ms": 5, "entity": "db", "signal": "latency", "z": 4.0},
        {"t_ms": 9, "entity": "db", "signal": "latency", "z": -10.0},
        {"t_ms": 9, "entity": "web", "signal": "availability", "z": 4_000.0},
    ]
    row = {"case_id": "a", "graph": "g.json", "events": events, "root_cause": {"entity": "db"}}
    (tmp_path / "g.json").write_bytes(orjson.dumps({"nodes": ["db", "web"], "edges": [["web", "db"]]}))
    case = read(_file(tmp_path, [row]), None).cases[0]
    assert [(s.component, s.fault, s.first_ms, s.anyway) for s in case.signs] == [
        ("db", "api.latency", 5, 0.1),
        ("web", "api.error_rate", 9, 0.02),
    ]
    assert [d.upstream for d in case.rules.components["web"].depends_on] == ["db"]


def test_what_no_reader_knows_is_refused(tmp_path: Path):
    """Empty files and rows of another kind say so."""
    for rows in ([], [{"company": {}}]):
        with pytest.raises(UnknownFormat):
            read(_file(tmp_path, rows), None)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("docker_memory_stats_rss", "x.memory_high"),
        ("system.cpu.pct_usage", "x.cpu_high"),
        ("system_core_iowait_pct", "x.io_high"),
        ("container_fs_reads./dev/vda", "x.io_read_high"),
        ("docker_diskio_write_ops", "x.io_write_high"),
        ("system.disk.pct_usage", "x.disk_high"),
        ("container_network_receive_packets.eth0", "x.traffic_high"),
        ("container_threads", "x.threads_high"),
        ("grpc-mrt", "x.latency"),
        ("grpc-sr", "x.errors"),
        ("redis_keyspace_avg_ttl", "x.deviation"),
    ],
)
def test_metrics_mean_faults_by_their_names(name: str, fault: str):
    """Names of different exporters for one resource mean one fault."""
    assert fault_of_metric(name, up=True) == fault


def test_low_use_of_a_resource_starves_and_high_use_speaks_of_itself():
    """Direction decides how a fault travels."""
    assert OWN_FAULTS[fault_of_metric("cpu", up=False)].spread is Spread.STARVE
    assert OWN_FAULTS[fault_of_metric("cpu", up=True)].spread is Spread.SELF
    assert OWN_FAULTS["x.traffic_high"].spread is Spread.SYMPTOM


def test_logs_say_whose_error_it_is():
    """An error of the caller's making, one of its own, and none."""
    assert fault_of_log("rpc error: code = Canceled") == "x.log_blames_another"
    assert fault_of_log("[Errno 2] No such file or directory") == "x.log_error"
    assert fault_of_log("DB saved on disk") == "x.log_other"


def test_every_fault_of_a_signal_is_declared():
    """The router knows how each travels, and what it says is a chance."""
    assert set(SHOWS) <= set(OWN_FAULTS)
    assert all(0 < chance < 1 for chance in SHOWS.values())


@pytest.mark.parametrize(
    ("entity", "name"),
    [
        ("product-catalog-service-1", "productcatalog"),
        ("productcatalog-pod-2", "productcatalog"),
        ("adservice", "ad"),
        ("fraud-detection-service", "frauddetection"),
        ("reviews-v3-pod-1", "reviews"),
        ("valkey-cart-pod-1", "valkey"),
    ],
)
def test_objects_of_one_application_share_its_name(entity: str, name: str):
    """Kind, number, version and spelling do not matter."""
    assert application(entity) == name


@pytest.mark.parametrize(
    ("name", "unique", "copies"),
    [("itbench", 15, 0), ("micross", 53, 23), ("online_boutique", 70, 0), ("petshop", 16, 0)],
)
def test_the_shared_failures_are_read_without_their_copies(name: str, unique: int, copies: int):
    """The counts that the corpus states."""
    path = CORPUS / f"{name}_dev.jsonl"
    if not path.exists():
        pytest.skip("the shared corpus is not beside this repository")
    found = read(path, None)
    assert (len(found.cases), found.copies) == (unique, copies)
    assert all(case.alerting <= case.rules.components.keys() for case in found.cases)
