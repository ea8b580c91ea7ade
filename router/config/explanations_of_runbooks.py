"""What the later codes R5xx and R7xx mean: which runbooks there are, and what the rules' own tests expect."""

from router.config.explanation import Explanation, error, warning

# fmt: off
RUNBOOKS_AND_TESTS: dict[str, Explanation] = {
    "R512": warning("fault without a runbook",
        "Whoever owns an incident of this fault is told without a word on what to do first.",
        "Write a runbook for the fault, or for the component; see docs/runbooks.md."),
    "R513": warning("runbook for nothing",
        "It names neither faults nor kinds, components or workflows, so it is never chosen.",
        "Say what it is for."),
    "R514": warning("runbook without steps",
        "Messages carry the list under its heading \"First five minutes\", or its first list; it has headings and "
        "no list.",
        "Write the first steps as a list."),
    "R515": warning("variable that nothing reads",
        "The runbook sets it and never uses it: what it was for is gone, or it is misspelt where it is used.",
        "Use it, or remove it."),
    "R707": error("test expects an unknown runbook",
        "No incident can ever have it.",
        "Correct the id."),
    "R708": error("expectations that exclude each other",
        "No run of the test can meet both.",
        "Remove one of them."),
    "R709": error("telling expected after the end of the test",
        "Nothing is told after `until`, so the test would always fail.",
        "Raise `until`, or lower `at`."),
    "R710": error("incomplete command",
        "The router would refuse it, so it would test nothing.",
        "Add what is missing."),
}
# fmt: on
