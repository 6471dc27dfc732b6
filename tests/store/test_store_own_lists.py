"""What the tables tell somebody who asks: the tickets named, all own ones, those resolved in a month."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading, reading_one_state
from mailbot.adapters.store.own_lists import find_lists
from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.thread import Clues, Question
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, BHARAT, CHITRA, the_desk
from tests.store.desk_work import NOW, claim, mail_for, open_one, opening, update

GROWING = ("tickets", "events", "letters", "mails", "files", "facts")
STATUS, MY_TICKETS, REPORT = (Question(verb) for verb in (Verb.STATUS, Verb.MY_TICKETS, Verb.REPORT))


@pytest.fixture
def numbers(store):
    """Return Asha's two tickets, the second one resolved by Chitra, and Bharat's one."""
    keep_people(store.engine, [ASHA, BHARAT, CHITRA])
    first, second = open_one(store, 1), open_one(store, 2)
    (entry,) = claim(store, 3)
    bharats = store.apply(entry, mail_for(entry, sender=BHARAT), opening(requester=BHARAT.email), NOW)
    (entry,) = claim(store, 4)
    said = (
        Event(EventKind.RESOLVED, CHITRA.email, "The ledger has been rebuilt.\nPlease try again."),
        Event(EventKind.NOTED, CHITRA.email, "Took an hour.", internal=True),
        Event(EventKind.COMMENTED, ASHA.email, "Thank you, it works."),
    )
    change = Change(status=Status.RESOLVED, assignee=CHITRA.email)
    decision = update(second, 1, change=change, events=said, letters=())
    store.apply(entry, mail_for(entry, sender=CHITRA), decision, NOW + timedelta(hours=2))
    return first, second, bharats


def asked(store, person, *questions, **clues):
    """Return what is known of a mail of that person that asks these questions."""
    (entry,) = claim(store, 90 + len(questions), now=NOW + timedelta(hours=3))
    found = Clues(**{"proven": (), "message_ids": (), "numbers": (), "questions": questions, **clues})
    return store.find_known(mail_for(entry, sender=person), found, entry, NOW + timedelta(hours=3))


def test_an_officer_s_own_tickets_come_with_counts_and_the_last_word(store, numbers):
    """Asha sees her two, what waits for her first; the last word is what the IT section wrote to her, not a note."""
    first, second, _ = numbers
    known = asked(store, ASHA, MY_TICKETS)
    assert [line.number for line in known.lists["own"]] == [second, first]
    assert known.own_counts == {"new": 1, "resolved": 1}
    resolved, new = known.lists["own"]
    assert (resolved.last_word, resolved.assignee) == ("The ledger has been rebuilt. Please try again.", CHITRA.name)
    assert (new.last_word, new.assignee) == ("", "")


def test_the_it_section_s_own_tickets_are_those_it_works_on(store, numbers):
    """Chitra sees what is assigned to her."""
    known = asked(store, CHITRA, MY_TICKETS)
    assert [line.number for line in known.lists["own"]] == [numbers[1]]


def test_a_question_about_a_ticket_brings_that_ticket(store, numbers):
    """Asha's ticket is found; Bharat's is as if it did not exist."""
    first, _, bharats = numbers
    known = asked(store, ASHA, STATUS, targets=(first, bharats))
    assert [line.number for line in known.lists["asked"]] == [first]
    assert "own" not in known.lists


@pytest.mark.parametrize(
    ("month", "count"), [("", 1), ("November", 1), ("2026-10", 0), ("October", 0), ("Octember", 0)]
)
def test_a_report_holds_what_was_resolved_in_its_month(store, numbers, month, count):
    """The month begins and ends at the desk's midnight."""
    known = asked(store, ASHA, Question(Verb.REPORT, month))
    assert [line.number for line in known.lists["resolved"]] == [numbers[1]][:count]


def test_nothing_is_looked_up_for_a_mail_that_asks_nothing(store, numbers):
    """An ordinary mail costs no query."""
    seen = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    with reading(store.engine) as connection:
        before = len(seen)
        plain = Clues((), (), ())
        assert find_lists(connection, plain, ASHA, numbers, the_desk(), NOW) == {}
    assert len(seen) == before


def test_no_question_reads_a_whole_table(store, numbers):
    """Each query of each question starts from an index of every table that grows."""
    statements = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: statements.append((call[2], call[3])))
    asked(store, ASHA, STATUS, MY_TICKETS, REPORT, targets=numbers)
    asked(store, CHITRA, STATUS, MY_TICKETS, REPORT, Question(Verb.STATUS), targets=numbers)
    queries = [(query, values) for query, values in statements if query.lstrip().lower().startswith("select")]
    assert len(queries) > 10
    for query, values in queries:
        plan = _plan(store.engine, query, values)
        assert [table for table in GROWING for line in plan if _reads_whole(line, table)] == [], (query, plan)


def _plan(engine, query, values):
    with reading_one_state(engine) as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"explain query plan {query}", values)
            return [row[-1] for row in rows]
        connection.execute(text("set local enable_seqscan = off"))
        return [row[0] for row in connection.exec_driver_sql(f"explain {query}", values)]


def _reads_whole(line, table):
    """Tell whether a line of a plan reads a table from its first row to its last."""
    return f"Seq Scan on {table}" in line or (line.startswith(f"SCAN {table}") and "INDEX" not in line)


def test_a_report_of_two_months_holds_what_was_resolved_in_both(store, numbers):
    """Each month is looked up once, however often it is asked for; a month that cannot be read brings nothing."""
    _, second, _ = numbers
    months = (Question(Verb.REPORT, word) for word in ("2026-10", "2026-11", "November", "Octember"))
    assert [line.number for line in asked(store, ASHA, *months).lists["resolved"]] == [second]


def test_a_status_alone_beside_a_number_asks_for_both(store, numbers):
    """The ticket that is named and all own ones are looked up."""
    first, second, _ = numbers
    known = asked(store, ASHA, STATUS, Question(Verb.STATUS, first), targets=(first,))
    assert [line.number for line in known.lists["asked"]] == [first]
    assert {line.number for line in known.lists["own"]} == {first, second}
