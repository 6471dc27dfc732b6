"""To which ticket a mail may belong: the clues it carries, strongest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.bounces import find_reported_ids
from mailbot.domain.numbering import find_numbers, number_from_digits
from mailbot.domain.quotes import find_own_words
from mailbot.domain.trust import DESK_DIGITS, MESSAGE_ID_PREFIX, find_tokens, is_valid

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.verbs import Verb

# A thread of a thousand mails names a thousand ids; the nearest ones tell enough.
MAXIMUM_IDS = 50
OWN_ID = f"<{MESSAGE_ID_PREFIX}"


@dataclass(frozen=True, slots=True)
class Question:
    """What a mail asks the desk to look up: the verb and what stood behind it."""

    verb: Verb
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Clues:
    """Where to look for the ticket.

    `proven` are ticket numbers for which the mail carries a token that was made for its sender.
    `message_ids` are ids of the mails it answers, nearest first; they count when its sender belongs to that ticket.
    `numbers` are ticket numbers in the subject; they count when the sender belongs to the ticket.
    `employee_id` is the one the mail names, for the directory to check; `guesses` are others that it may mean.
    `sender_proven` tells that any token of the mail was made for its sender, if only in a letter about no ticket.
    `targets` are the numbers that its commands name, and `questions` what it asks the desk.
    `reported` are the Message-IDs of letters of ours that a bounce or receipt is about.
    """

    proven: tuple[str, ...]
    message_ids: tuple[str, ...]
    numbers: tuple[str, ...]
    employee_id: str = ""
    guesses: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    sender_proven: bool = False
    targets: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


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
    sender_proven = False
    if mail.sender is not None and mail.sender_count == 1:
        places = (*ids, *mail.recipients, find_own_words(mail.reply))
        digits = [token.digits for token in find_tokens(places) if is_valid(token, desk.keys, mail.sender.address)]
        sender_proven = bool(digits)
        numbers_of = (number_from_digits(desk.prefix, found) for found in digits if found != DESK_DIGITS)
        proven = [number for number in numbers_of if number]
    numbers = find_numbers(desk.prefix, mail.subject)
    ids_in_report = find_reported_ids(mail) if is_automatic else ()
    reported = tuple(message_id for message_id in ids_in_report if message_id.startswith(OWN_ID))
    return Clues(tuple(dict.fromkeys(proven)), ids, numbers, employee_id or "", guesses, reported, sender_proven)
