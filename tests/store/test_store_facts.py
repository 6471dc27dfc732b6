"""Facts in the tables: kept with the decision, each once a ticket, found by their value."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import inspect, select

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine, reading
from mailbot.adapters.store.migrating import migrate_down, migrate_up
from mailbot.adapters.store.queries import TicketFilter, find_history, find_tickets
from mailbot.adapters.store.tables import facts
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.facts import Fact, FactKind, search_values
from mailbot.domain.thread import Clues
from tests.builders import ASHA, BHARAT, make_person
from tests.store.desk_work import NOW, claim, mail_for, opening, update

GSTIN = Fact(FactKind.GSTIN, "09AAACH7409R1ZZ")
ERROR = Fact(FactKind.ERROR, "RET191113")
HTTP = Fact(FactKind.ERROR, "HTTP 500")


def open_with(store, uid, *named):
    """Open a ticket whose mail names these facts."""
    (entry,) = claim(store, uid)
    return store.apply(entry, mail_for(entry), replace(opening(), facts=named), NOW)


def answer_with(store, uid, number, version, *named):
    """Let an answer on the ticket name these facts."""
    (entry,) = claim(store, uid)
    store.apply(entry, mail_for(entry), update(number, version, facts=named), NOW)


def found(store, written):
    """Return the numbers of the tickets that a search finds."""
    return [ticket.number for ticket in find_tickets(store.engine, TicketFilter(facts=search_values(written)))]


def test_the_facts_of_a_new_ticket_are_kept(store):
    """In the order of the mail."""
    number = open_with(store, 1, GSTIN, ERROR)
    assert find_history(store.engine, number).facts == (GSTIN, ERROR)


def test_an_answer_adds_what_is_new(store):
    """A fact that the ticket has already is not doubled, and stays with the mail that named it first."""
    number = open_with(store, 1, GSTIN, ERROR)
    answer_with(store, 2, number, 1, ERROR, HTTP)
    assert find_history(store.engine, number).facts == (GSTIN, ERROR, HTTP)
    with reading(store.engine) as connection:
        first, again, last = connection.execute(select(facts.c.mail_id).order_by(facts.c.id)).scalars()
    assert first == again != last


def test_facts_are_kept_with_the_decision_or_not_at_all(store):
    """When the ticket changed meanwhile, the decision is taken back with its facts."""
    number = open_with(store, 1, GSTIN)
    with pytest.raises(ChangedMeanwhileError):
        answer_with(store, 2, number, 7, ERROR)
    assert find_history(store.engine, number).facts == (GSTIN,)


@pytest.mark.parametrize("written", ["09AAACH7409R1ZZ", "09aaach7409r1zz", "०९ AAACH७४०९R 1ZZ"])
def test_tickets_are_found_by_a_fact(store, written):
    """However it is written; newest first."""
    first, _, third = open_with(store, 1, GSTIN), open_with(store, 2, ERROR), open_with(store, 3, HTTP, GSTIN)
    assert found(store, written) == [third, first]


def test_a_search_for_nothing_we_have(store):
    """No ticket, no error."""
    open_with(store, 1, GSTIN)
    assert found(store, "RET999999") == []


def test_the_search_uses_the_index(store):
    """The index begins with the value, so that a search costs the same with a million tickets."""
    columns = [index["column_names"] for index in inspect(store.engine).get_indexes("facts")]
    assert ["value", "ticket_id"] in columns


def test_the_migration_goes_down_and_up(database_url):
    """The table goes alone and comes again."""
    engine = open_engine(database_url)
    try:
        migrate_up(engine)
        migrate_down(engine, "0002")
        assert "facts" not in inspect(engine).get_table_names()
        migrate_up(engine)
        assert "facts" in inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_the_directory_answers_for_guessed_employee_ids(store):
    """Only active people, and nobody when nothing was guessed."""
    gone = make_person("Gita Rai", employee_id="109999", active=False)
    keep_people(store.engine, [ASHA, BHARAT])
    (entry,) = claim(store, 1)
    guesses = Clues((), (), (), guesses=(BHARAT.employee_id, gone.employee_id, ASHA.employee_id))
    known = store.find_known(mail_for(entry), guesses, entry, NOW)
    assert [person.employee_id for person in known.employees] == [ASHA.employee_id, BHARAT.employee_id]
    assert store.find_known(mail_for(entry), Clues((), (), ()), entry, NOW).employees == ()
