"""The variables of prepared answers, and how they are filled in for a ticket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailbot.domain.desk import Desk
    from mailbot.domain.people import Language, Person
    from mailbot.domain.ticket import Ticket

NAMES = ("name", "number", "title", "module", "office", "me")
_VARIABLE = re.compile(r"\{([^{}\n]{1,40})\}")


def values_for(ticket: Ticket, writer: Person, desk: Desk, language: Language) -> dict[str, str]:
    """Return what each variable stands for on a ticket, in a language; `me` is who writes the answer."""
    return {
        "name": ticket.requester_name or ticket.requester,
        "number": ticket.number,
        "title": ticket.title,
        "module": desk.catalogue.modules.find(ticket.module).name(language),
        "office": ticket.office,
        "me": writer.name,
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its variables filled in; what is none stays, and values are never looked through again."""
    return _VARIABLE.sub(lambda match: values.get(match[1].strip().lower(), match[0]), text)


def find_strange(text: str) -> tuple[str, ...]:
    """Return what looks like a variable in a text and is none."""
    return tuple(dict.fromkeys(match[0] for match in _VARIABLE.finditer(text) if match[1].strip().lower() not in NAMES))
