"""A mail as the IT section looks at it: its head as it came, its text, and its HTML without anything that acts.

Of the HTML stay words, tables and lists. Scripts, styles, forms, pictures and frames go; where a link leads is written
behind it, and nothing can be clicked. It is shown in a frame that may neither run nor load anything besides.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING

import nh3

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.bodies import find_charset
from mailbot.adapters.reading.charsets import decode
from mailbot.adapters.reading.html import is_too_deep
from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.shown import MOST_HTML, ShownMail
from mailbot.adapters.reading.structure import MESSAGES, parse_structure
from mailbot.adapters.reading.whole import find_bytes
from mailbot.domain.text import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.adapters.reading.structure import Part

# Programs of Apple send several pieces of HTML in a row.
MOST_PIECES = 5
MOST_HEAD = 64 * 1024
_HEAD_END = re.compile(rb"\r?\n\r?\n|\r\r")
_KEPT = """
a abbr address article b bdi bdo blockquote br caption center code col colgroup dd del details div dl dt em figcaption
figure footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark ol p pre q s samp section small span strike strong sub
summary sup table tbody td tfoot th thead tr u ul var wbr
"""
# Gone with all that is in them: what acts, what is no text, and where browsers read on by other rules.
_DROPPED = """
annotation-xml applet audio canvas datalist embed frame frameset iframe math noembed noframes
noscript object option param plaintext portal script select selectmenu style svg template textarea title video xmp
"""
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
# nh3 writes marks in one form only.
_LINK = re.compile(r"<a((?: [a-z-]+=\"[^\"]*\")*+)>|</a>")
_HREF = re.compile(r" href=\"([^\"]*)\"")
_LONGEST_LINK = 300


def show_message(raw: bytes, *, oversized: bool) -> ShownMail:
    """Return a mail to look at; of an oversized one `raw` is only the header block. Raises UnreadableMailError."""
    mail = read_message(raw, oversized=oversized).mail
    notes = Notes()
    whole = find_bytes(raw, notes)
    html = "" if oversized else "<hr>".join(_pieces(parse_structure(whole, notes)))
    end = _HEAD_END.search(whole)
    head = whole[: min(end.start() if end else len(whole), MOST_HEAD)]
    return ShownMail(
        head=clean_text(head.decode("utf-8", "replace")),
        text=mail.text,
        html=html if len(html) <= MOST_HTML else "",
        problems=mail.problems,
        files=tuple(clean_line(file.name, limits.NAME) for file in mail.attachments),
    )


def harmless(html: str) -> str:
    """Return HTML of which nothing can run, load, send or lead anywhere."""
    html = html[: limits.HTML]
    if is_too_deep(html):
        # A browser's repair takes quadratic time here.
        return f"<pre>{escape(html)}</pre>"
    return _LINK.sub("", _clean(_write_links(_clean(html))))


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(_KEPT.split()),
        clean_content_tags=set(_DROPPED.split()),
        attributes=_ATTRIBUTES,
        link_rel=None,
        url_schemes=_SCHEMES,
        url_relative="deny",
    )


def _write_links(html: str) -> str:
    """Write behind the words of each link where it leads."""
    leading: list[str] = []

    def write(match: re.Match[str]) -> str:
        if match[0] != "</a>":
            target = _HREF.search(match[1])
            leading.append(clean_line(unescape(target[1]), _LONGEST_LINK) if target else "")
            return ""
        target_of = leading.pop() if leading else ""
        return f" <code>[{escape(target_of)}]</code>" if target_of else ""

    return _LINK.sub(write, html)


def _pieces(root: Part) -> Iterator[str]:
    notes = Notes()
    found = [part for part in _leaves(root) if _is_html(part)]
    for part in found[:MOST_PIECES]:
        yield harmless(decode(part.data[: 4 * limits.HTML], find_charset(part), notes))


def _is_html(part: Part) -> bool:
    return part.content_type == "text/html" and part.disposition.value != "attachment"


def _leaves(part: Part) -> Iterator[Part]:
    if not part.children:
        yield part
    elif part.content_type not in MESSAGES:
        for child in part.children:
            yield from _leaves(child)
