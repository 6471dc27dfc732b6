"""The questions "was this you?": how often an address was asked, which one a mail answers, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from mailbot.adapters.store.bindings import find_bound
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.leases import take_turn
from mailbot.adapters.store.tables import mails
from mailbot.adapters.store.tables_challenges import challenges
from mailbot.domain.challenge import MOST_PER_HOUR, WITHIN
from mailbot.domain.decision import Challenge, ChallengeState
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.thread import prove_for
from mailbot.domain.trust import DESK_DIGITS, normal_address, usable_address
from mailbot.ports import Entry, Held

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from mailbot.domain.desk import Desk
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.thread import Clues

ASKING = "asking whether it was you"  # one at a time, so that the questions of an hour are counted rightly


def may_ask(connection: Connection, address: str, now: datetime) -> bool:
    """Tell whether this address may be asked once more within the hour."""
    lately = (challenges.c.actor == normal_address(address)) & (challenges.c.asked_at > now - timedelta(hours=1))
    count = connection.execute(select(func.count()).select_from(challenges).where(lately)).scalar() or 0
    return bool(address) and count < MOST_PER_HOUR


def find_held(engine: Engine, mail: IncomingMail, clues: Clues, desk: Desk) -> Held | None:
    """Return what the question asks about that a mail answers, by the tokens that the mail carries, or None."""
    foreign = tuple(token.nonce for token in clues.foreign if token.digits == DESK_DIGITS)
    sender = usable_address(mail.sender.address) if mail.sender and mail.sender_count == 1 else ""
    if not sender or not (clues.desk_nonces or foreign):
        return None
    with reading(engine) as connection:
        bound = find_bound(connection, sender)
        own = prove_for(clues, bound.email, desk).desk_nonces if bound else clues.desk_nonces
        wanted = (*own, *(nonce for nonce in foreign if nonce not in own))
        query = select(challenges, mails.c.mailbox, mails.c.sha256, mails.c.size, mails.c.arrived_at, mails.c.oversized)
        rows = connection.execute(query.join(mails).where(challenges.c.nonce.in_(wanted))).mappings()
        found = {row["nonce"]: row for row in rows}
    row = next((found[nonce] for nonce in wanted if nonce in found), None)
    if row is None:
        return None
    addresses = {sender, normal_address(bound.email) if bound else sender}
    state = ChallengeState(row["state"])
    challenge = Challenge(row["nonce"], row["actor"], row["ticket"], is_apart=row["is_apart"], state=state)
    entry = Entry(
        id=row["mail_id"],
        mailbox=row["mailbox"],
        sha256=row["sha256"],
        size=row["size"],
        arrived=row["arrived_at"],
        attempt=1,
        oversized=row["oversized"],
    )
    is_own = row["nonce"] in own and row["actor"] in addresses
    return Held(challenge, entry, row["asked_at"], is_own=is_own)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that waits for its answer: who was asked, and until when a yes counts."""

    actor: str
    asked_at: datetime
    until: datetime


def find_open_questions(engine: Engine, number: str, now: datetime) -> list[OpenQuestion]:
    """Return the questions about a ticket that can still be answered, oldest first; a person waits for this."""
    columns = challenges.c.actor, challenges.c.asked_at
    is_open = (challenges.c.state == ChallengeState.ASKED) & (challenges.c.asked_at >= now - WITHIN)
    query = select(*columns).where(challenges.c.ticket == number, is_open).order_by(challenges.c.id)
    with reading(engine) as connection:
        return [OpenQuestion(actor, at, at + WITHIN) for actor, at in connection.execute(query)]


def keep_challenge(connection: Connection, challenge: Challenge, mail_id: int | None, now: datetime) -> None:
    """Remember a question, or its answer.

    Raises ChangedMeanwhileError when it was answered meanwhile, or the address was asked often enough.
    """
    if challenge.state is ChallengeState.ASKED:
        take_turn(connection, ASKING, now)
        if not may_ask(connection, challenge.actor, now):
            raise ChangedMeanwhileError("as many questions as one hour may have were asked meanwhile")
        values: dict[str, object] = {"nonce": challenge.nonce, "actor": challenge.actor, "ticket": challenge.ticket}
        values |= {"is_apart": challenge.is_apart, "mail_id": mail_id, "state": challenge.state, "asked_at": now}
        connection.execute(insert(challenges).values(values))
        return
    waiting = (challenges.c.nonce == challenge.nonce) & (challenges.c.state == ChallengeState.ASKED)
    answered = connection.execute(update(challenges).where(waiting).values(state=challenge.state, answered_at=now))
    if answered.rowcount != 1:
        raise ChangedMeanwhileError("the question was answered meanwhile")
