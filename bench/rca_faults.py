"""What observability signals claim is wrong: faults of our own, their direction, and how often they show at a cause.

`SHOWS` was set by hand, in tenths, with the development sets in view: a resource that runs high at a component speaks
of it; latency and errors travel, so they say less about where they are seen; rising traffic and falling use of
resources are what victims do. Figures on those sets are an upper bound in this respect.
"""

import re

from router.model.fault import ComponentKind, Fault, OwnerKind, Severity, Spread

LATENCY, ERRORS, NOT_READY = "api.latency", "api.error_rate", "app.crash"
CALL_LATENCY, CALL_ERRORS = "x.call_latency", "x.call_errors"
NO_REQUESTS, TRAFFIC_HIGH, TRAFFIC_LOW = "x.no_requests", "x.traffic_high", "x.traffic_low"
LOG_ERROR, LOG_OTHER, LOG_BLAMES_ANOTHER = "x.log_error", "x.log_other", "x.log_blames_another"
DEVIATION = "x.deviation"

SHOWS: dict[str, float] = {
    CALL_LATENCY: 0.3,
    CALL_ERRORS: 0.3,
    "x.latency": 0.3,
    "x.errors": 0.3,
    TRAFFIC_HIGH: 0.1,
    TRAFFIC_LOW: 0.3,
    LOG_ERROR: 0.6,
    LOG_OTHER: 0.2,
    LOG_BLAMES_ANOTHER: 0.1,
    DEVIATION: 0.3,
    "x.memory_high": 0.6,
    "x.cpu_high": 0.4,
    "x.io_read_high": 0.5,
    "x.io_write_high": 0.5,
    "x.io_high": 0.3,
    "x.disk_high": 0.5,
    "x.threads_high": 0.2,
    "x.memory_low": 0.1,
    "x.cpu_low": 0.1,
    "x.io_read_low": 0.1,
    "x.io_write_low": 0.1,
    "x.io_low": 0.1,
    "x.disk_low": 0.1,
    "x.threads_low": 0.1,
}
"""Chance that a failure shows as this where it is; faults that are missing have the router's own for their class."""

_RESOURCES = (
    ("memory", re.compile(r"mem|rss|swap|heap")),
    ("cpu", re.compile(r"cpu|_core_|softirq|_load\b")),
    ("io_read", re.compile(r"fs_reads|(disk|blk)io.*read|iostat_read|\bio\.r")),
    ("io_write", re.compile(r"fs_writes|(disk|blk)io.*write|iostat_write|\bio\.w")),
    ("io", re.compile(r"diskio|blkio|iowait|iostat|\bio\.")),
    ("disk", re.compile(r"disk|filesystem|inode")),
    ("threads", re.compile(r"thread|goroutine")),
)
_LATENCY = re.compile(r"\bmrt\b|latency|duration|response_time|\brt\b")
_ERRORS = re.compile(r"\b(sr|rr|ssr)\b|error|success|availab|fail")
_TRAFFIC = re.compile(r"network|packets|\btcp|receive|transmit|request_count|\brps\b|\bqps\b")
_IOWAIT = re.compile(r"iowait")


def fault_of_metric(name: str, up: bool) -> str:
    """The fault that a metric of this name claims when it runs high (or low)."""
    name = name.lower()
    words = re.sub(r"[-_]", " ", name)
    if _LATENCY.search(words):
        return "x.latency"
    if _ERRORS.search(words):
        return "x.errors"
    if _IOWAIT.search(name):
        return f"x.io_{'high' if up else 'low'}"
    if _TRAFFIC.search(name):
        return TRAFFIC_HIGH if up else TRAFFIC_LOW
    for resource, pattern in _RESOURCES:
        if pattern.search(name):
            return f"x.{resource}_{'high' if up else 'low'}"
    return DEVIATION


_CLAIMS_ERROR = re.compile(
    r"error|exception|fail|refused|time(d)? ?out|denied|no such|ut of memory|unavailable|fatal|panic|warn",
    re.IGNORECASE,
)
_BLAMES_ANOTHER = re.compile(
    r"downstream|upstream|remote_reset|outbound\||max_duration_timeout|rpc error|request error"
    r"|failed to (retrieve|get|send|call|complete)",
    re.IGNORECASE,
)


def fault_of_log(text: str) -> str:
    """The fault that a log template claims: an error of its own, one seen at another, or nothing in particular."""
    if _BLAMES_ANOTHER.search(text):
        return LOG_BLAMES_ANOTHER
    return LOG_ERROR if _CLAIMS_ERROR.search(text) else LOG_OTHER


def _spread(fault: str) -> Spread:
    if fault.endswith("_low") or fault == NO_REQUESTS:
        return Spread.STARVE
    if fault.endswith("_high") and fault != TRAFFIC_HIGH:
        return Spread.SELF
    return Spread.SELF if fault in {LOG_ERROR, LOG_OTHER} else Spread.SYMPTOM


OWN_FAULTS: dict[str, Fault] = {
    name: Fault(
        name=name,
        kind=ComponentKind.APP,
        concern=OwnerKind.IT,
        severity=Severity.MAJOR,
        spread=_spread(name),
        meaning=name.removeprefix("x.").replace("_", " "),
    )
    for name in (*SHOWS, NO_REQUESTS)
}
