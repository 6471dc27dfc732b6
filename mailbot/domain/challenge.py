"""The question "was this you?": what lacks a proof is done when the stored address says yes within half an hour.

The letter carries a token that is good for this one question, once. Nothing is done on silence or on a no; a no is told
to the leads, because then somebody writes in another's name.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.addressing import language_of, to_staff
from mailbot.domain.decision import Challenge, ChallengeState, Decision, Outcome
from mailbot.domain.energy import limit_answers
from mailbot.domain.letter import Audience, LetterKind, LetterOrder
from mailbot.domain.people import Role
from mailbot.domain.trust import DESK_DIGITS, make_nonce, normal_address, usable_address
from mailbot.domain.yes_no import NO, YES

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.people import Language

WITHIN = timedelta(minutes=30)
MOST_PER_HOUR = 3
# The lines of an answer that ask to send the command again; the question takes their place.
ENDED = "token_ended"
ASKED_AGAIN = frozenset({"needs_token_staff", "needs_token_requester", ENDED})
LONGEST_SAID = 80


class Stage(StrEnum):
    """What a letter of this kind says."""

    ASKED = "asked"
    REFUSED = "refused"
    EXPIRED = "expired"
    USED = "used"
    FOREIGN = "foreign"
    ALARM = "alarm"


def ask_stored_address(decision: Decision, mail: IncomingMail, known: Known) -> Decision:
    """Return the decision with the question in place of the line that asks for the command again.

    Where the bounds on answers left that line out, nobody is asked.
    """
    unproven = decision.unproven
    if unproven is None or not known.may_ask:
        return decision
    to = normal_address(unproven.actor)
    asking = [letter for letter in decision.letters if normal_address(letter.to) == to and _asks_again(letter)]
    if not asking:
        return decision
    said = ", ".join(one.given for letter in asking for one in letter.notices if one.code in ASKED_AGAIN and one.given)
    key = f"{mail.content_key} {mail.message_id}"
    challenge = Challenge(_nonce_of(asking[0].to, key), to, decision.ticket, unproven.is_apart)
    is_old = any(one.code == ENDED for letter in asking for one in letter.notices)
    question = challenge_letter(Stage.ASKED, asking[0], said, challenge.ticket, is_old=is_old)
    question = replace(question, key=key)
    letters = (question, *(kept for letter in decision.letters for kept in _without_lines(letter, asking)))
    reason = "The stored address is asked whether it wrote this; a yes within 30 minutes is proof enough."
    return replace(decision, letters=letters, challenge=challenge, reasons=(*decision.reasons, reason))


def find_stage(challenge: Challenge, asked_at: datetime, now: datetime, *, is_own: bool, is_yes: bool) -> Stage | None:
    """Return what an answer to the question meets; None when what was asked about is to be done."""
    if not is_own:
        return Stage.FOREIGN
    if challenge.state is not ChallengeState.ASKED:
        return Stage.USED
    if not is_yes:
        return Stage.REFUSED
    return Stage.EXPIRED if now - asked_at > WITHIN else None


def decide_answered(stage: Stage, challenge: Challenge, mail: IncomingMail, known: Known, desk: Desk) -> Decision:
    """Return the decision about an answer that brings nothing about but a letter, and on a no the word to the leads."""
    address = known.person.email if known.person else usable_address(mail.sender.address if mail.sender else "")
    language = language_of(known.person, desk.language)
    order = LetterOrder(
        LetterKind.CHALLENGE,
        address,
        known.person.name if known.person else "",
        language,
        Audience.STAFF if known.person and known.person.is_staff else Audience.REQUESTER,
        quote_sender=False,
    )
    number = challenge.ticket if stage is not Stage.FOREIGN else ""
    letters: tuple[LetterOrder, ...] = (challenge_letter(stage, order, "", number),) if address else ()
    if stage is Stage.REFUSED:
        letters += _tell_leads(challenge, known, desk)
    decision = Decision(Outcome.ANSWERED, (_REASONS[stage],), ticket=number, letters=letters)
    if stage is Stage.REFUSED:
        decision = replace(decision, challenge=replace(challenge, state=ChallengeState.REFUSED))
    return limit_answers(decision, mail, known, desk)


def confirm(decision: Decision, challenge: Challenge) -> Decision:
    """Return the decision about what was asked for, once its sender's stored address said yes."""
    reason = "Its sender was asked at the stored address and confirmed it."
    settled = replace(challenge, state=ChallengeState.CONFIRMED)
    return replace(decision, challenge=settled, reasons=(reason, *decision.reasons))


def challenge_letter(
    stage: Stage, order: LetterOrder, said: str, number: str, name: str = "", *, is_old: bool = False
) -> LetterOrder:
    """Return the letter of a stage to the reader of an order that is there already.

    `is_old` tells that the mail answered a letter of ours that is too old to prove anything.
    """
    language: Language = order.language
    yes, no = YES[language], NO[language]
    stages = tuple((one.value, "yes" if one is stage else "") for one in Stage)
    shown = said if order.quote_sender and len(said) <= LONGEST_SAID else ""
    old = "yes" if is_old else ""
    values = (("said", shown), ("about", number), ("name", name), ("yes", yes), ("no", no), ("old", old), *stages)
    answers = (yes, no) if stage is Stage.ASKED else ()
    return replace(
        order, kind=LetterKind.CHALLENGE, values=values, answers=answers, notices=(), tables=(), text="", actor=""
    )


_REASONS = {
    Stage.REFUSED: "The stored address says that it did not write what it was asked about; nothing is done.",
    Stage.EXPIRED: "It confirms too late what it was asked about; nothing is done.",
    Stage.USED: "What it was asked about was answered before; nothing is done twice.",
    Stage.FOREIGN: "It confirms with what was written to another address; nothing is done.",
}


def _asks_again(letter: LetterOrder) -> bool:
    return any(notice.code in ASKED_AGAIN for notice in letter.notices)


def _without_lines(letter: LetterOrder, asking: list[LetterOrder]) -> tuple[LetterOrder, ...]:
    """Return a letter without the lines that ask again, or none when it said nothing else."""
    if letter not in asking:
        return (letter,)
    left = tuple(notice for notice in letter.notices if notice.code not in ASKED_AGAIN)
    return (replace(letter, notices=left),) if left or letter.tables else ()


def _nonce_of(to: str, key: str) -> str:
    """Return the nonce that the letter with this key carries."""
    return make_nonce(DESK_DIGITS, to, LetterKind.CHALLENGE, key)


def _tell_leads(challenge: Challenge, known: Known, desk: Desk) -> tuple[LetterOrder, ...]:
    """Tell the leads that somebody writes in another's name; without a lead, everybody of the IT section."""
    others = [person for person in known.staff if known.person is None or person.email != known.person.email]
    leads = [person for person in others if person.role is Role.LEAD] or others
    name = known.person.name if known.person else challenge.actor
    orders = to_staff(LetterKind.CHALLENGE, leads, desk)
    return tuple(challenge_letter(Stage.ALARM, order, "", challenge.ticket, name) for order in orders)
