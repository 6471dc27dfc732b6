"""ASSIGN: a ticket goes to a colleague, who is named by name, Employee ID, address or a part of the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_staff
from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.name_sounds import sounds_like
from mailbot.domain.stepping import refuse
from mailbot.domain.text import fold
from mailbot.domain.ticket import Actor, Step, status_after
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from mailbot.domain.grammar import Command
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Person
    from mailbot.domain.scene import Scene

_MYSELF = frozenset(map(fold, ("me", "myself", "self", "mujhe", "mujhko", "मुझे", "मुझको", "स्वयं")))
_AROUND_NAMES = frozenset(
    map(fold, ("to", "shri", "smt", "ms", "mr", "mrs", "ko", "ke liye", "को", "श्री", "श्रीमती", "सुश्री"))
)
_AROUND_NAMES |= frozenset(map(fold, ("this", "it", "ticket", "case", "ise", "isko", "yah", "yeh", "ye", "is")))
_AROUND_NAMES |= frozenset(map(fold, ("यह", "इसे", "इसको", "इस", "टिकट", "मामला", "केस")))


def assign(command: Command, scene: Scene) -> Effects:
    """Give the ticket to a colleague; a name that is nobody's, or several people's, is answered with who there is."""
    found = find_colleagues(command.argument, scene)
    if len(found) != 1:
        return refuse(command, _who_is_meant(command, found, scene), scene)
    chosen, ticket = found[0], scene.ticket
    if normal_address(chosen.email) == normal_address(ticket.assignee):
        return refuse(command, Notice("already_assigned", chosen.name), scene)
    target = status_after(Step.ASSIGN, ticket.status, scene.actors)
    text = "\n".join(part for part in (chosen.name, command.note) if part)
    moves = target is not None and target is not ticket.status
    letters = _tell_chosen(chosen, command.note, scene)
    if not _is_sender(chosen, scene):
        letters += scene.tell_assignee(LetterKind.STATUS_CHANGED, command.note, (Notice("done_assigned", chosen.name),))
    if moves and Actor.REQUESTER not in scene.actors:
        letters += scene.tell_requester(LetterKind.STATUS_CHANGED)
    return Effects(
        Change(status=target if moves else None, assignee=chosen.email),
        (Event(EventKind.ASSIGNED, scene.sender, text, f"Commanded by {command.word!r}."),),
        letters,
        (f"{command.word!r} is carried out: it goes to {chosen.name}.",),
        (Notice("done_assigned", chosen.name),),
    )


def find_colleagues(wanted: str, scene: Scene) -> tuple[Person, ...]:
    """Return who of the IT section is meant: by exact address, ID or name, else everybody whose name has the parts."""
    staff = scene.known.staff
    words = [
        word for word in fold(wanted).split() if word not in _AROUND_NAMES and word not in scene.desk.grammar.fillers
    ]
    if not words:
        return ()
    if " ".join(words) in _MYSELF:
        return tuple(person for person in staff if _is_sender(person, scene))
    address = normal_address(wanted.strip(" <>.,"))
    for exact in (
        [person for person in staff if normal_address(person.email) == address],
        [person for person in staff if person.employee_id in words],
        [person for person in staff if fold(person.name) == " ".join(words)],
    ):
        if exact:
            return tuple(exact)
    named = tuple(person for person in staff if _has_parts(person, words))
    return named or tuple(person for person in staff if _sounds_so(person, words))


def _has_parts(person: Person, words: list[str]) -> bool:
    """Tell whether every word begins a part of somebody's name or address."""
    parts = {*fold(person.name).split(), *fold(person.email.partition("@")[0]).split()}
    return all(any(part.startswith(word) for part in parts) for word in words)


def _sounds_so(person: Person, words: list[str]) -> bool:
    """Tell whether every word is a part of somebody's name in the other script."""
    parts = fold(person.name).split()
    return all(any(sounds_like(word, part) for part in parts) for word in words)


def _who_is_meant(command: Command, found: tuple[Person, ...], scene: Scene) -> Notice:
    listed = ", ".join(f"{person.name} ({person.employee_id})" for person in found or scene.known.staff)
    if not command.argument:
        return Notice("person_missing", command.word, listed)
    return Notice("person_ambiguous" if found else "person_unknown", command.argument, listed)


def _tell_chosen(chosen: Person, note: str, scene: Scene) -> tuple[LetterOrder, ...]:
    """Tell the colleague, with what the sender adds and what the problem is."""
    if _is_sender(chosen, scene):
        return ()
    text = "\n\n".join(part for part in (note, scene.ticket.description) if part)
    notices = (Notice("assigned_to_you"),)
    return to_staff(LetterKind.NEW_TICKET, (chosen,), scene.desk, actor=scene.name, text=text, notices=notices)


def _is_sender(person: Person, scene: Scene) -> bool:
    own = {scene.sender, scene.known.person.email if scene.known.person else ""}
    return normal_address(person.email) in {normal_address(address) for address in own}
