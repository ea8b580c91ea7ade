"""An imported alertmanager.yml as the files that an operator would write, comments included."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from router.config.durations import write_duration
from router.importing.alertmanager_parts import Receiver, Rule, Spans
from router.importing.alertmanager_routes import ROOT
from router.importing.imported import Remarks
from router.importing.writer import FILE_BYTES, scalar
from router.model.fault import OwnerKind
from router.model.matcher import Matcher, go_quoted
from router.model.route import Route
from router.render.escape import clean

TRIAGE = "triage-desk"

_CLOCKS = {
    "settle": "settle_seconds",
    "update_interval": "update_interval_seconds",
    "repeat_interval": "repeat_interval_seconds",
}
MOST_NAMED = 20
"""So many names of one kind without a counterpart stand in a comment."""


def router_file(made: str, root: Route) -> str:
    """router.yaml: the root's clocks are the company's."""
    kinds = ", ".join(f"{kind.value}: {TRIAGE}" for kind in OwnerKind)
    clocks = [f"{key}: {write_duration(getattr(root, field))}" for key, field in _CLOCKS.items()]
    settle = write_duration(root.settle_seconds or 0)
    return "\n".join(
        (
            made,
            '# TODO company: "Name"',
            f"triage: {TRIAGE}",
            "# TODO: what no component owns goes to the triage desk; name who answers for each kind of fault instead.",
            f"default_owners: {{{kinds}}}",
            "# group_wait, group_interval and repeat_interval of the root route.",
            *clocks,
            f"critical_settle: {settle}",
            "",
        )
    )


def teams_file(made: str, receivers: Iterable[Receiver]) -> str:
    """teams.yaml: the triage desk, and a team a receiver."""
    lines = [
        made,
        "# TODO: a receiver is a way to tell somebody; name the team behind it, and what kind it is.",
        "teams:",
        f"  {TRIAGE}:",
        "    kind: it",
        '    name: "Triage desk (TODO: name the people who decide what nobody owns)"',
        '    channel: "#incident-triage"   # TODO: a channel that you have',
    ]
    for receiver in receivers:
        lines += [f"  {scalar(receiver.team)}:", "    kind: it", f"    name: {_text(receiver.name)}"]
        lines += [f"    channel: {_text(channel)}" for channel in receiver.channels[:1]]
        lines += [] if receiver.channels or receiver.nowhere else ['    # TODO channel: "#name"']
    return "\n".join([*lines, ""])


def sources_file(made: str) -> str:
    """sources.yaml: the webhooks of the same Alertmanager, once somebody puts them on a topic."""
    return (
        f"{made}\nsources:\n  alertmanager:\n"
        "    topics: [alertmanager]   # TODO: the topic that has Alertmanager's webhooks\n"
        "    format: alertmanager\n"
    )


def routes_file(
    made: str,
    root: Route,
    receivers: Iterable[Receiver],
    intervals: Mapping[str, Spans],
    alert_labels: Sequence[str],
    remarks: Remarks,
) -> str:
    """routes.yaml: the tree, its receivers and time intervals; what has no counterpart stands in front as comments."""
    lines = [made, *_left_out(remarks)]
    if alert_labels:
        lines += ["# The router has labels of these names too; routes and inhibition mean the alerts' own."]
        lines += [f"alert_labels: {_list(alert_labels)}"]
    lines += ["receivers:"]
    for receiver in receivers:
        channels = f"channels: {_list(receiver.channels)}, " if receiver.channels else ""
        lines += [f"  {_text(receiver.name)}: {{{channels}team: {scalar(receiver.team)}}}"]
    if intervals:
        lines += ["time_intervals:", *_intervals(intervals)]
    said = [f"  {line}" for line in _options(root)]
    lines += ["default:", *said] if said else []
    first = next(iter(_parts(root)), "")
    lines += ["routes:", first] if first else ["routes: []", ""]
    return "\n".join(lines)


def more_routes_files(made: str, root: Route) -> dict[str, str]:
    """routes/*.yaml: the routes that are too many for one file, in their order."""
    parts = list(_parts(root))[1:]
    return {
        f"routes/part{number:03}.yaml": f"{made}\nroutes:\n{part}" for number, part in enumerate(parts, 2)
    }


def _parts(root: Route) -> Iterator[str]:
    """The root's routes as text, in as many parts as files are needed."""
    part, size = "", 0
    for route in root.routes:
        text = "\n".join(_route(route, "  ")) + "\n"
        length = len(text.encode())
        if part and size + length > FILE_BYTES:
            yield part
            part, size = "", 0
        part += text
        size += length
    if part:
        yield part


def inhibition_file(made: str, rules: Iterable[Rule]) -> str:
    """inhibition.yaml."""
    lines = [made, "inhibition:"]
    for rule in rules:
        lines += [f"  - name: {scalar(rule.name)}", f"    source: {_matchers(rule.source)}"]
        lines += [f"    target: {_matchers(rule.target)}"]
        lines += [f"    equal: {_list(rule.equal)}"] if rule.equal else []
    return "\n".join([*lines, ""])


def _left_out(remarks: Remarks) -> Iterator[str]:
    """Comments on what was left out."""
    if remarks.left_out:
        yield "# What has no counterpart here, and was left out:"
    for one in remarks.left_out:
        yield f"# - {clean(one.what)} ({clean(one.why)})" + (":" if one.names else "")
        yield from (f"#     {clean(name)}" for name in one.names[:MOST_NAMED])
        if len(one.names) > MOST_NAMED:
            yield f"#     and {len(one.names) - MOST_NAMED} more"


def _route(route: Route, indent: str) -> Iterator[str]:
    yield f"{indent}- name: {scalar(route.name)}"
    inner = indent + "  "
    if route.match:
        yield f"{inner}match: {_matchers(route.match)}"
    if route.continues:
        yield f"{inner}continue: true"
    yield from (inner + line for line in _options(route))
    for key, names in (("mute_time_intervals", route.mute), ("active_time_intervals", route.active)):
        if names:
            yield f"{inner}{key}: {_list(names)}"
    if route.routes:
        yield f"{inner}routes:"
        for child in route.routes:
            yield from _route(child, inner + "  ")


def _options(route: Route) -> Iterator[str]:
    if route.receiver:
        yield f"receiver: {_text(route.receiver)}"
    if route.group_by is not None:
        yield f"group_by: {_list(route.group_by)}"
    for key, field in _CLOCKS.items():
        if route.name != ROOT and getattr(route, field) is not None:
            yield f"{key}: {write_duration(getattr(route, field))}"


def _intervals(intervals: Mapping[str, Spans]) -> Iterator[str]:
    for name, spans in intervals.items():
        yield f"  {_text(name)}:" + ("" if spans else " []")
        for span in spans:
            parts = []
            for key, value in span.items():
                if key == "times":
                    times = ", ".join(
                        f'{{start_time: "{t["start_time"]}", end_time: "{t["end_time"]}"}}' for t in value
                    )
                    parts.append(f"times: [{times}]")
                else:
                    parts.append(f"{key}: {_list(value) if isinstance(value, list) else _text(value)}")
            yield f"    - {{{', '.join(parts)}}}"


def _matchers(matchers: Iterable[Matcher]) -> str:
    """The matchers as a list; labels that read like ours are quoted, which says that they are meant as they are."""
    return _list([_written(matcher) for matcher in matchers])


def _written(matcher: Matcher) -> str:
    if matcher.label.replace("_", "").isalnum() and matcher.label.islower() and "_" not in matcher.label:
        return str(matcher)
    return f"{go_quoted(matcher.label)}{matcher.operator.value}{go_quoted(matcher.value)}"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """The text in quotes, as YAML writes it: in single ones where it has double ones and nothing to escape."""
    if '"' in text and text.isprintable() and "'" not in text:
        return f"'{text}'"
    written = ""
    for char in text:
        if char in '"\\':
            written += "\\" + char
        elif char.isprintable():
            written += char
        else:
            written += f"\\U{ord(char):08x}"
    return f'"{written}"'
