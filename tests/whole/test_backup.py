"""A backup of the running desk, everything destroyed, and the desk as it was: no ticket twice, no letter twice."""

from __future__ import annotations

import shutil
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

from sqlalchemy import func, select, text

from mailbot.adapters.store.auditing import audit_histories
from mailbot.adapters.store.engine import reading_one_state, writing
from mailbot.adapters.store.restoring import find_held
from mailbot.adapters.store.tables import letters, mails, tickets
from mailbot.app import open_desk
from mailbot.replay import replay
from mailbot.settings import load_settings
from mailbot.upkeep.backup import back_up
from mailbot.upkeep.restore import restore
from tests.torture.disk import work
from tests.whole.desk import side_by_side, wait_for


def write_some(office, first, count):
    """Let officers write mails with titles of their own, every second one with a file."""
    for number in range(first, first + count):
        picture = f"screenshot {number}".encode() * 50 if number % 2 else b""
        name = ("rakesh", "sunita")[number % 2]
        office.write(name, f"Return {number:03d} not filed", f"Error {number:06d} on submit.", picture=picture)


def wait_until_quiet(office, count):
    """Wait until so many mails are handled and no letter waits."""
    done = select(func.count()).select_from(mails).where(mails.c.state == "done")
    waiting = select(func.count()).select_from(letters).where(letters.c.state != "sent")

    def quiet():
        return office.rows_of(done)[0][0] >= count and office.rows_of(waiting)[0][0] == 0

    wait_for(quiet, f"{count} handled mails and an empty outbox")


def tickets_of(office):
    """Return every ticket as people know it."""
    columns = (tickets.c.number, tickets.c.title, tickets.c.requester, tickets.c.status, tickets.c.description)
    return sorted(tuple(row) for row in office.rows_of(select(*columns)))


def sent_ids(office):
    """Return how often each letter was handed over, by its Message-ID and reader."""
    sent = [(message_from_bytes(one.raw, policy=policy.default)["Message-ID"], one.to) for one in office.smtp.accepted]
    return Counter(sent)


def files_of_database(office):
    """Return the file of a SQLite database and those beside it; none for PostgreSQL."""
    if office.engine.dialect.name == "postgresql":
        return []
    return [Path(f"{office.engine.url.database}{ending}") for ending in ("", "-wal", "-shm")]


def destroy(office):
    """Lose everything but the settings and the key, which the operator keeps elsewhere."""
    data = office.folder / "mailbot-data"
    key = (data / "token.key").read_bytes()
    if office.engine.dialect.name == "postgresql":
        with writing(office.engine) as connection:
            connection.execute(text("drop schema public cascade"))
            connection.execute(text("create schema public"))
    office.engine.dispose()
    for path in files_of_database(office):
        path.unlink(missing_ok=True)
    shutil.rmtree(data)
    data.mkdir()
    (data / "token.key").write_bytes(key)
    (data / "token.key").chmod(0o600)


def restore_and_replay(office, backup):
    """Bring the backup back; before it has caught up, nothing runs."""
    settings = load_settings(office.settings_file)
    # A database of earlier days left its journal: it must not be played into the one that comes.
    for path in files_of_database(office)[1:2]:
        path.write_bytes(b"of another database")
    restore(settings, backup)
    assert "mailbot replay" in work(office)
    with open_desk(settings, catching_up=True) as desk:
        return replay(desk)


def test_backup_under_load_destroy_restore_replay(both_offices, monkeypatch):
    """Mails come in while the backup is made and after it; in the end there is what was there, and no letter twice."""
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", both_offices[0].dovecot.password)
    monkeypatch.setenv("MAILBOT_WORKER__LEASE_SECONDS", "1")
    side_by_side(lose_everything, both_offices)


def lose_everything(office):
    """Back up at work, lose everything, restore, and compare."""
    backup = office.folder / "backup"
    with office.at_work() as worker:
        write_some(office, 0, 6)
        wait_until_quiet(office, 4)
        write_some(office, 6, 4)
        made = back_up(load_settings(office.settings_file), backup)
        write_some(office, 10, 6)
        opened = office.next_letter("rakesh", "Return 000 not filed")
        office.reply("rakesh", opened, "It also happens in Firefox.")
        wait_until_quiet(office, 17)
        worker.kill()
    before, sent = tickets_of(office), sent_ids(office)
    assert (len(before), made.missing) == (16, 0)
    destroy(office)
    write_some(office, 50, 2)  # while nothing runs
    done = restore_and_replay(office, backup)
    assert tickets_of(office) == before
    assert sent_ids(office) == sent
    assert done.taken >= 7
    assert work(office) == ""
    assert {row[1] for row in tickets_of(office)} - {row[1] for row in before} == {
        "Return 050 not filed",
        "Return 051 not filed",
    }
    after = sent_ids(office)
    assert max(after.values()) == 1
    assert len(after) - len(sent) == 6  # two officers, and two of the IT section twice
    with reading_one_state(office.engine) as connection:
        assert audit_histories(connection).wrong == 0
    assert len(find_held(office.engine)) == done.held > 0
