"""Words as HTML. Everything that is not ours is escaped: lines from senders, names, rendered runbooks."""

import re
from datetime import timedelta

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from router.model.value import Moment
from router.render.escape import clean
from router.render.line import Code, Line, Link, Part, Person, Strong, Time, is_web
from router.render.words import span_words

_MARKDOWN = (
    MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_block", "html_inline"])
)
_TASK = re.compile(r"^(\s*(?:[-*+]|\d{1,3}[.)])\s+)\[([ xX])\](?=\s)", re.MULTILINE)


def line_html(line: Line, now: Moment) -> Markup:
    """A line as it stands in messages, for the page."""
    return Markup().join(_part(part, now) for part in line)


def _part(part: Part, now: Moment) -> Markup:
    match part:
        case Time(at):
            return time_html(at, now)
        case Strong(text):
            return Markup("<strong>{}</strong>").format(clean(text))
        case Code(text):
            return Markup("<code>{}</code>").format(clean(text))
        case Link(text, url):
            return link_html(text, url)
        case Person(actor):
            return Markup('<span class="person">{}</span>').format(clean(actor))
        case _:
            return escape(part)


def link_html(text: str, url: str) -> Markup:
    """A link; only words where the address is not http or https."""
    if not is_web(url):
        return escape(clean(text))
    return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(url, clean(text) or url)


def time_html(at: Moment, now: Moment) -> Markup:
    """`02:14`, with the day where it is not today's; UTC, and the whole of it for machines and on hovering."""
    form = "%H:%M" if at.date() == now.date() else "%-d %b %H:%M" if at.year == now.year else "%Y-%m-%d %H:%M"
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(
        at.strftime("%Y-%m-%dT%H:%M:%SZ"), at.strftime(form)
    )


def since(at: Moment, now: Moment) -> str:
    """How long ago: `45 min`; a moment that our clock has not reached counts as now."""
    return span_words(max(now - at, timedelta()))


def runbook_html(markdown: str) -> Markup:
    """Markdown as HTML. Raw HTML shows as text, images and links that are not http(s) or mailto go."""
    tasks = _TASK.sub(lambda found: found[1] + ("☐" if found[2] == " " else "☑"), markdown)
    return Markup(_MARKDOWN.render(tasks))  # noqa: S704  (html is off: everything but Markdown is escaped)
