"""From pairs beyond chance to edges worth a look: what the topology explains already is none, nor what they explain.

Of A -> B -> C the pair A -> C is also beyond chance, and of A -> B with A -> C the pair B -> C may be. So of all
pairs that the topology does not explain, the weakest is looked at first: it is left out when the topology with all
the others explains it, by a path or by a common cause that fits its lags. Of three that explain each other the one
with the widest lags goes, as in the reconstruction of networks by the data processing inequality (ARACNE, Margolin
and others, 2006); where lags are alike, which two of three remain is not sure, and both are printed.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from router.config.durations import round_duration, write_duration
from router.model.catalog import Component, Dependency
from router.model.rules import Rules
from router.model.topology import Topology
from router.topology_learning.onsets import History
from router.topology_learning.pairs import MIN_FORWARD, Pair, pairs_of

ROOM = 0.5
"""The proposed delay is so much wider, to both sides, than the lags that were seen."""

SLACK_SECONDS, SLACK_SHARE = 900, 0.25
"""Monitors are late: so much beyond a delay still fits it."""


MOST_CANDIDATES = 200
"""More pairs than this nobody looks at; the heaviest are kept."""

COMMON_HOPS = 6
"""A common cause further away than this, both ways together, explains nothing."""


class Proposal(NamedTuple):
    """An edge that may be missing, with the delay to begin with; `workflow` declares the component that depends."""

    pair: Pair
    soonest_seconds: int
    latest_seconds: int
    workflow: str
    crosses_scopes: bool

    @property
    def delay(self) -> str:
        """As it is written in rules."""
        return f"{write_duration(self.soonest_seconds)}..{write_duration(self.latest_seconds)}"

    @property
    def snippet(self) -> str:
        """The lines to paste into the workflow's file."""
        pair = self.pair
        seen = f"{pair.episodes} of {pair.trials} episodes, lags {write_duration(pair.lags[0])} to "
        return (
            f"  {pair.downstream}:\n    depends_on:\n"
            f"      {pair.upstream}: {self.delay}   # learned: {seen}{write_duration(pair.lags[-1])}\n"
        )


class Passed(NamedTuple):
    """A pair beyond chance that is no proposal, and why."""

    pair: Pair
    why: str


class Learned(NamedTuple):
    """Everything that came of a recording; `tests` pairs and windows were tried."""

    proposals: tuple[Proposal, ...]
    passed: tuple[Passed, ...]
    tests: int


def learn(rules: Rules, history: History) -> Learned:
    """Proposals from a history of onsets, by weight."""
    found = pairs_of(history)
    left: dict[Pair, Proposal] = {}
    passed: list[Passed] = []
    for pair in found.pairs:
        why = _explained(pair, rules.topology) or _unclear(pair, rules.topology)
        why = why or ("" if len(left) < MOST_CANDIDATES else f"{MOST_CANDIDATES} pairs weigh more")
        if why:
            passed.append(Passed(pair, why))
        else:
            left[pair] = _proposal(pair, rules)
    for pair in reversed(tuple(left)):
        others = [proposal for other, proposal in left.items() if other != pair]
        why = _explained(pair, _with(rules.components, others))
        if why:
            passed.append(Passed(pair, f"{why}, if you take what is proposed"))
            del left[pair]
    passed.sort(key=lambda one: (-one.pair.weight, one.pair.upstream, one.pair.downstream))
    return Learned(tuple(left.values()), tuple(passed), found.tests)


def _explained(pair: Pair, topology: Topology) -> str:
    """How the topology explains that the one follows the other; empty if it does not."""
    reach = topology.upstream_of(pair.downstream).get(pair.upstream)
    if reach:
        fits = _fits(pair.median_seconds, reach.soonest_seconds, reach.latest_seconds)
        path = f"{pair.downstream} depends on {pair.upstream}" + (
            f" through {reach.via}" if reach.via != pair.downstream else ""
        )
        said = f"{write_duration(reach.soonest_seconds)}..{write_duration(reach.latest_seconds)}"
        return path if fits else f"{path}, but {said} does not fit the lags: look at the delay"
    own, other = topology.upstream_of(pair.downstream), topology.upstream_of(pair.upstream)
    for cause in sorted(own.keys() & other.keys() - {pair.upstream, pair.downstream}):
        here, there = own[cause], other[cause]
        least, most = here.soonest_seconds - there.latest_seconds, here.latest_seconds - there.soonest_seconds
        if here.hops + there.hops <= COMMON_HOPS and _fits(pair.median_seconds, least, most):
            return f"both depend on {cause}"
    return ""


def _fits(lag: float, soonest: float, latest: float) -> bool:
    slack = SLACK_SECONDS + SLACK_SHARE * abs(latest)
    return soonest - slack <= lag <= latest + slack


def _unclear(pair: Pair, topology: Topology) -> str:
    if pair.downstream in topology.upstream_of(pair.upstream):
        return f"the other way round: {pair.upstream} depends on {pair.downstream}"
    if pair.forward < MIN_FORWARD:
        return f"{pair.upstream} is first in {pair.forward:.0%} of their common episodes only: no direction"
    return ""


def _proposal(pair: Pair, rules: Rules) -> Proposal:
    downstream, upstream = rules.components[pair.downstream], rules.components[pair.upstream]
    return Proposal(
        pair,
        round_duration(pair.lags[0] * (1 - ROOM), up=False),
        max(round_duration(pair.lags[-1] * (1 + ROOM), up=True), 300),
        downstream.workflow,
        downstream.scope != upstream.scope,
    )


def _with(components: Mapping[str, Component], proposals: Iterable[Proposal]) -> Topology:
    """The topology with these proposals in it."""
    changed = dict(components)
    for proposal in proposals:
        body = changed[proposal.pair.downstream]
        edge = Dependency(
            upstream=proposal.pair.upstream,
            soonest_seconds=proposal.soonest_seconds,
            latest_seconds=proposal.latest_seconds,
        )
        changed[body.id] = body.model_copy(update={"depends_on": (*body.depends_on, edge)})
    return Topology(changed)


def document(learned: Learned, history: History) -> Mapping[str, object]:
    """What `--json` prints."""
    return {
        "span_seconds": history.span_seconds,
        "components": len(history.onsets),
        "tests": learned.tests,
        "proposals": [
            {
                **_pair_document(one.pair),
                "delay": {"soonest_seconds": one.soonest_seconds, "latest_seconds": one.latest_seconds},
                "workflow": one.workflow,
                "crosses_scopes": one.crosses_scopes,
                "snippet": one.snippet,
            }
            for one in learned.proposals
        ],
        "passed_over": [{**_pair_document(one.pair), "why": one.why} for one in learned.passed],
        "unread": dict(history.unread),
        "unknown_components": history.unknown,
    }


def _pair_document(pair: Pair) -> dict[str, object]:
    lags = pair.lags
    return {
        "component": pair.downstream,
        "depends_on": pair.upstream,
        "episodes": pair.episodes,
        "of": pair.trials,
        "days": pair.days,
        "confidence": round(pair.confidence, 4),
        "expected_by_chance": round(pair.expected, 6),
        "lift": round(pair.lift, 2),
        "p_corrected": pair.p,
        "in_this_order": round(pair.forward, 4),
        "window_seconds": pair.window_seconds,
        "lag_seconds": {
            "least": lags[0],
            "median": pair.median_seconds,
            "p90": lags[int(0.9 * (len(lags) - 1))],
            "most": lags[-1],
        },
    }
