"""The old tickets that the benchmarks put in are tickets as the program would have written them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from bench.desk import Desk
from bench.growth_data import OPEN, fill
from mailbot.adapters.store.auditing import audit_histories
from mailbot.adapters.store.books import check_books
from mailbot.adapters.store.engine import reading_one_state
from mailbot.adapters.store.searching import find_words
from mailbot.adapters.store.tables import events, letters, mails, tickets

COUNT = OPEN + 300


def test_old_tickets_are_sound_and_can_be_found(tmp_path, dovecot, database_url):
    """The chains of all histories hold, no number is missing, the books agree, the search finds, and ids go on."""
    desk = Desk(tmp_path / "desk", dovecot, 25, database_url, "old@bench.tax.example")
    desk.set_up()
    fill(desk.engine, COUNT, datetime(2026, 11, 24, tzinfo=UTC))
    with reading_one_state(desk.engine) as connection:
        assert audit_histories(connection).findings == []
        counts = {table.name: connection.scalar(select(func.count()).select_from(table)) for table in (tickets, mails)}
        opened = connection.scalar(select(func.count()).where(tickets.c.status == "in_progress"))
        newest = connection.execute(select(tickets).order_by(tickets.c.id.desc()).limit(1)).one()
        assert connection.scalar(select(func.count()).select_from(events)) == 4 * COUNT - 2 * opened
        assert connection.scalar(select(func.count()).select_from(letters)) == 3 * COUNT - opened
    assert counts == {"tickets": COUNT, "mails": 2 * COUNT}
    assert opened == OPEN // 3
    assert check_books(desk.engine) == []
    assert [ticket.number for ticket in find_words(desk.engine, newest.number, 5).tickets] == [newest.number]
    desk.leave_out_what_is_there()
    assert desk.rows_of(select(tickets.c.id).where(desk.is_new(tickets))) == []
    desk.close()
