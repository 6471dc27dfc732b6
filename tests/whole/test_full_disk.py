"""A disk that is full, read-only or out of names for files: a clean stop, a sentence, and everything is there later."""

from __future__ import annotations

import os
import shutil

import pytest

from mailbot.checks import check_database
from mailbot.domain.errors import WorldError
from mailbot.settings import load_settings
from tests.torture.disk import (
    KB,
    VARIABLES,
    Result,
    filled,
    finish,
    remount,
    run_points,
    small_disk,
    stop_at,
    work,
    write_mails,
)


@pytest.fixture
def make_on_disk(make_office, tmp_path, monkeypatch):
    """Return an office whose files, whose database, or whose whole data folder lies on a small disk."""

    def make(disk, what):
        office = make_office(f"sqlite:///{disk}/mailbot.db" if what == "database" else "", lease=1)
        data = office.folder / "mailbot-data"
        if what == "both":
            data.symlink_to(disk)
        else:
            data.mkdir()
        if what == "files":
            (data / "files").symlink_to(disk)
        for name, value in (VARIABLES | {"MAILBOT_IMAP__PASSWORD": office.dovecot.password}).items():
            monkeypatch.setenv(name, value)
        office.set_up_fast()
        return office

    with small_disk(tmp_path / "disk", "24m") as disk:
        yield lambda what: (make(disk, what), disk)
        # A disk in use cannot be taken away cleanly.
        os.chdir(tmp_path)


@pytest.mark.parametrize(("what", "points"), [("files", 1), ("database", 2), ("both", 1)])
def test_a_full_disk_stops_cleanly_and_goes_on(make_on_disk, what, points):
    """No mail is lost, no ticket is half there, the database is sound; with space again everything is done."""
    office, disk = make_on_disk(what)
    result = run_points(office, disk, points, seed=3, most_left=8 * KB)
    office.engine.dispose()
    assert (result.is_sound, result.stops) == (True, points), str(result)


def test_a_read_only_disk_and_one_without_names_stop_cleanly(make_on_disk):
    """What is wrong is said in a sentence, nothing is fetched meanwhile, and the desk goes on by itself."""
    office, disk = make_on_disk("both")
    assert work(office) == ""
    result, said = Result(), []

    def read_only(office):
        office.engine.dispose()
        remount(disk, "ro")
        try:
            said.append(work(office))
        finally:
            remount(disk, "rw")
        return said[-1]

    def without_names(office):
        used = sum(1 for _ in disk.rglob("*")) + 2
        remount(disk, f"nr_inodes={used}")
        try:
            said.append(work(office))
        finally:
            remount(disk, "nr_inodes=10000")
        return said[-1]

    for point, trouble in enumerate((read_only, without_names)):
        write_mails(office, point, 2, 30 * KB)
        stop_at(office, result, trouble)
    finish(office, result, 2, 2)
    office.engine.dispose()
    assert (result.is_sound, result.stops) == (True, 2), str(result)
    assert "read-only" in said[0] or "readonly" in said[0]
    assert "more files only" in said[1] or "unable to open" in said[1]


def test_a_damaged_page_refuses_to_start(office, monkeypatch):
    """The sentence says which file and what to do; `mailbot check` finds it as well, and nothing is taken in."""
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", office.dovecot.password)
    office.write("rakesh", "Portal down", "Nothing opens.")
    assert work(office) == ""
    office.engine.dispose()
    path = office.folder / "mailbot-data" / "mailbot.db"
    shutil.copy(path, path.with_suffix(".good"))
    with path.open("r+b") as file:
        for page in range(8, 40, 4):
            file.seek(page * 4096)
            file.write(bytes([7]) * 64)
    office.write("sunita", "Second", "It waits.")
    said = work(office)
    assert "is damaged" in said
    assert "`mailbot restore`" in said
    assert office.count_mails("INBOX") == 1
    with pytest.raises(WorldError, match="is damaged"):
        list(check_database(load_settings(office.settings_file)))
    shutil.copy(path.with_suffix(".good"), path)
    assert work(office) == ""
    assert office.count_mails("INBOX") == 0


def test_the_disk_is_as_full_as_it_was_made(tmp_path):
    """A campaign that fills nothing would prove nothing."""
    with small_disk(tmp_path / "disk", "1m") as disk, filled(disk, 0), pytest.raises(OSError, match="No space"):
        (disk / "more").write_bytes(bytes(64 * KB))
