"""The one place that obeys a decision: ticket, history, letters and ledger in one transaction.

Two workers may decide about one ticket at once: the version decides, the loser decides again. Two copies of one mail
may be handled at once: the content key is unique, the loser finds a duplicate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from mailbot.adapters.store.acts import add_act, find_act
from mailbot.adapters.store.bindings import keep_binding
from mailbot.adapters.store.brakes import keep_brakes
from mailbot.adapters.store.challenges import keep_challenge
from mailbot.adapters.store.changes import append_events, open_ticket, update_ticket
from mailbot.adapters.store.columns import storable
from mailbot.adapters.store.deeds import keep_deeds
from mailbot.adapters.store.directory import keep_settings
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.facts import find_ticket_facts, keep_facts
from mailbot.adapters.store.holding import hold_news
from mailbot.adapters.store.people_rows import find_people
from mailbot.adapters.store.posting import Correspondence, LetterTask, find_correspondence, post_letters, thread_for
from mailbot.adapters.store.regular import post_for_desk
from mailbot.adapters.store.searching import keep_words
from mailbot.adapters.store.tables import files, mails, timers
from mailbot.adapters.store.timekeeping import remove_timers
from mailbot.domain.act import Answered
from mailbot.domain.decision import ChallengeState, Outcome
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.letter import LETTERS
from mailbot.domain.mail import Attachment
from mailbot.domain.trust import LONGEST_ADDRESS, normal_address, usable_address

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection, Engine

    from mailbot.adapters.store.posting import Writing
    from mailbot.adapters.store.ticket_rows import StoredTicket
    from mailbot.domain.act import Act
    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk
    from mailbot.domain.late import CaughtUp
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.timers import DueTimer
    from mailbot.ports import Entry

# A longer Message-ID is no use as a key, and PostgreSQL refuses to index it; the mail is found by its token then.
LONGEST_ID = 500
_SETTLE = update(mails).where(mails.c.id == bindparam("mail"), mails.c.state == "kept")
_NUMBER = select(mails.c.ticket).where(mails.c.id == bindparam("mail"))
_ADD_FILES = insert(files)


class _HandledElsewhereError(Exception):
    """Another worker finished this mail while our lease had run out: roll back and leave it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One decision and what it is about; a timer has no entry, and a mail that could not be read is None."""

    decision: Decision
    now: datetime
    entry: Entry | None = None
    mail: IncomingMail | None = None

    @property
    def mail_id(self) -> int | None:
        """The mail's row in the ledger."""
        return self.entry.id if self.entry else None

    @property
    def sender(self) -> str | None:
        """The sender's address as the tables keep it: of an impossible one the beginning, because it is a key there."""
        return self.mail.sender.address[:LONGEST_ADDRESS] if self.mail and self.mail.sender else None

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The mail's files; of a mail that could not be read, the raw mail itself, for a person to look at."""
        if self.mail is not None:
            return self.mail.attachments
        if self.entry is None:
            return ()
        return (Attachment("mail.eml", "message/rfc822", self.entry.size, self.entry.sha256),)


@dataclass(frozen=True, slots=True)
class Applier:
    """Obeys decisions. `timezone` says when a month of ticket numbers begins."""

    engine: Engine
    desk: Desk
    timezone: ZoneInfo
    write: Writing

    def apply(self, entry: Entry, mail: IncomingMail | None, decision: Decision, now: datetime) -> str:
        """Obey the decision about a mail in one transaction; return the ticket's number, or an empty string.

        Does nothing when another worker handled the mail meanwhile. Raises ChangedMeanwhileError when the ticket, or
        what is known of this mail, changed since it was looked up.
        """
        try:
            with writing(self.engine) as connection:
                return self._apply_mail(connection, Case(decision, now, entry, mail))
        except _HandledElsewhereError:
            return ""
        except IntegrityError as error:
            # Only the same mail in another worker's hands is a race; any other broken rule would break again each time.
            if mails.c.content_key.name not in str(error.orig):
                raise
            raise ChangedMeanwhileError("the same mail was handled meanwhile") from error

    def apply_act(self, act: Act, entry: Entry, mail: IncomingMail, decision: Decision, now: datetime) -> Answered:
        """Obey the decision about an act in one transaction, with its line in the ledger.

        An act that was done meanwhile is answered as it was then. Raises ChangedMeanwhileError when the ticket changed.
        """
        try:
            with writing(self.engine) as connection:
                added = replace(entry, id=add_act(connection, act, entry, now))
                number = self._apply_mail(connection, Case(decision, now, added, mail))
                return Answered(number, decision.outcome.value)
        except IntegrityError:
            done = find_act(self.engine, act)
            if done is None:
                raise
            return done

    def apply_timer(self, timer: DueTimer, decision: Decision, now: datetime) -> None:
        """Obey the decision about a due timer and remove the timer, in one transaction.

        Raises ChangedMeanwhileError when the timer is gone or the ticket changed.
        """
        with writing(self.engine) as connection:
            gone = connection.execute(delete(timers).where(timers.c.id == timer.id)).rowcount != 1
            if gone:
                raise ChangedMeanwhileError(f"timer {timer.id} is gone")
            if decision.outcome is Outcome.UPDATED:
                self._change(connection, Case(decision, now))

    def apply_late(self, caught_up: CaughtUp, now: datetime) -> None:
        """Obey everything that late timers come to and remove them, in one transaction.

        Raises ChangedMeanwhileError when one of the timers is gone or one of the tickets changed.
        """
        with writing(self.engine) as connection:
            if not remove_timers(connection, [timer.id for timer in caught_up.spent]):
                raise ChangedMeanwhileError("another worker looked at the same timers")
            for decision in caught_up.decisions:
                self._change(connection, Case(decision, now))
            post_for_desk(connection, self.write, caught_up.letters, now, "caught up")

    def _apply_mail(self, connection: Connection, case: Case) -> str:
        stored: StoredTicket | None = None
        decision = case.decision
        if decision.outcome is Outcome.QUARANTINED and (shown := _find_number(connection, case)):
            # It was tried anew and failed again: the ticket that shows it to the IT section is there already.
            _settle_mail(connection, case, shown)
            return shown
        if decision.draft is not None:
            local = case.now.astimezone(self.timezone)
            stored = open_ticket(connection, decision.draft, self.desk, case.now, local)
        elif decision.outcome is Outcome.UPDATED:
            stored = update_ticket(connection, decision, self.desk, case.now)
        number = stored.ticket.number if stored else decision.ticket
        _settle_mail(connection, case, number)
        if stored is not None:
            if _joins_with_files(decision):
                _keep_files(connection, case, stored)
            keep_facts(connection, stored.id, decision.facts, case.mail_id)
            self._tell(connection, case, stored)
        done = [(decision, stored)] if stored else []
        for other in decision.also:
            done += self._change(connection, replace(case, decision=other))
        keep_deeds(connection, decision.commanded, done, case.mail_id, case.now)
        if decision.settings is not None:
            keep_settings(connection, decision.settings)
        if decision.binding is not None:
            keep_binding(connection, decision.binding, self.desk.claims_per_day, case.now)
        if decision.challenge is not None:
            keep_challenge(connection, decision.challenge, case.mail_id, case.now)
        keep_brakes(connection, decision, case.sender or "", case.now)
        self._answer(connection, case)
        return number

    def apply_within(self, connection: Connection, decision: Decision, now: datetime) -> None:
        """Obey a decision that no mail brought about, within a transaction of its own story."""
        case = Case(decision, now)
        for other in decision.also:
            self._change(connection, replace(case, decision=other))
        self._answer(connection, case)

    def _change(self, connection: Connection, case: Case) -> list[tuple[Decision, StoredTicket]]:
        """Change one more ticket, with its history and letters; return everything that was changed."""
        stored = update_ticket(connection, case.decision, self.desk, case.now)
        self._tell(connection, case, stored)
        done = [(case.decision, stored)]
        for other in case.decision.also:
            done += self._change(connection, replace(case, decision=other))
        return done

    def _answer(self, connection: Connection, case: Case) -> None:
        """Write the letters that are about no single ticket."""
        tasks = [
            LetterTask(
                order=order,
                ticket=None,
                requester=None,
                assignee=None,
                thread=thread_for(order, Correspondence((), ()), case.mail),
                attachments=(),
                at=case.now,
                event_key=order.key or f"mail {case.mail_id}",
            )
            for order in case.decision.letters
            if LETTERS[order.kind].about_desk
        ]
        post_letters(connection, None, [(task.order, self.write(task)) for task in tasks], case.now)

    def _tell(self, connection: Connection, case: Case, stored: StoredTicket) -> None:
        """Write the history, and the letters that the decision orders."""
        decision = case.decision
        append_events(connection, stored, decision, case.mail_id, case.now)
        keep_words(connection, stored.id, stored.ticket, decision)
        hold_news(connection, stored.id, decision.held, case.now)
        orders = [order for order in decision.letters if not LETTERS[order.kind].about_desk]
        if not orders:
            return
        requester, assignee = normal_address(stored.ticket.requester), normal_address(stored.ticket.assignee)
        known = find_people(connection, [requester, assignee])
        past = Correspondence((), ()) if decision.draft else find_correspondence(connection, stored)
        facts = tuple(dict.fromkeys(decision.facts)) if decision.draft else find_ticket_facts(connection, stored.id)
        tasks = [
            LetterTask(
                order=order,
                ticket=stored.ticket,
                requester=known.get(requester),
                assignee=known.get(assignee),
                thread=thread_for(order, past, case.mail),
                attachments=case.attachments,
                at=case.now,
                event_key=str(stored.ticket.version),
                facts=facts,
            )
            for order in orders
        ]
        post_letters(connection, stored.id, [(task.order, self.write(task)) for task in tasks], case.now)


def _find_number(connection: Connection, case: Case) -> str:
    """Return the ticket that the mail got when it was set aside before, or an empty string."""
    return connection.execute(_NUMBER, {"mail": case.mail_id}).scalar() or ""


def _settle_mail(connection: Connection, case: Case, number: str) -> None:
    """Give the mail its final state in the ledger. Raises _HandledElsewhereError when it has one already."""
    mail, outcome = case.mail, case.decision.outcome
    has_content = outcome in {Outcome.OPENED, Outcome.UPDATED, Outcome.ANSWERED, Outcome.AUTOMATIC}
    values = {
        "state": "quarantined" if outcome is Outcome.QUARANTINED else "done",
        "outcome": outcome,
        "reasons": [storable(reason) for reason in case.decision.reasons],
        "ticket": number,
        "leased_until": None,
        "done_at": case.now,
        "content_key": (mail.content_key or None) if mail and has_content else None,
        "message_id": mail.message_id if mail and 0 < len(mail.message_id) <= LONGEST_ID else None,
        "sender": case.sender,
        "subject": mail.subject if mail else None,
    }
    settled = connection.execute(_SETTLE, {**values, "mail": case.mail_id})
    if settled.rowcount != 1:
        raise _HandledElsewhereError


def _joins_with_files(decision: Decision) -> bool:
    """Tell whether the files of a mail join its ticket: not those of a forgery, nor those that are there already."""
    challenge = decision.challenge
    if challenge is not None and challenge.state is ChallengeState.CONFIRMED:
        return challenge.is_apart
    return decision.unproven is None or not decision.unproven.is_apart


def _keep_files(connection: Connection, case: Case, stored: StoredTicket) -> None:
    sender = usable_address(case.mail.sender.address) if case.mail and case.mail.sender else ""
    rows = [
        {
            "ticket_id": stored.id,
            "mail_id": case.mail_id,
            "sha256": attachment.sha256,
            "name": attachment.name,
            "content_type": attachment.content_type,
            "size": attachment.size,
            "inline": attachment.inline,
            "sender": sender,
            "preview": attachment.preview,
            "width": attachment.width,
            "height": attachment.height,
            "evidence": attachment.evidence,
            "fingerprint": attachment.fingerprint if attachment.evidence else "",
        }
        for attachment in case.attachments
    ]
    if rows:
        connection.execute(_ADD_FILES, rows)
