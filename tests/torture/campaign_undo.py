"""A thousand random commands, each taken back at once: every row as before, histories whole, on both databases."""

from __future__ import annotations

import os
import random
import sys
from typing import TYPE_CHECKING

from mailbot.adapters.store.auditing import audit_histories
from mailbot.adapters.store.engine import reading_one_state
from tests.store.conftest import engine, store, tables_on_postgres
from tests.store.test_store_undo import Play, take_back_random_commands

if TYPE_CHECKING:
    import pytest

    from mailbot.adapters.store.desk_store import DeskStore

__all__ = ["engine", "store", "tables_on_postgres"]

COMMANDS = int(os.environ.get("TORTURE_COMMANDS", "1000"))


def test_a_thousand_commands_are_taken_back_exactly(store: DeskStore, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever was said in whatever state, nothing of it is left but the two lines of history."""
    restored, said = take_back_random_commands(Play(store), random.Random(8), COMMANDS)
    with reading_one_state(store.engine) as connection:
        found = audit_histories(connection, [])
    with capsys.disabled():
        database, kinds = store.engine.dialect.name, len(said)
        sys.stdout.write(f"\n{database}: {restored} of {said.total()} commands of {kinds} kinds taken back exactly\n")
    assert (restored, found.findings) == (COMMANDS, [])
