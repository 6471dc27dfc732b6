"""What an incoming mail says, after its bytes were read and before anybody decided anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One mail address; `address` is what the mail said with the domain in lower case, `name` is for display only."""

    address: str
    name: str = ""


class Verdict(StrEnum):
    """What a malware scanner says of a file. Only its own word makes a file clean; no answer at all is unscanned."""

    UNASKED = "unasked"
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail; the bytes themselves lie in the file store under `sha256`.

    `content_type` is what the bytes really are, `declared_type` what the mail claimed.
    `inline` is true when the mail shows the file inside its text. Of a picture, `width` and `height` are its pixels as
    it is shown, 0 when they are unknown; `preview` is the SHA-256 of a small PNG of it, empty without one; `as_it_is`
    is false when only the preview may be shown to others. `evidence` is false for logos and tracking pixels.
    `fingerprint` says what a picture looks like in 16 hexadecimal digits; empty when it has too little to tell.
    `verdict` is the scanner's; unasked when there is none.
    """

    name: str
    content_type: str
    size: int
    sha256: str
    inline: bool = False
    declared_type: str = ""
    content_id: str = ""
    width: int = 0
    height: int = 0
    preview: str = ""
    as_it_is: bool = True
    evidence: bool = True
    fingerprint: str = ""
    verdict: Verdict = Verdict.UNASKED

    @property
    def is_picture(self) -> bool:
        """Whether the bytes are an image that every mail client can show."""
        return self.content_type in {"image/png", "image/jpeg", "image/gif", "image/webp"}

    @property
    def shown(self) -> str:
        """The SHA-256 of what a letter or a page shows of it: the file itself, its preview, or empty for neither."""
        if self.verdict in {Verdict.INFECTED, Verdict.UNSCANNED}:
            return ""
        return self.sha256 if self.is_picture and self.as_it_is else self.preview


@dataclass(frozen=True, slots=True)
class Phone:
    """A mobile number, as +91 and ten digits, with the words before it in its line.

    `in_signature` is true when it stands below the sender's words.
    """

    number: str
    before: str = ""
    in_signature: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """The headers that say who sent a mail, as they stand there: unfolded, not decoded, never repaired.

    `senders` are the values of From and `results` those of Authentication-Results, topmost first; a value that is too
    long to be read is empty, and only the first few are kept. `is_sound` is false when anything about the header block
    is such that two programs could read two different mails out of it.
    """

    senders: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    is_sound: bool = False


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """A mail as plain data. Everything in it was written by a stranger.

    `sender` is None without a readable From; `sender_count` counts the addresses claimed in all From headers
    (RFC 5322 3.6.2 allows one mailbox here; any other number earns no trust).
    `recipients` are the addresses of To, Cc, Delivered-To, X-Original-To and Envelope-To, where a token may stand.
    `thread_ids` are the ids of In-Reply-To and References, nearest first, with their angle brackets.
    `text` is the whole readable body; `reply` the new text with the farewell and, in their place, the quoted lines that
    it answers further down; `quotes.find_own_words` leaves those out.
    `headers` holds every header, names in lower case, values decoded, in their order.
    `problems` says in sentences what was odd or had to be repaired.
    `delivery_actions` is what a delivery report says of each recipient (RFC 3464 2.3.3), in lower case, and
    `reported_ids` the Message-IDs of the letters that a report is about or gives back.
    `signature` is what a program put below the words and was cut from the reply. `phones` are the mobile numbers of the
    sender's own words, the farewell and the signature; those of quoted text are not among them.
    `origin` holds what a sender must be believed by; everything else here was read with forbearance.
    """

    message_id: str
    sender: Address | None
    sender_count: int
    recipients: tuple[str, ...]
    subject: str
    date: datetime | None
    thread_ids: tuple[str, ...]
    text: str
    reply: str
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    part_types: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    content_key: str = ""
    oversized: bool = False
    delivery_actions: tuple[str, ...] = ()
    reported_ids: tuple[str, ...] = ()
    signature: str = ""
    phones: tuple[Phone, ...] = ()
    origin: Origin = Origin()

    @property
    def brings_evidence(self) -> bool:
        """Whether any of its files is more than decoration."""
        return any(file.evidence for file in self.attachments)

    def header(self, name: str) -> str:
        """Return the topmost value of a header, or an empty string."""
        values = self.headers.get(name.lower())
        return values[0] if values else ""
