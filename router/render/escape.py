"""Makes text from outside harmless: nobody can mention a channel, disguise a link or turn the text around.

Summaries, names and actors come from event senders and people, so every one of them passes through `clean`.
Slack reads `& < >` as markup; its formatting characters (`* _ ~`) cannot be escaped at all, which is why
untrusted text goes into rich_text or plain_text elements, where nothing is read as markup.
"""

import re
import unicodedata

#: Letters and symbols that draw nothing: Hangul fillers and the blank Braille cell.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
#: Control, format (bidi, zero-width, tags), surrogate, private-use and unassigned characters.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_SPACES = frozenset(("Zs", "Zl", "Zp"))
_PLAIN = re.compile(r"[ -~]*")


def clean(text: str) -> str:
    """One line of visible characters: line breaks and odd spaces become one space, unseen characters go."""
    if not _PLAIN.fullmatch(text):
        text = "".join(map(_seen, text))
    return re.sub(" +", " ", text).strip()


def escape(text: str) -> str:
    """Cleaned text for a mrkdwn field, with Slack's three escapes; they come last, so nothing undoes them."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _seen(character: str) -> str:
    if character in "\n\r\t\v\f\x85":
        return " "
    category = unicodedata.category(character)
    if category in _SPACES:
        return " "
    return "" if category in _UNSEEN or character in _BLANK else character
