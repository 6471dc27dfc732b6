"""To which ticket a mail may belong: the clues it carries, strongest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbot.domain.bounces import find_reported_ids
from mailbot.domain.number_lists import MOST_TARGETS, find_mistyped, pick_numbers
from mailbot.domain.numbering import find_numbers, number_from_digits
from mailbot.domain.quotes import find_own_words
from mailbot.domain.trust import DESK_DIGITS, MESSAGE_ID_PREFIX, find_tokens, is_valid, remake_token
from mailbot.domain.verbs import VERBS, About, Takes, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from mailbot.domain.desk import Desk
    from mailbot.domain.grammar import Command
    from mailbot.domain.likeness import Look
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.trust import Token

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
    `desk_nonces` are those of its tokens that were in letters about no ticket; `foreign` are tokens that were made for
    somebody else, who may be the same person under another address.
    `targets` are the numbers that its commands name, and `questions` what it asks the desk.
    `mistyped` are numbers in the subject whose check digit is wrong. `answered` are the Message-IDs of the letters of
    ours that a mail which commands something may answer, nearest first.
    `reported` are the Message-IDs of letters of ours that a bounce or receipt is about.
    `opens_in` is the module that a ticket of this mail would have, and `moves` tells that the mail names one itself;
    `owned` are the modules that have owners. `verbs` are what it commands and asks.
    `look` is what its ticket would look like, if that is to be compared with others.
    `carried` are its tokens, each with a Message-ID that the letter may have in which it was; `is_token_old` tells that
    the youngest of these letters is too old for commands of the IT section.
    `since` is when a mail was understood first that is handled now, once its sender confirmed it.
    `is_automatic` tells that a machine wrote it, so that nobody is answered.
    """

    proven: tuple[str, ...]
    message_ids: tuple[str, ...]
    numbers: tuple[str, ...]
    employee_id: str = ""
    guesses: tuple[str, ...] = ()
    reported: tuple[str, ...] = ()
    sender_proven: bool = False
    desk_nonces: tuple[str, ...] = ()
    foreign: tuple[Token, ...] = ()
    targets: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    mistyped: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    opens_in: str = ""
    moves: bool = False
    owned: frozenset[str] = frozenset()
    verbs: frozenset[Verb] = frozenset()
    look: Look | None = None
    is_automatic: bool = False
    carried: tuple[tuple[str, Token], ...] = ()
    is_token_old: bool = False
    since: datetime | None = None


def find_clues(
    mail: IncomingMail,
    employee_id: str | None,
    desk: Desk,
    *,
    guesses: tuple[str, ...] = (),
    is_automatic: bool = False,
    commands: tuple[Command, ...] = (),
    module: str | None = None,
    look: Look | None = None,
) -> Clues:
    """Return the clues of a mail; a mail with no single sender proves nothing, and only a machine reports."""
    ids = mail.thread_ids[:MAXIMUM_IDS]
    tokens, foreign = _find_tokens(mail, ids, desk)
    ids_in_report = find_reported_ids(mail) if is_automatic else ()
    reported = tuple(message_id for message_id in ids_in_report if message_id.startswith(OWN_ID))
    return Clues(
        proven=tuple(dict.fromkeys(_numbers_of(tokens, desk))),
        message_ids=ids,
        numbers=find_numbers(desk.prefix, mail.subject),
        employee_id=employee_id or "",
        guesses=guesses,
        reported=reported,
        sender_proven=bool(tokens),
        desk_nonces=tuple(token.nonce for token in tokens if token.digits == DESK_DIGITS),
        foreign=foreign,
        targets=find_targets(commands, desk),
        questions=tuple(
            Question(command.verb, command.argument) for command in commands if not is_about_ticket(command)
        ),
        mistyped=find_mistyped(desk.prefix, mail.subject),
        answered=_answered(ids, tokens, desk) if any(is_about_ticket(command) for command in commands) else (),
        opens_in=module or desk.catalogue.modules.default,
        moves=module is not None or any(command.verb is Verb.MODULE for command in commands),
        owned=frozenset(entry.code for entry in desk.catalogue.modules.entries if entry.owners),
        verbs=frozenset(command.verb for command in commands),
        look=look,
        is_automatic=is_automatic,
        carried=_carried(tokens, ids, mail.sender.address, desk) if mail.sender else (),
    )


def prove_for(clues: Clues, address: str, desk: Desk) -> Clues:
    """Return the clues of a mail from another address of somebody: a letter to the stored one proves it as well."""
    own = [token for token in clues.foreign if is_valid(token, desk.keys, address)]
    proven = (*clues.proven, *_numbers_of(own, desk))
    nonces = (*clues.desk_nonces, *(token.nonce for token in own if token.digits == DESK_DIGITS))
    return replace(
        clues,
        proven=tuple(dict.fromkeys(proven)),
        desk_nonces=nonces,
        sender_proven=clues.sender_proven or bool(own),
        carried=(*clues.carried, *_carried(own, clues.message_ids, address, desk)),
    )


def with_tokens(clues: Clues, tokens: Iterable[Token], desk: Desk) -> Clues:
    """Return the clues of a mail of whose tokens only these count."""
    live = tuple(tokens)
    return replace(
        clues,
        proven=tuple(dict.fromkeys(_numbers_of(live, desk))),
        desk_nonces=tuple(token.nonce for token in live if token.digits == DESK_DIGITS),
        sender_proven=bool(live),
    )


def _carried(
    tokens: Sequence[Token], ids: tuple[str, ...], recipient: str, desk: Desk
) -> tuple[tuple[str, Token], ...]:
    """Return the tokens with the Message-IDs of their letters: their own, that of a list of tickets, or as answered."""
    domain = desk.address.rpartition("@")[2]
    found = [
        (f"{OWN_ID}{one}@{domain}>", token)
        for token in tokens
        for one in (token, remake_token(token, desk.keys, DESK_DIGITS, recipient))
    ]
    found += [(one, token) for one in ids if one.startswith(OWN_ID) for token in find_tokens([one]) if token in tokens]
    return tuple(dict.fromkeys(found))


def _find_tokens(mail: IncomingMail, ids: tuple[str, ...], desk: Desk) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """Return the tokens of a mail that were made for its sender, and the others; without a single sender none."""
    if mail.sender is None or mail.sender_count != 1:
        return (), ()
    found = find_tokens((*ids, *mail.recipients, find_own_words(mail.reply)))
    tokens = tuple(token for token in found if is_valid(token, desk.keys, mail.sender.address))
    return tokens, tuple(token for token in found if token not in tokens)


def _numbers_of(tokens: Iterable[Token], desk: Desk) -> list[str]:
    numbers = (number_from_digits(desk.prefix, token.digits) for token in tokens if token.digits != DESK_DIGITS)
    return [number for number in numbers if number]


def find_targets(commands: tuple[Command, ...], desk: Desk) -> tuple[str, ...]:
    """Return the numbers that commands name, right or wrong, as many as one mail may name."""
    named: list[str] = []
    for command in commands:
        if VERBS[command.verb].takes is Takes.TICKETS:
            named += pick_numbers(command.argument, desk.prefix)[0]
        named += command.targets
    return tuple(dict.fromkeys(named))[:MOST_TARGETS]


def is_about_ticket(command: Command) -> bool:
    """Tell whether a command concerns a ticket's course."""
    return VERBS[command.verb].about is About.TICKET


def _answered(ids: tuple[str, ...], tokens: Iterable[Token], desk: Desk) -> tuple[str, ...]:
    """Return the ids of our letters in a thread, and those of the letters whose tokens a button wrote."""
    domain = desk.address.rpartition("@")[2]
    of_tokens = (f"{OWN_ID}{token}@{domain}>" for token in tokens)
    return tuple(dict.fromkeys((*(one for one in ids if one.startswith(OWN_ID)), *of_tokens)))[:MAXIMUM_IDS]
