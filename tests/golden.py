"""Golden mails: every tests/mails/*.eml goes through the real rules and tables, and the decision is compared.

A mail `NN-name.eml` has its decision beside it in `NN-name.decision.txt`; tests/mails/README.md tells what its other
neighbours mean.

`python -m tests.golden` writes all decision files anew; read the difference before you commit it.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from mailbot.adapters.alarms import NoAlarms
from mailbot.adapters.files import FileStore
from mailbot.adapters.keys import make_keys
from mailbot.adapters.people_file import parse_people
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.pictures import MOST_PIXELS, add_views
from mailbot.adapters.reading.previews import look_at_pictures
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine, reading
from mailbot.adapters.store.migrating import migrate_up
from mailbot.adapters.store.tables import letters
from mailbot.domain.decision import Change, Decision, Draft, Event, EventKind, Outcome
from mailbot.domain.letter import Audience, LetterKind, LetterOrder
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.parts import Correspondent, make_writer
from mailbot.ports import Kept, Listed
from mailbot.receive import Pace, Receiver
from mailbot.settings import load_settings
from mailbot.settings.desk import make_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from mailbot.domain.mail import IncomingMail
    from mailbot.ports import Entry

MAILS = Path(__file__).parent / "mails"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DESK_ADDRESS = "support@tax.up.example"
FIRST_OFFICER = ("rakesh.srivastava@tax.up.example", "Rakesh Kumar Srivastava")
TEXT_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Given:
    """What a reply needs: the state of ticket one, and whose letter it answers."""

    state: str = ""
    to: str = ""


def find_given(mail: Path) -> Given:
    """Return what the sidecar of a mail asks for."""
    sidecar = mail.with_suffix(".state.txt")
    if not sidecar.exists():
        return Given()
    state, to = re.fullmatch(r"(\w+)\s+to:\s*(\S+)\s*", sidecar.read_text(encoding="utf-8")).groups()
    return Given(state, to)


class Desks:
    """A database for each state of ticket one, made once and copied for each mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = load_settings(None).model_copy(
            update={"desk": load_settings(None).desk.model_copy(update={"address": DESK_ADDRESS})}
        )
        self.desk = make_desk(self.settings, make_keys("a key for tests, long enough to be one"))
        self.files = FileStore(folder / "files", 0)
        self.correspondent = Correspondent(make_writer(self.settings, self.desk), self.files)

    @contextmanager
    def open(self, state: str) -> Iterator[tuple[DeskStore, FileStore]]:
        """Open a fresh copy of the database in which ticket one is in that state (empty: there is no ticket)."""
        model = self.folder / f"{state or 'empty'}.db"
        if not model.exists():
            self._make(model, state)
        copy = self.folder / "copy.db"
        shutil.copy(model, copy)
        with self._store(copy) as (store, files):
            yield store, files

    @contextmanager
    def _store(self, path: Path) -> Iterator[tuple[DeskStore, FileStore]]:
        engine = open_engine(f"sqlite:///{path}")
        zone = ZoneInfo(self.settings.desk.timezone)
        try:
            yield DeskStore(engine, self.desk, zone, self.correspondent, timedelta(minutes=2)), self.files
        finally:
            engine.dispose()

    def _make(self, path: Path, state: str) -> None:
        with self._store(path) as (store, _files):
            migrate_up(store.engine)
            people, faults = parse_people((MAILS / "people.csv").read_bytes(), {}, DESK_ADDRESS)
            assert not faults, faults
            keep_people(store.engine, people)
            if state:
                self._open_ticket(store)
                self._move_to(store, state)

    def _open_ticket(self, store: DeskStore) -> None:
        address, name = FIRST_OFFICER
        draft = Draft(
            requester=address,
            requester_name=name,
            language=Language.ENGLISH,
            request_type="problem",
            module="return-filing",
            priority="high",
            title="Cannot file GSTR-3B of a taxpayer",
            description="The portal says RET191106 when I submit.",
            employee_id="100001",
            mobile="+919839012345",
            verified=True,
        )
        staff = [
            LetterOrder(LetterKind.NEW_TICKET, p.email, p.name, Language.ENGLISH, Audience.STAFF)
            for p in store.find_staff()
        ]
        ack = LetterOrder(LetterKind.ACKNOWLEDGEMENT, address, name, Language.ENGLISH, Audience.REQUESTER)
        opened = Event(EventKind.OPENED, address, draft.description)
        entry = kept_entry(store, 1, "0" * 64)
        decision = Decision(Outcome.OPENED, (), draft=draft, events=(opened,), letters=(ack, *staff))
        store.apply(entry, None, decision, NOW - timedelta(days=1))

    def _move_to(self, store: DeskStore, state: str) -> None:
        way = {Status.CLOSED: (Status.RESOLVED, Status.CLOSED)}.get(Status(state), (Status(state),))
        steps = () if state == Status.NEW else way
        for number, status in enumerate(steps, start=2):
            entry = kept_entry(store, number, str(number) * 64)
            change = Change(status=status, assignee="neha.verma@tax.up.example")
            moved = Event(EventKind.COMMENTED, "neha.verma@tax.up.example", "")
            decision = Decision(
                Outcome.UPDATED, (), ticket=TICKET_ONE, expected_version=number - 1, change=change, events=(moved,)
            )
            store.apply(entry, None, decision, NOW - timedelta(hours=2))


TICKET_ONE = "TMS-2611-00001-3"


def kept_entry(store: DeskStore, uid: int, sha256: str, size: int = 1) -> Entry:
    """Put a mail into the ledger and claim it."""
    store.keep("INBOX", 1, [Kept(Listed(uid, size, NOW), sha256, oversized=False)], NOW)
    return store.claim_mails(NOW, 1)[0]


def find_letter_id(engine: Engine, to: str) -> str:
    """Return the Message-ID of the last letter to an address."""
    query = select(letters.c.message_id).where(letters.c.to == to).order_by(letters.c.id.desc()).limit(1)
    with reading(engine) as connection:
        return str(connection.execute(query).scalar_one())


class DirectReader:
    """Reads mails in this process, which is faster than a child and shows where an error comes from."""

    def prepare(self) -> None:
        """Be ready; there is nothing to start."""

    def read(self, raw: bytes, *, oversized: bool) -> Any:
        """Return what the mail says."""
        reading = read_message(raw, oversized=oversized)
        return add_views(reading, dict(look_at_pictures(reading, MOST_PIXELS)))

    def close(self) -> None:
        """Nothing is open."""


def decide_golden(mail: Path, desks: Desks) -> str:
    """Return what is decided about a golden mail, as the text of its decision file."""
    given = find_given(mail)
    earlier = mail.with_suffix(".after.txt")
    with desks.open(given.state) as (store, files):
        seen: list[str] = []

        def watched(entry: Entry, read: IncomingMail | None, decision: Decision, now: datetime) -> str:
            number = apply(entry, read, decision, now)
            seen.append(describe(read, decision, number))
            return number

        apply, store.apply = store.apply, watched
        pace = Pace(50, 5_000_000, 30_000_000, 1, (timedelta(0),))
        receiver = Receiver(files, store, DirectReader(), desks.desk, pace, lambda: NOW, lambda _step: None, NoAlarms())
        before = [MAILS / earlier.read_text(encoding="utf-8").strip()] if earlier.exists() else []
        for uid, path in enumerate((*before, mail), start=99):
            raw = path.read_bytes().replace(b"{{NUMBER}}", TICKET_ONE.encode())
            if given.to:
                raw = raw.replace(b"{{ACK_ID}}", find_letter_id(store.engine, given.to).encode())
            listed = Listed(uid, len(raw), NOW)
            store.keep("INBOX", 1, [Kept(listed, files.keep(raw), oversized="oversized" in path.name)], NOW)
            receiver.handle_due()
        return seen[-1]


def describe(mail: IncomingMail | None, decision: Decision, number: str) -> str:
    """Return a decision as lines that a person can review."""
    lines = [f"outcome: {decision.outcome}"]
    if number:
        lines.append(f"ticket: {number}")
    lines += [f"because: {reason}" for reason in decision.reasons]
    if decision.draft:
        drafted = [(f.name, getattr(decision.draft, f.name)) for f in fields(decision.draft)]
        lines += [f"{name}: {_one_line(value)}" for name, value in drafted if value not in {None, ""}]
    if decision.change:
        changed = [(f.name, getattr(decision.change, f.name)) for f in fields(decision.change)]
        lines += [f"change {name}: {_one_line(value)}" for name, value in changed if value not in {None, False}]
    if decision.put_back:
        lines += [f"put back {name}: {_one_line(value)}".rstrip() for name, value in decision.put_back.fields]
    if decision.settings:
        lines.append(f"settings: {decision.settings}")
    lines += [f"fact {fact.kind}: {fact.value}" for fact in decision.facts]
    for event in decision.events:
        internal = " (internal)" if event.internal else ""
        lines.append(f"event {event.kind}{internal} by {event.actor or 'nobody'}: {_one_line(event.text)}")
    lines += _letter_lines(decision)
    if mail:
        lines += [
            f"file: {_one_line(a.name)}, {a.content_type}, {a.size} bytes{', inline' if a.inline else ''}"
            for a in mail.attachments
        ]
        lines += [f"odd: {problem}" for problem in mail.problems]
    return "\n".join(lines) + "\n"


def _letter_lines(decision: Decision) -> list[str]:
    """Return a line for each letter; letters that differ only in whom they go to share one."""
    recipients: dict[str, list[str]] = {}
    for order in decision.letters:
        said = ", ".join(
            f"{n.code}({'; '.join(part for part in (n.given, n.proposed) if part)})" for n in order.notices
        )
        quoted = "" if order.quote_sender else ", without the sender's words"
        line = f"letter {order.kind} ({order.language}, {order.audience}{quoted}) {said}".rstrip()
        recipients.setdefault(line, []).append(order.to)
    return [f"{line} to {', '.join(to)}" for line, to in recipients.items()]


def golden_mails() -> list[Path]:
    """Return all golden mails in order."""
    return sorted(MAILS.glob("*.eml"))


def _one_line(value: object) -> str:
    text = str(value).replace("\n", " / ")
    return text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}... ({len(text)} characters)"


def write_all() -> None:
    """Write every decision file anew."""
    with tempfile.TemporaryDirectory() as folder:
        desks = Desks(Path(folder))
        for mail in golden_mails():
            mail.with_suffix(".decision.txt").write_text(decide_golden(mail, desks), encoding="utf-8")
            sys.stdout.write(f"{mail.name}\n")


if __name__ == "__main__":
    write_all()
