"""What ends a command with exit code 2: a mistake that the caller or the operator can mend.

Everything else that is raised is a bug of ours.
"""

from dataclasses import asdict
from typing import Any

from router.model.errors import Finding, RulesError


class Problem(Exception):
    """`where` it is, `what` is wrong, what to `do`; `findings` where the rules are to blame."""

    def __init__(self, where: str, what: str, do: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(f"{where}: {what}; {do}" if do else f"{where}: {what}")
        self.where = where
        self.what = what
        self.do = do
        self.findings = findings

    def document(self) -> dict[str, Any]:
        """What `--json` prints of it."""
        error: dict[str, Any] = {"where": self.where, "what": self.what, "do": self.do}
        if self.findings:
            error["findings"] = [asdict(finding) for finding in self.findings]
        return {"error": error}


def problem_of(error: BaseException) -> Problem | None:
    """The problem that this exception stands for, or None when it is a bug."""
    # Imported here: these modules are heavy, and when nothing went wrong none of them is needed.
    from confluent_kafka import KafkaException

    from router.kafka.clients import TopicMissing
    from router.recording import RecordingError

    match error:
        case Problem():
            return error
        case RulesError():
            count = len(error.findings)
            what = f"{count} mistake{'' if count == 1 else 's'} found"
            return Problem(
                "rules", what, "mend them, then `router check DIR` must find nothing", error.findings
            )
        case RecordingError():
            where, _, what = str(error).partition(": ")
            return Problem(where, what)
        case TopicMissing():
            return Problem("Kafka", str(error))
        case KafkaException():
            return Problem("Kafka", _kafka_words(error), "see the brokers' logs, or run the command again")
        case TimeoutError():
            return Problem("Kafka", str(error) or "no answer in time", "check that all brokers are up")
        case OSError(filename=str() as name):
            return Problem(name, error.strerror or type(error).__name__, "check the path and its rights")
    return None


def _kafka_words(error: BaseException) -> str:
    """What the client says, without its error number."""
    first = error.args[0] if error.args else error
    words = getattr(first, "str", None)
    return str(words()) if callable(words) else str(first)
