"""What a command changed, remembered for a while so that one word takes it back; undoing.py has the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailbot.domain.letter import LETTERS, Audience, LetterKind
from mailbot.domain.ticket import Step
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailbot.domain.authority import Action
    from mailbot.domain.decision import Change, Commanded, Decision, PutBack
    from mailbot.domain.desk import Happened, Target
    from mailbot.domain.grammar import Grammar
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Language
    from mailbot.domain.ticket import Ticket
    from mailbot.domain.timers import TimerKind

WITHIN = timedelta(hours=24)
# Longer than a command can be taken back, so that who comes too late reads when it was.
KEPT_FOR = timedelta(days=7)
# What commands move. Who somebody is, and where, is no command's doing and stays.
RESTORED = (
    "status", "assignee", "request_type", "module", "priority", "resolution", "parent", "merged_into", "rating",
    "reopen_count", "resolved_at", "closed_at", "first_answer_at", "answer_due_at", "resolve_due_at", "paused_at",
    "waited_seconds",
)  # fmt: skip
# Letters that tell somebody what became of their own mail.
CONFIRMING = frozenset(
    {LetterKind.DONE, LetterKind.REFUSED, LetterKind.NOT_UNDERSTOOD, LetterKind.CARRIED_OUT, LetterKind.SETTINGS}
)
_UNDO = (Step.UNDO,)


@dataclass(frozen=True, slots=True)
class Deed:
    """What one command mail did to one ticket; those of the same mail have the same `command`.

    `actor` is the stored address of who commanded, `words` what was said, `action` what it needed. `fields` and
    `timers` are the values from before. `is_untouched` tells that the ticket still is as the command left it; `since`
    is what happened to it afterwards otherwise. `told` are the addresses that got a letter about it.
    """

    id: int
    command: int
    actor: str
    actor_name: str
    words: str
    action: Action
    at: datetime
    target: Target
    fields: tuple[tuple[str, Any], ...] = ()
    timers: tuple[tuple[TimerKind, datetime | None], ...] = ()
    undone_at: datetime | None = None
    is_untouched: bool = True
    since: tuple[Happened, ...] = ()
    told: frozenset[str] = frozenset()

    def is_of(self, addresses: frozenset[str]) -> bool:
        """Tell whether one of these addresses gave the command."""
        return normal_address(self.actor) in addresses


@dataclass(frozen=True, slots=True)
class Trace:
    """As much of a deed as tells whether it is meant."""

    command: int
    actor: str
    at: datetime
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AnsweredLetter:
    """The letter of ours that a mail answers; it was written in the moment of what it tells."""

    kind: str
    written_at: datetime


def find_meant(
    traces: Sequence[Trace], letter: AnsweredLetter | None, own: frozenset[str], *, is_lead: bool
) -> int | None:
    """Return the command that UNDO means: the one that its letter tells of, else the last; `traces` are newest first.

    A letter that confirms something else than a command means none: nothing else than it says is ever taken back. The
    last one is one's own, if there is one; a lead means the last of anybody.
    """
    if letter is not None:
        told = [trace for trace in traces if letter.written_at in {trace.at, trace.undone_at}]
        if told or letter.kind in CONFIRMING:
            return told[0].command if told else None
    mine = [trace for trace in traces if is_lead or normal_address(trace.actor) in own]
    return next((trace.command for trace in (*mine, *traces)), None)


def is_undoable(decision: Decision) -> bool:
    """Tell whether a decision changes anything that could be put back, on its own ticket or on another."""
    return _moves(decision.change) or any(map(is_undoable, decision.also))


def _moves(change: Change | None) -> bool:
    return change is not None and (change.reopened or any(getattr(change, name, None) is not None for name in RESTORED))


def with_put_back(ticket: Ticket, put_back: PutBack) -> Ticket:
    """Return a ticket with the values from before a command; it is asked again for what it then still lacked."""
    values: dict[str, Any] = dict(put_back.fields)
    if "missing" in values:
        still = (*RESTORED, *ticket.missing.split())
        values["missing"] = " ".join(name for name in values["missing"].split() if name in still)
    return replace(ticket, **values)


def changed_fields(before: Ticket, after: Ticket) -> tuple[tuple[str, Any], ...]:
    """Return the values from before of what a command moved."""
    names = (*RESTORED, "missing") if before.missing != after.missing else RESTORED
    was = ((name, getattr(before, name)) for name in names)
    return tuple((name, value) for name, value in was if value != getattr(after, name))


def with_undo(decision: Decision, commanded: Commanded | None, grammar: Grammar, language: Language) -> Decision:
    """Return a decision that can be taken back if it changes anything: who commanded it is kept with it.

    The letter that confirms it to its sender of the IT section has a button for that.
    """
    words = grammar.words(Step.UNDO)
    if commanded is None or words is None or not is_undoable(decision):
        return decision
    letters = tuple(_offer(letter, commanded, words.button(language)) for letter in decision.letters)
    return replace(decision, commanded=commanded, letters=letters)


def _offer(letter: LetterOrder, commanded: Commanded, word: str) -> LetterOrder:
    is_senders = normal_address(letter.to) == normal_address(commanded.actor)
    if letter.kind not in CONFIRMING or letter.audience is not Audience.STAFF or not is_senders:
        return letter
    return replace(letter, answers=(word,)) if LETTERS[letter.kind].about_desk else replace(letter, offers=_UNDO)
