"""The closed list of lint codes. What each means is in `explanations_of_*`; docs/lint-codes.md has both.

R1xx files and syntax, R2xx references, R3xx topology and ownership, R4xx routes and channels, R5xx runbooks,
R6xx sources and identity, R7xx the rules' own tests, R8xx escalation and schedules. A code is never given a second
meaning.
`python -m router.config.codes > docs/lint-codes.md` writes the page.
"""

import sys
from enum import StrEnum

from router.config.explanation import Explanation
from router.config.explanations_of_content import CONTENT
from router.config.explanations_of_escalation import ESCALATION
from router.config.explanations_of_files import FILES_AND_REFERENCES
from router.config.explanations_of_muting import MUTING
from router.config.explanations_of_owners import OWNERS
from router.config.explanations_of_routes import ROUTES
from router.config.explanations_of_runbooks import RUNBOOKS_AND_TESTS

EXPLANATIONS = FILES_AND_REFERENCES | CONTENT | RUNBOOKS_AND_TESTS | ESCALATION | OWNERS | ROUTES | MUTING

GROUPS = {
    "R1": "Files and syntax",
    "R2": "References",
    "R3": "Topology and ownership",
    "R4": "Routes and channels",
    "R5": "Runbooks",
    "R6": "Sources and identity",
    "R7": "The rules' own tests",
    "R8": "Escalation and schedules",
}


class Lint(StrEnum):
    """One kind of mistake in the rules."""

    NO_FOLDER = "R100"
    SYNTAX = "R101"
    DUPLICATE_KEY = "R102"
    ANCHOR = "R103"
    TOO_LARGE = "R104"
    NOT_TEXT = "R105"
    TAG = "R106"
    TOO_DEEP = "R107"
    NO_FILE = "R108"
    FILE_NOT_READ = "R109"
    UNKNOWN_KEY = "R110"
    MISSING_KEY = "R111"
    WRONG_TYPE = "R112"
    BAD_DURATION = "R113"
    BAD_DELAY = "R114"
    OUT_OF_RANGE = "R115"
    BAD_NAME = "R116"
    BAD_ADDRESS = "R117"
    UNREADABLE = "R118"
    BAD_MEMBER = "R119"
    UNKNOWN_TEAM = "R201"
    UNKNOWN_COMPONENT = "R202"
    UNKNOWN_DEPENDENCY = "R203"
    UNKNOWN_FAULT = "R204"
    UNKNOWN_WORKFLOW = "R205"
    UNKNOWN_FORMAT = "R206"
    UNKNOWN_OWNER_KIND = "R207"
    UNKNOWN_COMPONENT_KIND = "R208"
    UNKNOWN_SEVERITY = "R209"
    OWN_FAULT_NAME = "R210"
    OWN_FAULT_SHADOWS = "R211"
    UNKNOWN_WORD = "R212"
    COMPONENT_TWICE = "R301"
    DEPENDS_ON_ITSELF = "R302"
    CYCLE = "R303"
    NO_OWNER = "R304"
    WORKFLOW_TWICE = "R305"
    NO_BUSINESS_OWNER = "R306"
    EMPTY_WORKFLOW = "R307"
    SCOPES_MIXED = "R308"
    RESERVED_NAME = "R309"
    OWNERS_SWAPPED = "R310"
    IDLE_FEEDBACK = "R311"
    ISOLATED = "R312"
    EMPTY_CATALOG = "R313"
    OVERRIDE_TWICE = "R314"
    UNKNOWN_OBLIGATION = "R315"
    CONTRACT_OF_NO_PARTNER = "R316"
    IDLE_CONTRACT = "R317"
    NO_FALLBACK = "R318"
    NEVER_IN_FORCE = "R319"
    OVERRIDE_OVER = "R320"
    UNREACHABLE_OVERRIDE = "R321"
    IDLE_OVERRIDE = "R322"
    FITS_NO_FAULT = "R323"
    DUTY_WITHOUT_TEAM = "R324"
    BACKUP_ROUND = "R325"
    REMIND_TOO_EARLY = "R326"
    FITS_NO_COMPONENT = "R327"
    COMMANDER_NOT_TOLD = "R328"
    SHARED_CHANNEL = "R329"
    RESPONSE_TOO_LATE = "R330"
    NO_CHANNEL = "R401"
    BAD_CHANNEL = "R402"
    NO_TRIAGE = "R403"
    ESCALATION_CYCLE = "R404"
    UNREACHABLE_ROUTE = "R405"
    ROUTE_TWICE = "R406"
    BAD_MATCHER = "R407"
    BAD_REGEX = "R408"
    UNKNOWN_LABEL = "R409"
    IMPOSSIBLE_VALUE = "R410"
    IMPOSSIBLE_ROUTE = "R411"
    IDLE_ROUTE = "R412"
    TRIAGE_NOT_TOLD = "R413"
    UNKNOWN_RECEIVER = "R414"
    UNKNOWN_INTERVAL = "R415"
    BAD_INTERVAL = "R416"
    RECEIVER_AND_CHANNEL = "R417"
    BAD_GROUP_BY = "R418"
    IDLE_RECEIVER = "R419"
    IDLE_INTERVAL = "R420"
    PAST_INTERVAL = "R421"
    LABEL_LIKE_OURS = "R422"
    IDLE_ALERT_LABEL = "R423"
    EMPTY_RECEIVER = "R424"
    RECEIVER_NAMED_OWNER = "R425"
    BAD_RECURRENCE = "R440"
    EMPTY_WINDOW = "R441"
    WINDOW_OVER = "R442"
    BAD_WINDOW_END = "R443"
    IDLE_EXCEPTION = "R444"
    NO_PAUSE = "R445"
    INHIBITION_TWICE = "R446"
    INHIBITS_ALL = "R447"
    NEVER_INHIBITS = "R448"
    NO_OCCURRENCE = "R449"
    BAD_TEMPLATE = "R501"
    NO_FRONT_MATTER = "R502"
    RUNBOOK_FAULT = "R503"
    UNDEFINED_VARIABLE = "R504"
    RUNBOOK_TWICE = "R505"
    STALE_REVIEW = "R506"
    BAD_DATE = "R507"
    FORBIDDEN_IN_TEMPLATE = "R508"
    NO_RUNBOOK_FOLDER = "R509"
    UNKNOWN_FIELD = "R510"
    UNKNOWN_FILTER = "R511"
    NO_RUNBOOK = "R512"
    IDLE_RUNBOOK = "R513"
    NO_FIRST_STEPS = "R514"
    UNUSED_VARIABLE = "R515"
    IDENTITY_TWICE = "R601"
    NOT_IDENTIFIED = "R602"
    TOPIC_TWICE = "R603"
    OWN_TOPIC = "R604"
    NO_DEFAULT_FAULT = "R605"
    BAD_PATTERN = "R606"
    BAD_TOPIC = "R607"
    UNKNOWN_NAMESPACE = "R608"
    NO_SOURCE = "R609"
    IDENTITY_IS_ID = "R610"
    PATTERN_NOT_SHARED = "R611"
    EVENT_UNMAPPED = "R701"
    EVENT_ORDER = "R702"
    EVENT_UNCLEAR = "R703"
    ENDS_TOO_EARLY = "R704"
    TEST_TWICE = "R705"
    EXPECTS_NOTHING = "R706"
    EXPECTS_UNKNOWN_RUNBOOK = "R707"
    EXPECTS_BOTH = "R708"
    EXPECTS_TOO_LATE = "R709"
    COMMAND_INCOMPLETE = "R710"
    UNKNOWN_ZONE = "R801"
    BAD_LOCAL_TIME = "R802"
    BAD_REPEAT = "R803"
    LAYER_UNCLEAR = "R804"
    EMPTY_LAYER = "R805"
    ENDS_BEFORE_START = "R806"
    UNKNOWN_SCHEDULE = "R807"
    SCHEDULE_GAP = "R808"
    STRANGER_ON_CALL = "R809"
    IDLE_SCHEDULE = "R810"
    UNKNOWN_POLICY = "R821"
    STEP_UNCLEAR = "R822"
    TELLS_NOBODY = "R823"
    REPEAT_AT_ONCE = "R824"
    STEP_REACHES_NOBODY = "R825"
    IDLE_POLICY = "R826"
    REMINDER_TOO_EARLY = "R827"
    UNKNOWN_RUNBOOK = "R828"

    @property
    def explanation(self) -> Explanation:
        """Title, level, meaning and what to do."""
        return EXPLANATIONS[self.value]

    @property
    def level(self) -> str:
        """`error`: the rules are refused. `warning`: they work, but probably not as meant."""
        return self.explanation.level


def page() -> str:
    """docs/lint-codes.md: every code in a table a group, then what each means and what to do."""
    errors = sum(code.level == "error" for code in Lint)
    lines = [
        "# Lint codes",
        "",
        '`router check DIR` prints one line a mistake: `file:line:col CODE message; did you mean "x"`.',
        f"There are {len(Lint)} codes. {errors} are errors: the router does not start with such rules, and",
        f"`router check` exits with 1. The other {len(Lint) - errors} are warnings: the rules work, but not as meant,",
        "probably. A code is never given a second meaning, so scripts may rely on it; `--json` has it as a field.",
        "",
        "This page is made by `python -m router.config.codes > docs/lint-codes.md`.",
    ]
    for prefix, title in GROUPS.items():
        codes = [code for code in Lint if code.value.startswith(prefix)]
        lines += ["", f"## {prefix}xx {title}", "", "| code | what is wrong | level |", "| --- | --- | --- |"]
        lines += [f"| [{c.value}](#{c.value.lower()}) | {c.explanation.title} | {c.level} |" for c in codes]
        for code in codes:
            told = code.explanation
            lines += ["", f"### {code.value}", f"**{told.title}** ({told.level}). {told.meaning}"]
            lines += ["", f"*What to do:* {told.action}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
