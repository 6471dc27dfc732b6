"""UNDO: one word in reply takes back a command of the last 24 hours, with everything that it changed, or nothing of it.

Only what still is as the command left it is put back, so that nobody loses what they did since. The history keeps both:
the command and that it was taken back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import one_letter_each, to_person, to_staff
from mailbot.domain.answering import commands_about
from mailbot.domain.authority import Action
from mailbot.domain.bulk import ask_for_proof
from mailbot.domain.decision import Decision, Event, EventKind, Outcome, PutBack
from mailbot.domain.deeds import WITHIN
from mailbot.domain.effects import Effects
from mailbot.domain.grammar import is_only_farewell
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.number_lists import number_notices
from mailbot.domain.people import Role
from mailbot.domain.permission import find_lacking, refuse_unproven
from mailbot.domain.scene import make_scene
from mailbot.domain.several import scene_of_target
from mailbot.domain.ticket import Actor, Status
from mailbot.domain.trust import normal_address
from mailbot.domain.verbs import About, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mailbot.domain.asking import Asking
    from mailbot.domain.deeds import Deed
    from mailbot.domain.grammar import Command
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.scene import Scene
    from mailbot.domain.understanding import Understanding

# What the history tells of an UNDO that was not carried out, for each notice that its sender gets instead.
_BECAUSE = {
    "undo_nothing": "there is no such command of the last days",
    "undo_alone": "other commands stand beside it",
    "undo_twice": "the command was taken back before",
    "undo_too_late": "24 hours are over",
    "undo_foreign": "somebody else gave the command",
    "undo_changed": "the ticket was changed after it",
    "number_unknown": "there is no ticket of that number",
    "number_mistyped": "the number has a wrong digit",
}


def decide_undo(understanding: Understanding, asking: Asking) -> Decision | None:
    """Return the decision about a mail that takes back a command, or None when it does not say so."""
    commands = [command for command in commands_about(understanding, About.TICKET) if command.verb is Verb.UNDO]
    scene = make_scene(asking.ticket, asking.known, asking.desk, asking.sender) if asking.ticket else None
    if not commands or (scene is None and asking.known.person is None):
        return None
    deeds = [deed for deed in asking.known.deeds if _may_know(deed, asking)]
    command = commands[0]
    if not _is_meant(command, deeds, scene, asking):
        return None
    lacking = find_lacking((_needed(deeds, asking),), asking.known, asking.desk)
    if len(understanding.commands.commands) > len(commands):
        effects = _refuse(Notice("undo_alone", command.word), command, asking)
    elif lacking and scene:
        effects = refuse_unproven((command,), understanding.text, lacking, scene)
    elif lacking:
        effects = ask_for_proof((command,), lacking, asking)
    else:
        named = tuple(dict.fromkeys(number for each in commands for number in each.targets))
        effects = _take_back(command, named, deeds, asking)
    return _in_reply(effects, scene) if scene else _by_itself(effects, asking)


def _may_know(deed: Deed, asking: Asking) -> bool:
    """Tell whether the sender may know of a command: one's own, one about the mail's own ticket, and staff of all."""
    return asking.is_staff or asking.ticket is not None or deed.is_of(_own_addresses(asking))


def _is_meant(command: Command, deeds: Sequence[Deed], scene: Scene | None, asking: Asking) -> bool:
    """Tell a command from an ordinary sentence that begins with the same word, and from the answer to a question."""
    if asking.is_staff and (scene is not None or command.is_loud):
        return True
    own = _own_addresses(asking)
    is_answer = scene is not None and scene.ticket.status is Status.WAITING
    says_more = is_answer or not is_only_farewell(command.note, asking.desk.grammar)
    return bool(command.targets) or not says_more or any(deed.is_of(own) for deed in deeds)


def _needed(deeds: Sequence[Deed], asking: Asking) -> Action:
    """Return what taking back needs: as much as what is taken back."""
    if len({deed.command for deed in deeds}) > 1:
        return Action.HEAVY
    return deeds[0].action if deeds else Action.STAFF if asking.is_staff else Action.OWN


def _take_back(command: Command, named: Sequence[str], deeds: Sequence[Deed], asking: Asking) -> Effects:
    """Return what becomes of each command that is meant; `named` are the tickets that the mail names."""
    effects = Effects()
    groups = {deed.command: tuple(each for each in deeds if each.command == deed.command) for deed in deeds}
    for group in groups.values():
        fault = _find_fault(group, asking)
        effects += _refuse(fault, command, asking) if fault else _put_back(command, group, asking)
    met = {deed.target.ticket.number for deed in deeds}
    for number in (number for number in named if number not in met):
        is_known = number in asking.known.targets or (asking.ticket and number == asking.ticket.number)
        notice = Notice("undo_nothing", command.word, ticket=number)
        effects += _refuse(notice if is_known else number_notices((number,), asking.known)[0], command, asking)
    return effects if groups or named else _refuse(Notice("undo_nothing", command.word), command, asking)


def _find_fault(group: Sequence[Deed], asking: Asking) -> Notice | None:
    """Return why a command cannot be taken back, or None; either all of its tickets go back or none."""
    first, person = group[0], asking.known.person
    is_lead = person is not None and person.role is Role.LEAD
    if not is_lead and not first.is_of(_own_addresses(asking)):
        return Notice("undo_foreign", (first.actor_name or first.actor) if asking.is_staff else "")
    if first.undone_at is not None:
        return Notice("undo_twice", first.words, at=first.undone_at)
    if asking.now - first.at > WITHIN:
        return Notice("undo_too_late", first.words, at=first.at)
    changed = next((deed for deed in group if not deed.is_untouched), None)
    if changed is None:
        return None
    last = changed.since[-1] if changed.since else None
    line = "" if _is_own_ticket(changed, asking) else changed.target.ticket.number
    return Notice("undo_changed", last.actor if last else "", ticket=line, at=last.at if last else None)


def _put_back(command: Command, group: Sequence[Deed], asking: Asking) -> Effects:
    """Return the decisions that put all tickets of one command back."""
    effects = Effects()
    for position, deed in enumerate(group):
        number = deed.target.ticket.number
        line = "" if _is_own_ticket(deed, asking) else number
        reason = f"{command.word!r} takes back {deed.words!r} of {deed.actor}."
        effects += Effects(
            reasons=(f"{number}: {reason}",),
            notices=(Notice("done_undone", deed.words, ticket=line, at=deed.at),),
            also=(_decide_put_back(command, deed, reason, asking, is_first=position == 0),),
        )
    return effects


def _decide_put_back(command: Command, deed: Deed, reason: str, asking: Asking, *, is_first: bool) -> Decision:
    """Return the decision that gives one ticket back what it had; who was told of the command is told of this."""
    scene, ticket = scene_of_target(deed.target, asking), deed.target.ticket
    told = deed.told | ({normal_address(deed.actor)} if is_first else set())
    public = _only(scene.tell_requester(LetterKind.UNDONE, command.note), told, asking)
    staff = [person for person in asking.known.staff if normal_address(person.email) in told]
    notice = Notice("undone_command", deed.words, at=deed.at)
    inside = to_staff(LetterKind.UNDONE, staff, asking.desk, actor=scene.name, text=command.note, notices=(notice,))
    is_internal = not public and Actor.REQUESTER not in scene.actors
    return Decision(
        outcome=Outcome.UPDATED,
        reasons=(reason,),
        ticket=ticket.number,
        expected_version=ticket.version,
        events=(Event(EventKind.UNDONE, scene.sender, command.note, reason, internal=is_internal),),
        letters=one_letter_each((*public, *_only(inside, told, asking))),
        put_back=PutBack(deed.id, deed.fields, deed.timers),
    )


def _only(letters: Iterable[LetterOrder], told: Iterable[str], asking: Asking) -> tuple[LetterOrder, ...]:
    """Return the letters to those who were told of the command; its sender gets an answer anyway."""
    readers = frozenset(told) - _own_addresses(asking)
    return tuple(letter for letter in letters if normal_address(letter.to) in readers)


def _refuse(notice: Notice, command: Command, asking: Asking) -> Effects:
    """Return the record and the answer of an UNDO that was not carried out."""
    reason = f"{command.word!r} is not carried out: {_BECAUSE[notice.code]}."
    event = Event(EventKind.REFUSED, asking.sender, command.note, reason, internal=True)
    return Effects(events=(event,), reasons=(reason,), notices=(notice,), refused=True)


def _in_reply(effects: Effects, scene: Scene) -> Decision:
    """Return the decision about a mail that belongs to a ticket; its own ticket is put back by this very decision."""
    ticket = scene.ticket
    own = next((other for other in effects.also if other.ticket == ticket.number), None)
    main = own or Decision(Outcome.UPDATED, (), ticket=ticket.number, expected_version=ticket.version)
    answer = scene.tell_sender(LetterKind.REFUSED if effects.refused else LetterKind.DONE, effects.notices)
    return replace(
        main,
        reasons=(f"It belongs to {ticket.number}.", *effects.reasons),
        events=(*main.events, *effects.events),
        letters=one_letter_each((*main.letters, *answer)),
        also=tuple(other for other in effects.also if other is not own),
        unproven=effects.unproven,
    )


def _by_itself(effects: Effects, asking: Asking) -> Decision:
    """Return the decision about a mail that belongs to no ticket."""
    person = asking.known.person
    assert person is not None, "nobody else is answered beside a ticket"
    example = next((other.ticket for other in effects.also), f"{asking.desk.prefix}-…")
    values = (("refused", "yes" if effects.refused else ""), ("example", example))
    language = person.language or (asking.desk.language if person.is_staff else asking.language)
    return Decision(
        outcome=Outcome.ANSWERED,
        reasons=("It only takes back a command.", *effects.reasons),
        letters=to_person(LetterKind.CARRIED_OUT, person, language, notices=effects.notices, values=values),
        also=effects.also,
        unproven=effects.unproven,
    )


def _is_own_ticket(deed: Deed, asking: Asking) -> bool:
    return asking.ticket is not None and deed.target.ticket.number == asking.ticket.number


def _own_addresses(asking: Asking) -> frozenset[str]:
    person = asking.known.person
    return frozenset(normal_address(address) for address in (asking.sender, person.email if person else "") if address)
