"""What of a mail is its text and what is a file: the best of each alternative, forwarded mails, nothing dropped."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.adapters.reading import html
from mailbot.adapters.reading.charsets import decode
from mailbot.adapters.reading.content import Content, File, join
from mailbot.adapters.reading.flowed import unflow
from mailbot.adapters.reading.packed import read_hidden_text, unpack_file, unpack_text
from mailbot.adapters.reading.structure import MESSAGE, MESSAGES, TEXT, Part
from mailbot.adapters.reading.words import decode_words
from mailbot.domain.quote_lines import FORWARD_LINE
from mailbot.domain.text import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
_LINK = re.compile(r"<(?:https?://|mailto:)?[^<>\s]{1,500}>")
# What is only shown when there is nothing else: what a report says to a program (RFC 6522), and a piece of a mail.
_STATUS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "message/partial",
    }
)
_TOLD = {
    "application/pgp-encrypted": "The mail is encrypted with OpenPGP and cannot be read; "
    "ask its sender to send it unencrypted.",
    "message/partial": "The mail is one piece of a larger one (message/partial); the pieces were not put together.",
    "message/external-body": "A part of the mail lies elsewhere (message/external-body) and was not fetched.",
}
_STUB_SHARE = 0.25
_SHOWN_HEADERS = ("from", "date", "subject", "to")


def read_content(root: Part, notes: Notes) -> Content:
    """Return text and files of a mail; a text that is only there as a file is shown as well."""
    content = _read(root, notes)
    leaves = tuple(_leaves(root))
    if content.text.strip():
        # A first text is what was written, also when it has a name (RFC 8621 4.1.4).
        first = _first_leaf(root)
        is_kept = any(file.data is first.data for file in content.files)
        if is_kept and first.content_type in _SHOWN and first.disposition.value != "attachment":
            content = join((_show(first, notes), content))
    else:
        text = _find_text(leaves, notes)
        content = Content(text.text, text.html_text, (*text.files, *content.files), content.shown | text.shown)
    return content


def _find_text(leaves: tuple[Part, ...], notes: Notes) -> Content:
    """Return the text of the first file that has one, when a mail has no other."""
    for part in leaves:
        if part.content_type in _SHOWN and _is_file(part):
            return _show(part, notes)
    hidden = (read_hidden_text(part, notes) for part in leaves)
    found = next((content for content in hidden if content.text.strip()), None)
    status = next((part for part in leaves if part.content_type in _STATUS), None)
    return found or (_show(status, notes) if status else Content())


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
    if part.children and part.content_type not in MESSAGES:
        inner = _read(part.children[0], notes)
        return replace(inner, files=(*inner.files, _file(part, notes)))
    if part.children:
        return read_forwarded(part, notes)
    if part.content_type in _SHOWN and not _is_file(part):
        return _show(part, notes)
    if part.content_type in _TOLD:
        notes.add(_TOLD[part.content_type])
    return unpack_file(_file(part, notes), notes)


def _read_multipart(part: Part, notes: Notes) -> Content:
    if part.content_type == "multipart/alternative":
        return _choose([_read_alternative(child, notes) for child in _without_renderings(part)], notes)
    if part.content_type == "multipart/related":
        return _read_related(part, notes)
    is_report = part.content_type == "multipart/report"
    return join(_without_twins(_read_enclosed(child, notes, is_report=is_report) for child in part.children))


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
        _read(child, notes) if child.children or child is root else unpack_file(_file(child, notes), notes)
        for child in part.children
    )
    return join(others)


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


def _without_twins(contents: Iterable[Content]) -> Iterator[Content]:
    """Show a text once that some programs send as plain text and as HTML in a sequence, instead of as alternatives."""
    before = Content()
    for content in contents:
        if _is_twin(before, content):
            files = (*before.files, *content.files)
            before = Content(before.text, content.html_text, files, before.shown | content.shown)
        else:
            yield before
            before = content
    yield before


def _is_twin(plain: Content, rich: Content) -> bool:
    if not plain.text.strip() or plain.html_text or not rich.html_text:
        return False
    return _WORDS.findall(_LINK.sub("", plain.text)) == _WORDS.findall(_LINK.sub("", rich.html_text))


def _is_worse(plain: str, rich: str) -> bool:
    """Tell whether plain text says less than the HTML beside it: a stub, lost letters, or HTML in disguise."""
    if len(_WORDS.findall(plain)) < len(_WORDS.findall(rich)) * _STUB_SHARE:
        return True
    return len(_LOST.findall(plain)) > len(_LOST.findall(rich))


def find_charset(part: Part) -> str:
    """Return the charset that a text names, in its header or as HTML does."""
    charset = part.kind.parameters.get("charset", "")
    if part.content_type == _HTML and not charset:
        meta = _META_CHARSET.search(part.data[:4096])
        charset = meta[1].decode("ascii", "replace") if meta else ""
    return charset


def _show(part: Part, notes: Notes) -> Content:
    """Return the text of a part that is shown."""
    charset = find_charset(part)
    data, files = unpack_text(part.data, notes) if part.content_type == TEXT else (part.data, ())
    text = decode(data, charset, notes)
    if part.content_type == _HTML or _IS_HTML.match(text):
        return _show_html(text, notes)
    if part.content_type in _RICH:
        text = re.sub(r"<[^<>]{0,60}>", "", text.replace("<<", "<"))
    if part.kind.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.kind.parameters.get("delsp", "").lower() == "yes")
    return Content(clean_text(text).rstrip(), "", files)


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
    """Return the name a part gives itself; some programs confuse the two parameters."""
    given = (part.disposition.parameters, part.kind.parameters)
    found = (parameters.get(key, "") for key, parameters in zip(("filename", "name"), given, strict=True))
    swapped = (parameters.get(key, "") for key, parameters in zip(("name", "filename"), given, strict=True))
    return next((name for name in (*found, *swapped) if name.strip()), "")


def _content_id(part: Part) -> str:
    return part.header("content-id").strip().strip("<>").strip()


def _file(part: Part, notes: Notes) -> File:
    name = _name(part)
    if not name and part.children:
        subject = clean_line(decode_words(part.children[0].header("subject"), notes), 100)
        name = f"{subject.replace('/', '-')}.eml" if subject else ""
    declared = MESSAGE if part.unread and part.children else part.content_type
    description = clean_line(decode_words(part.header("content-description"), notes), 100)
    return File(part.data, declared, name, _content_id(part), part.header("content-location").strip(), description)


def _leaves(part: Part) -> Iterable[Part]:
    if not part.children:
        yield part
    elif part.content_type not in MESSAGES:
        for child in part.children:
            yield from _leaves(child)


def _first_leaf(part: Part) -> Part:
    while part.children and part.content_type not in MESSAGES:
        part = part.children[0]
    return part
