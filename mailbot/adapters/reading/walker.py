"""Walks over repaired HTML and writes its text: one box for the mail, one for each quote and each cell of a table."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.box import Box
from mailbot.domain.quote_lines import QUOTE_LINE

if TYPE_CHECKING:
    from collections.abc import Callable

_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "table"})
_OTHER_BLOCKS = """
address article caption center dd div dt fieldset footer header main section tbody tfoot thead
"""
_BLOCKS = _PARAGRAPHS | frozenset(_OTHER_BLOCKS.split())
_VOID = frozenset({"br", "hr", "img"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TIGHT = re.compile(r"MsoNormal|MsoPlainText|MsoListParagraph")
# What mail programs put around the mail they answer, when it is no <blockquote>.
_QUOTE_IDS = ("divRplyFwdMsg", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container")
_QUOTE_CLASSES = frozenset(
    {
        *("yahoo_quoted", "protonmail_quote", "tutanota_quote", "OutlookMessageHeader", "zmail_extra"),
        *("ms-outlook-mobile-reference-message", "AppleOriginalContents", "moz-forward-container"),
    }
)
# Spark; with nothing above it, it is the mail.
_QUOTE_NAMES = frozenset({"messageReplySection"})
_QUOTE_RULES = frozenset({"zwchr", "stopSpelling"})
# Outlook, and Windows Mail with the border in three parts.
_OUTLOOK_BORDER = re.compile(
    r"border-top:\s*(?:solid\s+#?(?:e1e1e1|b5c4df)|#?(?:e1e1e1|b5c4df)\s+[\d.]+p[tx]\s+solid)"
    r"|border-top-color:\s*rgb\(229,\s*229,\s*229\)",
    re.IGNORECASE,
)
# nh3 writes marks in one form only; nothing here can match in two ways, so that the search takes linear time.
_MARK = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-z-]+=\"[^\"]*\")*+)>|([^<]+)|<")
_ATTRIBUTE = re.compile(r" ([a-z-]+)=\"([^\"]*)\"")
_NESTED = 10
_LONGEST_LINK = 300
_LONGEST_NUMBER = 6


class Walker:
    """Feed it HTML as nh3 writes it, and ask what was written."""

    def __init__(self) -> None:
        self._boxes = [Box()]
        self._opened: list[tuple[str, str]] = []
        self._rows: list[list[str]] = []
        self._lists: list[int] = []
        self._links: list[str] = []
        self.link_count = 0
        self._hidden = 0
        self._pre = 0
        self._quotes = 0
        self._link_from = 0
        self._starts: dict[str, Callable[[dict[str, str]], str]] = {
            "blockquote": self._start_quote,
            "tr": self._start_row,
            "td": self._start_cell,
            "th": self._start_cell,
            "ul": self._start_list,
            "ol": self._start_numbered_list,
            "li": self._start_item,
            "a": self._start_link,
            "pre": self._start_pre,
        }
        self._ends: dict[str, Callable[[], None]] = {
            "line": self._end_line,
            "space": self._end_space,
            "quote": self._end_quote,
            "row": self._end_row,
            "cell": self._end_cell,
            "list": self._end_list,
            "link": self._end_link,
            "pre": self._end_pre,
        }

    def written(self) -> str:
        """Return the text of everything that was fed."""
        while len(self._boxes) > 1:
            inner = self._boxes.pop().text()
            self._boxes[-1].end_line()
            self._boxes[-1].write(inner, raw=True)
        return self._boxes[0].text().strip("\n")

    @property
    def _box(self) -> Box:
        return self._boxes[-1]

    def feed(self, html: str) -> None:
        """Walk over HTML from its beginning to its end."""
        for match in _MARK.finditer(html):
            closing, tag, attributes, text = match.groups()
            if text:
                self._data(unescape(text))
            elif closing:
                self._end(tag)
            elif tag:
                self._begin(tag, {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)})

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        """Begin an element; a hidden one is skipped with all that is in it."""
        if tag in _VOID:
            if not self._hidden:
                self._void(tag, given)
            return
        if self._hidden or (given and _HIDDEN.search(given.get("style", ""))):
            self._hidden += 1
            self._opened.append((tag, "hidden"))
            return
        self._opened.append((tag, self._start(tag, given)))

    def _void(self, tag: str, given: dict[str, str]) -> None:
        if tag == "br":
            self._box.add_break()
        elif tag == "hr":
            self._box.end_line()
            self._box.write(QUOTE_LINE if given.get("id", "").removeprefix("x_") in _QUOTE_RULES else "-----")
            self._box.end_line()
        elif given.get("alt", "").strip() and given.get("width") != "1":
            self._box.write(f"[image: {given['alt'].strip()[:100]}]")

    def _start(self, tag: str, given: dict[str, str]) -> str:
        """Begin an element; return what its end has to do."""
        if given and (_is_quote(given) or (given.get("name") in _QUOTE_NAMES and self._box.pieces)):
            self._box.end_line(2)
            self._box.write(QUOTE_LINE)
            self._box.end_line()
        elif "gmail_signature" in given.get("class", "").split() and self._box.pieces and not self._box.ends_with("--"):
            self._box.end_line()
            self._box.write("--")
            self._box.end_line()
        if tag in _BLOCKS:
            self._box.end_line(2 if tag in _PARAGRAPHS and not _is_tight(given) and not self._lists else 1)
        starter = self._starts.get(tag)
        return starter(given) if starter else ("tight" if tag == "p" and _is_tight(given) else "")

    def _start_quote(self, given: dict[str, str]) -> str:
        """Begin a quote; what is quoted from a page of the web is no mail that is answered."""
        self._box.end_line()
        if self._quotes >= _NESTED or len(self._boxes) > limits.DEPTH or given.get("cite", "").startswith("http"):
            return "line"
        self._quotes += 1
        self._boxes.append(Box())
        return "quote"

    def _start_row(self, _: dict[str, str]) -> str:
        if len(self._boxes) > limits.DEPTH:
            return "line"
        self._rows.append([])
        return "row"

    def _start_cell(self, _: dict[str, str]) -> str:
        if not self._rows or len(self._boxes) > limits.DEPTH:
            self._box.write(" ")
            return "space"
        self._boxes.append(Box())
        return "cell"

    def _start_list(self, _: dict[str, str]) -> str:
        """Begin a list without numbers, which is told by a -1 in place of the next number."""
        self._lists.append(-1)
        return "list"

    def _start_numbered_list(self, given: dict[str, str]) -> str:
        start = given.get("start", "")
        self._lists.append(int(start) if start.isdecimal() and len(start) <= _LONGEST_NUMBER else 1)
        return "list"

    def _start_item(self, _: dict[str, str]) -> str:
        self._box.end_line()
        number = self._lists[-1] if self._lists else -1
        if number >= 0 and self._lists:
            self._lists[-1] += 1
        self._box.write(f"{number}. " if number >= 0 else "- ", raw=True)
        return "line"

    def _start_link(self, given: dict[str, str]) -> str:
        self.link_count += 1
        self._links.append(given.get("href", "") if self.link_count <= limits.LINKS else "")
        self._link_from = len(self._box.pieces)
        return "link"

    def _start_pre(self, _: dict[str, str]) -> str:
        self._pre += 1
        return "pre"

    def _end(self, tag: str) -> None:
        """End the innermost element."""
        if tag in _VOID or not self._opened:
            return
        _, action = self._opened.pop()
        if action == "hidden":
            self._hidden -= 1
            return
        if action in self._ends:
            self._ends[action]()
        if tag in _BLOCKS:
            self._box.end_line(2 if tag in _PARAGRAPHS and action != "tight" and not self._lists else 1)

    def _end_line(self) -> None:
        self._box.end_line()

    def _end_space(self) -> None:
        self._box.write(" ")

    def _end_quote(self) -> None:
        self._quotes -= 1
        inner = self._boxes.pop().text().strip("\n")
        self._box.end_line()
        if inner:
            self._box.write("\n".join(f"> {line}".rstrip() for line in inner.split("\n")), raw=True)
        self._box.end_line()

    def _end_cell(self) -> None:
        self._rows[-1].append(self._boxes.pop().text().strip())

    def _end_row(self) -> None:
        cells = [cell for cell in self._rows.pop() if cell]
        several = any("\n" in cell for cell in cells)
        self._box.end_line()
        self._box.write(("\n" if several else " | ").join(cells), raw=True)
        self._box.end_line()

    def _end_list(self) -> None:
        self._lists.pop()

    def _end_pre(self) -> None:
        self._pre -= 1

    def _end_link(self) -> None:
        target = self._links.pop()
        shown = "".join(self._box.pieces[self._link_from :]).strip()
        bare = target.removeprefix("mailto:").removeprefix("tel:").removeprefix("https://").removeprefix("http://")
        if not target or len(target) > _LONGEST_LINK or not shown or bare.rstrip("/").lower() in shown.lower():
            return
        self._box.write(f" <{target.removeprefix('mailto:')}>", raw=True)

    def _data(self, data: str) -> None:
        """Write text, with its blanks collapsed as a browser does."""
        if self._hidden:
            return
        if self._pre:
            self._box.write(data.replace("\r\n", "\n"), raw=True)
        else:
            self._box.write(data)


def _is_quote(given: dict[str, str]) -> bool:
    """Tell whether this element holds the mail that is answered. Outlook on the web puts x_ in front of other ids."""
    name = given.get("id", "").removeprefix("x_")
    return (
        name.startswith(_QUOTE_IDS)
        or not _QUOTE_CLASSES.isdisjoint(part.removeprefix("x_") for part in given.get("class", "").split())
        or _OUTLOOK_BORDER.search(given.get("style", "")) is not None
    )


def _is_tight(given: dict[str, str]) -> bool:
    """Tell whether this is a paragraph of Outlook, which stands close to the next one."""
    return _TIGHT.search(given.get("class", "")) is not None
