"""From claims to values: times, keys, faults."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.errors import RejectedEvent
from router.model.event import AlertStatus, RejectCode
from router.model.fault import FAULTS, ComponentKind
from router.model.rules import Rules
from router.stages.identify import Identities
from router.stages.intake.claim import AlertClaim
from router.stages.intake.interpret import OLDEST, USUAL, Interpreter, Window, arrival, dedup_key
from tests.builders import a_company
from tests.unit.stages.intake.documents import ARRIVED, ARRIVED_MS, a_source, alert_of, known_as, native

SKEW = timedelta(minutes=5)
WINDOW = Window(ARRIVED, SKEW)
times = st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("ahead", "expected", "skewed"),
    [
        (timedelta(0), timedelta(0), False),
        (SKEW, SKEW, False),
        (SKEW + timedelta(microseconds=1), SKEW, True),
        (timedelta(days=365), SKEW, True),
        (-OLDEST, -OLDEST, False),
        (-OLDEST - timedelta(microseconds=1), -OLDEST, True),
        (-timedelta(days=9_000), -OLDEST, True),
    ],
)
def test_event_time_is_kept_within_the_window_of_its_arrival(
    ahead: timedelta, expected: timedelta, skewed: bool
) -> None:
    """Seven days back and the allowed skew ahead; what is corrected says so."""
    assert WINDOW.correct(ARRIVED + ahead, None) == (ARRIVED + expected, ARRIVED + expected, skewed)


def test_a_start_is_never_after_its_event() -> None:
    """A sender that says otherwise has two clocks."""
    at = ARRIVED - timedelta(minutes=1)
    assert WINDOW.correct(at, ARRIVED) == (at, at, False)
    assert WINDOW.correct(at, ARRIVED + timedelta(hours=1)) == (at, at, True)


def test_a_start_long_ago_is_believed_but_not_the_zero_of_a_calendar() -> None:
    """An alert may fire for months; 0001 and 1970 mean that nobody set it."""
    months = ARRIVED - timedelta(days=200)
    assert WINDOW.correct(ARRIVED, months) == (ARRIVED, months, False)
    for zero in (datetime(1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)):
        assert WINDOW.correct(ARRIVED, zero) == (ARRIVED, ARRIVED, False)


@given(st.none() | times, st.none() | times)
def test_corrected_times_are_in_order_and_within_bounds(
    at: datetime | None, started_at: datetime | None
) -> None:
    """Whatever a sender says."""
    now, began, _ = WINDOW.correct(at, started_at)
    assert ARRIVED - OLDEST <= now <= ARRIVED + SKEW
    assert began <= now


def test_the_allowed_skew_is_the_operators() -> None:
    """skew_seconds of router.yaml."""
    event = native(time="2026-03-02T09:04:00Z")
    assert not alert_of(event).skewed
    strict = alert_of(event, rules=a_company(skew_seconds=60))
    assert strict.skewed
    assert strict.at == ARRIVED + timedelta(seconds=60)


def test_an_arrival_that_is_no_time_is_refused() -> None:
    """A producer may write anything into a record's timestamp."""
    assert arrival(ARRIVED_MS) == ARRIVED
    for nonsense in (10**18, -(10**18)):
        with pytest.raises(RejectedEvent) as raised:
            arrival(nonsense)
        assert raised.value.code == RejectCode.INVALID_TIME


texts = st.text(max_size=5)


@given(
    st.tuples(texts, texts, st.lists(texts, max_size=3)), st.tuples(texts, texts, st.lists(texts, max_size=3))
)
def test_different_identities_have_different_keys(
    one: tuple[str, str, list[str]], other: tuple[str, str, list[str]]
) -> None:
    """No way of cutting up the parts makes two alerts one."""
    keys = [dedup_key(source, name, tuple(identity)) for source, name, identity in (one, other)]
    assert (keys[0] == keys[1]) is (one == other)


def test_the_key_is_versioned_and_never_changes() -> None:
    """Open alerts in production are found by it: a change here strands them, unless the version changes too."""
    assert dedup_key("acme", "feed.orders", ("key", "k")) == KNOWN_KEY
    assert alert_of(native({"dedup_key": "k"}, subject=" Feed.Orders ")).key == KNOWN_KEY


KNOWN_KEY = "1:fc65de31d234a8bc3a2b8340c9edb86a"


def an_interpreter(rules: Rules | None = None, **fields: object) -> Interpreter:
    rules = rules or a_company()
    return Interpreter(a_source("alertmanager", **fields), rules, Identities(rules))


def a_claim(**fields: object) -> AlertClaim:
    claim: dict[str, object] = {"names": ("api.island",), "identity": ("x",), "status": AlertStatus.FIRING}
    return AlertClaim(**(claim | fields))  # type: ignore[arg-type]


def test_the_fault_is_found_in_order() -> None:
    """Mapping of the words, most specific first; what is said; the source's default; the format's."""
    claim = a_claim(words=("HighErrors", "Errors"), fault="feed.late", fallback="feed.stale")
    faults = {"Errors": "app.error_rate", "High.*": "api.error_rate"}
    assert an_interpreter(faults=faults).alert(claim, WINDOW).fields["fault"] == "api.error_rate"
    assert an_interpreter().alert(claim, WINDOW).fields["fault"] == "feed.late"
    claim = a_claim(words=("HighErrors",), fault="unheard-of", fallback="feed.stale")
    assert an_interpreter(default_fault="kpi.drop").alert(claim, WINDOW).fields["fault"] == "kpi.drop"
    assert an_interpreter().alert(claim, WINDOW).fields["fault"] == "feed.stale"


def test_no_fault_at_all_is_refused() -> None:
    """Unknown when something was said, missing when nothing was."""
    for claim, code in (
        (a_claim(words=("w",)), RejectCode.UNKNOWN_FAULT),
        (a_claim(), RejectCode.MISSING_FIELD),
    ):
        with pytest.raises(RejectedEvent) as raised:
            an_interpreter().alert(claim, WINDOW)
        assert raised.value.code == code


def test_an_operators_own_fault_may_be_named() -> None:
    """Faults of router.yaml begin with x."""
    fault = FAULTS["api.error_rate"].model_copy(update={"name": "x.acme_fax_jam"})
    rules = a_company().model_copy(update={"own_faults": {"x.acme_fax_jam": fault}})
    assert (
        an_interpreter(rules).alert(a_claim(fault="x.acme_fax_jam"), WINDOW).fields["fault"]
        == "x.acme_fax_jam"
    )


def test_every_kind_of_component_has_a_usual_fault() -> None:
    """A fault of the taxonomy that is usual on that kind."""
    assert set(USUAL) == set(ComponentKind)
    assert all(FAULTS[fault].kind is kind for kind, fault in USUAL.items())


def test_the_first_known_name_is_the_component_and_the_first_name_is_in_the_key() -> None:
    """So the key stays when the catalog learns another of the names."""
    names = ("unheard-of", "island")
    unmapped = an_interpreter().alert(a_claim(names=names, fault="kpi.drop"), WINDOW)
    mapped = an_interpreter(a_company(known_as("api.island", alertmanager="island"))).alert(
        a_claim(names=names, fault="kpi.drop"), WINDOW
    )
    assert (unmapped.scope, unmapped.fields["component"]) == ("unmapped", "unheard-of")
    assert (mapped.scope, mapped.fields["component"]) == ("main", "api.island")
    assert unmapped.fields["key"] == mapped.fields["key"]


def test_memories_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names and words come from outside."""
    monkeypatch.setattr("router.stages.intake.interpret.MAX_REMEMBERED", 5)
    interpreter = an_interpreter(default_fault="kpi.drop")
    for number in range(30):
        claim = a_claim(names=(f"n{number}",), words=(f"w{number}",))
        assert interpreter.alert(claim, WINDOW).fields["component"] == f"n{number}"
    assert len(interpreter._named) <= 5
    assert len(interpreter._faults) <= 5
