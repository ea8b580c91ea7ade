"""Logs: one JSON object a line on stderr (or colours for people), times in UTC, secrets taken out.

Everything goes through here, the libraries' logs too. Contents of senders' events are never logged; what
looks like a secret is replaced all the same, in every field and every traceback.
"""

import logging
import re
import sys
from typing import Any, Protocol, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
MAX_TEXT = 4_000
"""Characters of one field; a traceback keeps its end, which says what happened."""

_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[\w.-]+"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"https://hooks\.slack\.com/[^\s\"']+"), HIDDEN),
    (re.compile(r"(?i)([a-z][a-z0-9+.-]*://[^\s/:@\"']*):[^\s/@\"']+@"), rf"\1:{HIDDEN}@"),
    (
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
        ),
        HIDDEN,
    ),
    (
        re.compile(
            r"(?i)([\w.-]*(?:password|passwd|secret|token|api[_-]?key|authorization)[\w.-]*[\"']?\s*[=:]\s*[\"']?)"
            r"(?!\[hidden\])[^\s\"',;&}]+"
        ),
        rf"\1{HIDDEN}",
    ),
)
_SECRET_FIELD = re.compile(r"(?i)password|passwd|secret|token|api_?key|authorization|cookie")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")

_QUIET = ("faust", "mode", "aiokafka", "slack_sdk", "asyncio", "aiohttp", "uvicorn", "urllib3", "httpx")
"""Libraries whose info and debug logs say little, or hold contents."""


class LogSettings(Protocol):
    """What `configure` needs to know; `RuntimeSettings` has it."""

    @property
    def log_format(self) -> str:
        """`json` or `console`."""

    @property
    def log_level(self) -> str:
        """`debug`, `info`, `warning` or `error`."""


def redact(text: str) -> str:
    """The text without what looks like a secret."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _clean(value: Any) -> Any:
    """The value, redacted and shortened however deep, as JSON can say it."""
    match value:
        case str():
            return _shorten(redact(value))
        case dict():
            return {
                _shorten(str(key)): HIDDEN if _SECRET_FIELD.search(str(key)) and item else _clean(item)
                for key, item in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [_clean(item) for item in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return _shorten(redact(str(value)))


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_TEXT else "…" + text[-MAX_TEXT:]


def _redact_all(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    cleaned: EventDict = _clean(event)
    return cleaned


def _printable(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """For terminals: control and bidirectional characters, which could forge lines, become `?`."""
    return {key: _CONTROL.sub("?", item) if isinstance(item, str) else item for key, item in event.items()}


def _dumps(event: EventDict, **_options: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def configure(settings: LogSettings, stream: TextIO = sys.stderr) -> None:
    """Send all logs of this process to `stream`. May be called again; the last call holds."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
    ]
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _redact_all]
    if settings.log_format == "json":
        last.append(structlog.processors.JSONRenderer(serializer=_dumps))
    else:
        last += [_printable, structlog.dev.ConsoleRenderer(colors=stream.isatty())]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_logger_name, *shared], processors=[*shared, *last]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _logger_name(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    if record is not None:
        event["logger"] = record.name
    return event
