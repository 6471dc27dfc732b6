"""A worker in a process of its own, for the test that several of them number tickets at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.engine import open_engine
from tests.builders import the_desk
from tests.store.desk_work import NOW, mail_for, opening, write_letter

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from threading import Barrier


def open_tickets(url: str, count: int, begin: Barrier, opened: Queue[list[str]]) -> None:
    """Claim so many mails one by one, let each open a ticket, and put the numbers into the queue."""
    engine = open_engine(url)
    store = DeskStore(engine, the_desk(), ZoneInfo("Asia/Kolkata"), write_letter, timedelta(seconds=120))
    begin.wait(30)
    entries = [entry for _ in range(count) for entry in store.claim_mails(NOW, 1)]
    opened.put([store.apply(entry, mail_for(entry), opening(), NOW) for entry in entries])
    engine.dispose()
