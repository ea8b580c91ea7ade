"""Writes the sample catalogs of this folder: a dbt project with five nights of runs, and a week of OpenLineage events.

`python examples/catalogs/make.py` writes them anew, byte for byte the same. They are by hand, in the shape that the
tools write; catalog-info.yaml is no output of this.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
NIGHT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PROJECT = "shop"
Data = tuple[str, str]
"""(namespace, name) of a dataset."""


def node(kind: str, name: str, upstream: list[str], **more: object) -> tuple[str, dict[str, object]]:
    """A resource of the manifest."""
    key = f"{kind}.{PROJECT}.{name}"
    body = {
        "unique_id": key,
        "resource_type": kind,
        "package_name": PROJECT,
        "name": name.split(".")[0 if kind == "test" else -1],
        "relation_name": f'"analytics"."marts"."{name}"' if kind in ("model", "seed", "snapshot") else None,
        "depends_on": {"macros": [], "nodes": upstream},
        "config": {"enabled": True, "meta": {}},
        "meta": {},
        "group": None,
    }
    return key, body | more


def manifest() -> dict[str, object]:
    """A small project: two sources, staging, features, a model and a dashboard that use them, one metric."""
    orders, rates = f"source.{PROJECT}.erp.orders", f"source.{PROJECT}.bank.rates"
    stg, fct = f"model.{PROJECT}.stg_orders", f"model.{PROJECT}.fct_order_features"
    hours = {"warn_after": {"count": 6, "period": "hour"}, "error_after": {"count": 12, "period": "hour"}}
    sources = [
        node("source", "erp.orders", [], source_name="erp", freshness=hours, meta={"owner": "erp-platform"},
             relation_name='"analytics"."raw"."orders"'),
        node("source", "bank.rates", [], source_name="bank", relation_name='"analytics"."raw"."rates"'),
    ]  # fmt: skip
    nodes = [
        node("model", "stg_orders", [orders], group="order_data"),
        node("model", "stg_rates", [rates], config={"enabled": True, "meta": {"owner": ["finance-data", "treasury"]}}),
        node("seed", "country_codes", []),
        node("model", "fct_order_features", [stg, f"model.{PROJECT}.stg_rates", f"seed.{PROJECT}.country_codes"],
             group="order_data"),
        node("snapshot", "order_states", [stg], meta={"owner": "clara.jansen@acme.example"}),
        node("test", "not_null_stg_orders_order_id.81cfe2fe64", [stg], attached_node=stg,
             test_metadata={"name": "not_null", "kwargs": {"column_name": "order_id"}}),
        node("test", "assert_totals_match", [fct]),
        node("analysis", "margin_study", [fct]),
    ]  # fmt: skip
    exposures = [
        node("exposure", "pricing_model", [fct], type="ml", label="Pricing model",
             owner={"name": "Pricing science", "email": "pricing@acme.example"}),
        node("exposure", "sales_board", [f"metric.{PROJECT}.order_value"], type="dashboard",
             owner={"name": None, "email": "sales-ops@acme.example"}),
    ]  # fmt: skip
    return {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "dbt_version": "1.9.4",
            "project_name": PROJECT,
        },
        "nodes": dict(nodes),
        "sources": dict(sources),
        "exposures": dict(exposures),
        "metrics": dict([node("metric", "order_value", [f"semantic_model.{PROJECT}.orders"], label="Order value")]),
        "semantic_models": dict([node("semantic_model", "orders", [fct])]),
        "groups": {f"group.{PROJECT}.order_data": {"name": "order_data", "owner": {
            "name": "Order data", "email": "order-data@acme.example"}}},
        "macros": {},
        "docs": {},
        "disabled": {},
    }  # fmt: skip


def run_results(night: int) -> dict[str, object]:
    """What one night's `dbt build` reported."""
    at = NIGHT + timedelta(days=night)
    order = [("seed.shop.country_codes", 5), ("model.shop.stg_orders", 240 + 30 * night),
             ("model.shop.stg_rates", 20), ("test.shop.not_null_stg_orders_order_id.81cfe2fe64", 15),
             ("snapshot.shop.order_states", 60), ("model.shop.fct_order_features", 600 - 45 * night),
             ("test.shop.assert_totals_match", 30)]  # fmt: skip
    results = []
    for key, seconds in order:
        done = at + timedelta(seconds=seconds)
        timing = [{"name": "compile", "started_at": stamp(at), "completed_at": stamp(at)},
                  {"name": "execute", "started_at": stamp(at), "completed_at": stamp(done)}]  # fmt: skip
        results.append({"unique_id": key, "status": "success", "timing": timing, "execution_time": seconds})
        at = done
    metadata = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json", "generated_at": stamp(at)}
    return {"metadata": metadata, "results": results}


def stamp(at: datetime) -> str:
    """A time as both tools write it."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def lineage() -> list[dict[str, object]]:
    """A week: a nightly load, a transformation that follows it, and scoring every six hours on its own clock."""
    raw, clean = ("s3://lake", "raw/claims"), ("snowflake://acme", "dwh.claims.clean")
    scores = ("snowflake://acme", "dwh.claims.scores")
    events: list[dict[str, object]] = []
    for day in range(7):
        night = NIGHT + timedelta(days=day)
        events += run("claims.load", night, 1_200 + 60 * day, [("sap://prd", "CLAIMS")], [raw], "load", day, "@daily")
        events += run("claims.clean", night + timedelta(seconds=1_290 + 60 * day), 900, [raw], [clean], "clean", day)
        for part in range(4):
            start = night + timedelta(hours=1 + 6 * part)
            events += run("claims.score_model", start, 300 + 10 * part, [clean], [scores], "score", 10 * day + part)
    return sorted(events, key=lambda event: str(event["eventTime"]))


def run(
    job: str, start: datetime, seconds: int, inputs: list[Data], outputs: list[Data], name: str, number: int,
    schedule: str = "",
) -> list[dict[str, object]]:  # fmt: skip
    """The two events of one run."""
    facets: dict[str, object] = {"nominalTime": {"nominalStartTime": stamp(start.replace(minute=0, second=0))}}
    if schedule:
        facets["airflow"] = {"dag": {"dag_id": job, "schedule_interval": schedule}}
    owners = {"clean": "team:claims-data", "score": "claims-ai"}.get(name, "airflow")
    event = {
        "run": {"runId": f"00000000-0000-4000-8000-{abs(hash_of(name)):06d}{number:06d}", "facets": facets},
        "job": {"namespace": "airflow-prod", "name": job, "facets": {
            "jobType": {"processingType": "BATCH", "integration": "AIRFLOW", "jobType": "TASK"},
            "ownership": {"owners": [{"name": owners, "type": "OWNER"}]}}},
        "inputs": [{"namespace": space, "name": data} for space, data in inputs],
        "outputs": [{"namespace": space, "name": data} for space, data in outputs],
        "producer": "https://acme.example/scheduler",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    }  # fmt: skip
    ends = start + timedelta(seconds=seconds)
    return [event | {"eventType": "START", "eventTime": stamp(start)},
            event | {"eventType": "COMPLETE", "eventTime": stamp(ends)}]  # fmt: skip


def hash_of(name: str) -> int:
    """A number for a name, the same every time."""
    return sum(position * ord(letter) for position, letter in enumerate(name, 1)) % 1_000_000


def main() -> None:
    """Write all of them."""
    (HERE / "manifest.json").write_text(json.dumps(manifest(), indent=1) + "\n")
    for night in range(5):
        (HERE / f"run_results_{night + 1}.json").write_text(json.dumps(run_results(night), indent=1) + "\n")
    (HERE / "openlineage.jsonl").write_text("".join(json.dumps(event) + "\n" for event in lineage()))


if __name__ == "__main__":
    main()
