"""A mail that belongs to a ticket: commands are carried out, fields are set, everything else is a comment.

Every function here returns a part of the decision: a change, events for the history, letters to write.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import one_letter_each
from mailbot.domain.answering import answer, asked_of_desk, commands_about, needs_proof
from mailbot.domain.asking import Asking
from mailbot.domain.decision import Change, Decision, Event, EventKind, Outcome
from mailbot.domain.effects import NO_CHANGE, Effects
from mailbot.domain.grammar import reads_like_thanks
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.opening import field_notices
from mailbot.domain.own_numbers import confirm_employee_id
from mailbot.domain.scene import Scene, make_scene
from mailbot.domain.stepping import is_possible, may_take, step_of, take_step
from mailbot.domain.ticket import Actor, Status, Step, status_after
from mailbot.domain.verbs import About

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.grammar import Command
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.tags import Fields
    from mailbot.domain.ticket import Ticket
    from mailbot.domain.understanding import Understanding


PERSONAL = frozenset({"mobile_malformed", "employee_id_malformed", "employee_id_unknown"})


def decide_update(
    mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, ticket: Ticket
) -> Decision:
    """Return the decision about a mail that belongs to this ticket."""
    scene = make_scene(ticket, known, desk, mail.sender.address if mail.sender else "")
    effects = _effects(mail, understanding, scene)
    effects += _answer(effects, scene)
    effects += _fill_missing(understanding, scene)
    proof = "a reply token proves it" if known.by_token else "its references or its subject name it"
    return Decision(
        outcome=Outcome.UPDATED,
        reasons=(f"It belongs to {ticket.number}: {proof}.", *effects.reasons),
        ticket=ticket.number,
        expected_version=ticket.version,
        change=effects.change,
        events=effects.events,
        letters=one_letter_each(effects.letters),
        also=effects.also,
        settings=effects.settings,
        facts=understanding.facts,
    )


def _effects(mail: IncomingMail, understanding: Understanding, scene: Scene) -> Effects:
    has_files = mail.brings_evidence
    commands = commands_about(understanding, About.TICKET)
    asked = asked_of_desk(understanding, scene.known)
    is_command = any(_is_meant(command, scene) for command in commands)
    text = understanding.text if is_command or asked else understanding.words
    only_fields = not understanding.lined.is_empty and not text and not has_files
    if (is_command or only_fields or needs_proof(asked)) and not scene.known.by_token:
        return _refuse_unproven(understanding, scene)
    if understanding.commands.suspected:
        return _ask_back(understanding.commands.suspected, scene)
    effects = _set_fields(understanding, scene, tell_staff=only_fields)
    effects += answer(asked, Asking(scene.known, scene.desk, scene.sender, scene.language, scene.ticket))
    if is_command:
        effects += _run(commands, understanding, scene, has_files=has_files)
    elif text or has_files:
        effects += _comment(text, scene)
    return effects if effects != Effects() else Effects(reasons=("It says nothing new, so nothing is passed on.",))


def _is_meant(command: Command, scene: Scene) -> bool:
    """Tell a command from ordinary words.

    An officer's "done" answers a question, it resolves nothing. And when an officer's command is not possible now, such
    as REOPEN on an open ticket, but says more than the word, it is worth more to the IT section than a refusal.
    """
    if scene.is_staff:
        return command.is_plain or may_take(step_of(command), scene)
    return is_possible(step_of(command), scene) or (command.is_plain and not command.note)


def _refuse_unproven(understanding: Understanding, scene: Scene) -> Effects:
    """Ask for a command again, at the stored address: without a reply token of ours it may be forged."""
    words = ", ".join(command.word for command in understanding.commands.commands)
    code = "needs_token_staff" if scene.is_staff else "needs_token_requester"
    reason = "It commands something but carries no reply token of ours, and a From line alone proves nothing."
    return Effects(
        events=(Event(EventKind.REFUSED, scene.sender, understanding.text, reason, internal=True),),
        reasons=(reason,),
        notices=(Notice(code, words),),
        refused=True,
    )


def _ask_back(suspected: tuple[str, str], scene: Scene) -> Effects:
    """Answer a mistyped command with a question; it is never passed on to the other side."""
    given, proposed = suspected
    reason = f"{given!r} is no command; {proposed!r} is near."
    return Effects(
        events=(Event(EventKind.REFUSED, scene.sender, given, reason, internal=True),),
        letters=scene.tell_sender(LetterKind.NOT_UNDERSTOOD, (Notice("word_unknown", given, proposed),)),
        reasons=(reason,),
    )


def _run(commands: Sequence[Command], understanding: Understanding, scene: Scene, *, has_files: bool) -> Effects:
    """Carry out the commands one after the other, and confirm all of them in one letter."""
    effects = Effects()
    for position, command in enumerate(commands):
        is_last = position == len(commands) - 1
        noted = replace(command, note=understanding.text if is_last else command.note)
        taken = take_step(noted, scene, has_files and is_last)
        if taken.change is None:
            reason = f"{command.word!r} is not possible now ({taken.notice.code})."
            event = Event(EventKind.REFUSED, scene.sender, noted.note, reason, internal=True)
            effects += Effects(events=(event,), reasons=(reason,), notices=(taken.notice,), refused=True)
            continue
        reason = f"{command.word!r} is carried out."
        effects += Effects(taken.change, taken.events, taken.letters, (reason,), (taken.notice,))
        scene = _after(taken.change, scene)
    return effects


def _answer(effects: Effects, scene: Scene) -> Effects:
    """Tell the sender in one letter what became of each line."""
    if not effects.notices:
        return Effects()
    kind = LetterKind.REFUSED if effects.refused else LetterKind.DONE
    if effects.change == NO_CHANGE and not effects.refused and not effects.events:
        kind = LetterKind.NOT_UNDERSTOOD
    return Effects(letters=scene.tell_sender(kind, effects.notices))


def own_fields(given: Fields, scene: Scene) -> Fields:
    """Return the fields this sender may set: the number in the signature of the IT section is not the officer's."""
    if not scene.is_staff:
        return given
    notices = tuple(notice for notice in given.notices if notice.code not in PERSONAL)
    return replace(given, mobile=None, employee_id=None, notices=notices)


def _set_fields(understanding: Understanding, scene: Scene, *, tell_staff: bool) -> Effects:
    """Take over labelled lines such as "Module: E-way Bill" in a reply, if the ticket is still open."""
    given = own_fields(understanding.lined, scene)
    notices = field_notices(given, scene.known)
    if given.is_empty:
        return Effects(notices=notices)
    if not scene.known.by_token:
        return Effects(reasons=("Its labelled lines are not taken over, because no reply token of ours proves them.",))
    if status_after(Step.SET, scene.ticket.status, scene.actors) is None:
        return Effects(reasons=("Its labelled lines are not taken over because the ticket is closed.",))
    change = Change(
        request_type=given.request_type,
        module=given.module,
        priority=given.priority,
        employee_id=given.employee_id if scene.known.employee else None,
        mobile=given.mobile,
    )
    if change == NO_CHANGE:
        return Effects(notices=notices)
    said = _spell_out(change, scene)
    done = Notice("done_fields_set", said)
    return Effects(
        change=change,
        events=(Event(EventKind.FIELDS_SET, scene.sender, said),),
        letters=scene.tell_staff(LetterKind.STATUS_CHANGED, notices=(done,))
        if tell_staff and not scene.is_staff
        else (),
        reasons=(f"Its labelled lines set {said}.",),
        notices=(done, *notices),
    )


def _fill_missing(understanding: Understanding, scene: Scene) -> Effects:
    """Take a mobile number and Employee ID from the officer's running words where the ticket has none."""
    ticket = scene.ticket
    if scene.is_staff or not scene.known.by_token or status_after(Step.SET, ticket.status, scene.actors) is None:
        return Effects()
    employee_id = confirm_employee_id(understanding.employee_ids, scene.known)
    change = Change(
        mobile=understanding.mobile if not ticket.mobile and not understanding.lined.mobile else None,
        employee_id=employee_id if employee_id and not ticket.employee_id else None,
    )
    if change == NO_CHANGE:
        return Effects()
    reason = "What the ticket did not have yet is taken from its words."
    event = Event(EventKind.FIELDS_SET, scene.sender, _spell_out(change, scene), reason)
    return Effects(change, (event,), reasons=(reason,))


def _comment(text: str, scene: Scene) -> Effects:
    """File plain text as a comment and pass it to the other side; a resolved ticket stays resolved."""
    ticket = scene.ticket
    event = Event(EventKind.COMMENTED, scene.sender, text)
    target = status_after(Step.COMMENT, ticket.status, scene.actors)
    if target is None and scene.is_staff and Actor.REQUESTER not in scene.actors:
        note = replace(event, kind=EventKind.NOTED, internal=True)
        reason = f"The ticket is {ticket.status}, so the words are kept as a note."
        return Effects(events=(note,), reasons=(reason,), notices=(Notice("comment_on_closed"),), refused=True)
    if target is None:
        reason = f"The ticket is {ticket.status}; the words are kept, and the sender is told how to re-open it."
        return Effects(events=(event,), letters=_offer_reopening(text, scene), reasons=(reason,))
    if scene.is_staff and Actor.REQUESTER not in scene.actors:
        assignee = scene.known.person.email if scene.known.person and not ticket.assignee else None
        change = Change(status=target if target is not ticket.status else None, assignee=assignee)
        letters = scene.tell_requester(LetterKind.COMMENT, text)
        return Effects(change, (event,), letters, ("The words of the IT section go to the requester.",))
    change = Change(status=target if target is not ticket.status else None)
    letters = scene.tell_staff(LetterKind.COMMENT, text)
    reasons: tuple[str, ...] = ("The words of the requester go to the IT section.",)
    if ticket.status is Status.RESOLVED:
        letters += _offer_reopening(text, scene)
        reasons += ("A plain reply never re-opens a resolved ticket.",)
    return Effects(change, (event,), letters, reasons)


def _offer_reopening(text: str, scene: Scene) -> tuple[LetterOrder, ...]:
    if text and reads_like_thanks(text, scene.desk.grammar):  # a screenshot without a word is no thank-you
        return ()
    return scene.tell_sender(LetterKind.STILL_RESOLVED, ())


def _spell_out(change: Change, scene: Scene) -> str:
    catalogue = scene.desk.catalogue
    lists = {"request_type": catalogue.request_types, "module": catalogue.modules, "priority": catalogue.priorities}
    said = []
    for field in fields(change):
        value = getattr(change, field.name)
        if field.name in lists and value:
            entry = lists[field.name].find(value)
            said.append(entry.hi if scene.language == "hi" else entry.en)
        elif value and isinstance(value, str):
            said.append(value)
    return ", ".join(said)


def _after(change: Change, scene: Scene) -> Scene:
    """Return the scene as the next command of the same mail finds it."""
    ticket = scene.ticket
    status, assignee = change.status or ticket.status, change.assignee or ticket.assignee
    return replace(scene, ticket=replace(ticket, status=status, assignee=assignee))
