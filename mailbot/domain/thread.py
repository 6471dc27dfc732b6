"""To which ticket a mail may belong: the clues it carries, strongest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.bounces import find_reported_ids
from mailbot.domain.numbering import find_numbers, number_from_digits
from mailbot.domain.quotes import find_own_words
from mailbot.domain.trust import MESSAGE_ID_PREFIX, find_tokens, is_valid

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk
    from mailbot.domain.mail import IncomingMail

# A thread of a thousand mails names a thousand ids; the nearest ones tell enough.
MAXIMUM_IDS = 50
OWN_ID = f"<{MESSAGE_ID_PREFIX}"


@dataclass(frozen=True, slots=True)
class Clues:
    """Where to look for the ticket.

    `proven` are ticket numbers for which the mail carries a token that was made for its sender.
    `message_ids` are ids of the mails it answers, nearest first; they count when its sender belongs to that ticket.
    `numbers` are ticket numbers in the subject; they count when the sender belongs to the ticket.
    `employee_id` is the one the mail names, for the directory to check; `guesses` are others that it may mean.
    `reported` are the Message-IDs of letters of ours that a bounce or receipt is about.
    """

    proven: tuple[str, ...]
    message_ids: tuple[str, ...]
    numbers: tuple[str, ...]
    employee_id: str = ""
    guesses: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()


def find_clues(
    mail: IncomingMail,
    employee_id: str | None,
    desk: Desk,
    *,
    guesses: tuple[str, ...] = (),
    is_automatic: bool = False,
) -> Clues:
    """Return the clues of a mail; a mail with no single sender proves nothing, and only a machine reports."""
    ids = mail.thread_ids[:MAXIMUM_IDS]
    proven: list[str] = []
    if mail.sender is not None and mail.sender_count == 1:
        places = (*ids, *mail.recipients, find_own_words(mail.reply))
        valid = (token for token in find_tokens(places) if is_valid(token, desk.keys, mail.sender.address))
        proven = [number for token in valid if (number := number_from_digits(desk.prefix, token.digits))]
    numbers = find_numbers(desk.prefix, mail.subject)
    ids_in_report = find_reported_ids(mail) if is_automatic else ()
    reported = tuple(message_id for message_id in ids_in_report if message_id.startswith(OWN_ID))
    return Clues(tuple(dict.fromkeys(proven)), ids, numbers, employee_id or "", guesses, reported)
