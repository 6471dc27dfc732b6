"""Tickets of the last days that look like the one a mail opens, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from mailbot.adapters.store.engine import reading, reading_one_state
from mailbot.adapters.store.lookalikes import Span, find_alike_to, find_lookalikes
from mailbot.adapters.store.queries import find_history
from mailbot.domain.decision import Change
from mailbot.domain.facts import Fact, FactKind
from mailbot.domain.likeness import COMPARE_NONE, Look, LookRules
from mailbot.domain.thread import Clues, Question
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, BHARAT, make_picture
from tests.store.desk_work import NOW, claim, mail_for, opening, update

ERROR = "RET191106"
SHOT = make_picture(fingerprint="0f1e2d3c4b5a6978", width=1366, height=768, inline=True)
LOOK = Look("return-filing", "GSTR-3B दाखिल नहीं हो रहा", frozenset({ERROR}), frozenset({SHOT.fingerprint}))
SPAN = Span(NOW - timedelta(days=3), NOW, 50)
BLANK_PAGE = "E-way bill portal login page shows blank screen after OTP"


class Desk:
    """A store in which tickets are opened one after the other."""

    def __init__(self, store):
        self.store, self.uid = store, 0

    def opens(self, *, errors=(), pictures=(), minutes=60, **draft):
        """Open a ticket some minutes ago and return its number."""
        self.uid += 1
        at = NOW - timedelta(minutes=minutes)
        (entry,) = claim(self.store, self.uid, now=at)
        decision = replace(
            opening(**{"title": "x", "description": "", **draft}),
            facts=tuple(Fact(FactKind.ERROR, error) for error in errors),
            letters=(),
        )
        mail = mail_for(entry, attachments=tuple(pictures), content_key=f"the mail {self.uid}")
        return self.store.apply(entry, mail, decision, at)

    def finds(self, look=LOOK, span=SPAN):
        """Return the numbers of what looks like this."""
        with reading(self.store.engine) as connection:
            return [one.number for one in find_lookalikes(connection, look, span)]

    def knows(self, clues, **mail):
        """Return the numbers that a mail of Asha's meets."""
        self.uid += 1
        (entry,) = claim(self.store, self.uid)
        known = self.store.find_known(mail_for(entry, **mail), clues, entry, NOW)
        return [one.number for one in known.alike]


@pytest.fixture
def desk(store):
    """Return the desk."""
    return Desk(store)


def test_the_same_error_in_the_same_module_within_the_days(desk):
    """Another code, another module, and what was opened too long ago or merged are left out; oldest comes first."""
    desk.opens(errors=[ERROR], minutes=3 * 24 * 60 + 1)
    earlier = desk.opens(errors=["ORA-00942", ERROR], minutes=10)
    desk.opens(errors=["ORA-00942"], minutes=9)
    desk.opens(errors=[ERROR], module="refund", minutes=8)
    merged = desk.opens(errors=[ERROR], minutes=7)
    later = desk.opens(errors=[ERROR], minutes=5)
    (entry,) = claim(desk.store, 99)
    change = Change(status=Status.MERGED, merged_into=earlier)
    desk.store.apply(entry, mail_for(entry), update(merged, 1, change=change, letters=()), NOW)
    assert desk.finds() == [earlier, later]


def test_what_is_found_says_what_the_notice_needs(desk):
    """Status, time and parent come with the number."""
    number = desk.opens(errors=[ERROR])
    (entry,) = claim(desk.store, 99)
    decision = update(number, 1, change=Change(parent="TMS-2611-00042-7"), letters=())
    desk.store.apply(entry, mail_for(entry), decision, NOW)
    with reading(desk.store.engine) as connection:
        (one,) = find_lookalikes(connection, LOOK, SPAN)
    assert (one.status, one.parent, one.opened_at) == (Status.NEW, "TMS-2611-00042-7", NOW - timedelta(minutes=60))


def test_nearly_the_same_words(desk):
    """Title and description together; greetings do not matter, and the module's newest tickets are compared."""
    number = desk.opens(title="E-way bill portal", description="Sir, login page shows blank screen after otp today")
    desk.opens(title="Refund order", description="sanctioned twice in the ledger of the Lucknow dealer")
    assert desk.finds(Look("return-filing", BLANK_PAGE)) == [number]
    assert desk.finds(Look("refund", BLANK_PAGE)) == []


def test_the_same_screenshot(desk):
    """Exactly the same one counts in any module, one that was saved anew in the same module."""
    saved_anew = replace(SHOT, fingerprint="0f1e2d3c4b5a697b")
    exact = desk.opens(pictures=[SHOT], module="refund", minutes=9)
    near = desk.opens(pictures=[saved_anew], minutes=8)
    desk.opens(pictures=[saved_anew], module="refund", minutes=7)
    desk.opens(pictures=[replace(SHOT, fingerprint="f0e1d2c3b4a59687")], minutes=6)
    assert desk.finds(Look("return-filing", fingerprints=LOOK.fingerprints)) == [exact, near]


def test_an_older_error_is_found_behind_newer_tickets(desk):
    """The newest of the module are compared, and besides them those that name the code or have the picture."""
    named = desk.opens(errors=[ERROR], minutes=600)
    shown = desk.opens(pictures=[SHOT], minutes=500)
    for minutes in range(8):
        desk.opens(minutes=minutes)
    assert desk.finds(span=replace(SPAN, most=5)) == [named, shown]


def test_a_picture_that_the_sender_sent_before_does_not_count(desk):
    """What stands below every mail of an officer says nothing about the problem; from somebody else it does."""
    number = desk.opens(pictures=[SHOT])
    clues = Clues((), (), (), look=Look("payment", fingerprints=LOOK.fingerprints))
    assert desk.knows(clues, sender=ASHA, attachments=(SHOT,)) == []
    assert desk.knows(clues, sender=BHARAT, attachments=(SHOT,)) == [number]


def test_only_a_mail_that_may_open_a_ticket_is_compared(desk):
    """Not one that belongs to a ticket, was handled before or only asks; but one whose ticket was closed long ago."""
    number = desk.opens(errors=[ERROR])
    own = desk.opens()
    clues = Clues((), (), (), look=LOOK)
    assert desk.knows(clues) == [number]
    assert desk.knows(replace(clues, look=None)) == []
    assert desk.knows(replace(clues, proven=(own,))) == []
    assert desk.knows(clues, content_key="the mail 1") == []
    asking = replace(clues, questions=(Question(Verb.MY_TICKETS),))
    assert desk.knows(asking) == []
    assert desk.knows(asking, attachments=(make_picture(),)) == [number]
    (entry,) = claim(desk.store, 99)
    long_ago = NOW - timedelta(days=40)
    change = Change(status=Status.CLOSED)
    desk.store.apply(entry, mail_for(entry), update(own, 1, change=change, letters=()), long_ago)
    assert desk.knows(replace(clues, proven=(own,))) == [number]


def test_no_growing_table_is_read_from_one_end_to_the_other(desk):
    """Each query goes over an index, so that it costs the same with a million tickets."""
    desk.opens(errors=[ERROR], pictures=[SHOT], minutes=90)
    desk.opens()
    engine, statements = desk.store.engine, []
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append((call[2], call[3])))
    assert len(desk.finds(span=replace(SPAN, most=1))) == 1
    queries = [one for one in statements if one[0].lstrip().lower().startswith("select")]
    indexes = ("module_opened_at", "facts_value_ticket_id", "fingerprint_ticket", "rowid", "files_ticket_id")
    assert len(queries) == len(indexes)
    for (query, values), index in zip(queries, indexes, strict=True):
        plan = "\n".join(explain(engine, query, values))
        # Which index PostgreSQL takes depends on how full the tables are.
        assert index in plan or engine.dialect.name == "postgresql", plan
        assert "SCAN " not in plan, plan
        assert "Seq Scan" not in plan, plan


def explain(engine, query, values):
    """Return how the database would carry out a query; PostgreSQL as if the tables were large."""
    with reading_one_state(engine) as connection:
        if engine.dialect.name == "sqlite":
            return [row[-1] for row in connection.exec_driver_sql(f"explain query plan {query}", values)]
        connection.exec_driver_sql("set local enable_seqscan = off")
        return [row[0] for row in connection.exec_driver_sql(f"explain {query}", values)]


def test_a_ticket_that_is_there_is_compared_in_the_same_way(desk):
    """Its words, error codes and screenshots, with what was opened before and after it; never with itself."""
    own = desk.opens(errors=[ERROR], pictures=[SHOT], title="ई-वे बिल", description="")
    named = desk.opens(errors=[ERROR], minutes=90)
    shown = desk.opens(pictures=[SHOT], module="refund", minutes=30)
    emblem = replace(SHOT, width=300, height=300)
    other = desk.opens(pictures=[emblem], minutes=20)
    history = find_history(desk.store.engine, own)
    rules = LookRules(timedelta(days=1), 50)
    found = find_alike_to(desk.store.engine, history.ticket, rules)
    assert [one.number for one in found] == [named, shown, other]
    of_emblem = find_history(desk.store.engine, other).ticket
    assert find_alike_to(desk.store.engine, of_emblem, rules) == ()
    assert find_alike_to(desk.store.engine, history.ticket, COMPARE_NONE) == ()
