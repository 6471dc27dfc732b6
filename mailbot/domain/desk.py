"""What the rules need to know besides the mail: how this desk is set up, and what its tables say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailbot.domain.authority import NO_TRUST, Level
from mailbot.domain.breaker import NO_ENERGY, NO_LIMITS, Energy, EnergyLimits
from mailbot.domain.likeness import COMPARE_NONE, LookAlike, LookRules
from mailbot.domain.trust import USUAL_AGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta, tzinfo

    from mailbot.domain.authority import TrustRules
    from mailbot.domain.calendar import Calendar
    from mailbot.domain.catalogue import Catalogue
    from mailbot.domain.decision import Binding
    from mailbot.domain.deeds import Deed
    from mailbot.domain.grammar import Grammar
    from mailbot.domain.mailboxes import MailboxRules
    from mailbot.domain.people import Language, Person
    from mailbot.domain.service import Service
    from mailbot.domain.ticket import Ticket
    from mailbot.domain.trust import TokenAges, TokenKeys


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """How many automatic answers one address may get."""

    per_hour: int
    per_day: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The set-up of this desk, from its settings. `own_addresses` are compared in lower case.

    `calendar` is its working time, `service` what it promises.
    `paces` says for kinds of news how they reach those of the IT section who chose nothing for themselves.
    `similar` says with which tickets a new one is compared.
    `mailboxes` says what counts in each, when it has several; see mailboxes.py.
    """

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
    timezone: tzinfo
    calendar: Calendar
    service: Service
    paces: Mapping[str, str] = field(default_factory=dict)
    integrators_settle: bool = False
    claims_per_day: int = 3
    trust: TrustRules = NO_TRUST
    similar: LookRules = COMPARE_NONE
    energy: EnergyLimits = NO_LIMITS
    token_ages: TokenAges = USUAL_AGES
    mailboxes: tuple[MailboxRules, ...] = ()


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
    merged_into: str = ""
    waited_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Searched:
    """The newest tickets that hold the words of a search; `total` counts all, unless they are too many."""

    tickets: tuple[TicketLine, ...] = ()
    total: int = 0
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Another ticket that a mail names and its sender may know of, with its requester's row of the directory."""

    ticket: Ticket
    requester: Person | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a mail answers that came back on the letter "is this your address?"; its sender is who was asked.

    `is_free` tells that the address belongs to nobody else; `tickets` are the open ones that came from it.
    """

    binding: Binding
    is_free: bool = True
    tickets: tuple[Ticket, ...] = ()


@dataclass(frozen=True, slots=True)
class Stranger:
    """What is known of an address that is not in the directory.

    `was_asked` tells that a letter asked it for the Employee ID before. `may_claim` tells that the person whose ID it
    gives may be asked about it now.
    """

    was_asked: bool = False
    may_claim: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a ticket after the letter that a mail answers was written; `actor` is a name."""

    kind: str
    actor: str
    at: datetime


NOBODY = Stranger()


@dataclass(frozen=True, slots=True)
class Known:
    """What the tables know that matters for one mail.

    `ticket` is the ticket the mail belongs to, if any, with its requester's row of the directory.
    `by_token` tells that a valid reply token, made for this sender and this ticket, proved it.
    `mentioned` are numbers of other tickets that the mail names without a right to them.
    `answers_last_hour` and `answers_last_day` count our automatic answers to this sender.
    `reported` is the letter of ours that an automatic mail reports about: its ticket and whom it went to.
    `sender_proven` tells that the mail carries any valid reply token made for its sender; `is_token_old` tells that its
    youngest one is too old for commands of the IT section.
    `targets` are the tickets that its commands name, by number, as far as they exist and its sender may know of them;
    `near_numbers` holds the numbers that a mail names and that are no ticket its sender may know of, each with the
    tickets of the sender that it may mean.
    `children` are the open cases of the tickets it resolves; `case_counts` says how many each ticket has that it ties.
    `followers` are, by number, the tickets that became a part of its tickets, as far as it matters who follows them.
    `meanwhile` is what others did since the letter it answers.
    `lists` are the tickets its questions ask for: "own", "asked", "resolved"; `own_counts` counts the own ones
    by status.
    `searches` holds what was found by what was searched for; only the IT section searches.
    `workload` counts the open tickets of each address of the IT section, and `turns` is higher for who got the last one
    later; `absent` are the addresses of those who are away. `own_work` are the open tickets that the sender handles,
    for who goes away or comes back.
    `seen_before` are the SHA-256 of the pictures inside this mail's text that earlier mails of its sender brought.
    `alike` are tickets of the last days that look like the one it may open, oldest first.
    `alias` is the address the mail came from when it is another one of `person`, who confirmed it. `claim` is the
    question about another address that it answers, and `stranger` what is known of an address without a person.
    `may_ask` tells that the stored address may be asked once more whether it wrote what lacks a proof.
    `level` is how sure the mail's own headers make it who wrote it; decide() takes it from what was understood.
    `energy` is how much moved lately, and `reopened_last_day` how often mails re-opened the ticket within a day.
    `deeds` are what the commands did that it takes back.
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
    is_token_old: bool = False
    targets: Mapping[str, Target] = field(default_factory=dict)
    near_numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    children: tuple[Target, ...] = ()
    case_counts: Mapping[str, int] = field(default_factory=dict)
    followers: Mapping[str, tuple[Target, ...]] = field(default_factory=dict)
    meanwhile: tuple[Happened, ...] = ()
    lists: Mapping[str, tuple[TicketLine, ...]] = field(default_factory=dict)
    own_counts: Mapping[str, int] = field(default_factory=dict)
    searches: Mapping[str, Searched] = field(default_factory=dict)
    workload: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    own_work: tuple[TicketLine, ...] = ()
    seen_before: frozenset[str] = frozenset()
    alike: tuple[LookAlike, ...] = ()
    alias: str = ""
    claim: Claim | None = None
    stranger: Stranger = NOBODY
    level: Level = Level.A0
    energy: Energy = NO_ENERGY
    reopened_last_day: int = 0
    may_ask: bool = False
    deeds: tuple[Deed, ...] = ()

    @property
    def has_token(self) -> bool:
        """Whether the mail carries a reply token of ours, of this ticket's letters or of any other."""
        return self.by_token or self.sender_proven
