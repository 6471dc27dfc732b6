"""What of a mail is its text and what is a file: the best of each alternative, forwarded mails, nothing dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.adapters.reading import html
from mailbot.adapters.reading.charsets import decode
from mailbot.adapters.reading.flowed import unflow
from mailbot.adapters.reading.structure import MESSAGE, TEXT, Part
from mailbot.adapters.reading.words import decode_words
from mailbot.domain.quote_lines import FORWARD_LINE
from mailbot.domain.text import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.adapters.reading.limits import Notes

_HTML = "text/html"
_RICH = frozenset({"text/enriched", "text/richtext"})
_SHOWN = frozenset({TEXT, _HTML, "text/markdown", "text/x-markdown", "text/x-web-markdown"}) | _RICH
# Other renderings of the same text, as Google and Apple send them beside HTML.
_RENDERINGS = _SHOWN | {"text/x-amp-html", "text/watch-html"}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_IS_HTML = re.compile(r"\s*(<!doctype html|<html[\s>])", re.IGNORECASE)
_LOST = re.compile(r"\?{4,}|\ufffd")
_WORDS = re.compile(r"\w")
_STUB_SHARE = 0.25
_SHOWN_HEADERS = ("from", "date", "subject", "to")


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a mail, before anybody looked at it."""

    data: bytes
    declared: str
    name: str = ""
    content_id: str = ""
    location: str = ""
    pasted: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """The readable text of a part, the text of its HTML if it has any, its files, and what its HTML shows."""

    text: str = ""
    html_text: str = ""
    files: tuple[File, ...] = ()
    shown: frozenset[str] = frozenset()


def read_content(root: Part, notes: Notes) -> Content:
    """Return text and files of a mail; a text that is only there as a file is shown as well."""
    content = _read(root, notes)
    if content.text.strip():
        return content
    plain = next((part for part in _leaves(root) if part.content_type in _SHOWN and _is_file(part)), None)
    if plain is None:
        plain = next((part for part in _leaves(root) if part.content_type == "message/delivery-status"), None)
    if plain is None:
        return content
    text = _show(plain, notes)
    return Content(text.text, text.html_text, content.files, content.shown | text.shown)


def read_forwarded(part: Part, notes: Notes) -> Content:
    """Return a forwarded mail: its most important headers and its text below a line that says so, and its files."""
    inner = _read(part.children[0], notes)
    headers = part.children[0]
    lines = [
        f"{name.capitalize()}: {clean_line(decode_words(headers.header(name), notes), 300)}"
        for name in _SHOWN_HEADERS
        if headers.header(name)
    ]
    text = "\n".join((FORWARD_LINE, *lines, "", inner.text.strip("\n"))).rstrip()
    return Content(text, text if inner.html_text else "", (_file(part, notes), *inner.files), inner.shown)


def _read(part: Part, notes: Notes) -> Content:
    if part.content_type.startswith("multipart/") and not part.unread:
        return _read_multipart(part, notes)
    if part.children:
        return read_forwarded(part, notes)
    if part.content_type in _SHOWN and not _is_file(part):
        return _show(part, notes)
    return Content(files=(_file(part, notes),))


def _read_multipart(part: Part, notes: Notes) -> Content:
    if part.content_type == "multipart/alternative":
        return _choose([_read_alternative(child, notes) for child in _without_renderings(part)], notes)
    if part.content_type == "multipart/related":
        return _read_related(part, notes)
    is_report = part.content_type == "multipart/report"
    return _join(_read_enclosed(child, notes, is_report=is_report) for child in part.children)


def _read_alternative(part: Part, notes: Notes) -> Content:
    """Read one of several renderings, which is text also when it has a name."""
    is_text = part.content_type in _SHOWN and part.disposition.value != "attachment"
    return _show(part, notes) if is_text else _read(part, notes)


def _read_enclosed(part: Part, notes: Notes, *, is_report: bool) -> Content:
    """Read a part of a sequence; the mail that a bounce gives back is a file, and its text is not news."""
    if is_report and part.children:
        inner = _read(part.children[0], notes)
        return Content(files=(_file(part, notes), *inner.files), shown=inner.shown)
    return _read(part, notes)


def _without_renderings(part: Part) -> tuple[Part, ...]:
    """Leave out renderings that only a special client shows."""
    return tuple(
        child for child in part.children if child.content_type not in _RENDERINGS or child.content_type in _SHOWN
    )


def _read_related(part: Part, notes: Notes) -> Content:
    """RFC 2387: the root is the text, everything else belongs to it, whatever its type."""
    start = part.kind.parameters.get("start", "").strip("<>")
    root = next((child for child in part.children if start and _content_id(child) == start), None)
    root = root or next((child for child in part.children if _can_show(child)), None)
    others = (
        _read(child, notes) if child.children or child is root else Content(files=(_file(child, notes),))
        for child in part.children
    )
    return _join(others)


def _can_show(part: Part) -> bool:
    return part.content_type.startswith("multipart/") or (part.content_type in _SHOWN and not _is_file(part))


def _choose(contents: list[Content], notes: Notes) -> Content:
    """Take the better text of the alternatives and the files of all; the last one is not always it (RFC 2046 5.1.4)."""
    files = tuple(file for content in contents for file in content.files)
    shown = frozenset().union(*(content.shown for content in contents))
    with_html = [content for content in contents if content.html_text.strip()]
    without = [content for content in contents if content.text.strip() and not content.html_text.strip()]
    if not with_html or not without:
        best = (with_html or without or [Content()])[-1 if with_html else 0]
        return Content(best.text, best.html_text, files, shown)
    plain, rich = without[0], with_html[-1]
    if _is_worse(plain.text, rich.html_text):
        notes.add("The plain text of the mail is damaged or only a stub; its HTML was read.")
        return Content(rich.text, rich.html_text, files, shown)
    return Content(plain.text, rich.html_text, files, shown)


def _is_worse(plain: str, rich: str) -> bool:
    """Tell whether plain text says less than the HTML beside it: a stub, lost letters, or HTML in disguise."""
    if len(_WORDS.findall(plain)) < len(_WORDS.findall(rich)) * _STUB_SHARE:
        return True
    return len(_LOST.findall(plain)) > len(_LOST.findall(rich))


def _join(contents: Iterable[Content]) -> Content:
    parts = tuple(contents)
    texts = [content.text.strip("\n") for content in parts if content.text.strip()]
    rich = [(content.html_text or content.text).strip("\n") for content in parts if content.text.strip()]
    return Content(
        "\n\n".join(texts),
        "\n\n".join(rich) if any(content.html_text for content in parts) else "",
        tuple(file for content in parts for file in content.files),
        frozenset().union(*(content.shown for content in parts)),
    )


def _show(part: Part, notes: Notes) -> Content:
    """Return the text of a part that is shown."""
    charset = part.kind.parameters.get("charset", "")
    if part.content_type == _HTML and not charset:
        meta = _META_CHARSET.search(part.data[:4096])
        charset = meta[1].decode("ascii", "replace") if meta else ""
    text = decode(part.data, charset, notes)
    if part.content_type == _HTML or _IS_HTML.match(text):
        return _show_html(text, notes)
    if part.content_type in _RICH:
        text = re.sub(r"<[^<>]{0,60}>", "", text.replace("<<", "<"))
    if part.kind.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.kind.parameters.get("delsp", "").lower() == "yes")
    return Content(clean_text(text).rstrip())


def _show_html(source: str, notes: Notes) -> Content:
    bare, pictures = html.take_out_data(source, notes)
    text = clean_text(html.to_text(bare, notes))
    files = tuple(
        File(data, "image/unknown", content_id=f"pasted-{number}", pasted=True)
        for number, data in enumerate(pictures, start=1)
    )
    return Content(text, text, files, html.find_references(bare))


def _is_file(part: Part) -> bool:
    """Tell whether a text is meant as a file: it says so, or it has a name of its own."""
    return part.disposition.value == "attachment" or bool(_name(part))


def _name(part: Part) -> str:
    return part.disposition.parameters.get("filename", "") or part.kind.parameters.get("name", "")


def _content_id(part: Part) -> str:
    return part.header("content-id").strip().strip("<>").strip()


def _file(part: Part, notes: Notes) -> File:
    name = _name(part)
    if not name and part.children:
        subject = clean_line(decode_words(part.children[0].header("subject"), notes), 100)
        name = f"{subject}.eml" if subject else ""
    declared = MESSAGE if part.unread and part.children else part.content_type
    return File(part.data, declared, name, _content_id(part), part.header("content-location").strip())


def _leaves(part: Part) -> Iterable[Part]:
    if not part.children:
        yield part
    elif part.content_type.startswith("multipart/"):
        for child in part.children:
            yield from _leaves(child)
