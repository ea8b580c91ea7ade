"""The metrics, each with what it is for. Served by `router.telemetry.health`, alerted on in docs/alerts.

Labels are bounded: by our own enums, by what the operator configured, or by `Bounded`. Nothing that a sender
may choose freely becomes a label by itself.
"""

import threading
import time

from prometheus_client import Counter, Gauge, Histogram

ROLE = Gauge(
    "router_role_info", "1 while the role runs; build and rules hash as labels", ["role", "build", "rules"]
)
RULES_CHANGES = Counter("router_rules_changes_total", "New rules that a role took up while it ran", ["role"])
RULES_RELOAD_FAILURES = Counter(
    "router_rules_reload_failures_total", "Changed rules that a role could not use", ["role"]
)
RULES_REFUSED = Gauge(
    "router_rules_refused", "1 while the rules folder has mistakes and the role keeps older rules", ["role"]
)
CONSUMED = Counter("router_events_consumed_total", "Source events that intake consumed", ["source"])
HEARTBEATS = Counter("router_heartbeats_total", "Signs of life among them", ["source"])
IGNORED = Counter(
    "router_ignored_total", "Well-formed events that need nothing from us", ["source", "reason"]
)
DEAD_LETTERS = Counter("router_dead_letters_total", "Events that could not be used", ["code", "source"])
UNMAPPED = Counter(
    "router_unmapped_total",
    "Alerts of a name that no component has (the first names; then `other`)",
    ["name"],
)
OUTCOMES = Counter("router_outcomes_total", "What became of source positions", ["outcome"])
LAG = Gauge("router_partition_lag", "Records written and not yet applied", ["topic", "partition"])
TRANSACTION_SECONDS = Histogram(
    "router_transaction_seconds",
    "One micro-batch of a shard, from its first record to the commit",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
APPLIED = Counter("router_inputs_applied_total", "Inputs that shards committed", ["partition"])
HAND_OFFS = Counter(
    "router_hand_offs_total", "Hand-offs to another scope, because the rules changed", ["scope"]
)
HAND_OFFS_WAITING = Gauge(
    "router_hand_offs_waiting", "Hand-offs in outboxes: not known to be on router.inputs.v1", ["partition"]
)
SHARDS = Gauge("router_shards_open", "Partitions that this engine hosts")
GAPS = Counter("router_input_gaps_total", "Inputs above the offset a shard wanted", ["partition"])
EXPIRED = Counter(
    "router_inputs_expired_total", "Inputs that retention deleted before they were applied", ["partition"]
)
OPEN_INCIDENTS = Gauge("router_open_incidents", "Incidents in which something is still wrong", ["scope"])
MUTED_INCIDENTS = Gauge("router_muted_incidents", "Those of them that are told to nobody for now", ["scope"])
TICK_LATENESS_SECONDS = Histogram(
    "router_tick_lateness_seconds",
    "How long after it was due a timer was applied: late pages",
    buckets=(0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900),
)
DELIVERIES = Counter("router_deliveries_total", "Attempts to tell a destination", ["result"])
DELIVERY_SECONDS = Histogram(
    "router_delivery_seconds",
    "From the decision to its confirmed telling, without the waits for settling",
    buckets=(0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600),
)
UNDELIVERED = Gauge("router_undelivered_notices", "Notices that are newer than what their destination shows")
COMMANDS = Counter("router_commands_total", "What people asked for", ["verb", "via"])
REFUSED = Counter("router_requests_refused_total", "Requests that were not allowed", ["reason"])
KAFKA_ERRORS = Counter("router_kafka_errors_total", "Errors that the Kafka client reported", ["code"])
BUGS = Counter("router_unexpected_errors_total", "Errors that are ours: the process ends", ["role"])
CANARY_AGE_SECONDS = Gauge(
    "router_canary_age_seconds", "Since a test event last went all the way; since the start, before the first"
)
CANARY_SECONDS = Histogram(
    "router_canary_seconds",
    "How long a test event took all the way",
    buckets=(0.25, 0.5, 1, 2, 5, 10, 30, 60, 300),
)


class Bounded:
    """Label values that somebody else chooses: the first `limit` as they are, all later ones as `other`."""

    OTHER = "other"

    def __init__(self, limit: int, length: int = 100) -> None:
        self._limit = limit
        self._length = length
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, value: str) -> str:
        """The value to use as a label."""
        value = value[: self._length]
        with self._lock:
            if value not in self._known:
                if len(self._known) >= self._limit:
                    return self.OTHER
                self._known.add(value)
        return value


UNMAPPED_NAMES = Bounded(100)
SCOPES = Bounded(200)


class CanaryClock:
    """Keeps `router_canary_age_seconds` growing between canaries; a canary that never returns shows."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def start(self) -> None:
        """Begin to count, and to export the age."""
        self._since = time.monotonic()
        CANARY_AGE_SECONDS.set_function(lambda: time.monotonic() - self._since)

    def returned(self, seconds: float) -> None:
        """A test event arrived at the end, so many seconds after it was sent."""
        self._since = time.monotonic() - seconds
        CANARY_SECONDS.observe(seconds)


CANARY = CanaryClock()
