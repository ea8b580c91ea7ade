"""What the codes R414 to R439 mean: the tree of routes, receivers, time intervals."""

from router.config.explanation import Explanation, error, warning

# fmt: off
ROUTES: dict[str, Explanation] = {
    "R414": error("unknown receiver",
        "The route leads nowhere.",
        "Declare the receiver under `receivers` in routes.yaml, or write `owner` for the owner's own channel."),
    "R415": error("unknown time interval",
        "The route could not say when it is told.",
        "Declare it under `time_intervals` in routes.yaml."),
    "R416": error("not a range of time",
        "It could never hold, or nobody could say when.",
        "Correct it: times from 00:00 to 24:00 that end after they start, days from monday to sunday, days of a "
        "month from 1 to 31 or -1 to -31."),
    "R417": error("receiver and channel",
        "A route leads to one of them.",
        "Leave one out; a receiver may have channels."),
    "R418": error("group_by says a label twice",
        "`...` stands for all labels, so no other may stand beside it, and no label helps twice.",
        "Name each label once, or only `...`."),
    "R419": warning("receiver to which nothing leads",
        "No route names it, so it is never told.",
        "Name it in a route, or remove it."),
    "R420": warning("time interval that nothing names",
        "It never decides anything.",
        "Name it in a route, or remove it."),
    "R421": warning("time interval that does not come",
        "It holds at no moment of the coming 400 days: a route that is only told then is never told.",
        "Correct its years, months and days, or remove it."),
    "R422": warning("label that reads like one of ours",
        "The router has no such label, so only alerts that carry it can match.",
        "Correct it, if one of ours is meant."),
    "R423": warning("alert label that the router has not",
        "`alert_labels` says which of the router's labels are to be the alerts' own; all others are anyway.",
        "Remove it."),
    "R424": error("receiver that leads nowhere",
        "It has neither channels nor a team.",
        "Give it one of them."),
    "R425": error("receiver named owner",
        "`owner` stands for the owner's own channel.",
        "Choose another name."),
}
