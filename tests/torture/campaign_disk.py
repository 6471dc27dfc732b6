"""Disks that are filled at fifty points: the files, the database, both; and nothing is lost or half done."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.torture.disk import VARIABLES, run_points, small_disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.whole.desk import Office

POINTS = int(os.environ.get("TORTURE_POINTS", "50"))
SEED = int(os.environ.get("TORTURE_SEED", "1"))


@pytest.mark.parametrize("what", ["files", "database", "both"])
def test_a_full_disk_stops_cleanly_and_goes_on(
    make_office: Callable[..., Office],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Wherever space runs out: no mail lost, no half ticket, a sound database, and work goes on with space again."""
    with small_disk(tmp_path / "disk", "48m") as disk:
        office = make_office(f"sqlite:///{disk}/mailbot.db" if what == "database" else "", lease=1)
        if what != "database":
            (office.folder / "mailbot-data").symlink_to(disk if what == "both" else _files_on(office, disk))
        for name, value in (VARIABLES | {"MAILBOT_IMAP__PASSWORD": office.dovecot.password}).items():
            monkeypatch.setenv(name, value)
        office.set_up_fast()
        result = run_points(office, disk, POINTS, SEED)
        office.engine.dispose()
    with capsys.disabled():
        sys.stdout.write(f"\n{what} on the small disk: {result}\n")
    assert result.is_sound, str(result)
    assert result.stops > POINTS // 4


def _files_on(office: Office, disk: Path) -> Path:
    """Return a data folder whose files alone lie on the small disk."""
    data = office.folder / "data-elsewhere"
    data.mkdir()
    (data / "files").symlink_to(disk)
    return data
