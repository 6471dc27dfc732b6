"""The letters mailbot writes: which kinds there are and with which buttons. Their words lie in templates/."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.ticket import Step

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.people import Language
    from mailbot.domain.table import Table


class LetterKind(StrEnum):
    """One kind for each thing that can happen to a person; the value is the folder of its template."""

    ACKNOWLEDGEMENT = "acknowledgement"
    NEW_TICKET = "new_ticket"
    COMMENT = "comment"
    QUESTION = "question"
    STATUS_CHANGED = "status_changed"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    MERGED = "merged"
    UNDONE = "undone"
    DONE = "done"
    STILL_RESOLVED = "still_resolved"
    REFUSED = "refused"
    NOT_UNDERSTOOD = "not_understood"
    CARRIED_OUT = "carried_out"
    SETTINGS = "settings"
    STATUS = "status"
    MY_TICKETS = "my_tickets"
    REPORT = "report"
    HELP = "help"
    BINDING = "binding"
    MOVED = "moved"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    WAITING_REMINDER = "waiting_reminder"
    CLOSING_SOON = "closing_soon"
    CAUGHT_UP = "caught_up"
    DIGEST = "digest"
    PENDENCY = "pendency"
    MONTHLY = "monthly"
    HOURLY = "hourly"
    FOUND = "found"
    CHALLENGE = "challenge"
    WARNING = "warning"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class LetterRule:
    """What a kind of letter carries.

    `replied` letters answer a mail of the same person (RFC 3834 `auto-replied`), the others tell (`auto-generated`).
    `pictures` are the screenshots of the mail the letter is about.
    `buttons` are the steps offered as ready-made answers, to those readers who may take them now.
    `about_desk` letters concern no single ticket. Those that tell the requester that the ticket is closed may ask for a
    rating.
    """

    replied: bool
    buttons: tuple[Step, ...] = ()
    pictures: bool = False
    about_desk: bool = False
    asks_rating: bool = False


_STAFF_BUTTONS = (Step.RESOLVE, Step.ASK, Step.TAKE)

LETTERS: dict[LetterKind, LetterRule] = {
    LetterKind.ACKNOWLEDGEMENT: LetterRule(replied=True, buttons=(Step.CANCEL,)),
    LetterKind.NEW_TICKET: LetterRule(replied=False, buttons=_STAFF_BUTTONS, pictures=True),
    LetterKind.COMMENT: LetterRule(replied=False, buttons=_STAFF_BUTTONS, pictures=True),
    LetterKind.QUESTION: LetterRule(replied=False, pictures=True),
    LetterKind.STATUS_CHANGED: LetterRule(replied=False),
    LetterKind.RESOLVED: LetterRule(replied=False, buttons=(Step.CONFIRM, Step.REOPEN), pictures=True),
    LetterKind.REOPENED: LetterRule(replied=False, buttons=_STAFF_BUTTONS, pictures=True),
    LetterKind.CLOSED: LetterRule(replied=False, buttons=(Step.REOPEN,), asks_rating=True),
    LetterKind.MERGED: LetterRule(replied=False),
    LetterKind.UNDONE: LetterRule(replied=False),
    LetterKind.DONE: LetterRule(replied=True, asks_rating=True),
    LetterKind.STILL_RESOLVED: LetterRule(replied=True, buttons=(Step.CONFIRM, Step.REOPEN)),
    LetterKind.REFUSED: LetterRule(replied=True),
    LetterKind.NOT_UNDERSTOOD: LetterRule(replied=True),
    LetterKind.CARRIED_OUT: LetterRule(replied=True, about_desk=True),
    LetterKind.SETTINGS: LetterRule(replied=True, about_desk=True),
    LetterKind.STATUS: LetterRule(replied=True, about_desk=True),
    LetterKind.MY_TICKETS: LetterRule(replied=True, about_desk=True),
    LetterKind.REPORT: LetterRule(replied=True, about_desk=True),
    LetterKind.HELP: LetterRule(replied=True, about_desk=True),
    LetterKind.BINDING: LetterRule(replied=False, about_desk=True),
    LetterKind.MOVED: LetterRule(replied=False, about_desk=True),
    LetterKind.REMINDER: LetterRule(replied=False, buttons=_STAFF_BUTTONS),
    LetterKind.ESCALATED: LetterRule(replied=False, buttons=_STAFF_BUTTONS),
    LetterKind.WAITING_REMINDER: LetterRule(replied=False, buttons=(Step.CANCEL,)),
    LetterKind.CLOSING_SOON: LetterRule(replied=False, buttons=(Step.CONFIRM, Step.REOPEN)),
    LetterKind.CAUGHT_UP: LetterRule(replied=False, about_desk=True),
    LetterKind.DIGEST: LetterRule(replied=False, about_desk=True),
    LetterKind.PENDENCY: LetterRule(replied=False, about_desk=True),
    LetterKind.MONTHLY: LetterRule(replied=False, about_desk=True),
    LetterKind.HOURLY: LetterRule(replied=False, about_desk=True),
    LetterKind.FOUND: LetterRule(replied=True, about_desk=True),
    LetterKind.CHALLENGE: LetterRule(replied=True, about_desk=True),
    LetterKind.WARNING: LetterRule(replied=False),
    LetterKind.SIGN_IN: LetterRule(replied=False, about_desk=True),
}


# When one mail concerns a person several times, the first of these is written: what asks most of its reader.
WEIGHT: tuple[LetterKind, ...] = (
    LetterKind.WARNING,
    LetterKind.ACKNOWLEDGEMENT,
    LetterKind.CHALLENGE,
    LetterKind.REFUSED,
    LetterKind.CARRIED_OUT,
    LetterKind.NOT_UNDERSTOOD,
    LetterKind.QUESTION,
    LetterKind.RESOLVED,
    LetterKind.REOPENED,
    LetterKind.STILL_RESOLVED,
    LetterKind.NEW_TICKET,
    LetterKind.COMMENT,
    LetterKind.WAITING_REMINDER,
    LetterKind.CLOSING_SOON,
    LetterKind.ESCALATED,
    LetterKind.REMINDER,
    LetterKind.CLOSED,
    LetterKind.MERGED,
    LetterKind.UNDONE,
    LetterKind.STATUS_CHANGED,
    LetterKind.DONE,
    LetterKind.BINDING,
    LetterKind.MOVED,
    LetterKind.SETTINGS,
    LetterKind.STATUS,
    LetterKind.MY_TICKETS,
    LetterKind.REPORT,
    LetterKind.HELP,
    LetterKind.CAUGHT_UP,
    LetterKind.DIGEST,
    LetterKind.PENDENCY,
    LetterKind.MONTHLY,
    LetterKind.HOURLY,
    LetterKind.FOUND,
    LetterKind.SIGN_IN,
)


class Audience(StrEnum):
    """From which side of the desk the reader looks at the ticket; a copy is for who wrote for the requester."""

    REQUESTER = "requester"
    STAFF = "staff"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say about a mail, as a code that templates/mail/words.toml puts into words.

    `given` is what the mail said, `proposed` what it may have meant, both possibly empty. `ticket` is the number of the
    ticket that a line is about when a letter speaks of several, `at` the time that the sentence names.
    """

    code: str
    given: str = ""
    proposed: str = ""
    ticket: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """The decision to write one letter to one person about one ticket.

    `quote_sender` is false when the reader's address was never verified: then no word of a mail is repeated.
    `actor` is the display name of who did what the letter tells; `text` is what that person wrote.
    `values` are further words for the sentences of the letter, `tables` are shown in it, and `formats` ("xlsx", "csv")
    ask for the tables as attached files as well. `key` tells apart letters of one kind on one occasion.
    `answers` are what the buttons of a letter about no single ticket write into a reply; `offers` are steps on buttons
    of this one letter about a ticket, beside those of its kind.
    """

    kind: LetterKind
    to: str
    to_name: str
    language: Language
    audience: Audience
    actor: str = ""
    text: str = ""
    notices: tuple[Notice, ...] = ()
    quote_sender: bool = True
    values: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    formats: tuple[str, ...] = ()
    key: str = ""
    answers: tuple[str, ...] = ()
    offers: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a letter stands in the reader's conversation (RFC 5322 3.6.4): ids with angle brackets, oldest first."""

    references: tuple[str, ...] = ()
    in_reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A screenshot that goes with a letter; its bytes stay out of every log."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished letter: the bytes go over the wire as they are, as often as needed."""

    message_id: str
    kind: LetterKind
    to: str
    subject: str
    raw: bytes = field(repr=False)
