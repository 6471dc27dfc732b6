"""Resolving a parent answers its open cases: each officer once, in their own language, with the words of the solution.

All of it is one transaction. A parent has 200 cases at most, and one mail answers no more; a second parent in the same
mail that does not fit is left as it is, and the answer says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.several import add_part, changed_so_far, scene_of_target
from mailbot.domain.ticket import Actor, Status, Step, status_after
from mailbot.domain.tying import MOST_CASES

if TYPE_CHECKING:
    from mailbot.domain.asking import Asking
    from mailbot.domain.desk import Target
    from mailbot.domain.scene import Scene

_STAFF = frozenset({Actor.STAFF})


def answer_cases(asking: Asking, own: Scene | None, done: Effects) -> Effects:
    """Return everything the mail did, with the open cases of each ticket that it resolves resolved as well.

    A case that the same mail moves itself, or that somebody resolved before, is not answered again.
    """
    left = MOST_CASES
    for number, words in _resolved(own, done).items():
        open_cases = [target for target in asking.known.children if target.ticket.parent == number]
        cases = [target for target in open_cases if _is_answered(target, own, done)]
        if len(cases) > left:
            done = _leave(number, done)
            continue
        left -= len(cases)
        for target in cases:
            done = add_part(done, scene_of_target(target, asking), own, _answered(target, number, words, asking))
        if cases:
            line = "" if own is not None and own.ticket.number == number else number
            done += Effects(notices=(Notice("done_cases_answered", str(len(cases)), ticket=line),))
    return done


def _resolved(own: Scene | None, done: Effects) -> dict[str, str]:
    """Return the tickets that the mail resolves, with the words of the solution; its own one comes first."""
    found = {own.ticket.number: done.change.resolution or ""} if own and done.change.status is Status.RESOLVED else {}
    for other in done.also:
        if other.change is not None and other.change.status is Status.RESOLVED:
            found[other.ticket] = other.change.resolution or ""
    return found


def _is_answered(target: Target, own: Scene | None, done: Effects) -> bool:
    number = target.ticket.number
    change = done.change if own is not None and own.ticket.number == number else changed_so_far(number, done)
    is_moved = change.status is not None or change.parent is not None
    return not is_moved and status_after(Step.RESOLVE, target.ticket.status, _STAFF) is not None


def _answered(target: Target, parent: str, words: str, asking: Asking) -> Effects:
    """Resolve one case with the words of its parent; its officer gets one letter, as does a colleague who has it."""
    scene, person = scene_of_target(target, asking), asking.known.person
    assignee = person.email if person is not None and not target.ticket.assignee else None
    reason = f"It is answered with its parent {parent}."
    return Effects(
        Change(status=Status.RESOLVED, resolution=words, assignee=assignee),
        (Event(EventKind.RESOLVED, scene.sender, words, reason),),
        scene.tell_requester(LetterKind.RESOLVED, words)
        + scene.tell_assignee(LetterKind.STATUS_CHANGED, words, (Notice("case_answered", parent),)),
        (reason,),
    )


def _leave(number: str, done: Effects) -> Effects:
    """Take back the solution of a parent whose cases are too many for this mail."""
    also = tuple(other for other in done.also if other.ticket != number)
    notices = tuple(notice for notice in done.notices if notice.ticket != number)
    refusal = Notice("cases_too_many", str(MOST_CASES), ticket=number)
    return replace(done, also=also, notices=(*notices, refusal), refused=True)
