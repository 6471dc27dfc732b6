"""The story of an act: form -> keep -> read the files -> decide -> apply, while its doer waits for the answer.

What was sent is kept as a mail with the same words, so that the history, the export and the erasure of a ticket know
only one kind of evidence. An act is either applied as a whole or leaves nothing but a file that nobody names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.act import answer_on_the_spot, find_act_clues, make_mail, understand_act
from mailbot.domain.decide import belongs_to, decide
from mailbot.domain.errors import ChangedMeanwhileError, WorldError
from mailbot.domain.evidence import judge_pictures
from mailbot.domain.malware import tell_verdicts
from mailbot.inspection import with_scans
from mailbot.ports import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mailbot.domain.act import Act, Answered
    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import Attachment, IncomingMail
    from mailbot.domain.thread import Clues
    from mailbot.ports import Files, Inspector, Reader

REDECIDE_LIMIT = 5
# The ledger gives a line its number when the act is applied.
NOT_YET = 0
_LONGEST_HEADER = 500


class NotYoursError(Exception):
    """There is no such ticket, or its doer has nothing to do with it; which of the two is nobody's business."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form; its name and type are what the browser claimed."""

    name: str
    data: bytes


class ActBook(Protocol):
    """The tables, as an act sees them."""

    def find_act(self, act: Act) -> Answered | None:
        """Return what came of the same act before."""

    def find_known(self, mail: IncomingMail, clues: Clues, entry: Entry, now: datetime) -> Known:
        """Return what the tables know that matters."""

    def apply_act(self, act: Act, entry: Entry, mail: IncomingMail, decision: Decision, now: datetime) -> Answered:
        """Obey the decision in one transaction; an act that was done before is answered as it was then.

        Raises ChangedMeanwhileError when the ticket changed since it was looked up.
        """


@dataclass(frozen=True, slots=True)
class Acting:
    """The desk for people who are signed in; any thread may use it."""

    files: Files
    book: ActBook
    reader: Reader
    desk: Desk
    now: Callable[[], datetime]
    inspector: Inspector | None = None

    def act(self, act: Act, uploads: Sequence[Upload] = ()) -> Answered:
        """Do it and return what its doer is told.

        Raises NotYoursError, UnreadableMailError when a file is not within the limits, and WorldError.
        """
        if (done := self.book.find_act(act)) is not None:
            return done
        raw = write_record(act, uploads, self.now())
        (name,) = self.files.keep_all([raw])
        attachments = self._read(raw) if uploads else ()
        for _ in range(REDECIDE_LIMIT):
            now = self.now()
            entry = Entry(NOT_YET, act.door.value, name, len(raw), now, attempt=1, oversized=False)
            mail, decision = self._decide(act, make_mail(act, attachments), entry, now)
            decision, answered = answer_on_the_spot(decision, act)
            try:
                applied = self.book.apply_act(act, entry, mail, decision, now)
            except ChangedMeanwhileError:
                continue
            return replace(answered, number=applied.number)
        raise WorldError("The ticket is being changed by others all the time. Wait a moment and try again.")

    def _read(self, raw: bytes) -> tuple[Attachment, ...]:
        """Return the files as the reading child sees them: their real types, previews, and the scanner's word."""
        reading = self.reader.read(raw, oversized=False)
        self.files.keep_all(list(reading.files.values()))
        return with_scans(reading, self.inspector).attachments

    def _decide(self, act: Act, mail: IncomingMail, entry: Entry, now: datetime) -> tuple[IncomingMail, Decision]:
        understanding = understand_act(act, mail, self.desk)
        known = self.book.find_known(mail, find_act_clues(act, mail, understanding, self.desk), entry, now)
        is_theirs = known.ticket is not None and belongs_to(known.ticket, mail, known, self.desk)
        if act.ticket and not is_theirs:
            raise NotYoursError
        judged = judge_pictures(mail, known.seen_before)
        decision = decide(judged, understanding, known, self.desk, now)
        return judged, tell_verdicts(decision, judged, known, self.desk)


def write_record(act: Act, uploads: Sequence[Upload], now: datetime) -> bytes:
    """Return an act as a mail (RFC 5322) with its files, for those who look later at what was sent."""
    message = EmailMessage(policy=SMTP)
    message["From"] = act.person.email
    message["Subject"] = _one_line(act.title or act.ticket)
    message["Date"] = now
    message["X-Mailbot-Door"] = act.door.value
    if act.ticket:
        message["X-Mailbot-Ticket"] = act.ticket
    if act.verb is not None:
        message["X-Mailbot-Verb"] = _one_line(f"{act.verb.value} {act.argument}")
    message.set_content(act.text)
    for upload in uploads:
        name = _one_line(upload.name) or "file"
        message.add_attachment(upload.data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_HEADER]
