"""MERGE and PARENT: tickets about one problem become parts of one ticket, or cases of a parent, each with its number.

The leading ticket gets a line of history too, so that its version rises: two colleagues who tie tickets to it at once
are told apart like any others who act at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_requester
from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.number_lists import MOST_TARGETS, number_notices
from mailbot.domain.several import add_part, scene_now, scene_of_target
from mailbot.domain.ticket import Status, Step
from mailbot.domain.tie_words import named_numbers
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.domain.asking import Asking
    from mailbot.domain.grammar import Command
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.scene import Scene

# As many letters as one transaction may write: it takes about a second, in which others wait.
MOST_CASES = 200
# What the history tells of a command that was not carried out at all, for each notice that its sender gets instead.
_BECAUSE = {
    "only_staff": "only the IT section may do it",
    "ties_numbers": "it names no other ticket",
    "ties_merged": "the leading ticket is a part of another one",
    "ties_closed": "the leading ticket is closed",
    "parent_is_case": "the parent is itself a case",
    "parent_resolved": "the parent is resolved already",
    "number_unknown": "there is no ticket of that number",
    "number_mistyped": "the number has a wrong digit",
}


def run_ties(commands: Iterable[Command], asking: Asking, own: Scene | None, done: Effects) -> Effects:
    """Return everything the mail did, with its tickets tied as it says; `own` is the ticket the mail belongs to."""
    ties = tuple(commands)
    named = tuple(dict.fromkeys(number for command in ties for number in named_numbers(command)))
    taken = frozenset(named[:MOST_TARGETS])
    for command in ties:
        kept = tuple(number for number in command.targets if number in taken)
        done = _tie(replace(command, targets=kept), asking, own, done)
    if len(named) > MOST_TARGETS:
        done += Effects(notices=(Notice("targets_too_many", str(MOST_TARGETS)),), refused=True)
    return done


def _tie(command: Command, asking: Asking, own: Scene | None, done: Effects) -> Effects:
    if not asking.is_staff:
        return _refuse(Notice("only_staff", command.word), command, own, done)
    leading_number, tied = _meant(command, own.ticket.number if own else "")
    if not leading_number or not tied:
        return _refuse(Notice("ties_numbers", command.word, _example(command, asking)), command, own, done)
    leading = scene_now(leading_number, asking, own, done)
    fault = _leading_fault(command, leading, asking) if leading else None
    if leading is None or fault:
        notices = (fault,) if fault else number_notices((leading_number,), asking.known)
        return _refuse(notices[0], command, own, done)
    joined: list[str] = []
    for number in tied:
        scene = scene_now(number, asking, own, done)
        notice = _tied_fault(command, scene, leading, asking, done) if scene else None
        if scene is None or notice:
            said = notice or number_notices((number,), asking.known)[0]
            is_line = own is None or number != own.ticket.number
            done += Effects(notices=(replace(said, ticket=number if is_line and notice else ""),), refused=True)
            continue
        part = _merged(command, scene, leading) if command.verb is Verb.MERGE else _tied(command, scene, leading)
        done = add_part(done, scene, own, part)
        done = _move_parts(command, scene, leading, asking, done)
        joined.append(number)
    return add_part(done, leading, own, _joined(command, joined, leading)) if joined else done


def _meant(command: Command, own: str) -> tuple[str, tuple[str, ...]]:
    """Return the leading ticket and those to tie to it; what is not named is the ticket the mail belongs to."""
    if command.argument:
        return command.argument, command.targets or ((own,) if own else ())
    if command.verb is Verb.MERGE and own:
        return own, command.targets
    leading, tied = "".join(command.targets[:1]), command.targets[1:]
    return leading, tied or ((own,) if own and command.verb is Verb.PARENT else ())


def _leading_fault(command: Command, leading: Scene, asking: Asking) -> Notice | None:
    """Return why nothing can be tied to this ticket, with what to do instead."""
    ticket = leading.ticket
    if ticket.status is Status.MERGED:
        return Notice("ties_merged", ticket.number, ticket.merged_into)
    if ticket.status is Status.CLOSED:
        return Notice("ties_closed", ticket.number, _say(Step.REOPEN, ticket.number, asking))
    if command.verb is Verb.PARENT and ticket.parent:
        return Notice("parent_is_case", ticket.number, _say(Verb.PARENT, ticket.parent, asking))
    if command.verb is Verb.PARENT and ticket.status is Status.RESOLVED:
        return Notice("parent_resolved", ticket.number, _say(Step.REOPEN, ticket.number, asking))
    return None


def _tied_fault(command: Command, scene: Scene, leading: Scene, asking: Asking, done: Effects) -> Notice | None:
    """Return why this ticket cannot be tied to the leading one, with what to do instead."""
    ticket, number = scene.ticket, leading.ticket.number
    if ticket.number == number:
        return Notice("ties_itself", number, _example(command, asking))
    if ticket.status is Status.MERGED:
        return Notice("ties_merged", ticket.number, ticket.merged_into)
    if ticket.status is Status.CLOSED:
        return Notice("ties_closed", ticket.number, _say(Step.REOPEN, ticket.number, asking))
    if asking.known.case_counts.get(ticket.number) or _count("parent", ticket.number, done):
        return Notice("has_cases", ticket.number, _say(command.verb, f"{ticket.number} {number}", asking))
    if command.verb is Verb.PARENT and ticket.parent == number:
        return Notice("already_tied", number)
    return _full(command, ticket.number, number, asking, done)


def _full(command: Command, number: str, leading: str, asking: Asking, done: Effects) -> Notice | None:
    """Return that as many tickets as one can answer are tied to the leading one already."""
    if command.verb is Verb.PARENT:
        cases = asking.known.case_counts.get(leading, 0) + _count("parent", leading, done)
        return Notice("cases_full", str(MOST_CASES)) if cases >= MOST_CASES else None
    known = asking.known.followers
    parts = len(known.get(leading, ())) + len(known.get(number, ())) + _count("merged_into", leading, done)
    return Notice("parts_full", str(MOST_CASES)) if parts >= MOST_CASES else None


def _merged(command: Command, scene: Scene, leading: Scene) -> Effects:
    """Make a ticket a part of the leading one; its requester reads where it goes on, and how, if that is known."""
    number = leading.ticket.number
    notice = Notice("done_merged", number)
    return Effects(
        Change(status=Status.MERGED, merged_into=number),
        (Event(EventKind.MERGED, scene.sender, _words(number, command), f"Commanded by {command.word!r}."),),
        _tell_part(scene, leading) + scene.tell_assignee(LetterKind.STATUS_CHANGED, command.note, (notice,)),
        (f"It becomes a part of {number}.",),
        (notice,),
    )


def _tell_part(scene: Scene, leading: Scene) -> tuple[LetterOrder, ...]:
    solution = leading.ticket.resolution if leading.ticket.status is Status.RESOLVED else ""
    notices = (Notice("now_part_of", leading.ticket.number),)
    return to_requester(
        LetterKind.MERGED, scene.ticket, scene.known.requester, actor=scene.name, text=solution, notices=notices
    )


def _move_parts(command: Command, scene: Scene, leading: Scene, asking: Asking, done: Effects) -> Effects:
    """Take along what became a part of a merged ticket before, so that one step leads from any part to the whole."""
    parts = asking.known.followers.get(scene.ticket.number, ()) if command.verb is Verb.MERGE else ()
    for part in parts:
        moved, number = scene_of_target(part, asking), leading.ticket.number
        reason = f"{scene.ticket.number}, of which it is a part, became a part of {number}."
        event = Event(EventKind.MERGED, scene.sender, number, reason)
        effects = Effects(Change(merged_into=number), (event,), _tell_part(moved, leading), (reason,))
        done = add_part(done, moved, None, effects)
    return done


def _tied(command: Command, scene: Scene, leading: Scene) -> Effects:
    """Make a ticket a case of the leading one; nothing else about it changes, and its requester hears nothing."""
    number = leading.ticket.number
    notice = Notice("done_tied", number)
    return Effects(
        Change(parent=number),
        (Event(EventKind.TIED, scene.sender, _words(number, command), f"Commanded by {command.word!r}."),),
        scene.tell_assignee(LetterKind.STATUS_CHANGED, command.note, (notice,)),
        (f"It becomes a case of {number}.",),
        (notice,),
    )


def _joined(command: Command, joined: list[str], leading: Scene) -> Effects:
    """Return what stands in the history of the leading ticket, and what its assignee hears."""
    is_merge = command.verb is Verb.MERGE
    numbers = ", ".join(joined)
    notice = Notice("merged_here", numbers) if is_merge else Notice("tied_here", numbers)
    kind = EventKind.MERGED if is_merge else EventKind.TIED
    event = Event(kind, leading.sender, _words(numbers, command), f"Commanded by {command.word!r}.", internal=True)
    letters = leading.tell_assignee(LetterKind.STATUS_CHANGED, command.note, (notice,))
    return Effects(events=(event,), letters=letters, reasons=(f"{command.word!r} is carried out for {numbers}.",))


def _refuse(notice: Notice, command: Command, own: Scene | None, done: Effects) -> Effects:
    """Return what was done, with the answer to a command that was not carried out at all."""
    reason = f"{command.word!r} is not carried out: {_BECAUSE[notice.code]}."
    event = Event(EventKind.REFUSED, own.sender, " ".join(command.targets), reason, internal=True) if own else None
    events = (event,) if event else ()
    return done + Effects(events=events, reasons=(reason,), notices=(notice,), refused=True)


def _count(name: str, number: str, done: Effects) -> int:
    """Return how many tickets this mail tied to one so far."""
    changes = (done.change, *(other.change for other in done.also if other.change))
    return sum(1 for change in changes if getattr(change, name) == number)


def _words(numbers: str, command: Command) -> str:
    return "\n".join(part for part in (numbers, command.note) if part)


def _say(verb: Verb | Step, numbers: str, asking: Asking) -> str:
    words = asking.desk.grammar.words(verb)
    return f"{words.button(asking.language)} {numbers}" if words else numbers


def _example(command: Command, asking: Asking) -> str:
    some = f"{asking.desk.prefix}-…"
    return _say(command.verb, f"{some} {some}", asking)
