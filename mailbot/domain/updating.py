"""A mail that belongs to a ticket: commands are carried out, fields are set, everything else is a comment.

Every function here returns a part of the decision: a change, events for the history, letters to write.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import one_letter_each
from mailbot.domain.answering import answer, asked_of_desk, commands_about, needs_proof
from mailbot.domain.asking import Asking
from mailbot.domain.assigning import assign_again
from mailbot.domain.authority import Action
from mailbot.domain.behalf import hand_over
from mailbot.domain.bulk import run_elsewhere, split_commands
from mailbot.domain.cases import answer_cases
from mailbot.domain.claiming import claim_identity
from mailbot.domain.commanding import is_meant, meanwhile_notices, run_commands
from mailbot.domain.decision import Change, Commanded, Decision, Event, EventKind, Outcome
from mailbot.domain.deeds import with_undo
from mailbot.domain.effects import NO_CHANGE, Effects
from mailbot.domain.filling import fill_from_words, fill_lone, set_fields
from mailbot.domain.grammar import reads_like_thanks
from mailbot.domain.letter import LETTERS, LetterKind, Notice
from mailbot.domain.permission import action_about_desk, actions_of, find_lacking, heaviest, refuse_unproven
from mailbot.domain.rating import with_rating
from mailbot.domain.scene import Scene, make_scene
from mailbot.domain.ticket import Actor, Status, Step, status_after
from mailbot.domain.tie_words import split_ties
from mailbot.domain.tying import run_ties
from mailbot.domain.verbs import About, Verb

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.grammar import Command
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.ticket import Ticket
    from mailbot.domain.understanding import Understanding


def decide_update(
    mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, ticket: Ticket, *, now: datetime
) -> Decision:
    """Return the decision about a mail that belongs to this ticket."""
    scene = make_scene(ticket, known, desk, mail.sender.address if mail.sender else "")
    effects = _effects(mail, understanding, scene, now)
    effects += assign_again(effects, scene)
    effects += _answer(effects, scene)
    effects += fill_from_words(understanding, scene)
    proof = "a reply token proves it" if scene.is_proven else "its references or its subject name it"
    decision = Decision(
        outcome=Outcome.ANSWERED if _only_asks(effects) else Outcome.UPDATED,
        reasons=(f"It belongs to {ticket.number}: {proof}.", *effects.reasons),
        ticket=ticket.number,
        expected_version=ticket.version,
        change=effects.change,
        events=effects.events,
        letters=one_letter_each(effects.letters),
        also=effects.also,
        settings=effects.settings,
        binding=effects.binding,
        facts=understanding.facts,
        unproven=effects.unproven,
    )
    return with_undo(decision, effects.commanded, desk.grammar, scene.language)


def _effects(mail: IncomingMail, understanding: Understanding, scene: Scene, now: datetime) -> Effects:
    has_files = mail.brings_evidence
    ties, others = split_ties(c for c in commands_about(understanding, About.TICKET) if c.verb is not Verb.UNDO)
    own, elsewhere = split_commands(others, scene.ticket.number)
    rated = with_rating(own, understanding.words, scene)
    is_rating, own = rated != own, rated
    asked = asked_of_desk(understanding, scene.known, scene.desk.grammar)
    is_command = bool(elsewhere) or any(is_meant(command, scene) for command in (*own, *ties))
    text = understanding.text if is_command or asked else understanding.words
    only_fields = not understanding.lined.is_empty and not text and not has_files
    wanted = actions_of((*own, *ties), elsewhere, scene) if is_command else ()
    wanted += tuple(map(action_about_desk, asked)) if needs_proof(asked) else ()
    wanted += (Action.STAFF if scene.is_staff else Action.FILL,) if only_fields else ()
    lacking = find_lacking(wanted, scene.known, scene.desk)
    if lacking:
        return refuse_unproven(understanding.commands.commands, understanding.text, lacking, scene)
    lone, claimed = fill_lone(understanding, scene), claim_identity(mail, understanding, scene)
    if not has_files and (lone or (claimed.notices and not understanding.lone.is_empty)):
        is_waited_for = scene.ticket.status is Status.WAITING  # then it may just as well answer the question
        return claimed + (lone or Effects()) + (_comment(text, scene) if is_waited_for else Effects())
    suspected = None if is_rating else understanding.commands.suspected  # "रेटिंग 4" is near to other words
    if suspected and not is_command:
        return _ask_back(suspected, scene)
    effects = set_fields(understanding, scene, tell_staff=only_fields) + claimed + hand_over(understanding, scene)
    asking = Asking(scene.known, scene.desk, scene.sender, scene.language, now, scene.ticket)
    effects += answer(asked, asking)
    if is_command:
        effects += run_commands(own, scene, has_files=has_files) + run_elsewhere(elsewhere, asking)
        effects = answer_cases(asking, scene, run_ties(ties, asking, scene, effects))
        effects += Effects(notices=meanwhile_notices(scene.known.meanwhile) if ties and not own else ())
        effects += _doubt(suspected) if suspected else Effects()
    elif text or has_files:
        effects += _comment(text, scene)
    if (is_command or only_fields) and effects != Effects():
        effects += _commanded((*own, *ties, *elsewhere) if is_command else (), effects, wanted, scene)
    return effects if effects != Effects() else Effects(reasons=("It says nothing new, so nothing is passed on.",))


def _commanded(commands: tuple[Command, ...], done: Effects, wanted: tuple[Action, ...], scene: Scene) -> Effects:
    """Return who commanded what was done; labelled lines are named by what they set."""
    words = [command.word for command in commands] or [n.given for n in done.notices if n.code == "done_fields_set"]
    return Effects(commanded=Commanded(scene.stored_address, ", ".join(words), heaviest(wanted)))


def _only_asks(effects: Effects) -> bool:
    """Tell whether a mail only asks the desk something, or chooses for its sender: then the ticket stays as it is."""
    is_answer = all(LETTERS[letter.kind].about_desk for letter in effects.letters)
    touches = effects.change != NO_CHANGE or effects.events or effects.also or effects.binding
    return bool(effects.letters) and is_answer and not touches


def _ask_back(suspected: tuple[str, str], scene: Scene) -> Effects:
    """Answer a mistyped command with a question; it is never passed on to the other side."""
    given, proposed = suspected
    reason = f"{given!r} is no command; {proposed!r} is near."
    return Effects(
        events=(Event(EventKind.REFUSED, scene.sender, given, reason, internal=True),),
        letters=scene.tell_sender(LetterKind.NOT_UNDERSTOOD, (Notice("word_unknown", given, proposed),)),
        reasons=(reason,),
    )


def _doubt(suspected: tuple[str, str]) -> Effects:
    """Ask about a word below a command that is nearly another one; the command above it was carried out."""
    return Effects(notices=(Notice("word_unknown", *suspected),), refused=True)


def _answer(effects: Effects, scene: Scene) -> Effects:
    """Tell the sender in one letter what became of each line."""
    if not effects.notices:
        return Effects()
    kind = LetterKind.REFUSED if effects.refused else LetterKind.DONE
    if effects.change == NO_CHANGE and not effects.refused and not effects.events:
        kind = LetterKind.NOT_UNDERSTOOD
    return Effects(letters=scene.tell_sender(kind, effects.notices))


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
