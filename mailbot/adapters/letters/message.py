"""Headers and parts of a letter, to the finished bytes: the same letter gives the same bytes."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime, quote
from typing import TYPE_CHECKING

from mailbot.domain.letter import LETTERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailbot.adapters.letters.pictures import Embedded
    from mailbot.domain.letter import LetterKind, Thread
    from mailbot.domain.people import Language
    from mailbot.domain.wording import SheetFile

_LINE_LENGTH = 78
_FOLDS = re.compile(r" (?=<|=\?)")
# Words with the space behind them; a word of more than 11 characters (of up to four octets each) is divided.
_PIECES = re.compile(r"\S{1,11}\s*")
# 75 characters at the most (RFC 2047 2), of which 12 mark the encoding; base64 makes four of three.
_ENCODED_WORD_OCTETS = 45
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,900}>")
# Some servers refuse long header fields; the first id and the latest ones hold a conversation (RFC 5537 3.4.4).
_KEPT_REFERENCES = 20


class LetterPolicy(EmailPolicy):
    """The standard policy, except that headers about the letter are written by this module, ready for the wire.

    The library encodes an id of 78 characters or more as RFC 2047 words, which no mail client finds again; ids from
    Outlook are that long, and so are reply addresses with a token. RFC 5322 2.1.1 allows lines of up to 998 characters.
    """

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        """Keep a ready header as it is written: in ASCII and in one line."""
        if not _is_ready(name):
            return super().header_store_parse(name, value)
        if not value.isascii() or not value.isprintable():
            raise ValueError(f"The header {name} holds more than one line of plain ASCII.")
        return name, value

    def fold(self, name: str, value: str) -> str:
        """Return a header as text, a ready one with a line for each id, address or encoded word."""
        if not _is_ready(name):
            return str(super().fold(name, value))
        is_short = len(name) + len(": ") + len(value) <= _LINE_LENGTH
        return f"{name}: {value if is_short else _FOLDS.sub(f'{self.linesep} ', value)}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as bytes, a ready one with a line for each id, address or encoded word."""
        if not _is_ready(name):
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


POLICY = LetterPolicy(linesep="\r\n", cte_type="7bit", max_line_length=_LINE_LENGTH)


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
    message = EmailMessage(policy=POLICY)
    _set_headers(message, envelope)
    # Both parts hold Hindi, for which base64 is the shortest way.
    message.set_content(text + "\n", cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    if pictures:
        _embed(message, pictures)
    for file in files:
        maintype, _, subtype = file.content_type.partition("/")
        message.add_attachment(file.data, maintype=maintype, subtype=subtype, filename=file.name)
    # Only now: the library moves earlier Content- headers into the first part.
    message["Content-Language"] = f"{envelope.language}, {envelope.language.other}"
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{number}.{envelope.boundary}")
    return message.as_bytes(policy=POLICY)


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


def mailbox(name: str, address: str) -> str:
    """Return a display name and an address as one mailbox in ASCII (RFC 5322 3.4, RFC 2047 5).

    An address that is not ASCII (RFC 6531) is written so that the letter can be kept; whether it can be sent is for the
    mail server to say.
    """
    if not name:
        return f"<{encoded(address)}>"
    return f'"{quote(name)}" <{encoded(address)}>' if _is_plain(name) else f"{encoded(name)} <{encoded(address)}>"


def clean_thread(thread: Thread) -> tuple[str, tuple[str, ...]]:
    """Return In-Reply-To and References with what is really an id; a stranger wrote them."""
    references = _ids(" ".join(thread.references))
    if len(references) > _KEPT_REFERENCES:
        references = (references[0], *references[1 - _KEPT_REFERENCES :])
    return next(iter(_ids(thread.in_reply_to)), ""), references


def _set_headers(message: EmailMessage, envelope: Envelope) -> None:
    in_reply_to, references = clean_thread(envelope.thread)
    message["Date"] = format_datetime(envelope.at)
    message["From"] = mailbox(envelope.desk_name, envelope.desk_address)
    message["To"] = mailbox(envelope.to_name, envelope.to)
    message["Reply-To"] = mailbox(envelope.desk_name, envelope.reply_to)
    message["Subject"] = encoded_subject(envelope.subject)
    message["Message-ID"] = envelope.message_id
    if in_reply_to:
        message["In-Reply-To"] = in_reply_to
    if references:
        message["References"] = " ".join(references)
    # RFC 3834 section 5, MS-OXCMAIL 2.2.3.2.14, and what other helpdesks look at: no machine shall answer a letter.
    message["Auto-Submitted"] = "auto-replied" if LETTERS[envelope.kind].replied else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Precedence"] = "auto_reply"
    message["X-Loop"] = f"mailbot/{envelope.desk_address}"


def _embed(message: EmailMessage, pictures: Sequence[Embedded]) -> None:
    html_part = next(part for part in message.iter_parts() if part.get_content_type() == "text/html")
    assert isinstance(html_part, MIMEPart)
    for embedded in pictures:
        maintype, _, subtype = embedded.picture.content_type.partition("/")
        html_part.add_related(
            embedded.picture.data,
            maintype=maintype,
            subtype=subtype,
            cid=f"<{embedded.cid}>",
            filename=embedded.name,
            disposition="inline",
        )


def encoded_subject(subject: str) -> str:
    """Return a subject in ASCII; its first word, the ticket number, stays readable for every program on the way."""
    number, _, title = subject.partition(" ")
    if not _is_plain(number):
        return encoded(subject)
    return f"{encoded(number)} {encoded(title)}".rstrip()


def encoded(text: str) -> str:
    """Return the text in ASCII, if need be as RFC 2047 words that begin and end where the words of the language do.

    Some programs put a space between encoded words when they should not; then it falls where a space is anyway.
    """
    if _is_plain(text):
        return text
    chunks = [""]
    for piece in _PIECES.findall(text):
        if chunks[-1] and len((chunks[-1] + piece).encode()) > _ENCODED_WORD_OCTETS:
            chunks.append("")
        chunks[-1] += piece
    return " ".join(f"=?utf-8?b?{base64.b64encode(chunk.encode()).decode()}?=" for chunk in chunks)


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _is_ready(name: str) -> bool:
    """Tell whether a header is about the letter and not about one of its parts."""
    return not name.lower().startswith("content-") or name.lower() == "content-id"


def _ids(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(text)))
