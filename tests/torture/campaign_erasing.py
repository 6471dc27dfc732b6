"""Ten thousand expired items: all erased in one night, and the chain of the histories whole, on both databases."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailbot.adapters.files import FileStore
from mailbot.adapters.store.anchors import take_anchor
from mailbot.adapters.store.auditing import audit_histories
from mailbot.adapters.store.engine import reading_one_state
from mailbot.upkeep.tidying import Retention, Tidier
from tests.builders import ASHA
from tests.store.conftest import engine, store, tables_on_postgres
from tests.store.desk_work import NOW
from tests.store.test_store_erasing import everything_written, fill

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from mailbot.adapters.store.desk_store import DeskStore

__all__ = ["engine", "store", "tables_on_postgres"]

# Each with ten things: itself, its mail, five letters and three lines of history.
TICKETS = int(os.environ.get("TORTURE_TICKETS", "1000"))


def test_ten_thousand_expired_items_are_erased(
    store: DeskStore,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing that the requester wrote is left, and everything else is proved by an anchor from before."""
    fill(store, TICKETS)
    anchor = take_anchor(store.engine, NOW)
    assert anchor is not None
    later, began = NOW + timedelta(days=400), time.monotonic()
    tidier = Tidier(
        store.engine, FileStore(tmp_path / "files", 0), Retention(ticket_days=365), ZoneInfo("UTC"), lambda: later
    )
    erased = tidier.erase_expired(later)
    seconds = time.monotonic() - began
    with reading_one_state(store.engine) as connection:
        found = audit_histories(connection, [anchor])
    with capsys.disabled():
        sys.stdout.write(
            f"\n{store.engine.dialect.name}: {erased} tickets with {10 * erased} items in {seconds:.0f} s\n"
        )
    assert (erased, found.findings) == (TICKETS, [])
    assert ASHA.email not in everything_written(store)
