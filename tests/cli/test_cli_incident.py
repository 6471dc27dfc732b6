"""`mailbot incident-pack` collects what a report within six hours needs, and no words of mails."""

from __future__ import annotations

import csv
import io
import json
import stat
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from mailbot.adapters.store.alarm_book import AlarmBook
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import events, mails
from mailbot.domain.alarms import Alarm, AlarmCode
from tests.builders import ASHA, NOW
from tests.store.desk_work import open_one

SINCE, BEFORE = f"{NOW - timedelta(days=1):%Y-%m-%d}", f"{NOW - timedelta(days=9):%Y-%m-%d}"


@pytest.fixture
def pack(folder):
    """Return what makes a pack of a period with three tickets and an alarm, and opens it."""
    store = folder.store()
    for uid in (1, 2, 3):
        open_one(store, uid)
    AlarmBook(store.engine).keep(Alarm(AlarmCode.LOGIN_REFUSED, "Refused.", NOW))
    with writing(store.engine) as connection:
        connection.execute(update(mails).where(mails.c.id == 1).values(error="=cmd|' /C calc'!A0"))
    store.engine.dispose()

    def make(*arguments, code=0, name="pack.zip"):
        done = folder.mailbot("incident-pack", "--to", name, *arguments)
        assert done.code == code, done.err
        return zipfile.ZipFile(folder.path / name), done

    return make


def rows(made, name):
    """Return the rows of a table of the pack."""
    return list(csv.DictReader(io.StringIO(made.read(f"{name}.csv").decode())))


def test_a_pack_holds_what_happened_and_no_words(folder, pack):
    """Mails, letters, history, alarms, the status and the audit; the fields of the form are filled in."""
    log = folder.write("old.log", f"letter to {ASHA.email} failed; password=kachori-99\n")
    made, done = pack("--since", SINCE, "--log", str(log))
    assert [len(rows(made, name)) for name in ("mails", "letters", "history", "alarms")] == [3, 6, 3, 1]
    assert rows(made, "mails")[0]["error"].startswith("'=")
    assert rows(made, "history")[0]["ticket"].startswith("TMS-")
    assert json.loads(made.read("audit.json"))["wrong"] == 0
    assert json.loads(made.read("status.json"))["alarms"][0]["code"] == "login_refused"
    report = made.read("report.txt").decode()
    for words in ("the ticket desk support@tax.up.example", "3 mails, 6 letters and 3 lines", "yes, every chain holds"):
        assert words in report
    due = datetime.now(UTC) + timedelta(hours=6, minutes=330)
    assert f"{due:%d.%m.%Y}" in report
    assert "by " in done.out
    everything = b"".join(made.read(name) for name in made.namelist()).decode()
    for secret in ("पोर्टल पर त्रुटि", "जीएसटीआर-3बी", "kachori-99", "<mb.", "gst-test-password"):
        assert secret not in everything, secret
    assert stat.S_IMODE((folder.path / "pack.zip").stat().st_mode) == 0o600


def test_only_the_period_is_packed(pack):
    """Before and after it nothing is taken along."""
    made, _ = pack("--since", BEFORE, "--until", SINCE)
    assert [len(rows(made, name)) for name in ("mails", "letters", "history", "alarms")] == [0, 0, 0, 0]


def test_an_altered_history_is_said(folder, pack):
    """Exit code 1, and the report says so."""
    store = folder.store()
    with writing(store.engine) as connection:
        connection.execute(update(events).where(events.c.id == 2).values(actor="somebody.else@tax.up.example"))
    store.engine.dispose()
    made, done = pack("--since", SINCE, code=1)
    assert "The history was altered" in done.err
    assert "things are wrong, see audit.json" in made.read("report.txt").decode()


def test_what_cannot_be_packed(folder, pack):
    """A period that runs backwards, a file that exists, a folder that does not."""
    pack("--since", SINCE)
    assert folder.mailbot("incident-pack", "--since", SINCE, "--to", "pack.zip").code == 2
    assert folder.mailbot("incident-pack", "--since", SINCE, "--until", BEFORE, "--to", "x.zip").code == 2
    assert folder.mailbot("incident-pack", "--since", SINCE, "--to", "nowhere/x.zip").code == 75
