"""Who asks the desk something, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_person
from mailbot.domain.letter import Audience, LetterOrder

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.letter import LetterKind, Notice
    from mailbot.domain.people import Language
    from mailbot.domain.table import Table
    from mailbot.domain.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, in which language the answer is written, and the ticket the mail belongs to, if any."""

    known: Known
    desk: Desk
    sender: str
    language: Language
    now: datetime
    ticket: Ticket | None = None

    @property
    def is_staff(self) -> bool:
        """Whether the IT section asks."""
        return self.known.person is not None and self.known.person.is_staff


def to_asker(
    kind: LetterKind,
    asking: Asking,
    *,
    values: tuple[tuple[str, str], ...] = (),
    tables: tuple[Table, ...] = (),
    formats: tuple[str, ...] = (),
    notices: tuple[Notice, ...] = (),
) -> tuple[LetterOrder, ...]:
    """Return the answer to who asks, at the stored address; nothing of a mail is repeated to one we do not know."""
    person = asking.known.person
    if person is not None:
        return to_person(kind, person, asking.language, values=values, tables=tables, formats=formats, notices=notices)
    return (
        LetterOrder(
            kind=kind,
            to=asking.sender,
            to_name="",
            language=asking.language,
            audience=Audience.REQUESTER,
            notices=tuple(replace(notice, given="") for notice in notices),
            quote_sender=False,
            values=values,
            tables=tables,
            formats=formats,
        ),
    )
