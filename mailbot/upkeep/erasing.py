"""Erasing on demand: one ticket, or all that one person left behind."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.erasing import (
    ERASED,
    Removed,
    Why,
    erase_tickets,
    find_open_numbers,
    find_tickets_of,
    find_unnamed,
    find_whole,
)
from mailbot.adapters.store.tables import tickets
from mailbot.adapters.store.traces import erase_lists_about, erase_traces_of
from mailbot.upkeep.lock import upkeep_lock
from mailbot.upkeep.tidying import remove_files

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from mailbot.file_keeping import KeptFiles

BATCH = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be erased: the ticket of a number, or what an address left behind; and why."""

    number: str
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased; `left` are numbers of tickets that could not be, `later` files that go a little later."""

    tickets: int
    files: int
    later: int
    left: tuple[str, ...]
    found: bool


def erase_now(engine: Engine, store: KeptFiles, wanted: Wanted, now: datetime) -> Erased:
    """Erase it in small transactions. Raises WorldError while a backup is under way."""
    why = Why(f"operator {getpass.getuser()}", wanted.reason)
    with upkeep_lock(store.home, engine):
        with writing(engine) as connection:
            ids, left = _find(connection, wanted)
            traces = erase_traces_of(connection, wanted.address) if wanted.address else Removed(0, set())
            erase_lists_about(connection, ids)
        named = set(traces.named)
        for start in range(0, len(ids), BATCH):
            with writing(engine) as connection:
                named |= erase_tickets(connection, ids[start : start + BATCH], why, now)
        with writing(engine) as connection:
            unnamed = find_unnamed(connection, named)
        removed = remove_files(store, unnamed)
    still_there = sum(store.exists(name) for name in unnamed)
    return Erased(len(ids), removed, still_there, left, bool(ids or left or traces.count))


def _find(connection: Connection, wanted: Wanted) -> tuple[list[int], tuple[str, ...]]:
    """Return the tickets that can be erased, and the numbers of those that cannot."""
    if wanted.address:
        return find_tickets_of(connection, wanted.address), tuple(find_open_numbers(connection, wanted.address))
    ids = find_whole(connection, wanted.number)
    is_there = select(tickets.c.id).where(tickets.c.number == wanted.number, tickets.c.title != ERASED)
    left = (wanted.number,) if not ids and connection.execute(is_there).first() else ()
    return ids, left
