"""Tickets of mails that nobody vouches for: they are opened, marked, and become sure when their sender proves it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.authority import Action, Mode
from mailbot.domain.decision import Change, Event, EventKind, Outcome
from mailbot.domain.effects import merge_changes
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.permission import may
from mailbot.domain.scene import is_requester

if TYPE_CHECKING:
    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.ticket import Ticket


def mark_unverified(decision: Decision, mail: IncomingMail, known: Known, desk: Desk) -> Decision:
    """Return the decision about a new ticket, marked when it is not sure that its sender is whom it names.

    The acknowledgement goes to the stored address and repeats nothing of the mail; the IT section is warned.
    """
    draft = decision.draft
    if draft is None or not draft.verified or may(Action.VERIFY, known, desk):
        return decision
    doubt = Notice("sender_doubtful", mail.sender.address if mail.sender else "")
    letters = tuple(
        replace(letter, notices=(*letter.notices, doubt))
        if letter.kind is LetterKind.NEW_TICKET
        else replace(letter, quote_sender=False)
        for letter in decision.letters
    )
    reason = (
        f"It is not sure that its sender is whom it names ({known.level.name}), so the ticket is marked unverified."
    )
    return replace(decision, draft=replace(draft, verified=False), letters=letters, reasons=(*decision.reasons, reason))


def clear_doubt(decision: Decision, ticket: Ticket, known: Known, desk: Desk) -> Decision:
    """Return the decision about a proven answer, which also proves who opened the ticket."""
    person = known.person
    is_cleared = (
        desk.trust.mode is Mode.ENFORCE
        and decision.outcome is Outcome.UPDATED
        and not ticket.verified
        and person is not None
        and is_requester(ticket, person.email)
        and may(Action.VERIFY, known, desk)
    )
    if not is_cleared or person is None:
        return decision
    reason = "An answer that is sure to be its requester's confirms who opened it."
    event = Event(EventKind.FIELDS_SET, person.email, person.name, reason, internal=True)
    return replace(
        decision,
        change=merge_changes(decision.change or Change(), Change(verified=True)),
        events=(*decision.events, event),
        reasons=(*decision.reasons, reason),
    )


def adds_to_ticket(decision: Decision) -> bool:
    """Tell whether a decision brings anything of the mail into its ticket, other than the note that it was refused."""
    changes = decision.change is not None and decision.change != Change()
    return changes or bool(decision.also) or any(event.kind is not EventKind.REFUSED for event in decision.events)
