"""Headers and parts of a letter, to the finished bytes: the same letter gives the same bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import TYPE_CHECKING

from mailbot.adapters.letters.headers import encoded_subject, header_line, mailbox
from mailbot.adapters.letters.mime import VERSION, Part, file_part, join_parts, text_part
from mailbot.domain.letter import LETTERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailbot.adapters.letters.pictures import Embedded
    from mailbot.domain.letter import LetterKind, Thread
    from mailbot.domain.people import Language
    from mailbot.domain.wording import SheetFile

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,900}>")
# Some servers refuse long header fields; the first id and the latest ones hold a conversation (RFC 5537 3.4.4).
_KEPT_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything in the head of a letter. `boundary` is a text that nobody can guess before the letter is written."""

    kind: LetterKind
    language: Language
    desk_name: str
    desk_address: str
    reply_to: str
    to: str
    to_name: str
    subject: str
    message_id: str
    thread: Thread
    at: datetime
    boundary: str


def build_message(
    envelope: Envelope, text: str, html: str, pictures: Sequence[Embedded], files: Sequence[SheetFile] = ()
) -> bytes:
    """Return the letter as 7-bit bytes with CRLF line ends; pictures stand in its text, files are attached to it."""
    body = _body(envelope.boundary, text, html, pictures, files)
    languages = header_line("Content-Language", f"{envelope.language}, {envelope.language.other}")
    return b"".join(Part((*_head(envelope), VERSION, *body.head, languages), body.body).pieces())


def choose_files(files: Sequence[SheetFile], limit: int) -> tuple[tuple[SheetFile, ...], tuple[str, ...]]:
    """Return the files that fit into the limit (bytes in all), in order, and the names of the others."""
    chosen: list[SheetFile] = []
    too_large: list[str] = []
    room = limit
    for file in files:
        if len(file.data) <= room:
            room -= len(file.data)
            chosen.append(file)
        else:
            too_large.append(file.name)
    return tuple(chosen), tuple(too_large)


def clean_thread(thread: Thread) -> tuple[str, tuple[str, ...]]:
    """Return In-Reply-To and References with what is really an id; a stranger wrote them."""
    references = _ids(" ".join(thread.references))
    if len(references) > _KEPT_REFERENCES:
        references = (references[0], *references[1 - _KEPT_REFERENCES :])
    return next(iter(_ids(thread.in_reply_to)), ""), references


def _head(envelope: Envelope) -> tuple[str, ...]:
    """Return what the letter says about itself, each header once."""
    in_reply_to, references = clean_thread(envelope.thread)
    headers = {
        "Date": format_datetime(envelope.at),
        "From": mailbox(envelope.desk_name, envelope.desk_address),
        "To": mailbox(envelope.to_name, envelope.to),
        "Reply-To": mailbox(envelope.desk_name, envelope.reply_to),
        "Subject": encoded_subject(envelope.subject),
        "Message-ID": envelope.message_id,
        **({"In-Reply-To": in_reply_to} if in_reply_to else {}),
        **({"References": " ".join(references)} if references else {}),
        # RFC 3834 section 5, MS-OXCMAIL 2.2.3.2.14, and what other helpdesks look at: no machine shall answer a letter.
        "Auto-Submitted": "auto-replied" if LETTERS[envelope.kind].replied else "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "auto_reply",
        "X-Loop": f"mailbot/{envelope.desk_address}",
    }
    return tuple(header_line(name, value) for name, value in headers.items())


def _body(secret: str, text: str, html: str, pictures: Sequence[Embedded], files: Sequence[SheetFile]) -> Part:
    """Return both texts as alternatives, the pictures beside the page that shows them, the files around it all."""
    page = text_part("html", html)
    level = 1 if files else 0
    if pictures:
        shown = [file_part(each.picture.content_type, each.picture.data, each.name, each.cid) for each in pictures]
        page = join_parts("related", f"=_{level + 1}.{secret}", (page, *shown))
        page = replace(page, head=(VERSION, *page.head))
    else:
        page = replace(page, head=(*page.head, VERSION))
    both = join_parts("alternative", f"=_{level}.{secret}", (text_part("plain", text), page))
    if not files:
        return both
    attached = [file_part(file.content_type, file.data, file.name) for file in files]
    return join_parts("mixed", f"=_0.{secret}", (both, *attached))


def _ids(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(text)))
