"""Everything a mail can ask of the desk, as one table: steps of a ticket, questions to the desk, and own settings.

The words for each verb lie in grammar.toml; what a step does to a ticket stands in ticket.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbot.domain.people import Role
from mailbot.domain.ticket import Step


class Verb(StrEnum):
    """What somebody says; the value is its name in grammar.toml. A verb that is a step has the step's name."""

    RESOLVE = "resolve"
    REOPEN = "reopen"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    CLOSE = "close"
    TAKE = "take"
    ASSIGN = "assign"
    ASK = "ask"
    NOTE = "note"
    MERGE = "merge"
    PARENT = "parent"
    PRIORITY = "priority"
    MODULE = "module"
    TYPE = "type"
    RATE = "rate"
    UNDO = "undo"
    STATUS = "status"
    MY_TICKETS = "my_tickets"
    REPORT = "report"
    HELP = "help"
    FIND = "find"
    LANGUAGE = "language"
    AWAY = "away"
    BACK = "back"
    LETTERS = "letters"


class Takes(StrEnum):
    """What may stand behind a verb."""

    NOTHING = "nothing"
    NOTE = "note"
    PERSON = "person"
    TICKETS = "tickets"
    CHOICE = "choice"
    RATING = "rating"
    LANGUAGE = "language"
    DAY = "day"
    MONTH = "month"
    PACE = "pace"
    WORDS = "words"


class About(StrEnum):
    """What a verb concerns: one ticket (or several), the desk's knowledge, or the sender's own settings."""

    TICKET = "ticket"
    DESK = "desk"
    SELF = "self"


_EVERYBODY = frozenset(Role)
_STAFF = frozenset({Role.STAFF, Role.LEAD})


@dataclass(frozen=True, slots=True)
class VerbRule:
    """One row of the table.

    `step` is the row of the table of steps that decides whether it may be done. `roles` are who may say it at all,
    where no step decides. `needs_proof` asks for a reply token; what only asks for an answer needs none, because the
    answer goes to the stored address.
    """

    about: About
    takes: Takes = Takes.NOTE
    step: Step | None = None
    roles: frozenset[Role] = _EVERYBODY
    needs_proof: bool = True


VERBS: dict[Verb, VerbRule] = {
    Verb.RESOLVE: VerbRule(About.TICKET, step=Step.RESOLVE),
    Verb.REOPEN: VerbRule(About.TICKET, step=Step.REOPEN),
    Verb.CONFIRM: VerbRule(About.TICKET, step=Step.CONFIRM),
    Verb.CANCEL: VerbRule(About.TICKET, step=Step.CANCEL),
    Verb.CLOSE: VerbRule(About.TICKET, step=Step.CLOSE),
    Verb.TAKE: VerbRule(About.TICKET, step=Step.TAKE),
    Verb.ASSIGN: VerbRule(About.TICKET, Takes.PERSON, Step.ASSIGN),
    Verb.ASK: VerbRule(About.TICKET, step=Step.ASK),
    Verb.NOTE: VerbRule(About.TICKET, step=Step.NOTE),
    Verb.MERGE: VerbRule(About.TICKET, Takes.TICKETS, Step.MERGE),
    Verb.PARENT: VerbRule(About.TICKET, Takes.TICKETS, Step.TIE),
    Verb.PRIORITY: VerbRule(About.TICKET, Takes.CHOICE, Step.SET),
    Verb.MODULE: VerbRule(About.TICKET, Takes.CHOICE, Step.SET),
    Verb.TYPE: VerbRule(About.TICKET, Takes.CHOICE, Step.SET),
    Verb.RATE: VerbRule(About.TICKET, Takes.RATING, Step.RATE),
    Verb.UNDO: VerbRule(About.TICKET, step=Step.UNDO),
    Verb.STATUS: VerbRule(About.DESK, Takes.TICKETS, needs_proof=False),
    Verb.MY_TICKETS: VerbRule(About.DESK, Takes.NOTHING, needs_proof=False),
    Verb.REPORT: VerbRule(About.DESK, Takes.MONTH, needs_proof=False),
    Verb.HELP: VerbRule(About.DESK, Takes.NOTHING, needs_proof=False),
    Verb.FIND: VerbRule(About.DESK, Takes.WORDS, roles=_STAFF, needs_proof=False),
    Verb.LANGUAGE: VerbRule(About.SELF, Takes.LANGUAGE),
    Verb.AWAY: VerbRule(About.SELF, Takes.DAY, roles=_STAFF),
    Verb.BACK: VerbRule(About.SELF, Takes.NOTHING, roles=_STAFF),
    Verb.LETTERS: VerbRule(About.SELF, Takes.PACE, roles=_STAFF),
}
