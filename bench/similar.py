"""What comparing a new ticket with those of the last days costs: a mail with and without it, 10,000 tickets there.

`python -m bench.similar` works on SQLite in a temporary folder; with the address of an empty PostgreSQL database as its
argument it works there. The mails of both runs go through the real rules, tables and letters, one after the other.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from mailbot.adapters.files import FileStore
from mailbot.adapters.keys import make_keys
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import open_engine, writing
from mailbot.adapters.store.migrating import migrate_up
from mailbot.adapters.store.tables import facts, files, mails, tickets
from mailbot.domain.decide import decide
from mailbot.domain.evidence import judge_pictures
from mailbot.domain.likeness import COMPARE_NONE
from mailbot.domain.mail import Address, Attachment, IncomingMail
from mailbot.domain.opening import find_look
from mailbot.domain.thread import find_clues
from mailbot.domain.understanding import understand
from mailbot.parts import Correspondent, make_writer
from mailbot.ports import Kept, Listed
from mailbot.settings import load_settings
from mailbot.settings.desk import make_desk

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk

TICKETS, MAILS, WARM_UP = 10_000, 300, 30
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
SENDER = "rakesh.srivastava@tax.up.example"
PROBLEMS = (
    "GSTR-3B दाखिल करते समय पोर्टल पर त्रुटि आ रही है, कृपया सहायता करें। करदाता की अंतिम तिथि आज है।",
    "Respected Sir, the liability ledger of the taxpayer is not updated since yesterday. Kindly look into the matter.",
    "E-way bill portal login page shows a blank screen after the OTP was entered, tried Chrome and Edge.",
    "Refund order sanctioned hai lekin payment advice generate nahi ho raha, kripya jald dekhen.",
    "Assessment order me demand galat dikh rahi hai, officer ke login me list khali aati hai.",
)
TALE = "The dealer wrote twice about {dealer}, and the range office asks for a report on {case} until tomorrow. " * 3


def describe(serial: int) -> str:
    """Return what one of many officers writes: a problem of a few kinds, and words of his own."""
    return f"{PROBLEMS[serial % len(PROBLEMS)]} {TALE.format(dealer=serial * 7919, case=serial)}"[:500]


def fill(store: DeskStore, modules: list[str]) -> None:
    """Put in ten thousand tickets of the last three days, each with an error code and a screenshot."""
    step = timedelta(days=3) / (TICKETS + 1)
    store.keep("INBOX", 1, [Kept(Listed(1, 1, NOW), "0" * 64, oversized=False)], NOW - timedelta(days=3))
    (entry,) = store.claim_mails(NOW - timedelta(days=3), 1)
    with writing(store.engine) as connection:
        rows = [_ticket(serial, NOW - step * (TICKETS - serial), modules) for serial in range(TICKETS)]
        connection.execute(insert(tickets), rows)
        named = [
            {"ticket_id": row["id"], "kind": "error", "value": f"RET1911{row['id'] % 40:02}", "mail_id": entry.id}
            for row in rows
        ]
        connection.execute(insert(facts), named)
        connection.execute(insert(files), [_file(row["id"], entry.id) for row in rows])
        connection.execute(mails.update().values(state="done", leased_until=None))
        if store.engine.dialect.name == "postgresql":
            connection.execute(text("select setval(pg_get_serial_sequence('tickets', 'id'), 20000)"))
    with store.engine.connect() as connection:
        connection.execute(text("analyze"))


def _ticket(serial: int, opened_at: datetime, modules: list[str]) -> dict[str, Any]:
    columns: dict[str, Any] = {column.name: "" for column in tickets.columns if not column.nullable}
    return columns | {
        "id": serial + 1,
        "number": f"TMS-2610-{serial:05}-0",
        "status": "new",
        "language": "en",
        "request_type": "problem",
        "module": modules[serial % len(modules)],
        "priority": "normal",
        "title": f"Problem of the office number {serial}",
        "description": describe(serial),
        "source": "mail",
        "verified": True,
        "reopen_count": 0,
        "waited_seconds": 0,
        "version": 1,
        "opened_at": opened_at,
        "changed_at": opened_at,
    }


def _file(ticket_id: int, mail_id: int) -> dict[str, object]:
    look = f"{ticket_id * 0x9E3779B97F4A7C15 % 2**64:016x}"
    values = {"name": "page.png", "content_type": "image/png", "size": 90_000, "sha256": f"{ticket_id:064x}"}
    known = {"inline": True, "sender": "", "preview": "", "width": 1366, "height": 768, "evidence": True}
    return {"ticket_id": ticket_id, "mail_id": mail_id, "fingerprint": look, **values, **known}


def make_mail(serial: int, *, is_rich: bool) -> IncomingMail:
    """Return one officer's mail; a rich one names an error code and shows a screenshot."""
    words = describe(serial + TICKETS)
    look = f"{(serial % TICKETS + 1) * 0x9E3779B97F4A7C15 % 2**64:016x}"
    shot = Attachment("page.png", "image/png", 90_000, f"{serial:064d}", inline=True, width=1366, fingerprint=look)
    words = f"RET1911{serial % 40:02}: {words}" if is_rich else words
    return IncomingMail(
        message_id=f"<bench.{serial}@client.example>",
        sender=Address(SENDER, "Rakesh Kumar Srivastava"),
        sender_count=1,
        recipients=("support@tax.up.example",),
        subject=f"[Return Filing] Problem of the office number {serial}",
        date=NOW,
        thread_ids=(),
        text=words,
        reply=words,
        attachments=(replace(shot, height=768),) if is_rich else (),
        content_key=f"bench {serial}",
    )


def open_ticket(store: DeskStore, desk: Desk, serial: int, mail: IncomingMail) -> tuple[float, float]:
    """Let one mail open a ticket; return how long it took from understanding to commit, and how long this computed."""
    store.keep("INBOX", 1, [Kept(Listed(serial, 4_096, NOW), f"{serial:064x}", oversized=False)], NOW)
    (entry,) = store.claim_mails(NOW, 1)
    begun, computed = time.perf_counter(), time.process_time()
    understanding = understand(mail, desk)
    look = find_look(mail, understanding, desk)
    clues = find_clues(mail, None, desk, module=understanding.fields.module, look=look)
    known = store.find_known(mail, clues, entry, NOW)
    judged = judge_pictures(mail, known.seen_before)
    store.apply(entry, judged, decide(judged, understanding, known, desk, NOW), NOW)
    return (time.perf_counter() - begun) * 1000, (time.process_time() - computed) * 1000


def measure(url: str, folder: Path) -> None:
    """Print the median cost of an opened mail with and without comparing, plain mails first."""
    settings = load_settings(None)
    desk = make_desk(settings, make_keys("a key for the benchmark, long enough to be one"))
    engine = open_engine(url)
    migrate_up(engine)
    write = Correspondent(make_writer(settings, desk), FileStore(folder, 0))
    zone = ZoneInfo(settings.desk.timezone)
    desks = {"without": replace(desk, similar=COMPARE_NONE), "with": desk}
    stores = {name: DeskStore(engine, one, zone, write, timedelta(minutes=2)) for name, one in desks.items()}
    fill(stores["with"], [entry.code for entry in desk.catalogue.modules.entries])
    serial = 100
    for is_rich, kind in ((False, "words only"), (True, "error code and screenshot")):
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in desks}
        for _ in range(MAILS + WARM_UP):
            for name, one in desks.items():
                serial += 1
                mail = make_mail(serial, is_rich=is_rich)
                taken[name].append(open_ticket(stores[name], one, serial, mail))
        say(kind, {name: times[WARM_UP:] for name, times in taken.items()})
    engine.dispose()


def say(kind: str, taken: dict[str, list[tuple[float, float]]]) -> None:
    """Print one line for a kind of mail."""
    whole = {name: statistics.median(one for one, _ in times) for name, times in taken.items()}
    busy = {name: statistics.median(one for _, one in times) for name, times in taken.items()}
    sys.stdout.write(
        f"{kind:28} opened mail {whole['without']:6.2f} ms without, {whole['with']:6.2f} ms with;"
        f" processor {busy['without']:5.2f} ms, {busy['with']:5.2f} ms\n"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        measure(sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{name}/bench.db", Path(name) / "files")
