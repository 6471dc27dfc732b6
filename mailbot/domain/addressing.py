"""Who gets a letter. Recipients come from the ticket and the directory, never from the headers of a mail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.letter import LETTERS, WEIGHT, Audience, LetterKind, LetterOrder, Notice
from mailbot.domain.people import Role
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.domain.desk import Desk, Known, Target
    from mailbot.domain.people import Language, Person
    from mailbot.domain.table import Table
    from mailbot.domain.ticket import Ticket

# The news of a ticket that also go to those whose tickets became parts of it; what asks for an answer asks one person.
FOLLOWED = frozenset(
    {
        LetterKind.COMMENT,
        LetterKind.STATUS_CHANGED,
        LetterKind.RESOLVED,
        LetterKind.REOPENED,
        LetterKind.CLOSED,
        LetterKind.UNDONE,
    }
)


def to_requester(
    kind: LetterKind,
    ticket: Ticket,
    requester: Person | None,
    *,
    actor: str = "",
    text: str = "",
    notices: tuple[Notice, ...] = (),
) -> tuple[LetterOrder, ...]:
    """Return the letter to whom the ticket belongs, with the copy for who wrote for them; none without a sender."""
    address = requester.email if requester else ticket.requester
    if not address:
        return ()
    letter = LetterOrder(
        kind=kind,
        to=address,
        to_name=requester.name if requester else "",
        language=(requester.language if requester else None) or ticket.language,
        audience=Audience.REQUESTER,
        actor=actor,
        text=text,
        notices=notices,
        quote_sender=ticket.verified,
    )
    if not ticket.copy_to or normal_address(ticket.copy_to) == normal_address(address):
        return (letter,)
    return letter, *to_copy(kind, ticket, ticket.copy_to, actor=actor, text=text, notices=notices)


def to_copy(
    kind: LetterKind,
    ticket: Ticket,
    address: str,
    name: str = "",
    language: Language | None = None,
    *,
    actor: str = "",
    text: str = "",
    notices: tuple[Notice, ...] = (),
) -> tuple[LetterOrder, ...]:
    """Return the letter to who wrote for the requester: without a name it is a copy, with one an answer."""
    return (
        LetterOrder(
            kind=kind,
            to=address,
            to_name=name,
            language=language or ticket.language,
            audience=Audience.COPY,
            actor=actor,
            text=text,
            notices=notices,
            quote_sender=ticket.verified,
        ),
    )


def to_followers(
    kind: LetterKind, followers: Iterable[Target], sender: str, *, actor: str = "", text: str = ""
) -> tuple[LetterOrder, ...]:
    """Return the letters to those whose tickets became parts of one, about the news of that one; none to its writer."""
    letters: tuple[LetterOrder, ...] = ()
    for part in followers if kind in FOLLOWED else ():
        address = part.requester.email if part.requester else part.ticket.requester
        if not address or normal_address(address) == normal_address(sender):
            continue
        name, language = (part.requester.name, part.requester.language) if part.requester else ("", None)
        notices = (Notice("follows", part.ticket.number),)
        letters += to_copy(kind, part.ticket, address, name, language, actor=actor, text=text, notices=notices)
    return letters


def to_staff(
    kind: LetterKind,
    people: Iterable[Person],
    desk: Desk,
    *,
    actor: str = "",
    text: str = "",
    notices: tuple[Notice, ...] = (),
) -> tuple[LetterOrder, ...]:
    """Return one letter to each of these people of the IT section."""
    return tuple(
        LetterOrder(
            kind=kind,
            to=person.email,
            to_name=person.name,
            language=person.language or desk.language,
            audience=Audience.STAFF,
            actor=actor,
            text=text,
            notices=notices,
        )
        for person in people
    )


def to_person(
    kind: LetterKind,
    person: Person,
    language: Language,
    *,
    values: tuple[tuple[str, str], ...] = (),
    tables: tuple[Table, ...] = (),
    formats: tuple[str, ...] = (),
    notices: tuple[Notice, ...] = (),
    key: str = "",
) -> tuple[LetterOrder, ...]:
    """Return a letter about no single ticket to a person of the directory."""
    return (
        LetterOrder(
            kind=kind,
            to=person.email,
            to_name=person.name,
            language=language,
            audience=Audience.STAFF if person.is_staff else Audience.REQUESTER,
            notices=notices,
            values=values,
            tables=tables,
            formats=formats,
            key=key,
        ),
    )


def concerned_staff(ticket: Ticket | None, known: Known, sender: str) -> tuple[Person, ...]:
    """Return who of the IT section hears of news: the assignee, or everybody while there is none; never the sender.

    While the assignee is away, the leads hear of them as well.
    """
    others = tuple(person for person in known.staff if normal_address(person.email) != normal_address(sender))
    assignee = normal_address(ticket.assignee) if ticket else ""
    assigned = tuple(person for person in known.staff if assignee and normal_address(person.email) == assignee)
    if not assigned:
        return others
    if assignee in known.absent:
        assigned += tuple(person for person in known.staff if person.role is Role.LEAD and person not in assigned)
    return tuple(person for person in assigned if person in others)


def one_letter_each(letters: Iterable[LetterOrder]) -> tuple[LetterOrder, ...]:
    """Return the letters with at most one for each person: of several the one that asks most of its reader.

    What somebody asked of the desk itself is answered beside the letter about the ticket, in one letter for each kind.
    """
    chosen: dict[tuple[str, str], LetterOrder] = {}
    for letter in letters:
        own = letter.kind if LETTERS[letter.kind].about_desk else ""
        reader = normal_address(letter.to), own
        rival = chosen.get(reader)
        if rival is not None and rival.kind is letter.kind:
            chosen[reader] = _both(rival, letter)
        elif rival is None or WEIGHT.index(letter.kind) < WEIGHT.index(rival.kind):
            chosen[reader] = letter
    return tuple(chosen.values())


def _both(first: LetterOrder, second: LetterOrder) -> LetterOrder:
    """Return two letters of one kind to one person as one that says everything.

    The letter that makes the ticket its reader's own says all that the letter to everybody says.
    """
    text = first.text or second.text
    own = next((letter for letter in (second, first) if any(n.code == "assigned_to_you" for n in letter.notices)), None)
    if own is not None:
        return replace(own, text=own.text or text)
    return replace(first, notices=tuple(dict.fromkeys((*first.notices, *second.notices))), text=text)


def language_of(person: Person | None, script: Language) -> Language:
    """Return a person's stored choice, else the script of the mail."""
    return (person.language if person else None) or script
