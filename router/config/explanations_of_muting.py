"""What the codes R440 to R469 mean: maintenance windows and inhibition."""

from router.config.explanation import Explanation, error, warning

# fmt: off
MUTING: dict[str, Explanation] = {
    "R440": error("not a rule of repetition",
        "A window repeats by the value of an RRULE of RFC 5545.",
        "Write it like `FREQ=WEEKLY;BYDAY=SU` or `FREQ=MONTHLY;BYDAY=1SU`, with FREQ=DAILY or longer."),
    "R441": error("maintenance of nothing",
        "It would mute nothing.",
        "Name what is worked on under `components`, `subtrees` or `workflows`."),
    "R442": warning("maintenance that is over",
        "It will never mute anything again.",
        "Remove it; decisions keep the record of what it muted."),
    "R443": error("maintenance without a right end",
        "A window either `lasts` so long or goes on `until` a time after its start, 90 days at most.",
        "Give exactly one of them."),
    "R444": warning("exception that leaves nothing out",
        "The window does not begin then anyway, so it may be a slip of the pen.",
        "Correct the date, or remove it."),
    "R445": warning("maintenance without a pause",
        "It begins anew before it ends, so what it explains is never told.",
        "Shorten it, or let it repeat less often."),
    "R446": error("inhibition name used twice",
        "Decisions name the rule; two of one name cannot be told apart.",
        "Rename one."),
    "R447": warning("inhibition without matchers",
        "Every alert would be its source or its target.",
        "Say which alerts are meant."),
    "R448": warning("inhibition that can never mute",
        "No two incidents can ever satisfy it.",
        "Correct its matchers or its `equal`, or remove it."),
    "R449": error("maintenance that never takes place",
        "Its rule of repetition, with the exceptions, has no start at all.",
        "Correct the rule."),
}
# fmt: on
