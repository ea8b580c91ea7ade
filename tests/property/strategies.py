"""Random days of the small company in tests/builders.py."""

from hypothesis import strategies as st

from router.model.event import Alert
from router.model.input import AlertBatch
from tests.builders import a_batch, an_alert

FAULT_OF = {
    "erp.orders": "erp.batch_failed",
    "feed.orders": "feed.stale",
    "model.pricing": "model.data_drift",
    "agent.quotes": "agent.escalation_surge",
    "kpi.revenue": "kpi.drop",
    "api.island": "api.latency",
}


@st.composite
def alerts(draw: st.DrawFn, latest: int = 7_200) -> Alert:
    """One alert of any component, firing or resolved, at any second of the story."""
    component = draw(st.sampled_from(sorted(FAULT_OF)))
    seconds = draw(st.integers(0, latest))
    return an_alert(
        component,
        FAULT_OF[component],
        seconds,
        key=f"1:{component}/{draw(st.integers(0, 1))}",
        status=draw(st.sampled_from(["firing", "firing", "resolved"])),
        severity=draw(st.sampled_from(["critical", "major", "warning"])),
        started=max(0, seconds - draw(st.integers(0, 300))),
        traces=draw(st.sampled_from([(), (), ("t1",), ("t2",)])),
    )


def batches(events: list[Alert], size: int = 1) -> list[AlertBatch]:
    """These alerts as consecutive inputs of `size` alerts each."""
    return [a_batch(*events[n : n + size], first=n) for n in range(0, len(events), size)]
