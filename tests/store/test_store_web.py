"""What the pages keep: links and hand-offs are used once whoever comes at the same moment, and bounds hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables import people
from mailbot.adapters.store.tables_web import (
    handoff_ids,
    saved_filters,
    sign_in_links,
    web_attempts,
    web_sessions,
)
from mailbot.adapters.store.web_entry import add_link, count_attempt, find_by_either, use_handoff, use_link
from mailbot.adapters.store.web_sessions import SEEN_EVERY, begin_session, end_sessions_of, find_session
from mailbot.adapters.store.web_traces import drop_old_web, drop_spent_web, erase_web_of
from tests.builders import ASHA, BHARAT
from tests.store.desk_work import NOW

QUARTER, IDLE, DAY = timedelta(minutes=15), timedelta(minutes=30), timedelta(days=1)
AT_ONCE = 8


@pytest.fixture(autouse=True)
def directory(engine):
    """Two officers."""
    keep_people(engine, [ASHA, BHARAT])


def at_once(engine, work):
    """Return what came of the same work in several transactions at the same moment."""

    def one(_number):
        with writing(engine) as connection:
            return work(connection)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


def test_a_link_is_used_once(engine):
    """Of several at the same moment one gets the person, and the others nobody."""
    with writing(engine) as connection:
        add_link(connection, "d", ASHA.employee_id, "b", NOW, NOW + QUARTER)
    found = at_once(engine, lambda connection: use_link(connection, "d", NOW))
    assert sorted(filter(None, found)) == [ASHA.employee_id]


def test_a_handoff_is_used_once(engine):
    """The second use of a token is refused, also in the same moment."""
    found = at_once(engine, lambda connection: use_handoff(connection, "d", NOW + QUARTER))
    assert sorted(found) == [False] * (AT_ONCE - 1) + [True]


def test_a_bound_holds_for_many_at_once(engine):
    """No two of them count themselves as the last one; what is refused is not counted, so that a wait helps."""
    found = at_once(engine, lambda connection: count_attempt(connection, "link_for", ASHA.email, NOW, QUARTER, 3))
    assert sorted(found) == [False] * (AT_ONCE - 3) + [True] * 3
    with writing(engine) as connection:
        assert connection.execute(select(func.count()).select_from(web_attempts)).scalar() == 3
        assert count_attempt(connection, "link_for", BHARAT.email, NOW, QUARTER, 3)
        assert count_attempt(connection, "link_from", ASHA.email, NOW, QUARTER, 3)
        assert count_attempt(connection, "link_for", ASHA.email, NOW + QUARTER, QUARTER, 3)


def test_a_person_is_found_by_address_or_id_while_active(engine):
    """Somebody who left is nobody."""
    with writing(engine) as connection:
        assert find_by_either(connection, ASHA.email) == find_by_either(connection, ASHA.employee_id) == ASHA
        assert find_by_either(connection, "nobody@tax.up.example") is None
        connection.execute(update(people).where(people.c.email == ASHA.email).values(active=False))
        assert find_by_either(connection, ASHA.email) is find_by_either(connection, ASHA.employee_id) is None


def test_a_session_is_noted_as_seen_once_a_minute(engine):
    """Not every page costs a write; a clock that went back takes nothing back."""
    with writing(engine) as connection:
        begin_session(connection, "d", ASHA.employee_id, "link", NOW, NOW + DAY)

    def seen_after(moment):
        assert find_session(engine, "d", moment, IDLE).person == ASHA
        with reading(engine) as connection:
            return connection.execute(select(web_sessions.c.seen_at)).scalar()

    assert seen_after(NOW + SEEN_EVERY / 2) == NOW
    assert seen_after(NOW + SEEN_EVERY) == NOW + SEEN_EVERY
    assert seen_after(NOW) == NOW + SEEN_EVERY
    assert find_session(engine, "e", NOW, IDLE) is None
    assert end_sessions_of(engine, ASHA.employee_id) == 1
    assert find_session(engine, "d", NOW, IDLE) is None


def fill(connection, person):
    """Write one row of a person into each table."""
    key = person.employee_id
    begin_session(connection, f"s{key}", key, "link", NOW, NOW + DAY)
    add_link(connection, f"l{key}", key, "b", NOW, NOW + QUARTER)
    count_attempt(connection, "link_for", key, NOW, QUARTER, 3)
    count_attempt(connection, "link_for", person.email, NOW, QUARTER, 3)
    connection.execute(insert(saved_filters).values(person=person.email, name="mine", query="status=new", used_at=NOW))


TABLES = (web_sessions, sign_in_links, web_attempts, saved_filters, handoff_ids)


def counts(connection):
    """Return how many rows each table has."""
    return [connection.execute(select(func.count()).select_from(table)).scalar() for table in TABLES]


def test_what_is_over_goes_and_what_counts_stays(engine):
    """Every night; filters go with the rule for tickets, and one that is still used stays."""
    with writing(engine) as connection:
        fill(connection, ASHA)
        use_handoff(connection, "d", NOW + QUARTER)
        assert drop_spent_web(connection, NOW + QUARTER / 2) == 0
        assert counts(connection) == [1, 1, 2, 1, 1]
        assert drop_spent_web(connection, NOW + DAY) == 5
        assert counts(connection) == [0, 0, 0, 1, 0]
        connection.execute(update(saved_filters).values(used_at=NOW + DAY))
        assert drop_old_web(connection, NOW + DAY) == 0
        assert drop_old_web(connection, NOW + 2 * DAY) == 1
        assert counts(connection) == [0, 0, 0, 0, 0]


def test_erasing_a_person_leaves_the_others(engine):
    """Sessions, links, attempts and filters of one person, and filters of others that name the address."""
    with writing(engine) as connection:
        fill(connection, ASHA)
        fill(connection, BHARAT)
        named = {"person": BHARAT.email, "name": "hers", "query": f"requester={ASHA.email.upper()}", "used_at": NOW}
        connection.execute(insert(saved_filters).values(named))
        assert erase_web_of(connection, ASHA.email) == 6
        assert counts(connection) == [1, 1, 2, 1, 0]
