"""What a mail brings about: its own words, or, when it confirms an earlier mail of its sender, what that one asked for.

The earlier mail is read again from its kept bytes and decided on its ticket as it is now, with a proof this time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbot.domain.challenge import confirm, decide_answered, find_stage
from mailbot.domain.decide import decide
from mailbot.domain.evidence import judge_pictures
from mailbot.domain.malware import tell_verdicts
from mailbot.domain.opening import find_look
from mailbot.domain.thread import find_clues
from mailbot.domain.understanding import understand
from mailbot.domain.yes_no import find_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.thread import Clues
    from mailbot.domain.understanding import Understanding
    from mailbot.ports import Entry, Held, Ledger


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail that was read, what it says, where to look for its ticket, and the desk as it is for this mail."""

    mail: IncomingMail
    understanding: Understanding
    clues: Clues
    desk: Desk


@dataclass(frozen=True, slots=True)
class Handling:
    """What is needed to decide about a mail; `read_again` reads a kept mail anew."""

    ledger: Ledger
    read_again: Callable[[Entry], Understood]

    def decide(self, read: Understood, entry: Entry, now: datetime) -> tuple[IncomingMail, Decision]:
        """Return what shall happen to a mail, and the mail with its files as they shall be kept."""
        known = self.ledger.find_known(read.mail, read.clues, entry, now)
        is_yes = find_answer(read.understanding)
        is_answer = is_yes is not None and not read.clues.is_automatic and known.duplicate_of is None
        held = self.ledger.find_held(read.mail, read.clues) if is_answer else None
        if held is None:
            judged = judge_pictures(read.mail, known.seen_before)
            decision = decide(judged, read.understanding, known, read.desk, now)
            return judged, tell_verdicts(decision, judged, known, read.desk)
        return self._decide_held(held, read, known, now, is_yes=bool(is_yes))

    def _decide_held(
        self, held: Held, answer: Understood, known: Known, now: datetime, *, is_yes: bool
    ) -> tuple[IncomingMail, Decision]:
        """Return what an answer to "was this you?" brings about."""
        stage = find_stage(held.challenge, held.asked_at, now, is_own=held.is_own, is_yes=is_yes)
        if stage is not None:
            return answer.mail, decide_answered(stage, held.challenge, answer.mail, known, answer.desk)
        first = self.read_again(held.entry)
        proven = (held.challenge.ticket,) if held.challenge.ticket else ()
        clues = replace(first.clues, proven=proven, sender_proven=True, carried=(), since=held.asked_at)
        then = self.ledger.find_known(first.mail, clues, held.entry, now)
        judged = judge_pictures(first.mail, then.seen_before)
        # What the servers say of the answer counts now: it is the mail that commands.
        understanding = replace(first.understanding, verdict=answer.understanding.verdict)
        decision = decide(judged, understanding, then, first.desk, now)
        return replace(answer.mail, attachments=judged.attachments), confirm(decision, held.challenge)


def understand_mail(mail: IncomingMail, desk: Desk) -> Understood:
    """Return what a mail says, with its clues."""
    understanding = understand(mail, desk)
    clues = find_clues(
        mail,
        understanding.claimed_id,
        desk,
        guesses=understanding.employee_ids.all,
        is_automatic=understanding.screening.automatic,
        module=understanding.fields.module,
        commands=understanding.commands.commands,
        look=find_look(mail, understanding, desk),
    )
    return Understood(mail, understanding, clues, desk)
