"""When one address floods the desk: its further mails join one ticket, and the mails of others are handled first."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import concerned_staff, to_staff
from mailbot.domain.decision import Change, Decision, Event, EventKind, Outcome
from mailbot.domain.letter import Audience, LetterKind, Notice

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import IncomingMail

_HEADERS_AT_MOST = 65_536
_FROM = re.compile(rb"^from[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(rb"[^\s<>,;:\"()@]{1,64}@[^\s<>,;:\"()@]{1,190}")


def guess_sender(raw: bytes) -> str:
    """Return the address that a mail names in From, for whose turn it is only: nothing else may rely on it."""
    head = raw[:_HEADERS_AT_MOST].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    line = _FROM.search(head)
    found = _ADDRESS.findall(line[1]) if line else []
    if not found:
        return ""
    local, _, domain = found[-1].decode("ascii", "replace").rpartition("@")
    return f"{local}@{domain.lower()}"


def is_flooding(known: Known, desk: Desk) -> bool:
    """Tell whether the sender wrote more in this hour than anybody does by hand; the IT section may."""
    is_staff = known.person is not None and known.person.is_staff
    return not is_staff and known.energy.mails_last_hour >= desk.energy.flood_mails


def fold(decision: Decision, mail: IncomingMail, known: Known, desk: Desk) -> Decision:
    """Return the decision about a mail of a flood: no further ticket, and no letter for each comment.

    The IT section gets one line when it begins. What somebody commands is carried out as ever.
    """
    if not is_flooding(known, desk):
        return decision
    ticket, draft = known.energy.fold_into, decision.draft
    if draft is None:
        return _quiet(decision)
    if ticket is None or ticket.verified != draft.verified:
        return decision
    count = known.energy.mails_last_hour
    address = mail.sender.address if mail.sender else ""
    reason = f"{address} sent {count} mails within an hour, so this one joins the ticket opened last."
    is_first = count == desk.energy.flood_mails
    people = concerned_staff(ticket, known, address) if is_first else ()
    return Decision(
        Outcome.UPDATED,
        (*decision.reasons, reason),
        ticket=ticket.number,
        expected_version=ticket.version,
        change=Change(),
        events=(Event(EventKind.COMMENTED, address, f"{draft.title}\n{draft.description}", reason),),
        letters=to_staff(LetterKind.COMMENT, people, desk, notices=(Notice("flood_folded", address, str(count)),)),
    )


def _quiet(decision: Decision) -> Decision:
    """Return a decision that only adds words to a ticket without its letters to the IT section."""
    is_comment = decision.events and all(event.kind is EventKind.COMMENTED for event in decision.events)
    if not is_comment or decision.also:
        return decision
    letters = tuple(letter for letter in decision.letters if letter.audience is not Audience.STAFF)
    return replace(decision, letters=letters)
