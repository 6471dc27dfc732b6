"""What shall happen to a mail: a pure function of the mail and of what the tables know. Nothing is touched here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import language_of, to_staff
from mailbot.domain.answering import decide_answer
from mailbot.domain.asking import Asking
from mailbot.domain.assigning import assign_new
from mailbot.domain.authority import Action, Because, Mode
from mailbot.domain.bulk import adopt_target, decide_bulk
from mailbot.domain.challenge import ask_stored_address
from mailbot.domain.claiming import decide_claim
from mailbot.domain.decision import Decision, Draft, Event, EventKind, Outcome
from mailbot.domain.energy import limit_answers
from mailbot.domain.flood import fold
from mailbot.domain.grammar import reads_like_thanks
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.mail import Address, IncomingMail
from mailbot.domain.muting import note_bounce
from mailbot.domain.opening import decide_opening
from mailbot.domain.permission import may
from mailbot.domain.quiet import hold_news
from mailbot.domain.scene import make_scene
from mailbot.domain.ticket import Status
from mailbot.domain.trial import compare, enforcing, tell_trial, without_levels
from mailbot.domain.undoing import decide_undo
from mailbot.domain.updating import decide_update
from mailbot.domain.verbs import Verb
from mailbot.domain.vouching import adds_to_ticket, clear_doubt, mark_unverified

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket
    from mailbot.domain.understanding import Understanding


def decide(mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, now: datetime) -> Decision:
    """Return what shall happen to a mail, with the reasons; where levels are on trial, also what they would change."""
    mode, verdict = desk.trust.mode, understanding.verdict
    known = replace(known, level=verdict.level)
    decision = _decide(mail, understanding, known, desk, now)
    asked = ask_stored_address(decision, mail, known)
    is_on_trial = verdict.because is not Because.SIGNED_IN and mode is not Mode.OFF
    if not is_on_trial or decision.outcome in {Outcome.DUPLICATE, Outcome.AUTOMATIC}:
        return asked
    others = enforcing(desk) if mode is Mode.SHADOW else without_levels(desk)
    other = _decide(mail, understanding, known, others, now)
    by_token, by_level = (decision, other) if mode is Mode.SHADOW else (other, decision)
    action = by_level.unproven.action if by_level.unproven else ""
    line = tell_trial(mode, verdict, compare(by_token, by_level), action, has_token=known.has_token)
    return replace(asked, reasons=(*asked.reasons, line))


def _decide(mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, now: datetime) -> Decision:
    """Return the decision under one set of rules. Reads top to bottom in the order of precedence."""
    if known.duplicate_of is not None:
        return Decision(Outcome.DUPLICATE, (f"It is the same mail as {known.duplicate_of}.",))
    if understanding.screening.automatic:
        return note_bounce(decide_automatic(understanding.screening.reason, known), mail, understanding, known)
    if known.alias and known.person:
        mail = replace(mail, sender=Address(known.person.email, known.person.name))
    claimed = decide_claim(mail, understanding, known, desk)
    if claimed is not None:
        return claimed
    known = adopt_target(understanding, known)
    is_outside = known.ticket is None or not belongs_to(known.ticket, mail, known, desk)
    answered = _decide_undo(mail, understanding, known, desk, now)
    is_past = known.ticket is not None and is_past_reopening(known.ticket, desk, now)
    if answered is None and (is_outside or is_past):
        answered = _decide_answer(mail, understanding, known, desk, now)
    if answered is not None:
        decision = answered
    elif known.ticket is None:
        decision = decide_opening(mail, understanding, known, desk, now=now)
    elif not belongs_to(known.ticket, mail, known, desk):
        decision = _open_outside(mail, understanding, known, desk, known.ticket.number, now=now)
    elif is_past_reopening(known.ticket, desk, now) and not is_only_thanks(mail, understanding, desk):
        decision = decide_opening(mail, understanding, known, desk, now=now, related=known.ticket.number)
    else:
        decision = _decide_update(mail, understanding, known, desk, known.ticket, now=now)
    decision = mark_unverified(decision, mail, known, desk)
    decision = fold(assign_new(decision, known, desk), mail, known, desk)
    return hold_news(limit_answers(decision, mail, known, desk), known, desk)


def _decide_update(
    mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, ticket: Ticket, *, now: datetime
) -> Decision:
    """Return the decision about a mail that belongs to a ticket; what nobody vouches for does not join it."""
    decision = clear_doubt(decide_update(mail, understanding, known, desk, ticket, now=now), ticket, known, desk)
    if may(Action.ADD, known, desk):
        return decision
    if adds_to_ticket(decision):
        return _open_outside(mail, understanding, known, desk, ticket.number, now=now)
    unproven = replace(decision.unproven, is_apart=True) if decision.unproven else None
    return replace(decision, facts=(), unproven=unproven)


def _open_outside(
    mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, number: str, *, now: datetime
) -> Decision:
    """Return the decision that opens a ticket for words that may not join the one they name."""
    outside = replace(known, ticket=None, by_token=False, mentioned=(*known.mentioned, number))
    return decide_opening(mail, understanding, outside, desk, now=now)


def _decide_answer(
    mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, now: datetime
) -> Decision | None:
    """Return the answer to a mail that only asks the desk something; somebody we cannot name gets none."""
    asking = None if mail.attachments else _asking(mail, understanding, known, desk, now)
    return decide_bulk(understanding, asking) or decide_answer(understanding, asking) if asking else None


def _decide_undo(
    mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, now: datetime
) -> Decision | None:
    """Return the decision about a mail that takes back a command; most mails do not say so."""
    if all(command.verb is not Verb.UNDO for command in understanding.commands.commands):
        return None
    asking = _asking(mail, understanding, known, desk, now)
    decision = decide_undo(understanding, asking) if asking else None
    if decision is None or decision.unproven is None or may(Action.ADD, known, desk):
        return decision
    return replace(decision, unproven=replace(decision.unproven, is_apart=True))


def _asking(mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, now: datetime) -> Asking | None:
    """Return who asks, about which ticket of theirs; nobody whom we cannot name."""
    if mail.sender is None or mail.sender_count != 1:
        return None
    language = language_of(known.person, understanding.script)
    own = known.ticket if known.ticket is not None and belongs_to(known.ticket, mail, known, desk) else None
    return Asking(known, desk, mail.sender.address, language, now, own)


def decide_automatic(reason: str, known: Known) -> Decision:
    """Return the decision about a mail that no person wrote: it is recorded, with its ticket if it tells one."""
    reasons: tuple[str, ...] = (f"It is automatic: {reason}",)
    ticket = known.ticket.number if known.ticket else ""
    if known.reported is not None:
        ticket, to = known.reported
        reasons += (f"It is about our letter to {to}.",)
    return Decision(Outcome.AUTOMATIC, reasons, ticket=ticket)


def belongs_to(ticket: Ticket, mail: IncomingMail, known: Known, desk: Desk) -> bool:
    """Tell whether the sender still is somebody on this ticket; a token outlives the job of who once got it."""
    return mail.sender is not None and bool(make_scene(ticket, known, desk, mail.sender.address).actors)


def is_past_reopening(ticket: Ticket, desk: Desk, now: datetime) -> bool:
    """Tell whether a ticket was closed so long ago that an answer to it is a new problem."""
    return (
        ticket.status in {Status.CLOSED, Status.MERGED}
        and ticket.closed_at is not None
        and now - ticket.closed_at > desk.reopen_after_close
    )


def is_only_thanks(mail: IncomingMail, understanding: Understanding, desk: Desk) -> bool:
    """Tell whether a mail brings nothing but thanks, which is no new problem however late it comes."""
    return not mail.brings_evidence and reads_like_thanks(understanding.words, desk.grammar)


def decide_unreadable(reason: str, staff: Sequence[Person], desk: Desk) -> Decision:
    """Return the decision about a mail that could not be read: a ticket shows the raw mail to the IT section."""
    catalogue = desk.catalogue
    notice = Notice("unreadable_mail", reason)
    title = desk.grammar.title("unreadable", desk.language)
    return Decision(
        outcome=Outcome.QUARANTINED,
        reasons=(f"It could not be read: {reason}.",),
        draft=Draft(
            requester="",
            requester_name="",
            language=desk.language,
            request_type=catalogue.request_types.default,
            module=catalogue.modules.default,
            priority=catalogue.priorities.default,
            title=title,
            description=reason,
            employee_id="",
            mobile="",
            verified=False,
        ),
        events=(Event(EventKind.OPENED, "", reason, "A mail could not be read.", internal=True),),
        letters=to_staff(LetterKind.NEW_TICKET, staff, desk, notices=(notice,)),
    )
