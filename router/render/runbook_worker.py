"""The child process that renders runbooks: little memory, little time, no secrets, nothing else.

Jinja's sandbox stops what a template may touch, not what it may use up: `'a' * 200000000` is allowed and
costs 200 MB. So rendering happens here, under limits of the operating system, and the parent
(`router.render.runbook`) kills this process when it takes too long. It is started by its path with
`python -I` and an empty environment, and imports nothing of ours, so it stays small.

Frames on stdin and stdout: four bytes of length, big-endian, then JSON. It says {"ready": true} once, then
answers {"body", "values"} with {"text"} or {"problem"}; after a problem that is `over`, it ends.
"""

import json
import re
import resource
import struct
import sys
from typing import Any, BinaryIO

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY_BYTES = 256 * 2**20
CPU_SECONDS = 2
"""A job; the parent's patience of one second by the clock usually ends sooner."""
MAX_OUTPUT_BYTES = 12_288
MAX_BODY_BYTES = 65_536

#: What a template's expressions may raise; anything else ends this process, and the parent says so.
ANY_MISTAKE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)

_MARKUP = re.compile(r"([\\`*\[\]<>])")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def main() -> None:
    """Serve the parent until it closes the pipe."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, finalize=as_words, cache_size=100, auto_reload=False
    )
    environment.globals.pop("lipsum")  # makes text without end
    _limit()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    _write(sink, {"ready": True})
    while (job := _read(source)) is not None:
        _allow_cpu()
        try:
            answer = {"text": render(environment, str(job["body"]), job["values"])}
        except MemoryError:
            _write(sink, {"problem": "it needs more than 256 MB of memory", "over": True})
            return
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            answer = {"problem": (f"line {line}: " if line else "") + str(error.message)[:300]}
        except ANY_MISTAKE as error:
            answer = {"problem": f"{type(error).__name__}: {error}"[:300]}
        _write(sink, answer)


def render(environment: ImmutableSandboxedEnvironment, body: str, values: dict[str, Any]) -> str:
    """The rendered body. Raises ValueError for too much of it, and whatever the template raises."""
    if len(body.encode()) > MAX_BODY_BYTES:
        raise ValueError("the runbook is longer than 64 KB")
    size, pieces = 0, []
    for piece in environment.from_string(body).generate(values):
        size += len(piece)
        if size > MAX_OUTPUT_BYTES:
            raise ValueError("its text is longer than 12 KB")
        pieces.append(piece)
    text = "".join(pieces)
    if len(text.encode()) > MAX_OUTPUT_BYTES:
        raise ValueError("its text is longer than 12 KB")
    return text


def as_words(value: object) -> object:
    """A value as words inside Markdown: no line breaks, no markup; event text cannot add steps or links."""
    if isinstance(value, StrictUndefined) or value is None or isinstance(value, int | float):
        return "" if value is None else value
    text = value if isinstance(value, str) else str(value)
    if len(text) > MAX_OUTPUT_BYTES:
        raise ValueError("one of its values is longer than 12 KB")
    return _MARKUP.sub(r"\\\1", _UNSEEN.sub(" ", text))


def _limit() -> None:
    """Caps for the rest of this process's life."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):
            if sys.platform == "linux":  # elsewhere not every limit can be set, and the clock still holds
                raise


def _allow_cpu() -> None:
    """CPU time for the next job; beyond it the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _read(source: BinaryIO) -> dict[str, Any] | None:
    """The next frame, or None when the parent has gone."""
    head = source.read(4)
    if len(head) < 4:
        return None
    body: dict[str, Any] = json.loads(source.read(struct.unpack(">I", head)[0]))
    return body


def _write(sink: BinaryIO, answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    sink.write(struct.pack(">I", len(body)) + body)
    sink.flush()


if __name__ == "__main__":
    main()
