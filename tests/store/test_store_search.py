"""The full text of tickets on both databases: what is found, what is not, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect, text

from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine, reading, writing
from mailbot.adapters.store.migrating import migrate_down, migrate_up
from mailbot.adapters.store.searching import FULL, MOST_COUNTED, begin_words, find_words
from mailbot.domain.decision import Event, EventKind
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.facts import Fact, FactKind
from mailbot.domain.search_words import LONGEST_WORD, MOST_WORDS
from mailbot.domain.thread import Clues, Question
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, CHITRA, the_desk
from tests.legacy_typist import type_in_kruti_dev
from tests.store.desk_work import NOW, claim, mail_for, opening, update, write_letter

KRUTI = "पोर्टल नहीं खुल रहा"


def open_with(store, uid, *texts, facts=(), **draft):
    """Open a ticket with this history."""
    (entry,) = claim(store, uid)
    events = tuple(Event(EventKind.OPENED, ASHA.email, text) for text in texts)
    return store.apply(entry, mail_for(entry), replace(opening(**draft), events=events, facts=facts), NOW)


def comment(store, uid, number, version, words, *, internal=False, facts=()):
    """Let the IT section write on a ticket."""
    (entry,) = claim(store, uid)
    event = Event(EventKind.NOTED if internal else EventKind.COMMENTED, CHITRA.email, words, internal=internal)
    store.apply(entry, mail_for(entry), update(number, version, change=None, events=(event,), facts=facts), NOW)


def found(store, written):
    """Return the numbers of the tickets that a search finds."""
    return [ticket.number for ticket in find_words(store.engine, written, 20).tickets]


@pytest.mark.parametrize(
    "written",
    [
        "ledger",
        "LEDG",
        "liability ledger",
        '"the liability ledger"',
        "देयता",
        "हिंदी फाइल",
        "GSTR-3B",
        "gstr3b",
        "gstr 3b",
        "RET191113",
        "ret1911",
        "जीएसटीआर-3बी",
        "09AAACH7409R1ZZ",
        "आशा",
        "asha@tax.up.example",
        "मुरादाबाद",
        "१०४८७२",
        "ledger मुरादाबाद RET191113",
    ],
)
def test_a_ticket_is_found_by_its_words(store, written):
    """Title, the whole text, facts, name, address, office and Employee ID, in any mix and in any way of writing."""
    number = open_with(
        store,
        1,
        "The liability ledger is empty. देयता खाता खाली है, हिन्दी फ़ाइल नहीं खुलती।",
        facts=(Fact(FactKind.ERROR, "RET191113"), Fact(FactKind.GSTIN, "09AAACH7409R1ZZ")),
        title="GSTR-3B दाखिल नहीं हो रहा",
        requester_name="आशा वर्मा",
        office="खण्ड 2, मुरादाबाद",
        employee_id="104872",
    )
    other = {"requester_name": "Bharat Singh", "requester": "bharat@tax.up.example", "employee_id": "108213"}
    open_with(store, 2, "Something else", title="E-way bill", **other)
    assert found(store, written) == [number]


@pytest.mark.parametrize(
    "written", ["", "*", '"ledger liability"', "ledger nothing", "edger", "ledger NOT liability", "led ger", "text"]
)
def test_what_is_not_there_is_not_found(store, written):
    """All words are needed, in the order of a phrase, from their beginning; and signs are no words."""
    open_with(store, 1, "The liability ledger is empty.", title="GSTR-3B")
    assert found(store, written) == []


@pytest.mark.parametrize(
    "written", ['"', '" * OR (x', "words:ledger", "a:b", "':*", "\\", "ledger')", "-- ;", "NEAR(a b)", "{a}^2", "\x00"]
)
def test_no_sign_reaches_the_database(store, written):
    """A quotation mark or an operator is an ordinary sign; nothing raises."""
    open_with(store, 1, "The liability ledger is empty.")
    assert find_words(store.engine, written, 5).total in {0, 1}


def test_a_ticket_is_found_by_its_number(store):
    """As a person says it, in either script, or only its serial."""
    number = open_with(store, 1, "one")
    other = open_with(store, 2, "two")
    assert found(store, number) == [number]
    assert found(store, number.lower().replace("-", " ")) == [number]
    assert found(store, "२६११-००००२") == [other]


def test_answers_and_notes_are_found_too(store):
    """Whatever is added later, with its facts; words of several mails count together."""
    number = open_with(store, 1, "The portal is slow.")
    comment(store, 2, number, 1, "कृपया ब्राउज़र का कैश साफ़ करें।")
    comment(store, 3, number, 2, "Vendor ticket INC-7781", internal=True, facts=(Fact(FactKind.ERROR, "HTTP 500"),))
    for written in ("कैश साफ", "inc-7781", "http 500", "portal कैश INC7781"):
        assert found(store, written) == [number]


def test_no_phrase_reaches_from_one_text_into_the_next(store):
    """The last word of one mail and the first of the next are not side by side."""
    number = open_with(store, 1, "the first ends here", "there the second begins")
    comment(store, 2, number, 1, "third")
    assert found(store, '"here there"') == found(store, '"begins third"') == []
    assert found(store, '"ends here"') == found(store, '"second begins"') == [number]


def test_words_in_an_old_font_are_found_as_they_are_read(store):
    """Who types in Kruti Dev is found by whoever searches in Unicode."""
    number = open_with(store, 1, type_in_kruti_dev(KRUTI))
    assert found(store, "पोर्टल खुल") == [number]


def test_the_newest_ticket_comes_first_and_all_are_counted(store):
    """At most as many as asked for; the number of all is told."""
    numbers = [open_with(store, uid, f"the same {uid}") for uid in range(1, 6)]
    result = find_words(store.engine, "same", 2)
    assert [ticket.number for ticket in result.tickets] == [numbers[4], numbers[3]]
    assert (result.total, result.is_counted) == (5, True)


def test_words_are_kept_with_the_decision_or_not_at_all(store):
    """When the ticket changed meanwhile, the decision is taken back with its words."""
    number = open_with(store, 1, "one")
    with pytest.raises(ChangedMeanwhileError):
        comment(store, 2, number, 7, "vanished")
    assert found(store, "vanished") == []


def test_a_ticket_of_any_length_is_kept(store):
    """The longest words of four bytes in mail after mail: what is too much is left out, and nothing fails."""

    def flood(start):
        return " ".join("𠀀" * (LONGEST_WORD - 6) + f"{serial:06}" for serial in range(start, start + MOST_WORDS))

    number = open_with(store, 1, "beginning " + flood(0))
    for turn in (1, 2, 3):
        comment(store, turn + 1, number, turn, flood(turn * MOST_WORDS))
    assert found(store, "beginning") == [number]
    assert FULL > MOST_WORDS


def fill(engine, count):
    """Make the index of that many tickets, a thousandth of which name an error."""
    if engine.dialect.name == "sqlite":
        rows = "with recursive n(i) as (select 1 union all select i + 1 from n where i < :count) "
        words = "'portal w' || i || ' e' || (i % 1000)"
        statement = f"{rows} insert into search_words (rowid, words, size) select i, {words}, 3 from n"
    else:
        statement = (
            "insert into search_words (ticket_id, words, size) select i, "
            "cast('''portal''\\:1 ''w' || i || '''\\:2 ''e' || (i % 1000) || '''\\:3' as tsvector), 3 "
            "from generate_series(1, :count) i"
        )
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("alter table search_words drop constraint search_words_ticket_id_fkey"))
        connection.execute(text(statement), {"count": count})


def plan_of(engine, written):
    """Return how the database would look for a word."""
    if engine.dialect.name == "sqlite":
        query = f"explain query plan select rowid from search_words where search_words match '{written}'"
    else:
        query = f"explain select ticket_id from search_words where words @@ cast('{written}' as tsquery)"
    with reading(engine) as connection:
        return "\n".join(str(tuple(row)) for row in connection.execute(text(query)))


def test_no_table_is_read_through(database_url):
    """The index answers; the table of words is never scanned."""
    engine = open_engine(database_url)
    try:
        migrate_up(engine)
        fill(engine, 30_000)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze search_words" if engine.name == "postgresql" else "analyze"))
        plan = plan_of(engine, "e7")
        assert "VIRTUAL TABLE INDEX" in plan or "Bitmap Index Scan on ix_search_words_words" in plan
        assert "Seq Scan" not in plan
    finally:
        engine.dispose()


def test_a_word_of_every_ticket_is_not_counted_to_the_end(store):
    """Some thousand are enough to say "more than"."""
    first = open_with(store, 1, "everywhere")
    with writing(store.engine) as connection:
        row = connection.execute(text("select * from tickets")).mappings().one()
        names = [name for name in row if name not in {"id", "number"}]
        columns = ", ".join(names)
        connection.execute(
            text(f"insert into tickets (number, {columns}) select :number, {columns} from tickets where id = :id"),
            [{"number": f"T{serial}", "id": row["id"]} for serial in range(MOST_COUNTED + 5)],
        )
        for ticket_id in connection.execute(text("select id from tickets where number <> :n"), {"n": first}).scalars():
            begin_words(connection, ticket_id, ["everywhere"])
    result = find_words(store.engine, "everywhere", 20)
    assert (len(result.tickets), result.is_counted) == (20, False)


def test_the_migration_reads_in_the_tickets_that_are_there(database_url):
    """What was found before the step was taken back is found after it was taken again."""
    engine = open_engine(database_url)
    try:
        migrate_up(engine)
        store = DeskStore(engine, the_desk(), ZoneInfo("Asia/Kolkata"), write_letter, timedelta(minutes=2))
        facts = (Fact(FactKind.ERROR, "RET191113"),)
        number = open_with(store, 1, "The ledger is empty.", facts=facts, title="GSTR-3B", office="खण्ड 2, मुरादाबाद")
        comment(store, 2, number, 1, "कैश साफ़ करें", internal=True)
        migrate_down(engine, "0006")
        assert "search_words" not in inspect(engine).get_table_names()
        migrate_up(engine)
        for written in (number, "ledger empty", "ret191113", "gstr-3b", "कैश साफ", "मुरादाबाद"):
            assert found(store, written) == [number]
    finally:
        engine.dispose()


def test_only_the_it_section_searches_by_mail(store):
    """What FIND looks for is found for staff; for an officer nothing is looked up."""
    number = open_with(store, 1, "The liability ledger is empty.")
    keep_people(store.engine, [ASHA, CHITRA])
    (entry,) = claim(store, 2)
    clues = Clues((), (), (), questions=(Question(Verb.FIND, "ledger"), Question(Verb.FIND, "")))
    known = store.find_known(mail_for(entry, sender=CHITRA), clues, entry, NOW)
    assert {words: [line.number for line in found.tickets] for words, found in known.searches.items()} == {
        "ledger": [number]
    }
    assert store.find_known(mail_for(entry), clues, entry, NOW).searches == {}
