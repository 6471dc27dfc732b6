"""LETTERS: how somebody of the IT section wants to hear of news: at once, in one letter an hour, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_person
from mailbot.domain.decision import Settings
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.quiet import ALLOWED, Pace
from mailbot.domain.table import CellKind, Column, Table
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from mailbot.domain.asking import Asking
    from mailbot.domain.grammar import Command, Grammar
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Person

_COLUMNS = (Column("news", CellKind.WORD), Column("pace", CellKind.WORD))
ALL_NEWS = "all"


def choose_letters(command: Command, asking: Asking) -> Effects:
    """Take over a pace for one kind of news, or for all of them; without a word, only tell how it is."""
    person = asking.known.person
    assert person is not None, "only people of the directory have a role that may say this"
    if not command.argument:
        return Effects(letters=_tell(person, (), (), asking), reasons=("Its sender asks how letters come.",))
    kinds, pace = parse_wish(command.argument, asking.desk.grammar)
    if pace is None or not kinds:
        notice = Notice("letters_unknown", command.argument)
        reason = f"{command.argument!r} names no pace of letters."
        return Effects(letters=_tell(person, (notice,), (), asking), reasons=(reason,), refused=True)
    chosen = tuple((str(kind), str(pace)) for kind in kinds if pace in ALLOWED[kind])
    refused = tuple(Notice("letters_not_off") for kind in kinds if pace not in ALLOWED[kind])
    done = (Notice("done_letters"),) if chosen else ()
    return Effects(
        letters=_tell(person, (*done, *refused), chosen, asking),
        settings=Settings(person.email, notify=chosen) if chosen else None,
        reasons=(f"Letters to its sender: {', '.join(f'{kind} {pace}' for kind, pace in chosen) or 'as before'}.",),
        refused=not chosen,
    )


def parse_wish(text: str, grammar: Grammar) -> tuple[tuple[LetterKind, ...], Pace | None]:
    """Return the kinds and the pace that a text such as "comment hourly" names; without a kind, all of them."""
    words = fold(text.replace("_", " ")).split()
    for cut in range(len(words)):
        pace = grammar.choices["pace"].get(" ".join(words[cut:]))
        if pace is None:
            continue
        named = grammar.choices["news"].get(" ".join(words[:cut])) if cut else ALL_NEWS
        if named is not None:
            return tuple(ALLOWED) if named == ALL_NEWS else (LetterKind(named),), Pace(pace)
    return (), None


def _tell(
    person: Person, notices: tuple[Notice, ...], chosen: tuple[tuple[str, str], ...], asking: Asking
) -> tuple[LetterOrder, ...]:
    """Return the letter that says how all news come now."""
    paces = {**asking.desk.paces, **person.notify, **dict(chosen)}
    rows = tuple((f"news_{kind}", f"pace_{paces.get(kind, Pace.IMMEDIATE)}") for kind in ALLOWED)
    return to_person(
        LetterKind.SETTINGS,
        person,
        asking.language,
        values=(("topic", "letters"),),
        tables=(Table("paces", _COLUMNS, rows),),
        notices=notices,
    )
