"""What the rules need to know besides the mail: how this desk is set up, and what its tables say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from mailbot.domain.catalogue import Catalogue
    from mailbot.domain.grammar import Grammar
    from mailbot.domain.people import Language, Person
    from mailbot.domain.ticket import Ticket
    from mailbot.domain.trust import TokenKeys


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """How many automatic answers one address may get."""

    per_hour: int
    per_day: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The set-up of this desk, from its settings. `own_addresses` are compared in lower case."""

    address: str
    own_addresses: frozenset[str]
    prefix: str
    catalogue: Catalogue
    grammar: Grammar
    keys: TokenKeys
    language: Language
    description_limit: int
    reopen_after_close: timedelta
    close_after: timedelta
    answers: AnswerLimits
    answers_unknown: AnswerLimits


@dataclass(frozen=True, slots=True)
class Known:
    """What the tables know that matters for one mail.

    `ticket` is the ticket the mail belongs to, if any, with its requester's row of the directory.
    `by_token` tells that a valid reply token, made for this sender and this ticket, proved it.
    `mentioned` are numbers of other tickets that the mail names without a right to them.
    `answers_last_hour` and `answers_last_day` count our automatic answers to this sender.
    `reported` is the letter of ours that an automatic mail reports about: its ticket and whom it went to.
    `seen_before` are the SHA-256 of the small pictures of this mail that earlier mails of its sender brought.
    `employee` is the row of the directory for the Employee ID that the mail names; `employees` are the rows for those
    that it may mean.
    """

    person: Person | None = None
    staff: tuple[Person, ...] = ()
    ticket: Ticket | None = None
    requester: Person | None = None
    by_token: bool = False
    duplicate_of: str | None = None
    mentioned: tuple[str, ...] = ()
    answers_last_hour: int = 0
    answers_last_day: int = 0
    employee: Person | None = None
    employees: tuple[Person, ...] = ()
    reported: tuple[str, str] | None = None
    seen_before: frozenset[str] = frozenset()
