"""Exceptions, by whose fault it is. Outcomes of the domain are values, never exceptions.

`RulesError` is the operator's, `RejectedEvent` the sender's, `DeliveryError` the world's;
anything else is our bug and ends the process before it commits.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in the rules: where it is, what is wrong, what to do.

    `file` is relative to the rules folder; `line` and `column` count from 1; `code` is a lint code
    with an anchor in docs/lint-codes.md; `hint` is the did-you-mean or the action, possibly empty.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    level: str = "error"

    def __str__(self) -> str:
        tail = f"; {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}{tail}"


class RulesError(Exception):
    """The operator's rules cannot be used; the program refuses to start."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


class RejectedEvent(Exception):
    """A sender's event cannot be used. Raised inside intake only, where it becomes a dead letter.

    `code` is a member of `router.model.event.RejectCode`; the message says what and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class DeliveryError(Exception):
    """Telling somebody failed.

    `retryable`: the same call may work later. `ambiguous`: the call may have taken effect although it
    failed, so look before repeating it. `retry_after_seconds`: how long the service asked us to wait.
    `code`: the service's own word for the failure.
    """

    def __init__(
        self,
        message: str,
        *,
        retryable: bool,
        ambiguous: bool = False,
        retry_after_seconds: float | None = None,
        code: str = "",
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.ambiguous = ambiguous
        self.retry_after_seconds = retry_after_seconds
        self.code = code
