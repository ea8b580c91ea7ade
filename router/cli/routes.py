"""`router routes`: which routes these labels lead to, as `amtool config routes test` tells of Alertmanager's."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from router.cli.output import print_json, say, table
from router.cli.replay import JsonOption, RulesOption
from router.config.durations import write_duration
from router.model.fault import Severity
from router.model.matcher import MatchOperator, parse_matcher, written_matchers
from router.model.route import RouteNode
from router.model.rules import Rules
from router.render.escape import clean
from router.stages.route import settle_of


def routes(
    rules: RulesOption,
    labels: Annotated[
        list[str] | None,
        typer.Argument(help='Labels of an incident or alert, such as severity=critical or "a"="b".'),
    ] = None,
    tree: Annotated[bool, typer.Option("--tree", help="Draw all routes and mark those that decide.")] = False,
    json: JsonOption = False,
) -> None:
    """Show which routes decide for these labels, where they lead and with which clocks, first first."""
    from router.config.load import load

    loaded = load(rules)
    given = _labels(labels or ())
    decided = loaded.route_tree.matching([given])
    severity = next((one for one in Severity if one.value == given.get("severity")), None)
    if json:
        print_json(_document(decided, severity, loaded))
        return
    if tree:
        say(*_drawn(loaded.route_tree, decided))
        say("")
    rows = [
        (
            clean(node.path),
            clean(node.receiver),
            ", ".join(node.given.group_by) or "-",
            *(write_duration(seconds) for seconds in _clocks(node, severity, loaded).values()),
        )
        for node in decided
    ]
    say(table(["route", "receiver", "group by", ">settle", ">update", ">repeat"], rows))


def _labels(written: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for text in written:
        try:
            matcher = parse_matcher(text)
        except ValueError as error:
            raise typer.BadParameter(f"{text} is no label: {error}") from None
        if matcher.operator is not MatchOperator.EQUAL:
            raise typer.BadParameter(f"{text} is no label: write key=value")
        given[matcher.label] = matcher.value
    return given


def _document(decided: Sequence[RouteNode], severity: Severity | None, rules: Rules) -> dict[str, Any]:
    return {
        "receivers": [node.receiver for node in decided],
        "routes": [
            {"path": node.path, "group_by": list(node.given.group_by), **_clocks(node, severity, rules)}
            for node in decided
        ],
    }


def _clocks(node: RouteNode, severity: Severity | None, rules: Rules) -> dict[str, int]:
    given, settings = node.given, rules.settings
    return {
        "settle_seconds": settle_of(node, severity, rules),
        "update_interval_seconds": given.update_interval_seconds or settings.update_interval_seconds,
        "repeat_interval_seconds": given.repeat_interval_seconds or settings.repeat_interval_seconds,
    }


def _drawn(node: RouteNode, decided: Sequence[RouteNode], lead: str = "", last: bool = True) -> Iterator[str]:
    """The tree, a route a line: its matchers, what it gives, and `<-` where it decides."""
    root = not node.path.startswith("{}/")
    said = written_matchers(node.route.match) if node.route.match else "{}"
    words = [
        clean(said),
        f"receiver: {clean(node.receiver)}",
        *(["continue"] if node.route.continues else []),
    ]
    for word, names in (("quiet during", node.route.mute), ("only during", node.route.active)):
        words += [f"{word} {', '.join(names)}"] if names else []
    mark = "  <- decides" if any(node is one for one in decided) else ""
    corner = "" if root else "└─ " if last else "├─ "
    yield f"{lead}{corner}{'  '.join(words)}{mark}"
    below = lead if root else lead + ("   " if last else "│  ")
    for place, child in enumerate(node.children, 1):
        yield from _drawn(child, decided, below, place == len(node.children))
