"""Who of the IT section has how much to do, whose turn it is, what is held for the hour, and what people chose."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import event, select, text

from mailbot.adapters.store.bulletins import Bulletins
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.directory import keep_people, keep_settings
from mailbot.adapters.store.engine import reading, reading_one_state, writing
from mailbot.adapters.store.rows import PERSON_COLUMNS, person_of
from mailbot.adapters.store.tables import held_news, letters, people, schedules
from mailbot.adapters.store.workload import (
    LATEST_TICKETS,
    count_open,
    find_absent,
    find_own_work,
    find_present,
    find_turns,
    may_assign,
)
from mailbot.domain.decision import Change, Event, EventKind, Settings
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Language
from mailbot.domain.reporting.bulletin import Regular, ReportRules
from mailbot.domain.schedules import Every, Schedule
from mailbot.domain.thread import Clues, Question
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, BHARAT, CHITRA, DEV, make_ticket, the_desk
from tests.store.desk_work import NOW, claim, mail_for, open_one, opening, order, update, write_letter

HOUR = timedelta(hours=1)
HOURLY = Schedule(Regular.HOURLY, Every.HOUR, time())
AWAY = Clues((), (), (), questions=(Question(Verb.AWAY, "3 days"),))


def open_for(store, uid, assignee, status=Status.NEW):
    """Open a ticket that goes to this colleague, and let it come to this status; return its number."""
    (entry,) = claim(store, uid)
    number = store.apply(entry, mail_for(entry), opening(assignee=assignee), NOW)
    if status is not Status.NEW:
        (entry,) = claim(store, 100 + uid)
        said = (Event(EventKind.COMMENTED, CHITRA.email, ""),)
        change = update(number, 1, change=Change(status=status), events=said, letters=())
        store.apply(entry, mail_for(entry, sender=CHITRA), change, NOW)
    return number


@pytest.fixture
def work(store):
    """Return the numbers of six tickets: three of Chitra's are open and one is not, Dev has one, one is nobody's."""
    keep_people(store.engine, [ASHA, CHITRA, DEV])
    statuses = (Status.NEW, Status.RESOLVED, Status.WAITING, Status.IN_PROGRESS)
    own = [open_for(store, uid, CHITRA.email, status) for uid, status in enumerate(statuses, 1)]
    return [*own, open_for(store, 5, DEV.email), open_for(store, 6, "")]


def test_open_tickets_are_counted_and_the_latest_turns_are_known(store, work):
    """Resolved ones burden nobody; Dev got his after all of Chitra's, and what is nobody's is no turn."""
    with reading(store.engine) as connection:
        assert count_open(connection, (CHITRA, DEV)) == {CHITRA.email: 3, DEV.email: 1}
        assert count_open(connection, (DEV,)) == {DEV.email: 1}
        assert count_open(connection, ()) == {}
        turns = find_turns(connection)
    assert set(turns) == {CHITRA.email, DEV.email}
    assert turns[DEV.email] > turns[CHITRA.email]
    assert len(work) == 6


def test_new_tickets_go_in_turn(store):
    """With as many open tickets, whoever waited longest is next: Chitra, Dev, Chitra, Dev."""
    keep_people(store.engine, [CHITRA, DEV])
    got = []
    for uid in range(1, 5):
        with reading(store.engine) as connection:
            workload, turns = count_open(connection, (CHITRA, DEV)), find_turns(connection)
        chosen = min((CHITRA, DEV), key=lambda p: (workload.get(p.email, 0), turns.get(p.email, 0)))
        got.append(chosen)
        open_for(store, uid, chosen.email, Status.RESOLVED)
    assert got == [CHITRA, DEV, CHITRA, DEV]


def test_who_goes_away_reads_of_the_own_open_tickets_oldest_first(store, work):
    """New, waiting and in progress; somebody who asks something else, or is unknown, costs no query."""
    with reading(store.engine) as connection:
        own = find_own_work(connection, AWAY, CHITRA)
        assert [line.number for line in own] == [work[0], work[2], work[3]]
        assert find_own_work(connection, AWAY, None) == ()
        assert find_own_work(connection, Clues((), (), ()), CHITRA) == ()


def test_absence_ends_by_the_clock():
    """Who is away until noon is there at noon; who never was away is there."""
    section = (replace(CHITRA, away_until=NOW + HOUR), DEV)
    assert find_absent(section, NOW) == {CHITRA.email}
    assert find_present(section, NOW) == {DEV.email}
    assert find_present(section, NOW + HOUR) == {CHITRA.email, DEV.email}


def test_the_work_is_looked_up_only_where_a_ticket_may_change_hands():
    """Every status, and an assignee who is there, away, gone or nobody; without owners never."""
    owned = Clues((), (), (), opens_in="refund", owned=frozenset({"refund"}))
    named = replace(owned, moves=True)
    assert may_assign(owned, None, frozenset())
    assert not may_assign(replace(owned, opens_in="payment"), None, frozenset())
    for status in Status:
        for assignee in (CHITRA.email, DEV.email, "girish@tax.up.example", ""):
            ticket = make_ticket(status, assignee=assignee)
            missing = assignee != CHITRA.email
            ended = status not in {Status.NEW, Status.IN_PROGRESS, Status.WAITING}
            opens_anew = ended and status is not Status.RESOLVED
            present = frozenset({CHITRA.email})
            assert may_assign(owned, ticket, present) == (ended and (missing or opens_anew)), (status, assignee)
            assert may_assign(named, ticket, present) == (status is Status.NEW or (ended and (missing or opens_anew)))
            assert not may_assign(Clues((), (), ()), ticket, frozenset())


def test_no_question_about_work_reads_a_whole_table(store, work):
    """Counts, turns and own work start from an index, so they cost the same with a million tickets."""
    statements = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: statements.append((call[2], call[3])))
    with reading(store.engine) as connection:
        count_open(connection, (CHITRA, DEV))
        find_turns(connection)
        find_own_work(connection, AWAY, CHITRA)
    queries = [one for one in statements if one[0].lstrip().lower().startswith("select")]
    assert len(queries) == 3
    assert len(work) < LATEST_TICKETS
    for query, values in queries:
        plan = explain(store.engine, query, values)
        scans = [line for line in plan if line.startswith("SCAN tickets") and "INDEX" not in line]
        # The latest tickets are read backwards along the primary key, and no further than the limit.
        assert not scans or ("limit" in query.lower() and "USE TEMP B-TREE FOR ORDER BY" not in plan), plan
        assert not any("Seq Scan on tickets" in line for line in plan), plan


def explain(engine, query, values):
    """Return the lines of the plan that the database has for a query."""
    with reading_one_state(engine) as connection:
        if engine.dialect.name == "sqlite":
            return [row[-1] for row in connection.exec_driver_sql(f"explain query plan {query}", values)]
        connection.execute(text("set local enable_seqscan = off"))
        return [row[0] for row in connection.exec_driver_sql(f"explain {query}", values)]


@pytest.fixture
def hourly(engine):
    """Return a store that writes the hourly letters, and the rules that write them."""
    desk = the_desk()
    keep_people(engine, [ASHA, CHITRA, DEV])
    plans = {HOURLY.name: HOURLY}
    store = DeskStore(engine, desk, desk.timezone, write_letter, timedelta(seconds=120), plans)
    return store, Bulletins(engine, desk, ReportRules())


def hold(store, uid, *news):
    """Open a ticket whose news are held for these people."""
    (entry,) = claim(store, uid)
    held = tuple(order(to, LetterKind.COMMENT, text=words, actor=ASHA.name) for to, words in news)
    return store.apply(entry, mail_for(entry), replace(opening(), held=held), NOW)


def held_texts(engine):
    """Return to whom news are held, and what they say, in the order of their arrival."""
    with reading(engine) as connection:
        query = select(held_news.c.to, held_news.c.text).order_by(held_news.c.id)
        return [tuple(row) for row in connection.execute(query)]


def test_news_are_held_with_their_ticket_and_told_in_the_order_of_their_arrival(hourly):
    """In the transaction of the decision; each reader has one letter, which tells what came first first."""
    store, bulletins = hourly
    first = hold(store, 1, (CHITRA.email, "त्रुटि 500"), (DEV.email, "Error 500"))
    second = hold(store, 2, (CHITRA.email, "अब भी वही त्रुटि"))
    bulletin = bulletins.write_hourly(NOW)
    (chitras,) = (one for one in bulletin.letters if one.to == CHITRA.email)
    assert [row[0] for row in chitras.tables[0].rows] == [first, second]
    assert {one.to for one in bulletin.letters} == {CHITRA.email, DEV.email}
    assert len(bulletin.told) == 3


def test_a_decision_that_fails_holds_nothing(hourly):
    """Ticket and news come together or not at all."""
    store, _ = hourly
    number = open_one(store)
    (entry,) = claim(store, 2)
    stale = update(number, 99, held=(order(CHITRA.email, LetterKind.COMMENT, text="Too late"),))
    with pytest.raises(ChangedMeanwhileError):
        store.apply(entry, mail_for(entry), stale, NOW)
    assert held_texts(store.engine) == []


def test_nothing_is_lost_when_the_worker_stops_while_it_writes_the_hourly_letter(hourly):
    """The news stay, the hour stays due, and the next worker tells everything; what came meanwhile waits its turn."""
    store, bulletins = hourly
    store.find_due_schedules(NOW)
    hold(store, 1, (CHITRA.email, "Error 500"))
    later = NOW + 2 * HOUR
    (due,) = store.find_due_schedules(later)
    bulletin = bulletins.write_hourly(later)
    hold(store, 2, (CHITRA.email, "And now error 403"))

    def stop(task):
        raise ZeroDivisionError(task.order.kind)

    plans = {HOURLY.name: HOURLY}
    broken = DeskStore(store.engine, the_desk(), the_desk().timezone, stop, timedelta(seconds=120), plans)
    with pytest.raises(ZeroDivisionError):
        broken.settle_schedule(due, bulletin, later)
    assert store.find_due_schedules(later) == [due]
    assert [words for _, words in held_texts(store.engine)] == ["Error 500", "And now error 403"]
    store.settle_schedule(due, bulletin, later)
    assert [words for _, words in held_texts(store.engine)] == ["And now error 403"]
    with reading(store.engine) as connection:
        kinds = connection.execute(select(letters.c.kind)).scalars().all()
        assert connection.execute(select(schedules.c.due_at)).scalar() > later
    assert kinds.count("hourly") == 1


def choose(engine, *choices):
    """Keep what people chose, one transaction each, and return Chitra and Dev as the directory has them."""
    for chosen in choices:
        with writing(engine) as connection:
            keep_settings(connection, chosen)
    with reading(engine) as connection:
        rows = connection.execute(select(*PERSON_COLUMNS).order_by(people.c.employee_id)).mappings()
        found = {person.email: person for person in map(person_of, rows)}
    return found[CHITRA.email], found[DEV.email]


def test_what_somebody_chose_is_kept_piece_by_piece(engine):
    """Each choice leaves the others and everybody else's as they are; a later one of the same kind replaces it."""
    keep_people(engine, [BHARAT, CHITRA, DEV])
    chitra, dev = choose(
        engine,
        Settings(CHITRA.email, language=Language.HINDI),
        Settings(CHITRA.email, away_until=NOW + 24 * HOUR),
        Settings(CHITRA.email, notify=(("comment", "hourly"), ("new_ticket", "off"))),
        Settings(CHITRA.email, notify=(("comment", "off"),)),
        Settings("nobody@tax.up.example", language=Language.HINDI),
        Settings(CHITRA.email),
    )
    assert (chitra.language, chitra.away_until) == (Language.HINDI, NOW + 24 * HOUR)
    assert chitra.notify == {"comment": "off", "new_ticket": "off"}
    assert dev == DEV
    chitra, dev = choose(engine, Settings(CHITRA.email, back=True), Settings(DEV.email, away_until=NOW + HOUR))
    assert (chitra.away_until, chitra.language, chitra.notify["comment"]) == (None, Language.HINDI, "off")
    assert dev == replace(DEV, away_until=NOW + HOUR)


def test_a_choice_is_undone_with_the_decision_that_failed(engine):
    """It lies in the same transaction."""
    keep_people(engine, [CHITRA, DEV])

    def keep_and_fail():
        with writing(engine) as connection:
            keep_settings(connection, Settings(CHITRA.email, language=Language.HINDI))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keep_and_fail()
    assert choose(engine) == (CHITRA, DEV)
