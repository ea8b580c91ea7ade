"""The door of intake: what does this record say?

    bytes -> document, within bounds -> claims in the source's words -> alerts, changes, heartbeats of ours

Nothing a sender can send raises here: what cannot be used is a `Rejected`, which becomes a dead letter.
"""

from functools import lru_cache

import orjson

from router.model.errors import RejectedEvent
from router.model.event import Alert, Ignored, RejectCode, Rejected
from router.model.rules import Rules, Source
from router.stages.identify import Identities
from router.stages.intake.claim import AlertClaim, ChangeClaim, Claim, Context, HeartbeatClaim, Nothing
from router.stages.intake.fields import clean
from router.stages.intake.formats import FORMATS
from router.stages.intake.interpret import Interpreter, Window, arrival
from router.stages.intake.memo import Memo
from router.stages.intake.record import (
    Document,
    Heard,
    HeardAlert,
    HeardChange,
    Observation,
    Parsed,
    Repeat,
    SourceRecord,
)

MAX_ENCODED_BYTES = 800_000
"""What one record may become; more would not fit into one record of ours, and a record is never split."""

SAMPLE = 16
"""While nothing repeats, only every so many records are compared with what was read before."""


def read(record: SourceRecord, source: Source, rules: Rules) -> tuple[Parsed, ...]:
    """What a record says. To read many, keep a `SourceReader`."""
    return SourceReader(source, rules, Identities(rules)).parse(record)


class SourceReader:
    """Reads the records of one source under one set of rules; what it has read makes it faster."""

    def __init__(self, source: Source, rules: Rules, identities: Identities) -> None:
        """Raises KeyError for a format that is not in the table: the operator's rules were not checked."""
        namespace = source.namespace or source.format
        self.source = source
        self._format = FORMATS[source.format]
        self._interpreter = Interpreter(source, rules, identities)
        self._context = Context(
            source, lambda name: identities.find(name, namespace), identities.names(namespace)
        )
        self._memo = Memo(self._interpreter.skew)
        self._window_ms, self._window = 0, Window(arrival(0), self._interpreter.skew)

    def parse(self, record: SourceRecord) -> tuple[Parsed, ...]:
        """What a record says, without memory."""
        return tuple(_observation(said) for said in self.hear(record))

    def read(self, record: SourceRecord) -> Repeat | tuple[Heard, ...]:
        """What a record says, or a `Repeat` when it says what an earlier one said, of another moment."""
        if not self._format.repeats or (self._memo.idle and record.offset % SAMPLE):
            return self.hear(record)
        try:
            document = self._format.unwrap(record)
            place = self._memo.place(document)
            repeat = self._memo.recall(place, document, record.timestamp_ms)
            return repeat or self._interpret(document, record, place)
        except RejectedEvent as refusal:
            return (_rejected(refusal),)
        except Exception as defect:
            return (_defect(defect),)

    def hear(self, record: SourceRecord) -> tuple[Heard, ...]:
        """What a record says, without memory, alerts as fields."""
        try:
            return self._interpret(self._format.unwrap(record), record, 0)
        except RejectedEvent as refusal:
            return (_rejected(refusal),)
        except Exception as defect:
            return (_defect(defect),)

    def _interpret(self, document: Document, record: SourceRecord, place: int) -> tuple[Heard, ...]:
        """`place` is where the memory should keep it; 0: nowhere."""
        if record.timestamp_ms != self._window_ms:  # records of a batch share their milliseconds
            self._window = Window(arrival(record.timestamp_ms), self._interpreter.skew)
            self._window_ms = record.timestamp_ms
        window = self._window
        claims = self._format.claims(document, self._context)
        if len(claims) > 1:
            return _together([self._one_or_refusal(claim, window) for claim in claims])
        claim = claims[0]
        if type(claim) is not AlertClaim:
            return (self._one(claim, window),)
        heard = self._interpreter.alert(claim, window)
        if place:
            self._memo.learn(place, document, heard, claim.started_at)
        return (heard,)

    def _one(self, claim: Claim, window: Window) -> Heard:
        match claim:
            case AlertClaim():
                return self._interpreter.alert(claim, window)
            case ChangeClaim():
                return self._interpreter.change(claim, window)
            case HeartbeatClaim():
                return self._interpreter.heartbeat(claim, window)
            case Nothing():
                return Ignored(reason=claim.reason, detail=claim.detail)
            case RejectedEvent():
                raise claim

    def _one_or_refusal(self, claim: Claim, window: Window) -> Heard:
        try:
            return self._one(claim, window)
        except RejectedEvent as refusal:
            return _rejected(refusal)


def _observation(said: Heard) -> Parsed:
    match said:
        case HeardAlert():
            return Observation(said.scope, Alert(**said.fields))
        case HeardChange():
            return Observation(said.scope, change=said.change)
        case _:
            return said


def _together(said: list[Heard]) -> tuple[Heard, ...]:
    """Everything usable, and one Rejected for all that is not; Ignored only if there is nothing else."""
    refused = [part for part in said if type(part) is Rejected]
    usable = [part for part in said if type(part) is not Rejected and type(part) is not Ignored]
    if len(usable) > 64 and sum(map(_encoded_bytes, usable)) > MAX_ENCODED_BYTES:
        raise RejectedEvent(
            RejectCode.TOO_LARGE, f"it would become more than {MAX_ENCODED_BYTES} bytes; send it in parts"
        )
    if refused:
        others = f" (and {len(refused) - 1} more parts of it)" if len(refused) > 1 else ""
        usable.append(Rejected(code=refused[0].code, message=clean(refused[0].message + others)))
    return tuple(usable) or tuple(said[:1])


def _encoded_bytes(part: Heard) -> int:
    return len(orjson.dumps(part.fields)) + 100 if type(part) is HeardAlert else 1_000


def _rejected(refusal: RejectedEvent) -> Rejected:
    return _refusal(refusal.code, refusal.message)


@lru_cache(maxsize=1_024)
def _refusal(code: str, message: str) -> Rejected:
    """One value for all the same: most messages are, and in a storm of bad events making them is what takes
    the time.
    """
    return Rejected(code=RejectCode(code), message=clean(message))


def _defect(defect: Exception) -> Rejected:
    """A bug of ours met an event: the dead letter keeps the event, and the others are not held up."""
    return Rejected(
        code=RejectCode.INVALID_FIELD,
        message=f"the router failed to read it ({type(defect).__name__}); replay it after an update",
    )
