"""A desk whose files lie in a bucket: checked, compared, backed up, restored, exported and erased as in a folder."""

from __future__ import annotations

import builtins
import hashlib
import shutil
import sys
import time
import zipfile
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from mailbot.adapters.clock import now
from mailbot.adapters.store.engine import open_engine, writing
from mailbot.adapters.store.tables import letters, mails, tickets
from mailbot.parts import open_files
from mailbot.settings import load_settings
from mailbot.upkeep.erasing import Wanted, erase_now
from mailbot.upkeep.fsck import Way, compare_files
from mailbot.upkeep.tidying import Retention, Tidier
from tests.servers.swift import SECRET_KEY
from tests.store.desk_work import NOW, open_one

DAY = 24 * 3600
RAW = b"Subject: the mail itself\r\n\r\nText\r\n"
NAME = hashlib.sha256(RAW).hexdigest()
NOTHING_YET = {"missing": 0, "damaged": 0, "orphans": 0, "leftovers": 0, "removed": 0, "strange": 0}


@pytest.fixture
def desk(folder, swift, monkeypatch):
    """Return the folder of a desk with one ticket, whose mail lies in a bucket."""
    monkeypatch.setenv("MAILBOT_FILES__SECRET_KEY", SECRET_KEY)
    folder.change("[storage]", f"{swift.settings(swift.new_bucket())}\n[storage]")
    store = folder.store()
    open_one(store)
    with writing(store.engine) as connection:
        connection.execute(update(mails).values(sha256=files_of(folder).keep(RAW)))
    store.engine.dispose()
    return folder


def files_of(folder):
    """Return the store of files that the settings name."""
    return open_files(load_settings(folder.path / "settings.toml"))


def close(folder):
    """Close the one ticket, let its letters be sent, and return its number."""
    engine = open_engine(folder.database_url)
    with writing(engine) as connection:
        connection.execute(update(tickets).values(status="closed", closed_at=NOW))
        connection.execute(update(letters).values(state="sent", sent_at=NOW))
        number = connection.execute(select(tickets.c.number)).scalar_one()
    engine.dispose()
    return number


def test_fsck_finds_what_is_missing_damaged_and_left_over(desk):
    """As in a folder; what is removed lies aside for a day, and comes back when a row names it again."""
    store, engine = files_of(desk), open_engine(desk.database_url)
    later = time.time() + 2 * DAY

    def compare(at=later, *, repairs=True):
        found = compare_files(engine, store, Way(reads=True, repairs=repairs, now=at))
        return {name: count for name in NOTHING_YET if (count := getattr(found, name))}

    orphan = store.keep(b"an orphan")
    assert compare(time.time()) == {}  # it is young
    assert compare(repairs=False) == {"orphans": 1}
    assert compare() == {"orphans": 1, "leftovers": 1, "removed": 1}
    assert not store.exists(orphan)
    store.objects.put("desk/notes.txt", b"of somebody else")
    assert compare() == {"strange": 1}
    store.objects.delete("desk/notes.txt")
    store.discard(NAME, later)
    assert compare(time.time(), repairs=False) == {"missing": 1}
    assert compare() == {"leftovers": 1, "removed": 1}
    assert store.find(NAME) == RAW
    store.objects.put(store._key(NAME), b"other bytes")
    assert compare() == {"damaged": 1, "strange": 1}
    engine.dispose()
    done = desk.mailbot("fsck", "--json")
    assert (done.code, done.json["missing"]) == (1, 1)


def test_a_backup_of_a_bucket_comes_back(desk, tmp_path):
    """The backup holds every file; where something lies already nothing is written."""
    backup = tmp_path / "backup"
    assert desk.mailbot("backup", backup).code == 0
    assert (backup / "files" / NAME[:2] / NAME).read_bytes() == RAW
    shutil.rmtree(desk.path / "data")
    full = desk.mailbot("restore", backup)
    assert (full.code, "s3://" in full.err, "already" in full.err) == (75, True, True)
    store = files_of(desk)
    store.objects.delete(store._key(NAME))
    assert desk.mailbot("restore", backup).code == 0
    assert store.find(NAME) == RAW
    assert desk.mailbot("fsck").code == 0


def test_a_ticket_is_exported_with_its_mail(desk, tmp_path):
    """A file that is gone is named; a server that is away is something else."""
    number = close(desk)
    done = desk.mailbot("export", number, "--output", tmp_path / "one.zip")
    assert (done.code, "1 mails" in done.out) == (0, True)
    with zipfile.ZipFile(tmp_path / "one.zip") as bundle:
        assert bundle.read("mails/000001.eml") == RAW
    shown = desk.mailbot("quarantine", "show", 1)
    assert f"kept as {files_of(desk).place(NAME)}" in shown.out
    desk.change('prefix = "desk"', 'prefix = "elsewhere"')
    assert desk.mailbot("export", number, "--output", tmp_path / "two.zip").code == 1


def test_what_is_erased_goes_with_the_comparison_of_a_later_night(desk):
    """What was kept lately stays until rows and files are compared; then nothing is left of it."""
    number = close(desk)
    engine, store = open_engine(desk.database_url), files_of(desk)
    done = erase_now(engine, store, Wanted(number, "", "asked"), now())
    assert (done.tickets, done.files, done.later) == (1, 0, 1)
    Tidier(engine, store, Retention(), ZoneInfo("UTC"), now).tidy(now())
    assert store.exists(NAME)
    compare_files(engine, store, Way(reads=False, repairs=True, now=time.time() + 2 * DAY))
    assert not store.exists(NAME)
    engine.dispose()


def test_check_puts_reads_and_removes_an_object(desk, swift, monkeypatch):
    """Files left in the folder and a bucket that keeps versions are warnings; one that refuses us is a problem."""

    def find_lines():
        found = desk.mailbot("check", "--json").json
        return [(line["level"], line["text"]) for line in found if line["text"].startswith(("Bucket: ", "The bucket"))]

    bucket = load_settings(desk.path / "settings.toml").files.bucket
    assert find_lines() == [("good", f"Bucket: {bucket} takes objects, gives them back and removes them.")]
    forgotten = desk.path / "data" / "files" / NAME[:2]
    forgotten.mkdir(parents=True)
    (forgotten / NAME).write_bytes(RAW)
    assert [level for level, _ in find_lines()] == ["warning", "good"]
    shutil.rmtree(forgotten)
    versioned = swift.new_bucket(versions=True)
    desk.change(f'bucket = "{bucket}"', f'bucket = "{versioned}"')
    assert [level for level, _ in find_lines()] == ["good", "warning"]
    monkeypatch.setenv("MAILBOT_FILES__SECRET_KEY", "of-somebody-else")
    ((level, text),) = find_lines()
    assert (level, "The key is refused" in text) == ("problem", True)


def test_a_missing_extra_is_named(desk, monkeypatch):
    """With the command that brings it; no traceback."""
    load = builtins.__import__

    def refuse(name, *arguments, **named):
        if name.startswith("obstore"):
            raise ModuleNotFoundError("No module named 'obstore'", name="obstore")
        return load(name, *arguments, **named)

    for name in [name for name in sys.modules if name.startswith("mailbot.adapters.bucket")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", refuse)
    done = desk.mailbot("fsck")
    assert (done.code, 'pip install "mailbot[s3]"' in done.err) == (78, True)
