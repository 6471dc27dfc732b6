"""After an erasure no column of any table holds anything of the person, but for those that are listed with a reason."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import JSON, Boolean, LargeBinary, String, insert, select, update

from mailbot.adapters import store
from mailbot.adapters.alarms import ToldAlarms
from mailbot.adapters.files import FileStore
from mailbot.adapters.logs import Redactor
from mailbot.adapters.store.alarm_book import AlarmBook
from mailbot.adapters.store.brakes import find_muted, keep_bounce
from mailbot.adapters.store.columns import StorableText, UtcDateTime
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables import letters, mails, metadata
from mailbot.adapters.store.tables_energy import bounces, bound_hits, mutes
from mailbot.adapters.store.tables_watch import heartbeats
from mailbot.domain.decision import Bounced
from mailbot.domain.watching import Beat, Part
from mailbot.upkeep.erasing import Wanted, erase_now
from mailbot.upkeep.tidying import Retention, Tidier
from mailbot.watch_parts import WatchRecords
from tests.builders import ASHA, STRANGER
from tests.store.desk_work import NOW

LATER = NOW + timedelta(days=400)
for module in iter_modules(store.__path__):
    if module.name.startswith("tables"):
        import_module(f"{store.__name__}.{module.name}")  # a table that is used nowhere yet counts too
NUMBER = "TMS-2611-00042-7"
# Every column that an erasure leaves as it was, and why nothing of a person can be read in it.
LEFT = {
    "the directory, which people leave with the next import": (
        "people.employee_id", "people.name", "people.email", "people.role", "people.designation", "people.office",
        "people.zone", "people.mobile", "people.language", "people.notify",
    ),
    "what the figures need: number, kind and course of the ticket, and who of the IT section had it": (
        "tickets.number", "tickets.status", "tickets.language", "tickets.request_type", "tickets.module",
        "tickets.priority", "tickets.source", "tickets.assignee", "tickets.related", "tickets.office", "tickets.zone",
        "tickets.parent", "tickets.merged_into", "serials.month",
    ),
    "one of the desk's own words for a kind, a state or an outcome": (
        "events.kind", "letters.kind", "letters.state", "mails.state", "mails.outcome", "timers.kind", "folders.role",
        "scans.verdict", "scans.late_from", "deeds.action", "alarms.code", "heartbeats.part", "schedules.name",
        "books.name",
    ),
    "names of the desk's own mailbox, folders, programs and machines": (
        "mailboxes.name", "mails.mailbox", "folders.name", "leases.name", "leases.holder", "heartbeats.worker",
    ),
    "an error of a server or of the program, from which addresses are masked": ("heartbeats.error",),
    "a number that the desk or the provider gave": ("mails.ticket", "mails.provider_id"),
    "a hash by which a mail, a letter or a file is known again; it can test a guess, and be read by nobody": (
        "mails.content_key", "deeds.digest", "letters.message_id", "canaries.message_id", "scans.sha256",
        "scans.threat", "handoff_ids.digest",
    ),
    "the chain of hashes, over salted digests whose salt is erased": ("events.digest", "events.hash", "anchors.hash"),
    "how many answers stopped, in figures": ("answer_stops.reason",),
    "answers that the leads prepared for everybody, with variables in place of names": (
        "canned_answers.name", "canned_answers.module", "canned_answers.text_en", "canned_answers.text_hi",
    ),
    "keys of programs and the addresses that are told of changes; they are about no person": (
        "api_keys.prefix", "api_keys.digest", "api_keys.name", "api_keys.scopes", "webhooks.url", "webhooks.secret",
        "webhooks.events", "webhooks.state", "webhooks.error",
    ),
}  # fmt: skip
# The word of the directory about a second address of somebody stays as long as the person does.
LEFT_BY_RULE = {"bindings.address", "bindings.employee_id", "bindings.nonce", "bindings.state"}
FIXED = {
    "tickets.number": NUMBER, "tickets.status": "closed", "tickets.requester": ASHA.email, "mails.ticket": NUMBER,
    "mails.state": "done", "mails.sender": ASHA.email, "letters.state": "sent", "letters.to": ASHA.email,
    "bindings.state": "bound", "challenges.state": "asked", "scans.verdict": "clean", "events.kind": "opened",
    "bindings.address": ASHA.email, "challenges.actor": ASHA.email, "bound_hits.address": ASHA.email,
    "bounces.address": ASHA.email, "mutes.address": ASHA.email, "mutes.until": LATER + timedelta(days=1),
    "alarms.text": f"{ASHA.email} did not take our letters.", "schedules.name": "digest",
    "people.email": ASHA.email, "saved_filters.person": ASHA.email, "canned_answers.changed_by": ASHA.email,
    "web_presence.person": ASHA.email,
    "api_calls.person": ASHA.email, "web_attempts.who": ASHA.email, "handoff_ids.until": LATER + timedelta(days=1),
}  # fmt: skip


@pytest.fixture
def kept(tmp_path):
    """Return the file store."""
    return FileStore(tmp_path / "data" / "files", 0)


def is_text(column):
    """Tell whether a column can hold words or bytes."""
    return isinstance(column.type, (String, StorableText, LargeBinary, JSON))


def value_of(column):
    """Return something for a column; its words are unlike the empty value, and as long as the column takes them."""
    if str(column) in FIXED:
        return FIXED[str(column)]
    if isinstance(column.type, UtcDateTime):
        return NOW
    if isinstance(column.type, LargeBinary):
        return b"Asha"
    if isinstance(column.type, JSON):
        return ["Asha"]
    if is_text(column):
        return "a" * (getattr(column.type, "length", None) or 4)  # 64 of them may be the name of a file
    return isinstance(column.type, Boolean) or 1


def fill(engine):
    """Write one row into every table, all about one closed ticket of Asha's."""
    keys = {}
    with writing(engine) as connection:
        for table in metadata.sorted_tables:
            values = {column.name: value_of(column) for column in table.c if column is not table.autoincrement_column}
            values |= {column.name: keys[key.column] for column in table.c for key in column.foreign_keys}
            inserted = connection.execute(insert(table).values(values)).inserted_primary_key
            keys |= dict(zip(table.primary_key.columns, inserted, strict=True))


def words(engine):
    """Return what the first row of every table says, by column; what is empty or gone is not named."""
    with reading(engine) as connection:
        rows = {
            table: connection.execute(select(table).order_by(*table.primary_key.columns)).mappings().first()
            for table in metadata.sorted_tables
        }
    return {str(c): row[c] for table, row in rows.items() if row for c in table.c if is_text(c) and row[c]}


def left_of(engine, before):
    """Return the columns that say what they said before."""
    return {name for name, said in words(engine).items() if said == before[name]}


def test_nothing_of_a_person_is_left(engine, kept):
    """What may stay is listed above with its reason; a new column of text must be erased or join the list."""
    fill(engine)
    before = words(engine)
    assert set(before) == {str(column) for table in metadata.sorted_tables for column in table.c if is_text(column)}
    erase_now(engine, kept, Wanted("", ASHA.email, "left the department"), LATER)
    listed = [name for names in LEFT.values() for name in names]
    assert left_of(engine, before) == set(listed)
    assert len(listed) == len(set(listed))
    assert words(engine)["alarms.text"] == "(erased) did not take our letters."


def test_the_rule_leaves_nothing_more(engine, kept):
    """Retention alone erases the same, and what bound nobody any more goes whatever the settings say."""
    fill(engine)
    before = words(engine)
    with writing(engine) as connection:
        connection.execute(update(mutes).values(until=LATER))
    Tidier(engine, kept, Retention(ticket_days=365), ZoneInfo("UTC"), lambda: LATER).tidy(LATER)
    listed = {name for names in LEFT.values() for name in names}
    assert left_of(engine, before) == (listed | LEFT_BY_RULE) - {"alarms.code"}
    with writing(engine) as connection:
        connection.execute(insert(bound_hits).values(address=STRANGER, bound="domain", at=NOW))
        keep_bounce(connection, Bounced(STRANGER, permanent=True, answer="550 5.1.1 no such user"), NOW)
    tidier = Tidier(engine, kept, Retention(), ZoneInfo("UTC"), lambda: NOW)
    tidier.tidy(NOW + timedelta(minutes=9))
    assert [len(rows_of(engine, table)) for table in (bound_hits, bounces, mutes)] == [1, 1, 1]
    tidier.tidy(NOW + timedelta(days=8))
    assert [len(rows_of(engine, table)) for table in (bound_hits, bounces, mutes)] == [0, 0, 1]
    tidier.tidy(NOW + timedelta(days=60))
    assert rows_of(engine, mutes) == []


def rows_of(engine, table):
    """Return all rows of a table."""
    with reading(engine) as connection:
        return connection.execute(select(table)).all()


def test_mails_and_lists_of_no_ticket_go_with_their_time(engine, kept):
    """With a rule for tickets, what belongs to none is erased as old; younger things and open questions stay."""
    fill(engine)
    with writing(engine) as connection:
        connection.execute(update(mails).values(ticket=""))
        connection.execute(update(letters).values(ticket_id=None))
    before = words(engine)

    def erase(now):
        Tidier(engine, kept, Retention(ticket_days=30), ZoneInfo("UTC"), lambda: now).erase_expired(now)
        return {name for name in ("mails.sender", "mails.subject", "letters.raw", "letters.to", "challenges.actor")
                if words(engine).get(name) == before[name]}  # fmt: skip

    assert len(erase(NOW + timedelta(days=29))) == 5
    assert erase(NOW + timedelta(days=31)) == set()


def test_a_digest_that_named_the_ticket_loses_its_text(engine, kept):
    """Letters about many tickets name people too: those since the ticket was opened keep only when and to whom."""
    fill(engine)
    with writing(engine) as connection:
        connection.execute(update(letters).values(ticket_id=None, to="chitra@tax.up.example"))
        letter = {**connection.execute(select(letters)).mappings().one(), "message_id": "<mb.earlier@desk>"}
        del letter["id"]
        connection.execute(insert(letters).values(letter | {"written_at": NOW - timedelta(days=1)}))
    erase_now(engine, kept, Wanted(NUMBER, "", "asked"), LATER)
    found = [(row.to, row.raw) for row in sorted(rows_of(engine, letters), key=lambda row: row.id)]
    assert found == [("chitra@tax.up.example", b""), ("chitra@tax.up.example", b"Asha")]


def test_a_mute_ends_with_the_person_and_begins_anew_by_itself(engine, kept):
    """No trace keeps the address; should a letter go there again, its first final refusal mutes it as before."""
    refused = Bounced(ASHA.email, permanent=True, answer=f"550 5.1.1 <{ASHA.email}> is unknown")
    with writing(engine) as connection:
        keep_bounce(connection, refused, NOW)
    assert [mute.address for mute in find_muted(engine, NOW)] == [ASHA.email]
    done = erase_now(engine, kept, Wanted("", ASHA.email, "left the department"), NOW)
    assert (done.found, find_muted(engine, NOW), rows_of(engine, bounces)) == (True, [], [])
    assert erase_now(engine, kept, Wanted("", ASHA.email, "again"), NOW).found is False
    with writing(engine) as connection:
        keep_bounce(connection, refused, NOW)
    assert [mute.address for mute in find_muted(engine, NOW)] == [ASHA.email]


def test_what_a_server_said_is_kept_without_the_address(engine):
    """The last error of each part is a row as well; a refusal names its recipient, and the row does not."""
    alarms = ToldAlarms("support@tax.up.example", paths=[], book=AlarmBook(engine), now=lambda: NOW, repeat=LATER - NOW)
    records = WatchRecords(engine, "vm:1", alarms, "support@tax.up.example", 0, clean=Redactor())
    records.keep_beats({Part.DELIVER: Beat(None, NOW, f"450 4.2.0 <{ASHA.email}> try later", 9.0)}, NOW)
    (row,) = rows_of(engine, heartbeats)
    assert row.error == "450 4.2.0 <***@tax.up.example> try later"
