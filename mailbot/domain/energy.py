"""How many automatic answers may go out, whatever screening found: every loop and every flood dies of these bounds.

The table stands beside all that tells machines from people, because nothing tells them apart for certain. Tickets are
opened all the same, and what a person wrote or brought about by a proven command is never left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.authority import Action, Level, Mode
from mailbot.domain.breaker import why_stop
from mailbot.domain.decision import EventKind
from mailbot.domain.letter import LETTERS, LetterKind
from mailbot.domain.permission import may
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import IncomingMail

# What a machine with a signature can bring about without meaning it.
WORDS_ONLY = frozenset({EventKind.OPENED, EventKind.COMMENTED, EventKind.FIELDS_SET, EventKind.REFUSED})
# What tells somebody that a command was carried out.
CONFIRMATIONS = frozenset({LetterKind.DONE, LetterKind.CARRIED_OUT})
_UNVOUCHED_A_DAY = 1
_STAFF_MORE = 5
_SAME_SUBJECT = 2
_PREFIX = re.compile(
    r"^\s*((re|fwd?|aw|wg|sv|tr|उत्तर|अग्रेषित)\s*(\[\d+\]|\(\d+\))?\s*[:：]|\[[^\]]{0,80}\])\s*", re.IGNORECASE
)
_CHANGING = re.compile(r"[\W\d_]+")


class Standing(StrEnum):
    """As what a sender is bound: each has its own column in the table."""

    STAFF = "staff"
    KNOWN = "known"
    UNKNOWN = "unknown"
    UNVOUCHED = "unvouched"


class Reach(StrEnum):
    """What a bound counts."""

    ADDRESS_HOUR = "address_hour"
    ADDRESS_DAY = "address_day"
    SUBJECT = "subject"
    STRANGERS = "strangers"
    DOMAIN = "domain"
    DESK = "desk"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Bound:
    """One line of the table: whom it binds, what is counted, how much is allowed, and what is said about it."""

    reach: Reach
    standings: frozenset[Standing]
    counted: Callable[[Known], int]
    most: Callable[[Desk, Standing], int]
    reason: str


_ALL = frozenset(Standing)
_OUTSIDE = frozenset({Standing.UNKNOWN, Standing.UNVOUCHED})


def _hour(desk: Desk, standing: Standing) -> int:
    if standing in _OUTSIDE:
        return desk.answers_unknown.per_hour
    return desk.answers.per_hour * (_STAFF_MORE if standing is Standing.STAFF else 1)


def _day(desk: Desk, standing: Standing) -> int:
    if standing is Standing.UNVOUCHED:
        return _UNVOUCHED_A_DAY
    if standing is Standing.UNKNOWN:
        return desk.answers_unknown.per_day
    return desk.answers.per_day * (_STAFF_MORE if standing is Standing.STAFF else 1)


_TO_ONE = "Its sender already got as many automatic answers as one address may get, so this one is not sent."

# Read from the top: the first bound that is reached leaves the answer out.
BOUNDS: tuple[Bound, ...] = (
    Bound(
        Reach.STOPPED,
        _ALL,
        lambda known: known.energy.stopped,
        lambda *_: 1,
        "Automatic answers are stopped at the moment, so none is sent.",
    ),
    Bound(Reach.ADDRESS_HOUR, _ALL, lambda known: known.answers_last_hour, _hour, _TO_ONE),
    Bound(Reach.ADDRESS_DAY, _ALL, lambda known: known.answers_last_day, _day, _TO_ONE),
    Bound(
        Reach.SUBJECT,
        _OUTSIDE,
        lambda known: known.energy.same_subject,
        lambda *_: _SAME_SUBJECT,
        "Its sender is unknown and wrote with the same subject before, so the answer is not repeated.",
    ),
    Bound(
        Reach.STRANGERS,
        _OUTSIDE,
        lambda known: known.energy.strangers_last_hour,
        lambda desk, _: desk.energy.strangers_per_hour,
        "Unknown addresses already got as many automatic answers in this hour as they may get together.",
    ),
    Bound(
        Reach.DOMAIN,
        _OUTSIDE,
        lambda known: known.energy.domain_last_hour,
        lambda desk, _: desk.energy.domain_per_hour,
        "The domain of its sender already got as many automatic answers in this hour as one domain may get.",
    ),
    Bound(
        Reach.DESK,
        _ALL - {Standing.STAFF},
        lambda known: known.energy.desk_last_hour,
        lambda desk, _: desk.energy.desk_per_hour,
        "The desk already sent as many automatic answers in this hour as it may send.",
    ),
)


def find_standing(known: Known, desk: Desk, *, is_asked: bool = False) -> Standing:
    """Return as what the sender is bound; where mail servers vouch, who is not vouched for has the least.

    The question "was this you?" to somebody of the directory has a bound of its own, three an hour.
    """
    if known.person is not None and known.person.is_staff and may(Action.STAFF, known, desk):
        return Standing.STAFF
    if desk.trust.mode is Mode.ENFORCE and known.level is Level.A0 and not known.has_token and not is_asked:
        return Standing.UNVOUCHED
    return Standing.KNOWN if known.person is not None else Standing.UNKNOWN


def find_bound(known: Known, desk: Desk, *, is_asked: bool = False) -> Bound | None:
    """Return the first bound that is reached."""
    standing = find_standing(known, desk, is_asked=is_asked)
    return next(
        (
            bound
            for bound in BOUNDS
            if standing in bound.standings and bound.counted(known) >= bound.most(desk, standing)
        ),
        None,
    )


def limit_answers(decision: Decision, mail: IncomingMail, known: Known, desk: Desk) -> Decision:
    """Leave out answers beyond the bounds: whatever answers us back, the exchange dies.

    What a proven mail commanded is confirmed all the same. A token alone proves no person: a machine that answers our
    letter carries it too.
    """
    stop = why_stop(known.energy)
    is_asked = decision.unproven is not None and known.person is not None and known.may_ask
    bound = BOUNDS[0] if stop else find_bound(known, desk, is_asked=is_asked)
    if bound is None:
        return decision
    confirmed = CONFIRMATIONS if may(Action.STAFF, known, desk) and _commands(decision) else frozenset()
    addresses = {normal_address(mail.sender.address)} if mail.sender else set()
    addresses |= {normal_address(known.person.email)} if known.person else set()
    kept = tuple(
        letter
        for letter in decision.letters
        if letter.kind in confirmed or not (LETTERS[letter.kind].replied and normal_address(letter.to) in addresses)
    )
    if len(kept) == len(decision.letters):
        return decision
    return replace(
        decision, letters=kept, reasons=(*decision.reasons, bound.reason), bounded=bound.reach.value, stop=stop
    )


def normal_subject(subject: str) -> str:
    """Return what stays the same of a subject when a machine repeats it: no "Re:", no tags, numbers or signs."""
    before, text = "", subject
    while text != before:
        before, text = text, _PREFIX.sub("", text, count=1)
    return _CHANGING.sub(" ", text).strip().casefold()


def _commands(decision: Decision) -> bool:
    events = (*decision.events, *(event for other in decision.also for event in other.events))
    return any(event.kind not in WORDS_ONLY for event in events)
