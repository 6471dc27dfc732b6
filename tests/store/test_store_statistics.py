"""Figures of the tables: what is open, due, late and old, and what happened in a period; the same on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, insert, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.period_figures import find_period
from mailbot.adapters.store.queries import LedgerSums
from mailbot.adapters.store.statistics import find_digest, find_open_counts, last_before
from mailbot.adapters.store.tables import events, letters, mails, tickets
from mailbot.domain.reporting.figures import AGES
from mailbot.domain.reporting.periods import month_of
from mailbot.reconcile import balance
from tests.builders import ASHA, CHITRA, the_desk
from tests.store.desk_work import NOW, open_one

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = the_desk().timezone
EVENING = NOW + 12 * HOUR
NO_PROMISE = {"answer_due_at": None, "resolve_due_at": None}
TAKEN = {"status": "in_progress", "assignee": CHITRA.email, "opened_at": NOW - 5 * DAY, **NO_PROMISE}


def change(engine, number, **values):
    """Set fields of a ticket."""
    with writing(engine) as connection:
        connection.execute(update(tickets).where(tickets.c.number == number).values(**values))


def happen(engine, number, kind, at, sequence=2):
    """Write a line of a ticket's history."""
    with writing(engine) as connection:
        ticket_id = connection.execute(select(tickets.c.id).where(tickets.c.number == number)).scalar_one()
        connection.execute(
            insert(events).values(
                ticket_id=ticket_id, sequence=sequence, at=at, kind=kind, actor=CHITRA.email, text="", reason="",
                internal=False, hash=f"{sequence:064}",
            )
        )  # fmt: skip


def digest(engine, since=NOW - DAY, now=NOW):
    """Return the digest of a morning."""
    with reading(engine) as connection:
        return find_digest(connection, since, now, EVENING)


def open_many(store, count):
    """Open so many tickets and return their numbers."""
    return [open_one(store, uid) for uid in range(1, count + 1)]


@pytest.mark.parametrize(
    ("values", "lists"),
    [
        ({"answer_due_at": NOW - HOUR}, {"overdue"}),
        ({"answer_due_at": NOW}, {"overdue"}),
        ({"answer_due_at": NOW + HOUR, "resolve_due_at": NOW + 3 * DAY}, {"due_today"}),
        ({"answer_due_at": NOW - HOUR, "first_answer_at": NOW - 2 * HOUR, "resolve_due_at": NOW + 3 * DAY}, set()),
        ({"resolve_due_at": EVENING}, {"due_today"}),
        ({"resolve_due_at": NOW - HOUR, "status": "waiting", "paused_at": NOW - 2 * HOUR}, set()),
        ({"resolve_due_at": NOW - HOUR, "status": "resolved"}, set()),
        ({}, set()),
    ],
)
def test_what_is_late_and_what_is_due(store, engine, values, lists):
    """The nearest promise counts; a ticket that waits for its officer, and a settled one, is never late."""
    number = open_one(store)
    change(engine, number, **(TAKEN | values))
    figures = digest(engine)
    found = {name for name in ("overdue", "due_today", "unassigned", "reopened", "new") if getattr(figures, name).total}
    assert found == lists


def test_a_line_names_who_has_the_ticket(store, engine):
    """A person of the directory stands there by name, anybody else by address."""
    number = open_one(store)
    change(engine, number, assignee=CHITRA.email, office="Sector 2, Moradabad")
    (line,) = digest(engine).new.rows
    assert (line.number, line.requester, line.assignee, line.office) == (
        number,
        ASHA.name,
        CHITRA.email,
        "Sector 2, Moradabad",
    )


def test_a_ticket_that_came_back_since_the_last_digest(store, engine):
    """One re-opened before the last digest was told then."""
    lately, earlier = open_many(store, 2)
    for number, at in ((lately, NOW - HOUR), (earlier, NOW - 2 * DAY)):
        change(engine, number, reopen_count=1, status="in_progress", opened_at=NOW - 9 * DAY)
        happen(engine, number, "reopened", at)
    assert [line.number for line in digest(engine).reopened.rows] == [lately]


def test_mails_and_letters_that_went_wrong(store, engine):
    """Quarantined mails are told until somebody settles them, undelivered letters once."""
    open_many(store, 2)
    with writing(engine) as connection:
        connection.execute(update(mails).where(mails.c.id == 2).values(state="quarantined", outcome="quarantined"))
        ids = connection.execute(select(letters.c.id).order_by(letters.c.id)).scalars().all()
        for which, due in ((ids[0], NOW - HOUR), (ids[1], NOW - 3 * DAY)):
            failed = update(letters).where(letters.c.id == which)
            connection.execute(failed.values(state="failed", due_at=due, answer="550 no such user"))
    figures = digest(engine)
    assert len(figures.undelivered) == 1
    assert figures.undelivered[0].answer == "550 no such user"
    assert figures.is_balanced == balance(LedgerSums(figures.states, figures.outcomes, {}))[0]


def test_the_account_of_the_mails_begins_with_the_last_digest(store, engine):
    """Mails from before are not counted again, and the sum is that of reconcile."""
    open_one(store, 1, NOW - 2 * DAY)
    open_one(store, 2, NOW)
    figures = digest(engine)
    assert (figures.outcomes, figures.states, figures.is_balanced) == ({"opened": 1}, {"done": 1}, True)


def test_a_mail_with_an_outcome_that_does_not_exist_unbalances_the_sum(store, engine):
    """The digest says so instead of adding up to something else."""
    open_one(store)
    with writing(engine) as connection:
        connection.execute(update(mails).values(outcome="vanished"))
    assert not digest(engine).is_balanced


def test_every_age_stands_in_its_class(store, engine):
    """The first and the last moment of each class of age; together they are all."""
    edges = [days for first, last, _ in AGES for days in (first, last) if days is not None]
    last_days = {last for _, last, _ in AGES}
    for number, days in zip(open_many(store, len(edges)), edges, strict=True):
        age = (days + 1) * DAY - HOUR if days in last_days else days * DAY
        change(engine, number, zone="Agra", office="Sector 1", opened_at=NOW - age)
    with reading(engine) as connection:
        (count,) = find_open_counts(connection, NOW)
    assert count.ages == (2, 2, 2, 2, 2, 1)
    assert (count.zone, count.office, count.open) == ("Agra", "Sector 1", 11)


def test_open_tickets_are_counted_by_zone_office_and_module(store, engine):
    """Settled tickets are not counted; late and re-opened ones are, beside their age."""
    first, second, third, fourth = open_many(store, 4)
    change(engine, first, zone="Agra", office="A", answer_due_at=NOW - HOUR, reopen_count=2)
    change(engine, second, zone="Agra", office="A", **NO_PROMISE)
    change(engine, third, zone="Agra", office="B", status="waiting", answer_due_at=NOW - HOUR, paused_at=NOW - DAY)
    change(engine, fourth, status="closed")
    with reading(engine) as connection:
        counts = find_open_counts(connection, NOW + HOUR)
    assert [(one.office, one.open, one.overdue, one.reopened) for one in counts] == [("A", 2, 1, 1), ("B", 1, 0, 0)]


def test_what_happened_in_a_month(store, engine):
    """A ticket counts where its moments lie: registered in October, resolved twice in November, re-opened once."""
    number = open_one(store)
    october = datetime(2026, 10, 31, 18, 0, tzinfo=UTC)  # 23:30 in Lucknow
    change(engine, number, opened_at=october, first_answer_at=october + HOUR, rating=4, assignee=CHITRA.email)
    change(engine, number, waited_seconds=60)
    for sequence, (kind, at) in enumerate(
        (("resolved", october + HOUR), ("reopened", october + 2 * HOUR), ("resolved", october + 9 * DAY)), 2
    ):
        happen(engine, number, kind, at, sequence)
    with reading(engine) as connection:
        months = [find_period(connection, month_of(date(2026, month, 1)), ZONE) for month in (10, 11, 12)]
    assert [(len(m.received), len(m.resolved), len(m.reopened)) for m in months] == [(1, 0, 0), (0, 1, 1), (0, 0, 0)]
    (resolved,) = months[1].resolved
    assert (resolved.resolved_at, resolved.rating, resolved.staff) == (october + 9 * DAY, 4, CHITRA.email)
    assert resolved.waited_seconds == 60


def test_the_newest_rows_are_found_without_walking_the_old_ones(store, engine):
    """The last row before a moment, or 0 when all are later."""
    for uid, at in ((1, NOW - 2 * DAY), (2, NOW - DAY), (3, NOW)):
        open_one(store, uid, at)
    with reading(engine) as connection:
        ids = connection.execute(select(mails.c.id).order_by(mails.c.id)).scalars().all()
        assert last_before(connection, mails, mails.c.kept_at, NOW - DAY) == ids[0]
        assert last_before(connection, mails, mails.c.kept_at, NOW - 9 * DAY) == 0


def test_settled_tickets_are_never_read(engine):
    """What SQLite plans: open tickets by the index of statuses, periods by theirs, the newest rows from the end."""
    if engine.dialect.name != "sqlite":
        return
    seen = []
    event.listen(engine, "before_cursor_execute", lambda *seen_by: seen.append(seen_by[2:4]))
    with reading(engine) as connection:
        find_digest(connection, NOW - DAY, NOW, EVENING)
        find_open_counts(connection, NOW)
        find_period(connection, month_of(date(2026, 10, 1)), ZONE)
        queries = [(sql, values) for sql, values in seen if sql.startswith("SELECT")]
        plans = [
            (sql, row[3])
            for sql, values in queries
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
        ]
    walked = [(step, sql) for sql, step in plans if step.startswith("SCAN") and "anon_1" not in step]
    assert len(queries) > 10
    assert [one for one in walked if "ORDER BY" not in one[1] or "DESC" not in one[1]] == []
