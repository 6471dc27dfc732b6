"""Full text of tickets: one row of words for each, FTS5 on SQLite and a tsvector with a GIN index on PostgreSQL.

Neither database splits the text into words; domain/search_words.py does, so that Hindi is found on both alike. The
tokenizer `ascii` of FTS5 takes every character beyond ASCII for a letter, which keeps vowel signs in their words, and a
tsvector is written out with its positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Integer, column, event, select, text

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.tables import metadata, tickets
from mailbot.domain.desk import Searched, TicketLine
from mailbot.domain.finding import MOST_FOUND, MOST_SEARCHES
from mailbot.domain.legacy_hindi import find_reading
from mailbot.domain.search_words import GAP, index_words, parse_search
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Engine, MetaData, Row, Select

    from mailbot.domain.decision import Decision
    from mailbot.domain.people import Person
    from mailbot.domain.search_words import Term
    from mailbot.domain.thread import Clues
    from mailbot.domain.ticket import Ticket

# What nothing more is added to: a tsvector holds at most 1 MB, whatever its words are.
FULL = 5_000
# A word that stands in every ticket is not counted to the end.
MOST_COUNTED = 1_000

_TABLES = {
    "sqlite": (
        text("create virtual table if not exists search_words using fts5(words, size unindexed, tokenize = 'ascii')"),
    ),
    "postgresql": (
        text(
            "create table if not exists search_words (ticket_id bigint primary key references tickets (id) "
            "on delete cascade, words tsvector not null, size integer not null)"
        ),
        text("create index if not exists ix_search_words_words on search_words using gin (words)"),
    ),
}
_KEEP = {
    "sqlite": text("insert into search_words (rowid, words, size) values (:id, :words, :size)"),
    "postgresql": text(
        "insert into search_words (ticket_id, words, size) values (:id, cast(:words as tsvector), :size)"
    ),
}
_ADD = {
    "sqlite": text(
        "update search_words set words = words || ' ' || :words, size = size + :size where rowid = :id and size < :full"
    ),
    "postgresql": text(
        "update search_words set words = words || cast(:words as tsvector), size = size + :size "
        "where ticket_id = :id and size < :full"
    ),
}
_FIND = {
    "sqlite": text("select rowid from search_words where search_words match :wanted order by rowid desc limit :most"),
    "postgresql": text(
        "select ticket_id from search_words where words @@ cast(:wanted as tsquery) order by ticket_id desc limit :most"
    ),
}

_FOUND_ID = {"sqlite": column("rowid", Integer), "postgresql": column("ticket_id", BigInteger)}
_FOUND = {
    "sqlite": select(_FOUND_ID["sqlite"]).select_from(text("search_words")).where(text("search_words match :wanted")),
    "postgresql": select(_FOUND_ID["postgresql"])
    .select_from(text("search_words"))
    .where(text("words @@ cast(:wanted as tsquery)")),
}


@event.listens_for(metadata, "after_create")
def _make_tables(_metadata: MetaData, connection: Connection, **_: Any) -> None:
    """Make what SQLAlchemy cannot describe, where the other tables are made without migrations."""
    for statement in _TABLES[connection.dialect.name]:
        connection.execute(statement)


@dataclass(frozen=True, slots=True)
class Found:
    """The newest tickets that a search found, and how many there are in all, as far as they were counted."""

    tickets: tuple[Ticket, ...]
    total: int

    @property
    def is_counted(self) -> bool:
        """Whether `total` is all of them."""
        return self.total <= MOST_COUNTED


def keep_words(connection: Connection, ticket_id: int, ticket: Ticket, decision: Decision) -> None:
    """Make what a decision brings to a ticket findable, in the same transaction."""
    told = [fact.value for fact in decision.facts]
    for happened in decision.events:
        told += readable(happened.text)
    if decision.draft is None:
        add_words(connection, ticket_id, told)
    else:
        begin_words(connection, ticket_id, [*ticket_texts(ticket), *told])


def ticket_texts(ticket: Ticket | Row[*tuple[Any, ...]]) -> list[str]:
    """Return what a ticket is found by besides its facts and its history, which holds the whole description."""
    fields = (ticket.number, ticket.requester_name, ticket.requester, ticket.employee_id, ticket.office, ticket.zone)
    return [value for value in fields if value] + readable(ticket.title)


def readable(written: str) -> list[str]:
    """Return a text, and its reading as well when it was typed in a legacy Hindi font."""
    return [form for form in (written, find_reading(written) if written else "") if form]


def begin_words(connection: Connection, ticket_id: int, texts: Iterable[str]) -> None:
    """Write the words of a new ticket to the index."""
    connection.execute(_KEEP[connection.dialect.name], _values(connection, ticket_id, index_words(texts)))


def add_words(connection: Connection, ticket_id: int, texts: Sequence[str]) -> None:
    """Write the words of these texts behind those that a ticket has, unless it has very many."""
    if texts:
        values = _values(connection, ticket_id, index_words(texts))
        connection.execute(_ADD[connection.dialect.name], {**values, "full": FULL})


def find_words(engine: Engine, written: str, limit: int) -> Found:
    """Return the tickets that hold everything that is looked for, newest first."""
    with reading(engine) as connection:
        return search(connection, written, limit)


def search(connection: Connection, written: str, limit: int) -> Found:
    """Return what find_words does, inside a transaction."""
    terms = parse_search(written)
    if not terms:
        return Found((), 0)
    wanted = match_of(terms) if connection.dialect.name == "sqlite" else tsquery_of(terms)
    ids = (
        connection.execute(_FIND[connection.dialect.name], {"wanted": wanted, "most": MOST_COUNTED + 1}).scalars().all()
    )
    shown = ids[:limit]
    if not shown:
        return Found((), 0)
    query = select(*TICKET_COLUMNS).where(tickets.c.id.in_(shown)).order_by(tickets.c.id.desc())
    return Found(tuple(ticket_of(row) for row in connection.execute(query).mappings()), len(ids))


def find_matching(connection: Connection, written: str, among: Select[tuple[int]] | None, limit: int) -> Sequence[int]:
    """Return the ids of the newest tickets that hold everything that is looked for, all of them or those of `among`."""
    terms = parse_search(written)
    if not terms:
        return ()
    name = connection.dialect.name
    found = _FOUND[name] if among is None else _FOUND[name].where(_FOUND_ID[name].in_(among))
    wanted = match_of(terms) if name == "sqlite" else tsquery_of(terms)
    return connection.execute(found.order_by(_FOUND_ID[name].desc()).limit(limit), {"wanted": wanted}).scalars().all()


def find_searches(connection: Connection, clues: Clues, person: Person | None) -> dict[str, Searched]:
    """Return what the searches of a mail find; only the IT section may search."""
    if person is None or not person.is_staff:
        return {}
    wanted = [question.argument for question in clues.questions if question.verb is Verb.FIND and question.argument]
    several = tuple(dict.fromkeys(wanted))[:MOST_SEARCHES]
    return {words: _searched(search(connection, words, MOST_FOUND)) for words in several}


def vector_of(words: Sequence[str]) -> str:
    """Return the words with their positions as PostgreSQL reads a tsvector; a gap only takes a position.

    The first position is left free, so that nothing stands side by side with what was there before.
    """
    places: dict[str, list[int]] = {}
    for position, word in enumerate(words, start=2):
        if word != GAP:
            places.setdefault(word, []).append(position)
    return " ".join(f"'{word}':{','.join(map(str, at))}" for word, at in places.items())


def match_of(terms: Iterable[Term]) -> str:
    """Return a search as FTS5 reads it; words hold nothing that it would take for a sign of its own."""
    return _written(terms, '"{}"{}', " ", "*", (" AND ", " OR "))


def tsquery_of(terms: Iterable[Term]) -> str:
    """Return a search as PostgreSQL reads a tsquery."""
    return _written(terms, "('{}'{})", "' <-> '", ":*", (" & ", " | "))


def _written(terms: Iterable[Term], choice: str, between: str, open_end: str, signs: tuple[str, str]) -> str:
    every, any_of = signs
    written = []
    for term in terms:
        end = open_end if term.is_prefix else ""
        written.append(any_of.join(choice.format(between.join(words), end) for words in term.choices))
    return every.join(f"({one})" for one in written)


def _searched(found: Found) -> Searched:
    lines = (
        TicketLine(
            number=ticket.number,
            title=ticket.title,
            module=ticket.module,
            priority=ticket.priority,
            status=ticket.status,
            requester=ticket.requester_name or ticket.requester,
            opened_at=ticket.opened_at,
            resolved_at=ticket.resolved_at,
            closed_at=ticket.closed_at,
            assignee=ticket.assignee,
        )
        for ticket in found.tickets
    )
    return Searched(tuple(lines), min(found.total, MOST_COUNTED), has_more=not found.is_counted)


def _values(connection: Connection, ticket_id: int, words: Sequence[str]) -> dict[str, Any]:
    written = " ".join(words) if connection.dialect.name == "sqlite" else vector_of(words)
    return {"id": ticket_id, "words": written, "size": len(words)}
