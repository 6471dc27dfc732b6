"""Tickets with their history by the hundred thousand: `fill(engine, 1_000_000)` takes minutes.

`python -m bench.growth_data URL TICKETS` fills the tables of a database; `mailbot migrate` must have made them. What is
put in looks like the years of a busy desk: thousands of officers, tickets that were taken, resolved and closed, of each
the mails, the letters, the lines of its history as one chain, the facts, every third with a screenshot, its words in
the search index; the newest few thousand are still open. Letters have short texts, as retention leaves them.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any

from bench.bulk import tidy, write_rows
from bench.people import DOMAIN, STAFF
from bench.people import OFFICERS as WRITERS
from bench.wordings import PROBLEMS, TITLES
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.history import Line, content_digest, line_hash
from mailbot.domain.numbering import ticket_number
from mailbot.domain.search_words import index_words
from mailbot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

AT_ONCE = 5_000
OFFICERS = 5_000
# A million in three years. Fewer tickets came at the same pace in less time: so two desks of other sizes differ in what
# is old, and not in how much happened lately, which is another cost.
PACE = timedelta(days=3 * 365) / 1_000_000
# The newest tickets are not done yet.
OPEN = 900
CODES = 400
SALT = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Old:
    """One old ticket; `number` counts from 1 and is its id."""

    number: int
    count: int
    name: str
    requester: str
    module: str
    language: str
    at: datetime

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.number > self.count - OPEN and self.number % 3 == 0

    @property
    def done_at(self) -> datetime:
        """When it was resolved."""
        return self.at + timedelta(hours=5)

    @property
    def description(self) -> str:
        """What the officer wrote."""
        words = PROBLEMS[self.language]
        chosen = (words[(self.number // step) % len(words)] for step in (1, 12, 144))
        return " ".join(chosen).format(ref=self.number % 97, code=self.number % 40)

    @property
    def title(self) -> str:
        """What the officer wrote as the subject."""
        return TITLES[self.language][self.number % len(TITLES[self.language])]


def fill(engine: Engine, count: int, now: datetime | None = None) -> None:
    """Put so many tickets with their history into tables that are empty but for the people of the directory."""
    write_rows(engine, {"people": list(_people())})
    months: Counter[str] = Counter()
    olds = _olds(count, now or datetime.now(UTC), months)
    while lot := list(islice(olds, AT_ONCE)):
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for old in lot:
            _collect(old, rows)
        write_rows(engine, rows)
    write_rows(engine, {"serials": [{"month": month, "last": last} for month, last in months.items()]})
    tidy(engine)


def _olds(count: int, now: datetime, months: Counter[str]) -> Iterator[Old]:
    """Yield the tickets, oldest first, at an even pace, counting those of each month."""
    modules = [entry.code for entry in load_settings(None).catalogue.modules]
    for number in range(1, count + 1):
        at = now - PACE * (count - number + 1)
        month = f"{at:%y%m}"
        months[month] += 1
        officer, language = number * 7_919 % OFFICERS, "hi" if number % 2 else "en"
        name = ticket_number("TMS", at, months[month])
        yield Old(number, count, name, _address(officer), modules[number % len(modules)], language, at)


def _collect(old: Old, rows: dict[str, list[dict[str, Any]]]) -> None:
    rows["tickets"].append(_ticket(old))
    rows["mails"] += _mails(old)
    rows["events"] += _events(old)
    rows["letters"] += _letters(old)
    rows["facts"] += _facts(old)
    rows["search_words"].append({"id": old.number, "words": _words(old)})
    if old.number % 3 == 0:
        rows["files"].append(_file(old))
    if old.is_open:
        rows["timers"].append(
            {"id": old.number, "ticket_id": old.number, "kind": "resolve_due", "due_at": old.at + timedelta(days=400)}
        )


def _address(officer: int) -> str:
    return f"officer{officer:02}@{DOMAIN}"


def _people() -> Iterator[dict[str, Any]]:
    """Yield the officers beyond those that write in a benchmark, who are in the directory already."""
    for officer in range(WRITERS, OFFICERS):
        yield {
            "employee_id": f"{300_000 + officer}",
            "name": "Rajesh Kumar",
            "email": _address(officer),
            "role": "officer",
            "active": True,
            "notify": "{}",
            "zone": f"Zone {officer % 20}",
        }


def _ticket(old: Old) -> dict[str, Any]:
    status = "in_progress" if old.is_open else "closed"
    done_at = None if old.is_open else old.done_at
    return {
        "id": old.number, "number": old.name, "status": status, "requester": old.requester, "requester_name": "Rajesh",
        "language": old.language, "request_type": "problem", "module": old.module, "priority": "normal",
        "title": old.title, "description": old.description, "assignee": STAFF, "source": "mail", "verified": True,
        "zone": "Lucknow I", "office": "Sector 3", "opened_at": old.at, "changed_at": done_at or old.at,
        "first_answer_at": old.at + timedelta(hours=1), "resolved_at": done_at, "closed_at": done_at, "version": 3,
    }  # fmt: skip


def _mails(old: Old) -> Iterator[dict[str, Any]]:
    """Yield the mail of the officer and the answer of the IT section."""
    for place, (sender, at) in enumerate(((old.requester, old.at), (STAFF, old.done_at))):
        number = 2 * old.number - 1 + place
        yield {
            "id": number, "mailbox": "old/INBOX", "uidvalidity": 1, "uid": number,
            "sha256": sha256(b"%d" % number).hexdigest(), "size": 5_000, "arrived_at": at, "kept_at": at,
            "filed": True, "state": "done", "outcome": "updated" if place else "opened", "ticket": old.name,
            "attempts": 1, "due_at": at, "done_at": at, "content_key": f"{number:064x}",
            "message_id": f"<{number}.old@client.example>", "sender": sender, "subject": old.title,
        }  # fmt: skip


def _events(old: Old) -> Iterator[dict[str, Any]]:
    """Yield the lines of the history, chained as the program does it."""
    told = (
        ("opened", old.requester, old.description, old.at, 2 * old.number - 1),
        ("taken", STAFF, "", old.at + timedelta(hours=1), None),
        ("resolved", STAFF, "The ledger was updated, kindly try again.", old.done_at, 2 * old.number),
        ("closed", "", "", old.done_at, None),
    )
    previous = ""
    for sequence, (kind, actor, words, at, mail) in enumerate(told[: 2 if old.is_open else 4], start=1):
        digest = content_digest(SALT, actor, words, "")
        previous = line_hash(previous, Line(old.name, sequence, at, kind, False, mail, digest))  # noqa: FBT003
        yield {
            "id": 4 * (old.number - 1) + sequence, "ticket_id": old.number, "sequence": sequence, "at": at,
            "kind": kind, "actor": actor, "text": words, "mail_id": mail, "salt": SALT, "digest": digest,
            "hash": previous,
        }  # fmt: skip


def _letters(old: Old) -> Iterator[dict[str, Any]]:
    """Yield the acknowledgement, the notice to the IT section, and the answer to the officer."""
    sent = (
        ("acknowledgement", old.requester, old.at),
        ("new_ticket", STAFF, old.at),
        ("status_changed", old.requester, old.done_at),
    )
    for place, (kind, to, at) in enumerate(sent[: 2 if old.is_open else 3]):
        number = 3 * old.number - 2 + place
        yield {
            "id": number, "ticket_id": old.number, "kind": kind, "to": to, "message_id": f"<{number}.old@{DOMAIN}>",
            "subject": f"[{old.name}] {old.title}", "raw": b"erased", "replied": place == 0, "priority": 1,
            "state": "sent", "attempts": 1, "due_at": at, "written_at": at, "sent_at": at, "answer": "250 2.0.0 Ok",
        }  # fmt: skip


def _facts(old: Old) -> Iterator[dict[str, Any]]:
    named = (("error", f"RET19{old.number % CODES:04}"), ("arn", f"AA09{old.number:011}"))
    for place, (kind, value) in enumerate(named):
        yield {
            "id": 2 * old.number - 1 + place,
            "ticket_id": old.number,
            "kind": kind,
            "value": value,
            "mail_id": 2 * old.number - 1,
        }


def _file(old: Old) -> dict[str, Any]:
    look = old.number * 0x9E37_79B9_7F4A_7C15 % 2**64
    return {
        "id": old.number, "ticket_id": old.number, "mail_id": 2 * old.number - 1, "content_type": "image/png",
        "sha256": sha256(b"file %d" % old.number).hexdigest(), "name": "page.png", "size": 90_000, "inline": False,
        "sender": old.requester, "width": 1366, "height": 768, "evidence": True, "fingerprint": f"{look:016x}",
    }  # fmt: skip


def _words(old: Old) -> tuple[str, ...]:
    return (*index_words((old.name,)), *_indexed(old.requester), *_indexed(old.title), *_indexed(old.description))


@lru_cache(maxsize=20_000)
def _indexed(written: str) -> tuple[str, ...]:
    return index_words((written,))


if __name__ == "__main__":
    fill(open_engine(sys.argv[1]), int(sys.argv[2]))
