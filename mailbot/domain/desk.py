"""What the rules need to know besides the mail: how this desk is set up, and what its tables say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

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
class TicketLine:
    """A ticket as a list shows it; `last_word` is the last thing the IT section wrote to its requester."""

    number: str
    title: str
    module: str
    priority: str
    status: str
    requester: str
    opened_at: datetime
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    assignee: str = ""
    last_word: str = ""
    reopen_count: int = 0
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Another ticket that a mail names and its sender may know of, with its requester's row of the directory."""

    ticket: Ticket
    requester: Person | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a ticket after the letter that a mail answers was written; `actor` is a name."""

    kind: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What the tables know that matters for one mail.

    `ticket` is the ticket the mail belongs to, if any, with its requester's row of the directory.
    `by_token` tells that a valid reply token, made for this sender and this ticket, proved it.
    `mentioned` are numbers of other tickets that the mail names without a right to them.
    `answers_last_hour` and `answers_last_day` count our automatic answers to this sender.
    `reported` is the letter of ours that an automatic mail reports about: its ticket and whom it went to.
    `sender_proven` tells that the mail carries any valid reply token made for its sender.
    `targets` are the tickets that its commands name, by number, as far as they exist and its sender may know of them;
    `children` are the open cases of its ticket. `meanwhile` is what others did since the letter it answers.
    `lists` are the tickets its questions ask for: "own", "resolved", "found".
    `workload` counts the open tickets of each address of the IT section.
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
    sender_proven: bool = False
    targets: Mapping[str, Target] = field(default_factory=dict)
    children: tuple[Target, ...] = ()
    meanwhile: tuple[Happened, ...] = ()
    lists: Mapping[str, tuple[TicketLine, ...]] = field(default_factory=dict)
    workload: Mapping[str, int] = field(default_factory=dict)
    seen_before: frozenset[str] = frozenset()
