"""The history of a ticket is a chain, and anchors prove all chains: no line can be changed, dropped or moved unseen."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from mailbot.adapters.store.anchors import anchor_hash, find_hashes, parse_anchors, take_anchor
from mailbot.adapters.store.auditing import audit_histories
from mailbot.adapters.store.engine import reading_one_state
from mailbot.adapters.store.history import Line, content_digest, line_hash
from mailbot.adapters.store.tables import events, facts, files, letters, serials, tickets, timers
from mailbot.adapters.store.tables_upkeep import anchors
from mailbot.domain.decision import Event
from tests.store.desk_work import NOW, claim, mail_for, open_one
from tests.store.desk_work import update as resolve

SEED = 20261124


def write_history(store, uid):
    """Open a ticket and write three more lines of its history, with characters that no database keeps."""
    number = open_one(store, uid)
    for more in (1, 2, 3):
        (entry,) = claim(store, uid + more)
        happened = (Event("commented", "asha\x00@tax.up.example", f"पंक्ति {more}\x00\ud800", "A reply."),)
        store.apply(entry, mail_for(entry), resolve(number, more, change=None, events=happened), NOW)


def audit(store, *kept):
    """Return what an audit of the database finds."""
    with reading_one_state(store.engine) as connection:
        return audit_histories(connection, kept)


def test_the_chain_can_be_computed_again(store):
    """What was hashed is what is stored, whatever the mail said."""
    write_history(store, 1)
    found = audit(store)
    assert (found.tickets, found.lines, found.wrong, found.findings) == (1, 4, 0, [])


def test_two_tickets_have_chains_of_their_own(store):
    """The first line of another ticket does not continue this one."""
    write_history(store, 1)
    open_one(store, 9)
    assert audit(store).wrong == 0


def test_an_anchor_is_one_line_that_a_file_can_keep(store):
    """Anchors follow each other, and the line says all that is needed to find one again; nothing new makes none."""
    write_history(store, 1)
    first = take_anchor(store.engine, NOW)
    assert take_anchor(store.engine, NOW + timedelta(days=1)) == first
    open_one(store, 9)
    assert audit(store).since_anchor == 1
    second = take_anchor(store.engine, NOW + timedelta(days=1))
    assert (first.lines, second.number, second.lines) == (4, 2, 1)
    kept = parse_anchors(f"Dear operator,\n> {first}\n\n{second}\n")
    assert kept == [first, second]
    assert audit(store, *kept).findings == []


def test_no_anchor_without_history(store):
    """An empty desk has nothing to prove."""
    assert take_anchor(store.engine, NOW) is None
    assert audit(store).findings == []


def edit(connection, ids, chance):
    """Change one column of one line."""
    name = chance.choice(["text", "actor", "reason", "kind", "internal", "mail_id", "at", "digest", "hash", "salt"])
    new = {"internal": True, "mail_id": None, "at": NOW - timedelta(days=3)}.get(name, "0" * 16)
    connection.execute(update(events).where(events.c.id == chance.choice(ids)).values({name: new}))


def drop(connection, ids, chance):
    """Take one line away."""
    connection.execute(delete(events).where(events.c.id == chance.choice(ids)))


def cut_tail(connection, ids, chance):
    """Take the last lines of one history away."""
    ticket = connection.execute(select(events.c.ticket_id).where(events.c.id == chance.choice(ids))).scalar()
    connection.execute(delete(events).where(events.c.ticket_id == ticket, events.c.sequence > chance.randint(1, 3)))


def reorder(connection, ids, chance):
    """Swap what two lines say."""
    one, other = chance.sample(ids, 2)
    columns = ("kind", "actor", "text", "reason", "internal", "mail_id", "at", "salt", "digest", "hash")
    query = select(*(events.c[name] for name in columns))
    rows = [dict(connection.execute(query.where(events.c.id == id_)).mappings().one()) for id_ in (one, other)]
    for id_, row in ((one, rows[1]), (other, rows[0])):
        connection.execute(update(events).where(events.c.id == id_).values(row))


def remove_ticket(connection, ids, chance):
    """Remove a ticket with everything that is about it; perhaps the count of the month is turned back as well."""
    ticket = connection.execute(select(events.c.ticket_id).where(events.c.id == chance.choice(ids))).scalar()
    for table in (events, letters, files, facts, timers):
        connection.execute(delete(table).where(table.c.ticket_id == ticket))
    connection.execute(delete(tickets).where(tickets.c.id == ticket))
    if chance.random() < 0.5:
        connection.execute(update(serials).values(last=serials.c.last - 1))


def erase_quietly(connection, ids, chance):
    """Empty a line as an erasure would, without writing an erasure down."""
    empty = {"actor": "", "text": "", "reason": "", "salt": ""}
    connection.execute(update(events).where(events.c.id == chance.choice(ids)).values(empty))


def forge(connection, ids, chance):
    """Change a line and compute its chain anew, as somebody does who knows how; perhaps the anchors as well."""
    wanted = chance.choice(ids)
    ticket = connection.execute(select(events.c.ticket_id).where(events.c.id == wanted)).scalar()
    number = connection.execute(select(tickets.c.number).where(tickets.c.id == ticket)).scalar()
    previous = ""
    query = select(events).where(events.c.ticket_id == ticket).order_by(events.c.sequence)
    for row in connection.execute(query).all():
        text = "Nobody ever said this." if row.id == wanted else row.text
        digest = content_digest(row.salt, row.actor, text, row.reason)
        line = Line(number, row.sequence, row.at, row.kind, row.internal, row.mail_id, digest)
        previous = line_hash(previous, line)
        values = {"text": text, "digest": digest, "hash": previous}
        connection.execute(update(events).where(events.c.id == row.id).values(values))
    if chance.random() < 0.5:
        (anchor,) = connection.execute(select(anchors)).all()
        hashes = list(find_hashes(connection, 0, anchor.last_event))
        connection.execute(update(anchors).values(hash=anchor_hash("", 1, anchor.at, hashes)))


def forget_anchors(connection, ids, chance):
    """Cut a tail, and remove the anchors that would tell."""
    cut_tail(connection, ids, chance)
    connection.execute(delete(anchors))


def invent_anchor(connection, ids, chance):
    """Write an anchor that was never taken."""
    connection.execute(
        insert(anchors).values(number=2, at=NOW, last_event=max(ids), lines=0, hash=f"{chance.random()}")
    )


TAMPERINGS = (edit, edit, drop, cut_tail, reorder, remove_ticket, erase_quietly, forge, forget_anchors, invent_anchor)


def test_every_tampering_is_found(store):
    """A hundred random edits, deletions, swaps, tail cuts and forgeries: a hundred are found."""
    for first_uid in (1, 11, 21):
        write_history(store, first_uid)
    kept = take_anchor(store.engine, NOW)
    chance, missed = random.Random(SEED), []
    for attempt in range(100):
        tamper = TAMPERINGS[attempt % len(TAMPERINGS)]
        with store.engine.connect() as connection:
            ids = list(connection.execute(select(events.c.id).order_by(events.c.id)).scalars())
            tamper(connection, ids, chance)
            if not audit_histories(connection, [kept]).findings:
                missed.append((attempt, tamper.__name__))
            connection.rollback()
    assert missed == []
    assert audit(store, kept).findings == []
