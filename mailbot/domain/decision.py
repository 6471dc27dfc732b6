"""What decide() returns: printable data that says what shall happen to one mail, and why. Nothing has happened yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.authority import Action, Level
    from mailbot.domain.facts import Fact
    from mailbot.domain.grammar import Command
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Language
    from mailbot.domain.ticket import Status
    from mailbot.domain.timers import TimerKind


class Outcome(StrEnum):
    """The one final state of every mail ever seen."""

    OPENED = "opened"
    UPDATED = "updated"
    ANSWERED = "answered"
    DUPLICATE = "duplicate"
    AUTOMATIC = "automatic"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class EventKind(StrEnum):
    """What happened to a ticket."""

    OPENED = "opened"
    COMMENTED = "commented"
    ASKED = "asked"
    TAKEN = "taken"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    NOTED = "noted"
    FIELDS_SET = "fields_set"
    REFUSED = "refused"
    ASSIGNED = "assigned"
    MERGED = "merged"
    TIED = "tied"
    RATED = "rated"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    ERASED = "erased"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a ticket's history; `internal` events are for the IT section only."""

    kind: EventKind
    actor: str
    text: str = ""
    reason: str = ""
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket to open; it gets its number when it is applied."""

    requester: str
    requester_name: str
    language: Language
    request_type: str
    module: str
    priority: str
    title: str
    description: str
    employee_id: str
    mobile: str
    verified: bool
    related: str = ""
    assignee: str = ""
    office: str = ""
    zone: str = ""
    copy_to: str = ""
    missing: str = ""
    source: str = "mail"
    answer_due_at: datetime | None = None
    resolve_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """New values for fields of a ticket; None leaves a field as it is."""

    status: Status | None = None
    assignee: str | None = None
    request_type: str | None = None
    module: str | None = None
    priority: str | None = None
    employee_id: str | None = None
    mobile: str | None = None
    resolution: str | None = None
    reopened: bool = False
    parent: str | None = None
    merged_into: str | None = None
    rating: int | None = None
    requester: str | None = None
    requester_name: str | None = None
    office: str | None = None
    zone: str | None = None
    copy_to: str | None = None
    verified: bool | None = None


class BindingState(StrEnum):
    """What the stored address of a person said about another address."""

    ASKED = "asked"
    BOUND = "bound"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Binding:
    """Another address of a person, or the request that it be one; `nonce` stands in the letter that asks."""

    address: str
    employee_id: str
    nonce: str
    state: BindingState = BindingState.ASKED


@dataclass(frozen=True, slots=True)
class Settings:
    """New values for what a person chose about themselves; None leaves a value as it is.

    `back` ends an absence. `notify` holds pairs of a kind of letter and a pace.
    """

    email: str
    language: Language | None = None
    away_until: datetime | None = None
    back: bool = False
    notify: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unproven:
    """What was wanted and not done, because it is not sure enough who wanted it; a proof of `actor` may still do it.

    `actor` is the stored address that was asked for the proof. `commands` are kept as they were read, and `words` is
    everything the sender wrote, for fields that labelled lines give. `level` is what the mail had, `action` what was
    too much for it. `is_apart` tells that not even the files of the mail may join the ticket; the raw mail has them.
    """

    actor: str
    action: Action
    level: Level
    commands: tuple[Command, ...] = ()
    words: str = ""
    is_apart: bool = False


class ChallengeState(StrEnum):
    """What the stored address answered to the question whether it wrote a mail."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Challenge:
    """The question "was this you?" to a stored address; `nonce` stands in the letter that asks.

    `ticket` is the ticket that the mail in question is about, if it is about one. `is_apart` tells that the files of
    that mail have not joined the ticket.
    """

    nonce: str
    actor: str
    ticket: str = ""
    is_apart: bool = False
    state: ChallengeState = ChallengeState.ASKED


@dataclass(frozen=True, slots=True)
class Commanded:
    """Who commanded what a decision does, so that one word can take it back; `action` is what it needed."""

    actor: str
    words: str
    action: Action


@dataclass(frozen=True, slots=True)
class PutBack:
    """The values from before a command that a ticket gets back, and its timers; `deed` is where they were kept."""

    deed: int
    fields: tuple[tuple[str, Any], ...] = ()
    timers: tuple[tuple[TimerKind, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Bounced:
    """A letter of ours that came back from an address; `permanent` when trying again would change nothing."""

    address: str
    permanent: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer to one mail (or one timer).

    Exactly one of `draft` and `ticket` is set when the outcome is opened or updated.
    A mail that only asks the desk something, or changes its sender's own settings, is answered and has neither.
    `also` are the decisions about other tickets that the same mail changes; all are obeyed together or not at all.
    `expected_version` is the version of the ticket the decision was made on: when it changed meanwhile, decide again.
    `reasons` say in sentences why, for the history and for `mailbot explain`.
    `binding` is what is remembered about another address of a person.
    `facts` are what the mail names, to be kept with the ticket.
    `held` are news that their readers want in the letter of the hour.
    `unproven` is what was not done for want of proof, and `challenge` what its stored address is asked, or answered.
    `commanded` is who commanded it, where it can be taken back, and `put_back` what its ticket gets back.
    `bounded` is the bound that left an answer out, `stop` why all automatic answers stop from now on, and `bounced`
    which address did not take a letter of ours.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    draft: Draft | None = None
    ticket: str = ""
    expected_version: int = 0
    change: Change | None = None
    events: tuple[Event, ...] = ()
    letters: tuple[LetterOrder, ...] = ()
    held: tuple[LetterOrder, ...] = ()
    also: tuple[Decision, ...] = ()
    settings: Settings | None = None
    binding: Binding | None = None
    facts: tuple[Fact, ...] = ()
    unproven: Unproven | None = None
    challenge: Challenge | None = None
    commanded: Commanded | None = None
    put_back: PutBack | None = None
    bounded: str = ""
    stop: str = ""
    bounced: Bounced | None = None
