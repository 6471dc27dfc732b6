"""Files and texts that are packed in others: winmail.dat, BinHex, uuencode, yEnc and OpenPGP in a text, invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.reading import html, rtf
from mailbot.adapters.reading.armor import take_off_armor
from mailbot.adapters.reading.calendar import summarise
from mailbot.adapters.reading.charsets import decode
from mailbot.adapters.reading.content import Content, File, join
from mailbot.adapters.reading.encoded_blocks import take_out_blocks
from mailbot.adapters.reading.mac import MAC_TYPES, unpack_mac
from mailbot.adapters.reading.rtf import is_rtf
from mailbot.adapters.reading.tnef import Unpacked, is_tnef, unpack
from mailbot.domain.quote_lines import FORWARD_LINE
from mailbot.domain.text import clean_line, clean_text

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes
    from mailbot.adapters.reading.structure import Part

CALENDAR = "text/calendar"
_UNKNOWN = "application/octet-stream"
_SIGNATURE = "application/pgp-signature"


def unpack_text(data: bytes, notes: Notes) -> tuple[bytes, tuple[File, ...]]:
    """Return the words of a plain text, and the files and signatures that stood in it."""
    bare, signatures = take_off_armor(data, notes)
    bare, blocks = take_out_blocks(bare, notes)
    files = tuple(File(block.data, _UNKNOWN, block.name) for block in blocks)
    return bare, (*files, *(File(signature, _SIGNATURE, "signature.asc") for signature in signatures))


def unpack_file(file: File, notes: Notes) -> Content:
    """Return a file with those that are packed in it; the mails that were attached to a winmail.dat also as text."""
    if not is_tnef(file.data):
        return Content(files=(file, *unpack_mac(file.data, notes)) if file.declared in MAC_TYPES else (file,))
    found = unpack(file.data, notes)
    inner = join(_read_inner(mail, notes) for mail in found.inner)
    return Content(inner.text, "", (file, *_files(found), *inner.files))


def read_hidden_text(part: Part, notes: Notes) -> Content:
    """Return the text of a part that has one but is none: an invitation, RTF, or a winmail.dat."""
    if part.content_type == CALENDAR:
        return Content(summarise(decode(part.data, part.kind.parameters.get("charset", ""), notes)))
    if is_rtf(part.data) and part.disposition.value != "attachment":
        return _read_rtf(part.data, notes)
    return _read_text(unpack(part.data, notes), notes) if is_tnef(part.data) else Content()


def _files(found: Unpacked) -> tuple[File, ...]:
    return tuple(File(one.data, one.declared or _UNKNOWN, one.name, one.content_id) for one in found.files)


def _read_text(found: Unpacked, notes: Notes) -> Content:
    if found.text.strip():
        return Content(clean_text(found.text).rstrip())
    if found.html.strip():
        return _read_html(found.html, notes)
    return _read_rtf(found.rtf, notes) if is_rtf(found.rtf) else Content()


def _read_html(source: str, notes: Notes) -> Content:
    text = clean_text(html.to_text(source, notes))
    return Content(text, text)


def _read_rtf(data: bytes, notes: Notes) -> Content:
    text, wraps_html = rtf.to_text(data, notes)
    return _read_html(text, notes) if wraps_html else Content(clean_text(text).rstrip())


def _read_inner(found: Unpacked, notes: Notes) -> Content:
    lines = (FORWARD_LINE, f"Subject: {clean_line(found.subject, 300)}", "", _read_text(found, notes).text.strip("\n"))
    deeper = join(_read_inner(mail, notes) for mail in found.inner)
    return join((Content("\n".join(lines).rstrip(), "", _files(found)), deeper))
