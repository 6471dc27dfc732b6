"""AWAY and BACK: while somebody of the IT section is away, no new ticket goes to them, and the leads hear of theirs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_person
from mailbot.domain.dates import is_only_day, parse_day
from mailbot.domain.decision import Settings
from mailbot.domain.effects import Effects
from mailbot.domain.grammar import is_only_farewell, reads_like_thanks
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.table import CellKind, Column, Table
from mailbot.domain.text import fold
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from datetime import tzinfo

    from mailbot.domain.asking import Asking
    from mailbot.domain.grammar import Command, Grammar
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Person

LONGEST_ABSENCE = timedelta(days=366)
_SHOWN = "%d.%m.%Y"
_COLUMNS = (
    Column("number", CellKind.TICKET),
    Column("title"),
    Column("module", CellKind.MODULE),
    Column("status", CellKind.STATUS),
    Column("opened_at", CellKind.DAY),
)


def is_about_absence(command: Command, below: str, grammar: Grammar) -> bool:
    """Tell AWAY and BACK from a sentence that begins alike: "I am on leave, my login ...", "Back to the officer".

    `below` is what else the mail says. These forms count, and nothing else:

    | said                                                 | counts                                          |
    |------------------------------------------------------|-------------------------------------------------|
    | AWAY or BACK in capitals                             | always; AWAY without a day asks for one         |
    | any word for absence with nothing but a day          | always: "on leave till 5 Dec", "छुट्टी 3 दिन"       |
    | any word for absence or return and nothing else      | when it is all that the mail says, but for thanks |
    """
    if command.is_loud and (command.verb is Verb.AWAY or not command.argument):
        return True
    said = " ".join(word for word in fold(command.argument).split() if word not in grammar.gratitude)
    if command.verb is Verb.AWAY and is_only_day(said, grammar):
        return True
    return _is_empty(command.argument, grammar) and is_only_farewell(below, grammar)


def _is_empty(argument: str, grammar: Grammar) -> bool:
    """Tell whether nothing is said behind a word, but perhaps thanks or a filler."""
    beside = grammar.choices["beside_day"]
    words = [word for word in fold(argument).split() if word not in grammar.fillers and word not in beside]
    return not words or reads_like_thanks(argument, grammar)


def go_away(command: Command, asking: Asking) -> Effects:
    """Take over until which day somebody is away; that day is the last one."""
    person = asking.known.person
    assert person is not None, "only people of the directory have a role that may say this"
    today = asking.now.astimezone(asking.desk.timezone).date()
    last = parse_day(command.argument, today, asking.desk.grammar)
    fault = find_fault(last, today, command.argument)
    if last is None or fault is not None:
        reason = f"{command.argument!r} is no day until which somebody can be away."
        return Effects(letters=_tell(person, fault, asking), reasons=(reason,), refused=True)
    back = day_after(last, asking.desk.timezone)
    return Effects(
        letters=_tell(person, Notice("done_away", f"{last:{_SHOWN}}"), asking),
        settings=Settings(person.email, away_until=back),
        reasons=(f"Its sender is away until the end of {last:{_SHOWN}}.",),
    )


def come_back(command: Command, asking: Asking) -> Effects:
    """End somebody's absence."""
    del command
    person = asking.known.person
    assert person is not None, "only people of the directory have a role that may say this"
    return Effects(
        letters=_tell(person, Notice("done_back"), asking),
        settings=Settings(person.email, back=True),
        reasons=("Its sender is back.",),
    )


def day_after(last: date, timezone: tzinfo) -> datetime:
    """Return the moment at which somebody is back whose last day of absence is this."""
    return datetime.combine(last + timedelta(days=1), time.min, timezone)


def find_fault(last: date | None, today: date, written: str) -> Notice | None:
    """Return what is wrong with the last day of an absence, or None."""
    if last is None:
        return Notice("day_unknown", written)
    if last < today:
        return Notice("day_past", f"{last:{_SHOWN}}")
    return Notice("day_too_far", f"{last:{_SHOWN}}") if last - today > LONGEST_ABSENCE else None


def _tell(person: Person, notice: Notice | None, asking: Asking) -> tuple[LetterOrder, ...]:
    """Return the letter that says what is set now, with the tickets that stay with the person meanwhile."""
    rows = tuple((line.number, line.title, line.module, line.status, line.opened_at) for line in asking.known.own_work)
    return to_person(
        LetterKind.SETTINGS,
        person,
        asking.language,
        values=(("topic", "absence"),),
        tables=(Table("own_work", _COLUMNS, rows),) if rows else (),
        notices=(notice,) if notice else (),
    )
