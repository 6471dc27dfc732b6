"""HTML to readable text: lines, lists, tables and quotes as a person would type them.

nh3 (html5ever) repairs the HTML the way a browser does and throws away scripts and styles; a walk over what is left,
which is well-formed and written in one way only, writes the text.
"""

from __future__ import annotations

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_to_bytes

import nh3

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.walker import Walker

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

_KEPT = """
a address article b blockquote br caption center code dd del div dl dt em fieldset font footer h1 h2 h3 h4 h5 h6 header
hr i img ins li main ol p pre s section span strike strong sub sup table tbody td tfoot th thead tr u ul
"""
_DROPPED = {"script", "style", "title", "template", "noscript", "object", "svg", "math", "select"}
_ATTRIBUTES = {
    "*": {"class", "id", "name", "style", "type"},
    "a": {"href"},
    "blockquote": {"cite"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
}
# Elements that need no end tag; any other one left open nests what follows.
_UNCLOSED = "p|li|td|th|tr|tbody|thead|dt|dd|option|br|hr|img|input|meta|link|area|base|col|wbr|source|o:p"
_TAG = re.compile(rf"<(/?)(?!(?:{_UNCLOSED})\b)[a-z][^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_DEEPEST = 1000
_DATA_URI = re.compile(r"data:(image/[\w.+-]{1,40})((?:;[\w=.-]{1,60}){0,5}),([A-Za-z0-9+/=%\s_-]*)", re.IGNORECASE)
_SOURCE = re.compile(
    r"""(?:src|background)\s*=\s*(?:"([^"]{1,500})"|'([^']{1,500})'|([^\s"'>]{1,500}))""", re.IGNORECASE
)


def take_out_data(html: str, notes: Notes) -> tuple[str, list[bytes]]:
    """Return the HTML without pictures that were pasted into it as data: URIs (RFC 2397), and those pictures."""
    pictures: list[bytes] = []

    def take(match: re.Match[str]) -> str:
        try:
            raw = (
                a2b_base64(unquote_to_bytes(match[3])) if ";base64" in match[2].lower() else unquote_to_bytes(match[3])
            )
        except BinasciiError:
            notes.add("A picture that was pasted into the mail is damaged.")
            raw = match[3].encode()
        pictures.append(raw)
        return f"cid:pasted-{len(pictures)}"

    return (_DATA_URI.sub(take, html), pictures) if "data:" in html.lower() else (html, pictures)


def find_references(html: str) -> frozenset[str]:
    """Return what the HTML shows from the mail itself: Content-IDs, Content-Locations and bare file names."""
    found = ("".join(groups) for groups in _SOURCE.findall(html))
    return frozenset(unquote(value).strip().removeprefix("cid:").removeprefix("CID:").strip("<>") for value in found)


def to_text(html: str, notes: Notes) -> str:
    """Return the readable text of HTML; quotes are marked the way `cut_reply` knows."""
    if len(html) > limits.HTML:
        notes.add("The HTML of the mail is longer than is read; it was cut.")
        html = html[: limits.HTML]
    if is_too_deep(html):
        # A browser's repair takes quadratic time here.
        notes.add("The HTML of the mail is nested deeper than is read; its marks were only taken away.")
        html = _ANY_TAG.sub(" ", html)
    repaired = nh3.clean(
        html,
        tags=set(_KEPT.split()),
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
    )
    walker = Walker()
    walker.feed(repaired)
    if walker.link_count > limits.LINKS:
        notes.add(f"The HTML of the mail has more than {limits.LINKS} links; where the others lead was left out.")
    return walker.written()


def is_too_deep(html: str) -> bool:
    """Tell whether HTML is nested deeper than can be repaired in time."""
    depth = 0
    for match in _TAG.finditer(html):
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > _DEEPEST:
            return True
    return False
