"""The digest: one message that lists the new incidents that a destination is not told one by one for now."""

from datetime import timedelta

from router.model.notice import Listed, Notice, NoticeRole
from router.model.rules import Rules
from router.render.card import Card, card_of
from router.render.line import Line, Link, Strong, Time
from router.render.words import MARKS, console_url, count_words, failure_words, team_words


def shown(notice: Notice, rules: Rules) -> Card:
    """The card of a notice, be it of one incident or a digest of many."""
    return digest_card(notice, rules) if notice.role is NoticeRole.DIGEST else card_of(notice, rules)


def digest_card(notice: Notice, rules: Rules) -> Card:
    """How many there are, the worst first; once none is held back any more, that it is over."""
    number = len(notice.listed) + notice.more
    window = timedelta(seconds=rules.settings.destination_rate_window_seconds)
    minutes = f"{max(1, int(window.total_seconds()) // 60)} min"
    if not number:
        title, mark = "No more incidents are held back", "✅"
        lead: Line = ("All of them were told one by one, or are over.",)
    else:
        mark = MARKS[notice.incident.severity]
        title = f"{number:,} more {'incident' if number == 1 else 'incidents'}"
        rate = count_words(rules.settings.destination_rate, "new incident")
        pace = f"This channel is told of {rate} in {minutes} at most; critical ones always."
        lead = (f"{pace} These follow one by one, unless they are over before.",)
    return Card(
        mark=mark,
        title=title,
        summary=f"{title} in {notice.incident.scope}.",
        lead=lead,
        facts=(),
        cause=(),
        doubt="",
        candidates=(),
        impacts=(),
        evidence=(),
        headlines=(*(_line(one, notice, rules) for one in notice.listed), *_more(notice.more)),
        state=("As of ", Time(notice.at)),
        footer=(notice.incident.scope,),
        buttons=(),
        detailed=False,
    )


def _line(one: Listed, notice: Notice, rules: Rules) -> Line:
    url = console_url(one.incident, rules) if notice.shows is None else ""
    name: Link | Strong = Link(one.incident, url) if url else Strong(one.incident)
    failure = failure_words(one.component, one.fault, rules)
    return (
        f"{MARKS[one.severity]} ",
        name,
        f" {failure}, {team_words(one.team, rules)}, since ",
        Time(one.opened_at),
    )


def _more(left: int) -> tuple[Line, ...]:
    return ((f"and {left:,} more",),) if left > 0 else ()
