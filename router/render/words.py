"""Names and numbers in words: the small vocabulary every message shares.

A component, team or fault that the rules do not know (they changed since) keeps its id: telling never fails
for want of a nicer word.
"""

from datetime import timedelta
from urllib.parse import quote

from router.model.fault import Severity
from router.model.incident import Candidate, Cause
from router.model.rules import Rules
from router.model.runbook import Runbook
from router.render.line import Line, Strong, is_web

MARKS = {
    Severity.CRITICAL: "🔴",
    Severity.MAJOR: "🟠",
    Severity.MINOR: "🟡",
    Severity.WARNING: "🔵",
    Severity.INFO: "⚪",
}
#: How sure, in words: at least this confidence. Below the last one it is only a guess.
SURENESS = ((0.9, "almost certain"), (0.75, "very likely"), (0.5, "likely"), (0.25, "possible"))
_SHORT = {"pii": "PII", "sla": "SLA", "idoc": "IDoc", "kpi": "KPI", "api": "API", "genai": "GenAI"}


def component_words(component: str, rules: Rules) -> str:
    """The component's name for people."""
    known = rules.components.get(component)
    return known.title if known else component


def team_words(team: str, rules: Rules) -> str:
    """The team's name for people."""
    known = rules.teams.get(team)
    return known.title if known else team


def workflow_words(workflow: str, rules: Rules) -> str:
    """The workflow's name for people."""
    known = rules.workflows.get(workflow)
    return (known.name or known.id) if known else workflow


def fault_words(fault: str) -> str:
    """`feed.schema_change` as `schema change`; the component says which kind it is."""
    words = fault.rpartition(".")[2].split("_")
    return " ".join(_SHORT.get(word, word) for word in words)


def failure_words(component: str, fault: str, rules: Rules) -> str:
    """What is wrong where, as a title: `Orders feed: schema change`."""
    return f"{component_words(component, rules)}: {fault_words(fault)}"


def sureness(confidence: float) -> str:
    """`very likely (82 %)`."""
    words = next((words for least, words in SURENESS if confidence >= least), "a guess")
    return f"{words} ({_percent(confidence)})"


def cause_line(cause: Cause, rules: Rules) -> Line:
    """The cause and how sure we are of it."""
    failure = failure_words(cause.component, cause.fault, rules)
    fault = rules.fault(cause.fault)
    meaning = f": {fault.meaning}" if fault else ""
    return (Strong(failure), f", {sureness(cause.confidence)}{meaning}")


def candidate_line(candidate: Candidate, rules: Rules) -> Line:
    """One cause among several that it could be."""
    failure = failure_words(candidate.component, candidate.fault, rules)
    return (Strong(failure), f", {_percent(candidate.confidence)}")


def count_words(number: int, one: str, many: str = "") -> str:
    """`1 alert`, `12 alerts`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def span_words(span: timedelta) -> str:
    """A span as people say it: `under a minute`, `45 min`, `3 h 20 min`, `4 d`."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} d"


def console_url(incident: str, rules: Rules) -> str:
    """The incident's page in the console, "" where there is none."""
    base = rules.settings.console_url.rstrip("/")
    url = f"{base}/incidents/{quote(incident, safe='')}"
    return url if is_web(url) else ""


def runbook_url(runbook: Runbook, rules: Rules, incident: str = "") -> str:
    """Where people read the whole runbook; "" for nowhere.

    Its own address, or its id under `runbook_url`, or its page in the console, filled in for the incident.
    """
    name, settings = quote(runbook.id, safe=""), rules.settings
    url = runbook.url
    if not url and settings.runbook_url:
        url = f"{settings.runbook_url.rstrip('/')}/{name}"
    elif not url:
        about = f"?incident={quote(incident, safe='')}" if incident else ""
        url = f"{settings.console_url.rstrip('/')}/runbooks/{name}{about}"
    return url if is_web(url) else ""


def _percent(share: float) -> str:
    """In whole per cent; what is not certain is never called 100 %."""
    return "over 99 %" if 0.995 <= share < 1 else f"{share:.0%}".replace("%", " %")
