"""The alarms about the disk and the database, from beginning to end: told over the second path, over by themselves."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.servers.postgres import Postgres
from tests.servers.webhook import Webhook
from tests.torture.disk import small_disk
from tests.whole.desk import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.whole.desk import Office

# One minute of silence, the looks before and after it, and the slack of a busy machine.
PATIENCE = 150.0


@contextmanager
def server_away(server: Postgres) -> Iterator[None]:
    """Stop the database server in a `with` block."""
    server.stop()
    yield
    server.start()


@contextmanager
def locked(office: Office) -> Iterator[None]:
    """Hold the file of SQLite in a `with` block, as a program does that hangs in the middle of writing."""
    holder = sqlite3.connect(office.folder / "mailbot-data" / "mailbot.db", isolation_level=None)
    holder.execute("begin exclusive")
    yield
    holder.execute("rollback")
    holder.close()


def is_over(hook: Webhook, code: str) -> bool:
    """Tell whether the webhook heard that an alarm is over."""
    return any(code in document["over"] for document in hook.documents())


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_that_cannot_be_written_is_an_alarm(
    make_office: Callable[..., Office], capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """The webhook hears of it while the database is away; back again, the alarm ends and the mail becomes a ticket."""
    with Webhook() as hook, Postgres() as server:
        office = make_office(server.new_database() if kind == "postgresql" else "", lease=1)
        office.set_up_fast()
        office.engine.dispose()
        variables = {"MAILBOT_ALARMS__WEBHOOK_URL": hook.url, "MAILBOT_ALARMS__SILENT_MINUTES": "1"}
        with office.at_work(**variables) as worker:
            began = time.monotonic()
            with server_away(server) if kind == "postgresql" else locked(office):
                wait_for(lambda: "database_trouble" in hook.codes(), "the alarm", PATIENCE)
                told = time.monotonic() - began
                office.write("rakesh", "GSTR-3B", "पोर्टल पर त्रुटि 500 आती है।")
            wait_for(lambda: is_over(hook, "database_trouble"), "its end", PATIENCE)
            wait_for(office.tickets, "the ticket of the mail of meanwhile", PATIENCE)
            assert worker.process.poll() is None
        office.close()
    with capsys.disabled():
        sys.stdout.write(f"\n{kind}: told after {told:.0f} s of a limit of 60 s, over by itself\n")
    assert hook.codes().count("database_trouble") == 1


def test_a_full_disk_is_an_alarm(make_office: Callable[..., Office], tmp_path: Path) -> None:
    """Webhook and `mailbot status` name it and new mail waits; with space again all is as before, without a restart."""
    with small_disk(tmp_path / "disk", "24m") as disk, Webhook() as hook:
        office = make_office(lease=1)
        (office.folder / "mailbot-data").symlink_to(disk)
        office.set_up_fast()
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(shutil.disk_usage(disk).free - 3_000_000))
        variables = {"MAILBOT_STORAGE__MINIMUM_FREE_MB": "6"}
        with office.at_work(MAILBOT_ALARMS__WEBHOOK_URL=hook.url, **variables):
            wait_for(lambda: "disk_full" in hook.codes(), "the alarm")
            office.write("rakesh", "GSTR-3B", "पोर्टल पर त्रुटि 500 आती है।")
            wait_for(lambda: "disk_full since" in office.try_mailbot("status", **variables).output, "its row")
            shown = office.try_mailbot("status", **variables)
            assert (shown.code, "minimum_free_mb" in shown.output) == (1, True)
            assert (office.count_mails("INBOX"), office.tickets()) == (1, [])
            ballast.unlink()
            wait_for(lambda: is_over(hook, "disk_full"), "the end of the alarm", PATIENCE)
            wait_for(office.tickets, "the ticket of the mail that waited", PATIENCE)
            wait_for(lambda: office.try_mailbot("status", **variables).code == 0, "health")
        office.close()
        os.chdir(tmp_path)  # a disk in use cannot be taken away cleanly
    assert hook.codes() == ["disk_full"]
