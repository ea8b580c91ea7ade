"""Random small companies, and alerts in them."""

from hypothesis import strategies as st

from router.model.event import Alert
from router.model.headline import Headline
from router.model.rules import Rules
from tests.builders import a_company, a_component, an_alert

FAULTS = {
    "erp": ("erp.batch_failed", "erp.interface_error"),
    "feed": ("feed.stale", "feed.schema_change"),
    "model": ("model.data_drift", "model.serving_errors"),
    "api": ("api.latency", "api.error_rate"),
}
DELAYS = (60, 600, 7_200)


@st.composite
def companies(draw: st.DrawFn, least: int = 4, most: int = 7, **settings: object) -> Rules:
    """Four to seven components; each may depend on any that came before it, with any of three delays."""
    kinds = draw(st.lists(st.sampled_from(sorted(FAULTS)), min_size=least, max_size=most))
    components = []
    for place, kind in enumerate(kinds):
        above = [component.id for component in components]
        upstream = draw(st.lists(st.sampled_from(above), unique=True, max_size=2)) if above else []
        latest = draw(st.sampled_from(DELAYS))
        components.append(a_component(f"{kind}.{place}", *upstream, latest=latest))
    return a_company(*components, **settings)


@st.composite
def alerts_of(draw: st.DrawFn, rules: Rules, least: int, most: int, span: int) -> list[Alert]:
    """Firing alerts of different symptoms, which started within `span` seconds."""
    symptoms = [(name, fault) for name in rules.components for fault in FAULTS[name.split(".")[0]]]
    chosen = draw(st.lists(st.sampled_from(symptoms), unique=True, min_size=least, max_size=most))
    return [an_alert(component, fault, draw(st.integers(0, span))) for component, fault in chosen]


def headlines_of(alerts: list[Alert]) -> list[Headline]:
    """The symptoms that these alerts begin."""
    return [Headline.of(alert) for alert in alerts]
