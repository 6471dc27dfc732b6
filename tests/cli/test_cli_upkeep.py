"""`mailbot fsck` and `mailbot audit`, as the operator types them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import zipfile

import pytest
from sqlalchemy import insert, select, update

from mailbot.adapters.files import FileStore
from mailbot.adapters.store.engine import open_engine, writing
from mailbot.adapters.store.tables import events, files, letters, mails, tickets
from tests.builders import ASHA
from tests.store.desk_work import NOW, open_one

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def store_folder(folder):
    """Return the folder of the file store of a desk with one ticket."""
    store = folder.store()
    open_one(store)
    store.engine.dispose()
    return folder.path / "data" / "files"


def put(store_folder, data, *, days_ago=0, name=""):
    """Put a file into the store, as if it had been written so many days ago, and return its path."""
    name = name or hashlib.sha256(data).hexdigest()
    path = store_folder / name.lstrip(".").removeprefix("new-")[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (time.time() - days_ago * DAY,) * 2)
    return path


def test_fsck_finds_what_is_missing_damaged_and_left_over(folder, store_folder):
    """Each is named with its mail; only what nobody needs for a day goes, and only with --repair."""
    whole, damaged = put(store_folder, b"whole"), put(store_folder, b"damaged")
    engine = open_engine(folder.database_url)
    with writing(engine) as connection:
        template = {"mailbox": "m", "uidvalidity": 1, "provider_id": "", "size": 1, "oversized": False, "filed": True}
        template |= {"arrived_at": NOW, "kept_at": NOW, "due_at": NOW, "state": "done", "outcome": "ignored"}
        template |= {"reasons": [], "ticket": "", "attempts": 1, "error": ""}
        names = (whole.name, damaged.name)
        connection.execute(insert(mails), [template | {"uid": 90 + n, "sha256": name} for n, name in enumerate(names)])
    engine.dispose()
    damaged.write_bytes(b"other bytes")
    old, young = put(store_folder, b"old orphan", days_ago=2), put(store_folder, b"young orphan")
    begun = put(store_folder, b"half a file", days_ago=2, name=".new-x1")
    done = folder.mailbot("fsck", "--json")
    found = done.json
    assert done.code == 1
    assert (found["named"], found["missing"], found["damaged"]) == (3, 1, 1)
    assert (found["orphans"], found["leftovers"], found["removed"]) == (1, 1, 0)
    assert any(damaged.name in line and "damaged" in line and "mail 3" in line for line in found["findings"])
    assert folder.mailbot("fsck", "--repair", "--json").json["removed"] == 2
    assert [path.exists() for path in (whole, damaged, old, young, begun)] == [True, False, False, True, False]
    assert "3 files are named" in folder.mailbot("fsck", "--quick").out


def test_a_file_that_is_kept_again_is_not_removed(store_folder):
    """The same bytes arrive while an old orphan of them is about to go: they stay."""
    old = put(store_folder, b"once more", days_ago=2)
    files = FileStore(store_folder, 0)
    files.keep(b"once more")
    assert not files.discard(old.name, time.time() - DAY)
    assert old.exists()
    assert files.discard(old.name, time.time() + DAY)
    assert not files.discard(old.name, time.time() + DAY)


def test_an_operator_anchors_and_verifies(folder, tmp_path):
    """The line of an anchor goes to a file elsewhere; a change of the database is found by it."""
    line = folder.mailbot("audit", "anchor").out
    kept = tmp_path / "anchors.txt"
    kept.write_text(line)
    done = folder.mailbot("audit", "verify", "--kept", str(kept))
    assert (done.code, "Nothing was altered." in done.out) == (0, True)
    engine = open_engine(folder.database_url)
    with writing(engine) as connection:
        connection.execute(update(events).values(text="It was never said."))
    engine.dispose()
    done = folder.mailbot("audit", "verify", "--kept", str(kept), "--json")
    assert (done.code, done.json["wrong"]) == (1, 1)
    assert "words of line 1" in done.json["findings"][0]
    empty = tmp_path / "empty.txt"
    empty.write_text("nothing")
    assert folder.mailbot("audit", "verify", "--kept", str(empty)).code == 2


def test_a_backup_is_whole_or_none(folder, store_folder, tmp_path):
    """A folder that is there is never written over, secrets are named and not copied, damage does not come back."""
    data = put(store_folder, b"the mail itself")
    engine = open_engine(folder.database_url)
    with writing(engine) as connection:
        connection.execute(update(mails).values(sha256=data.name))
    engine.dispose()
    backup = tmp_path / "backup"
    done = folder.mailbot("backup", backup)
    assert (done.code, "1 tickets" in done.out, "mailbot-password" in done.out) == (0, True, True)
    assert {path.name for path in backup.rglob("*") if path.is_file()} == {
        "mailbot.db", "files.sha256", "manifest.json", data.name,
    }  # fmt: skip
    assert (backup / "files" / data.name[:2] / data.name).stat().st_ino == data.stat().st_ino
    again = folder.mailbot("backup", backup)
    assert (again.code, "exists already" in again.err) == (75, True)
    full = folder.mailbot("restore", backup)
    assert (full.code, "already" in full.err) == (75, True)
    shutil.rmtree(folder.path / "data")
    with (backup / "mailbot.db").open("r+b") as file:
        file.seek(5000)
        file.write(b"damage")
    damaged = folder.mailbot("restore", backup)
    assert (damaged.code, "is damaged" in damaged.err) == (75, True)


def test_what_a_restore_held_back_can_be_sent(folder, tmp_path):
    """Nothing runs before the replay; letters that waited are shown, and go out when somebody says so."""
    backup = tmp_path / "backup"
    assert folder.mailbot("backup", backup).code == 1  # the bytes of the one mail were never there
    shutil.rmtree(folder.path / "data")
    assert folder.mailbot("restore", backup).code == 0
    refused = folder.mailbot("once")
    assert (refused.code, "mailbot replay" in refused.err) == (75, True)
    done = folder.mailbot("replay", "--without-server", "--json")
    assert (done.code, done.json["held"]) == (0, 2)
    assert folder.mailbot("replay", "--without-server").code == 1
    first, second = folder.mailbot("letters", "held", "--json").json
    assert "1 letters go out now" in folder.mailbot("letters", "held", "--release", first["id"]).out
    shown = folder.mailbot("letters", "held").out
    assert (second["to"] in shown, first["to"] in shown) == (True, False)
    assert folder.mailbot("letters", "held", "--release-all").code == 0
    assert "No letter is held back." in folder.mailbot("letters", "held").out


def test_a_ticket_is_exported_with_mails_files_and_letters(folder, store_folder, tmp_path):
    """Whoever asks what is kept about a ticket gets it whole, readable and safe: nothing in it runs or escapes."""
    raw = put(store_folder, b"Subject: the mail itself\r\n\r\nText\r\n")
    engine = open_engine(folder.database_url)
    with writing(engine) as connection:
        connection.execute(update(mails).values(sha256=raw.name))
        connection.execute(update(tickets).values(title="<script>alert(1)</script> जीएसटी"))
        number, ticket = connection.execute(select(tickets.c.number, tickets.c.id)).one()
        row = {"ticket_id": ticket, "mail_id": 1, "sha256": raw.name, "name": "../../C:\\त्रुटि.png", "size": 3}
        row |= {"content_type": "image/png", "inline": False, "sender": "", "preview": "", "width": 0, "height": 0}
        connection.execute(insert(files).values(row | {"evidence": True, "fingerprint": ""}))
    engine.dispose()
    done = folder.mailbot("export", number.replace("-", " "), "--output", tmp_path / "one.zip")
    assert (done.code, "1 mails, 1 files and 2 letters" in done.out) == (0, True)
    with zipfile.ZipFile(tmp_path / "one.zip") as bundle:
        names = bundle.namelist()
        assert bundle.read("mails/000001.eml") == raw.read_bytes()
        assert json.loads(bundle.read("ticket.json"))["ticket"]["number"] == number
        page = bundle.read("ticket.html").decode()
    assert "files/001-_.._C__त्रुटि.png" in names or "files/001-_C__त्रुटि.png" in names, names
    assert "<script>" not in page
    assert "त्रुटि 500" in page
    again = folder.mailbot("export", number, "--output", tmp_path / "one.zip")
    assert (again.code, "exists already" in again.err) == (2, True)
    raw.unlink()
    assert folder.mailbot("export", number, "--output", tmp_path / "two.zip").code == 1


def test_erasing_asks_gives_a_reason_and_is_written_down(folder, store_folder):
    """An open ticket stays, a closed one goes, and the operator sees what was done."""
    old = put(store_folder, b"the mail itself", days_ago=1)
    engine = open_engine(folder.database_url)
    with writing(engine) as connection:
        connection.execute(update(mails).values(sha256=old.name))
        number = connection.execute(select(tickets.c.number)).scalar_one()
    assert folder.mailbot("erase", number).code == 2
    assert folder.mailbot("erase", "--reason", "asked", "--yes").code == 2
    opened = folder.mailbot("erase", number, "--reason", "asked", "--yes")
    assert (opened.code, "Not erased, because they are open" in opened.err) == (1, True)
    with writing(engine) as connection:
        connection.execute(update(tickets).values(status="closed", closed_at=NOW))
        connection.execute(update(letters).values(state="sent"))
    engine.dispose()
    refused = folder.mailbot("erase", number, "--reason", "asked", stdin=b"n\n")
    assert (refused.code, old.exists()) == (130, True)
    done = folder.mailbot("erase", "--requester", ASHA.email, "--reason", "Asked in letter 12/26.", stdin=b"y\n")
    assert (done.code, "1 tickets erased, 1 files removed." in done.out) == (0, True)
    shown = folder.mailbot("ticket", "show", number).out
    assert "Asked in letter 12/26." in shown
    assert ASHA.email not in shown
    assert folder.mailbot("audit", "verify").code == 0
    nothing = folder.mailbot("erase", number, "--reason", "again", "--yes")
    assert (nothing.code, "Nothing is kept" in nothing.err) == (1, True)
