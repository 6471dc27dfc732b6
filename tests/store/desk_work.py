"""What a desk does all day, in one call each: mails are kept and claimed, tickets opened and changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables import letters
from mailbot.domain.decision import Change, Decision, Draft, Event, EventKind, Outcome
from mailbot.domain.letter import Audience, Letter, LetterKind, LetterOrder
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.domain.trust import find_tokens
from mailbot.ports import Kept, Listed
from tests.builders import ASHA, CHITRA, DESK_ADDRESS, make_mail

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailbot.adapters.store.desk_store import DeskStore
    from mailbot.adapters.store.posting import LetterTask
    from mailbot.domain.mail import IncomingMail
    from mailbot.ports import Entry

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
MAILBOX = "support@tax.up.example/INBOX"
EPOCH = 1_700_000_000
DESK_DOMAIN = DESK_ADDRESS.rpartition("@")[2]


def write_letter(task: LetterTask) -> Letter:
    """Return a letter as short as can be; the same task gives the same bytes."""
    number = task.ticket.number if task.ticket else "desk"
    key = f"{number}.{task.order.kind}.{task.order.to}.{task.event_key}"
    raw = f"To: {task.order.to}\r\nReferences: {' '.join(task.thread.references)}\r\n\r\n{task.order.text}"
    return Letter(f"<mb.{key}>", task.order.kind, task.order.to, f"[{number}]", raw.encode("utf-8", "replace"))


def listed(uid: int, size: int = 4_096) -> Listed:
    """Return a mail on the server."""
    return Listed(uid, size, NOW)


def kept(uid: int) -> Kept:
    """Return a mail whose bytes are in the file store."""
    return Kept(listed(uid), f"{uid:064x}", oversized=False)


def claim(store: DeskStore, *uids: int, now: datetime = NOW) -> list[Entry]:
    """Keep mails with these UIDs and claim everything that is due."""
    store.keep(MAILBOX, EPOCH, [kept(uid) for uid in uids], now)
    return store.claim_mails(now, 100)


def mail_for(entry: Entry, **changes: Any) -> IncomingMail:
    """Return a mail of Asha's that is unlike every other one."""
    values = {"message_id": f"<{entry.id}@mail.example>", "content_key": f"{entry.id:064d}"}
    return make_mail("जीएसटीआर-3बी दाखिल नहीं हो रहा है।", **(values | changes))


def order(to: str = ASHA.email, kind: LetterKind = LetterKind.ACKNOWLEDGEMENT, **changes: Any) -> LetterOrder:
    """Return the order of one letter."""
    values: dict[str, Any] = {"to_name": "", "language": Language.HINDI, "audience": Audience.REQUESTER}
    return LetterOrder(kind, to, **(values | changes))


def keep_letters_of(engine: Engine, text: str, at: datetime) -> None:
    """Write down that the tokens in a text were in letters of that time, where it is not written yet."""
    row = {"kind": "comment", "to": "", "subject": "", "raw": b"", "replied": False, "state": "sent", "attempts": 1}
    row |= {"unknowns": 0, "answer": "", "due_at": at, "written_at": at, "sent_at": at}
    with writing(engine) as connection:
        for token in find_tokens([text]):
            statement = upsert(connection, letters).values(row | {"message_id": f"<mb.{token}@{DESK_DOMAIN}>"})
            connection.execute(statement.on_conflict_do_nothing())


def opening(**changes: Any) -> Decision:
    """Return the decision that opens a ticket for Asha and tells her and Chitra."""
    draft = Draft(
        requester=ASHA.email,
        requester_name=ASHA.name,
        language=Language.HINDI,
        request_type="problem",
        module="return-filing",
        priority="normal",
        title="जीएसटीआर-3बी दाखिल नहीं हो रहा",
        description="पोर्टल पर त्रुटि 500 आती है।",
        employee_id=ASHA.employee_id,
        mobile=ASHA.mobile,
        verified=True,
    )
    return Decision(
        outcome=Outcome.OPENED,
        reasons=("It belongs to no ticket of its sender.",),
        draft=replace(draft, **changes),
        events=(Event(EventKind.OPENED, ASHA.email, "पोर्टल पर त्रुटि 500 आती है।", "A new mail."),),
        letters=(order(), order(CHITRA.email, LetterKind.NEW_TICKET, audience=Audience.STAFF)),
    )


def update(number: str, version: int, **changes: Any) -> Decision:
    """Return the decision that resolves a ticket, with other values where they are given."""
    values: dict[str, Any] = {
        "outcome": Outcome.UPDATED,
        "reasons": ("Chitra resolved it.",),
        "ticket": number,
        "expected_version": version,
        "change": Change(status=Status.RESOLVED, resolution="कैश साफ़ करें।"),
        "events": (Event(EventKind.RESOLVED, CHITRA.email, "कैश साफ़ करें।", "Commanded by 'RESOLVED'."),),
        "letters": (order(kind=LetterKind.RESOLVED),),
    }
    return Decision(**(values | changes))


def open_one(store: DeskStore, uid: int = 1, now: datetime = NOW, **changes: Any) -> str:
    """Let one mail open a ticket and return its number; `changes` go to the mail."""
    (entry,) = claim(store, uid, now=now)
    return store.apply(entry, mail_for(entry, **changes), opening(), now)
