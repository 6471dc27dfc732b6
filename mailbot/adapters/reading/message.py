"""The bytes of a mail to plain data: everything mailbot knows of a mail comes through here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.adapters.reading import headers as fields
from mailbot.adapters.reading import limits
from mailbot.adapters.reading.attachments import make_attachments
from mailbot.adapters.reading.bodies import read_content
from mailbot.adapters.reading.content import Content
from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.origin import read_origin
from mailbot.adapters.reading.phones import find_phones
from mailbot.adapters.reading.reports import read_report
from mailbot.adapters.reading.structure import parse_head, parse_structure
from mailbot.adapters.reading.whole import find_bytes
from mailbot.adapters.reading.wire import MailReading
from mailbot.adapters.reading.words import read_in_charset
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.mail import Attachment, IncomingMail
from mailbot.domain.quotes import cut_reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.adapters.reading.structure import Headers, Part
    from mailbot.domain.quotes import Cut

_BINARY_SHARE = 0.1
_SAMPLE = 4096


def read_message(raw: bytes, *, oversized: bool) -> MailReading:
    """Return what a mail says; of an oversized one `raw` is only the header block.

    Raises UnreadableMailError for bytes that are no mail; whatever else is wrong stands in the mail's problems.
    """
    notes = Notes()
    if not raw.strip():
        raise UnreadableMailError("The mail is empty; ask its sender to send it again.")
    origin, raw = read_origin(raw), find_bytes(raw, notes)
    if oversized:
        notes.add("The mail is larger than the limit and was not downloaded; only its headers were read.")
        reading = _build(parse_head(raw, notes), (), Content(), notes, oversized=True)
        return MailReading(replace(reading.mail, origin=origin), reading.files)
    root = parse_structure(raw, notes)
    if not root.headers:
        if _is_binary(raw):
            raise UnreadableMailError("These bytes are no mail: they have no headers and are no text.")
        notes.add("The mail has no headers at all; everything was read as text.")
    report = read_report(root)
    headers = read_in_charset(root.headers, _first_charset(root))
    reading = _build(headers, tuple(_part_types(root)), read_content(root, notes), notes, oversized=False)
    mail = replace(reading.mail, delivery_actions=report.actions, reported_ids=report.ids, origin=origin)
    return MailReading(mail, reading.files)


def _build(
    headers: Headers, part_types: tuple[str, ...], content: Content, notes: Notes, *, oversized: bool
) -> MailReading:
    text, cut = _cut(content, notes)
    attachments, files = make_attachments(content, notes)
    sender = fields.find_sender(headers, notes)
    mail = IncomingMail(
        message_id=fields.find_message_id(headers, notes),
        sender=sender.address,
        sender_count=sender.count,
        recipients=fields.find_recipients(headers, notes),
        subject=fields.find_subject(headers, notes),
        date=fields.find_date(headers, notes),
        thread_ids=fields.find_thread_ids(headers),
        text=text,
        reply=cut.reply,
        signature=cut.signature,
        phones=find_phones(cut.reply, cut.signature),
        attachments=attachments,
        headers=fields.decode_headers(headers, notes),
        part_types=part_types,
        content_key=_content_key(headers, text, attachments),
        oversized=oversized,
        problems=notes.sentences(),
    )
    return MailReading(mail, files)


def _cut(content: Content, notes: Notes) -> tuple[str, Cut]:
    """Return the whole text and what it was cut into; a quote that only the HTML shows is cut there."""
    text = content.text.strip("\n")
    if len(text) > limits.TEXT:
        notes.add("The text of the mail is longer than is read; it was cut.")
        text = text[: limits.TEXT]
    cut = cut_reply(text)
    if not cut.quoted and content.html_text != content.text and 0 < len(content.html_text) <= limits.RICH:
        rich = cut_reply(content.html_text)
        if rich.quoted and rich.reply:
            cut = rich
    if cut.doubtful:
        notes.add("It is not certain which part of the mail is new and which is quoted; more of it was kept, not less.")
    return text, cut


def _first_charset(part: Part) -> str:
    """Return the charset that the first text of a mail names; its headers are in the same when they are raw."""
    while part.children and not part.kind.parameters.get("charset"):
        part = part.children[0]
    return part.kind.parameters.get("charset", "")


def _part_types(part: Part) -> Iterator[str]:
    """Yield the declared types of all parts, the kind of a report with them (RFC 6522)."""
    report = part.kind.parameters.get("report-type", "").lower()
    yield f"{part.content_type}; report-type={report}" if report else part.content_type
    for child in part.children:
        yield from _part_types(child)


def _content_key(headers: Headers, text: str, attachments: tuple[Attachment, ...]) -> str:
    """Return a digest that is the same for every copy of a mail, whichever way it came.

    Headers that are written on the way (Received, Delivered-To and the like) do not count.
    """
    parts = [fields.values(headers, name)[:1] for name in ("from", "date", "message-id", "subject")]
    whole = json.dumps([parts, text, [attachment.sha256 for attachment in attachments]])
    return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()


def _is_binary(raw: bytes) -> bool:
    sample = raw[:_SAMPLE]
    return sum(byte < b" "[0] and byte not in b"\t\r\n\x0c\x1b" for byte in sample) > len(sample) * _BINARY_SHARE
