"""What one occasion writes: letters that nobody asked for, so each person gets one, and none that says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_person
from mailbot.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo

    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import LetterKind, LetterOrder
    from mailbot.domain.people import Person
    from mailbot.domain.table import Table

OFF = "off"


class Regular(StrEnum):
    """The letters that nobody asks for; the value is the name of their schedule."""

    DIGEST = "digest"
    PENDENCY = "pendency"
    MONTHLY = "monthly"
    HOURLY = "hourly"


@dataclass(frozen=True, slots=True)
class ReportRules:
    """How regular letters are written.

    `rows` is how many lines of a list a letter shows. `tells_nothing` also sends a digest that has nothing to tell.
    """

    rows: int = 20
    tells_nothing: bool = False


DEFAULT_RULES = ReportRules()


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The letters of one occasion and why; `told` are the ids of the news they carry, which need not wait any more."""

    reason: str
    letters: tuple[LetterOrder, ...] = ()
    told: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a regular letter is due, for which desk, and whom it may go to."""

    now: datetime
    desk: Desk
    staff: tuple[Person, ...]
    rules: ReportRules = DEFAULT_RULES

    @property
    def zone(self) -> tzinfo:
        """Where a day begins and ends."""
        return self.desk.timezone

    @property
    def day(self) -> str:
        """The day as a key: the same occasion writes the same letter."""
        return f"{self.now.astimezone(self.zone):%Y-%m-%d}"

    def said(self, moment: datetime) -> str:
        """Return a moment as both languages write it."""
        return f"{moment.astimezone(self.zone):%d.%m.%Y, %H:%M}"


def write_each(
    kind: LetterKind,
    people: Iterable[Person],
    occasion: Occasion,
    *,
    values: dict[str, object],
    tables: tuple[Table, ...],
    formats: tuple[str, ...] = (),
    key: str,
) -> tuple[LetterOrder, ...]:
    """Return the same letter to each of these people, in their own language."""
    words = tuple((name, str(value)) for name, value in values.items())
    return tuple(
        letter
        for person in people
        for letter in to_person(
            kind,
            person,
            person.language or occasion.desk.language,
            values=words,
            tables=tables,
            formats=formats,
            key=key,
        )
    )


def readers(staff: Iterable[Person], kind: LetterKind, now: datetime) -> tuple[Person, ...]:
    """Return who of the IT section gets a regular letter: nobody who is away, and nobody who switched it off."""
    return tuple(
        person
        for person in staff
        if person.is_staff
        and person.notify.get(kind) != OFF
        and (person.away_until is None or person.away_until <= now)
    )


def leads(staff: Iterable[Person]) -> tuple[Person, ...]:
    """Return who leads the IT section; a section that nobody leads is led by all."""
    everybody = tuple(staff)
    return tuple(person for person in everybody if person.role is Role.LEAD) or everybody
