"""A case through the router's own attribution, as an installation that watches infrastructure would run it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bench.rca_case import Case
from bench.rca_faults import SHOWS
from router.likelihood.links import spread_of
from router.likelihood.parameters import DAY, Parameters
from router.likelihood.weighing import Likelihood
from router.model.fault import Severity, Spread
from router.model.headline import Headline
from router.stages.attribute import rank

INFRASTRUCTURE = Parameters(again_inside=1.0, part_weight=0.6, next_component=0.8, sharpness=1.0)
"""For raw telemetry: several kinds of signal at one component are several pieces of evidence, instances fail together,
and what many components show is not independent. Chosen on all development sets at once: figures there are an upper
bound."""

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
"""When a case's symptoms are said to have begun, the strongest first: windows start at the injection, so their own
times would only mislead."""


def shares(
    case: Case, anyway: Mapping[tuple[str, str], float], prior: Mapping[str, float]
) -> dict[str, float]:
    """Every possible cause's share. `prior` says how much likelier than others a component is to fail.

    Shares are among what may be named, if the case restricts it; a case without any alert has none.
    """
    if not case.signs:
        return {}
    case.rules.topology.memo.setdefault("likelihood", Likelihood(case.rules, INFRASTRUCTURE))
    suspects = rank(_headlines(case, anyway), (), case.rules, BEGAN)
    found = {
        suspect.component: suspect.share * prior.get(suspect.component, 1.0)
        for suspect in suspects
        if case.among is None or suspect.component in case.among
    }
    total = sum(found.values())
    return {name: share / total for name, share in found.items()} if total else found


def _headlines(case: Case, anyway: Mapping[tuple[str, str], float]) -> list[Headline]:
    """The symptoms as correlation would hand them to attribution, strongest first by a microsecond."""
    strongest = sorted(
        case.signs,
        key=lambda sign: (
            round(anyway[sign.component, sign.fault] / _shows(case, sign.fault), 9),
            sign.component,
            sign.fault,
        ),
    )
    return [
        Headline(
            component=sign.component,
            fault=sign.fault,
            severity=Severity.MAJOR,
            summary="",
            started_at=BEGAN + timedelta(microseconds=place),
            firing=sign.strength,
            background=_background(case, sign.fault, anyway[sign.component, sign.fault])
            if sign.anyway is not None or sign.fault in SHOWS
            else 0.0,
        )
        for place, sign in enumerate(strongest)
    ]


def _background(case: Case, fault: str, anyway: float) -> float:
    """The chance in a window as a rate a day, with how often the fault shows at a cause (`SHOWS`) folded in.

    Attribution divides the chance of the symptom by this rate, so the router's own chance for the fault's class over
    `SHOWS` times the rate gives the same as the other chance would.
    """
    window = case.rules.settings.lateness_seconds
    own = _emission(case, fault) * INFRASTRUCTURE.fault_share * (1 - INFRASTRUCTURE.tail)
    return anyway / _shows(case, fault) * own / window * DAY


def _shows(case: Case, fault: str) -> float:
    return SHOWS.get(fault, _emission(case, fault))


def _emission(case: Case, fault: str) -> float:
    return {
        Spread.SELF: INFRASTRUCTURE.emission_self,
        Spread.SYMPTOM: INFRASTRUCTURE.emission_symptom,
        Spread.STARVE: INFRASTRUCTURE.emission_starve,
    }[spread_of(case.rules, fault)]
