"""Renders runbooks in a child process that may be killed: a bad runbook costs its steps, never a telling.

The child (`router.render.runbook_worker`) is started when the first runbook is asked for, kept, and replaced
after it broke a limit. Templates see plain dicts: `incident`, `component`, `fault`, `team` (see `values_of`).
"""

import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from router.model.incident import Incident
from router.model.rules import Rules
from router.model.runbook import Runbook
from router.render.runbook_text import RunbookText, runbook_text
from router.render.words import component_words, console_url, fault_words, team_words

WORKER = Path(__file__).with_name("runbook_worker.py")
PATIENCE_SECONDS = 1.0
START_SECONDS = 15.0
"""Python and Jinja2 start in a quarter of a second; a loaded machine takes longer."""
MAX_ANSWER_BYTES = 64 * 1024


class RunbookError(Exception):
    """A runbook could not be rendered; the message says why, for its author."""


class RunbookRenderer:
    """One child process and the talk with it. Thread-safe; blocks its caller for about a second at most."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience = patience_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; a later call starts a new one."""
        with self._turn:
            self._end()

    def texts(self, incident: Incident, rules: Rules) -> tuple[RunbookText, ...]:
        """The incident's runbooks for a message: the first with its steps, others by name. Never raises."""
        known = [rules.runbooks[name] for name in incident.runbooks if name in rules.runbooks]
        texts = [
            runbook_text(runbook, rules, incident=incident.id, why=why(runbook, incident, rules))
            for runbook in known
        ]
        if known:
            texts[0] = self._text(known[0], incident, rules)
        return tuple(texts)

    def whole(self, incident: Incident, rules: Rules) -> tuple[RunbookText, str] | None:
        """The incident's best runbook and all of its Markdown ("": it could not be rendered); None: it has none."""
        name = next((name for name in incident.runbooks if name in rules.runbooks), "")
        if not name:
            return None
        runbook = rules.runbooks[name]
        try:
            markdown, problem = self.render(runbook.body, values_of(incident, rules)), ""
        except RunbookError as error:
            markdown, problem = "", str(error)
        text = runbook_text(
            runbook, rules, markdown, problem, incident=incident.id, why=why(runbook, incident, rules)
        )
        return text, markdown

    def _text(self, runbook: Runbook, incident: Incident, rules: Rules) -> RunbookText:
        markdown = problem = ""
        try:
            markdown = self.render(runbook.body, values_of(incident, rules))
        except RunbookError as error:
            problem = str(error)
        return runbook_text(runbook, rules, markdown, problem, incident.id, why(runbook, incident, rules))

    def render(self, body: str, values: dict[str, Any]) -> str:
        """The body as Markdown, at most 12 KB. Raises RunbookError for anything that goes wrong."""
        job = json.dumps({"body": body, "values": values}).encode()
        with self._turn:
            try:
                answer = self._ask(job)
            except (OSError, ValueError) as error:
                self._end()
                raise RunbookError(f"the renderer ended ({type(error).__name__})") from error
            except RunbookError:
                self._end()
                raise
            if answer.get("over"):
                self._end()
        if "problem" in answer:
            raise RunbookError(str(answer["problem"]))
        return str(answer["text"])

    def _ask(self, job: bytes) -> dict[str, Any]:
        child = self._started()
        assert child.stdin is not None
        until = time.monotonic() + self._patience
        child.stdin.write(struct.pack(">I", len(job)) + job)
        child.stdin.flush()
        return self._answer(child, until)

    def _started(self) -> subprocess.Popen[bytes]:
        """The child, ready. Its environment is empty: no token or password can leak into a template."""
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        self._child = subprocess.Popen(  # noqa: S603 (our own file, no shell, nothing from outside)
            [sys.executable, "-I", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
        self._answer(self._child, time.monotonic() + START_SECONDS)
        return self._child

    def _answer(self, child: subprocess.Popen[bytes], until: float) -> dict[str, Any]:
        size = struct.unpack(">I", self._bytes(child, 4, until))[0]
        if size > MAX_ANSWER_BYTES:
            raise RunbookError("its text is longer than 12 KB")
        answer: dict[str, Any] = json.loads(self._bytes(child, size, until))
        return answer

    def _bytes(self, child: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        """Exactly `size` bytes of the child's answer, by `until` (monotonic)."""
        assert child.stdout is not None
        read = bytearray()
        while len(read) < size:
            left = until - time.monotonic()
            if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
                raise RunbookError(f"it takes longer than {self._patience:g} s")
            piece = os.read(child.stdout.fileno(), size - len(read))
            if not piece:
                raise RunbookError("it used up the time or memory that a runbook may use")
            read += piece
        return bytes(read)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def why(runbook: Runbook, incident: Incident, rules: Rules) -> str:
    """Why this runbook goes with the incident, as a sentence; "" where the rules say nothing of it any more."""
    component = rules.components.get(incident.cause.component)
    kind = component.kind.value if component else ""
    fit = runbook.fit(incident.cause.component, kind, incident.workflows, incident.cause.fault)
    return fit.why if fit else ""


def values_of(incident: Incident, rules: Rules) -> dict[str, Any]:
    """What a template sees, as plain dicts of JSON values; moments read `2026-03-01 14:00 UTC`.

    `incident`: the fields of `router.model.incident.Incident`, and `url` (console). `component`: the cause's,
    with `title`; `fault`: the cause's, with `title`; `team`: the owner, with `title`. What the rules do not
    know has its id (or name) and title only.
    """
    cause, owner = incident.cause, incident.owner.team
    component, team, fault = (
        rules.components.get(cause.component),
        rules.teams.get(owner),
        rules.fault(cause.fault),
    )
    return {
        "incident": {**_plain(incident.model_dump()), "url": console_url(incident.id, rules)},
        "component": {
            **(_plain(component.model_dump()) if component else {"id": cause.component}),
            "title": component_words(cause.component, rules),
        },
        "fault": {
            **(_plain(fault.model_dump()) if fault else {"name": cause.fault}),
            "title": fault_words(cause.fault),
        },
        "team": {**(_plain(team.model_dump()) if team else {"id": owner}), "title": team_words(owner, rules)},
    }


def _plain(value: Any) -> Any:
    """JSON values only: nothing with methods of ours reaches a template."""
    match value:
        case dict():
            return {str(_plain(name)): _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M UTC")
        case Enum():
            return value.value
        case _:
            return value
