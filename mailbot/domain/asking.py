"""Who asks the desk something, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.people import Language
    from mailbot.domain.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, in which language the answer is written, and the ticket the mail belongs to, if any."""

    known: Known
    desk: Desk
    sender: str
    language: Language
    ticket: Ticket | None = None
