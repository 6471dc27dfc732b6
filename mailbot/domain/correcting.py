"""PRIORITY, MODULE and TYPE: one field of a ticket becomes another choice of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.stepping import refuse
from mailbot.domain.tags import parse_field
from mailbot.domain.text import fold
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from mailbot.domain.catalogue import Choices
    from mailbot.domain.desk import Desk
    from mailbot.domain.grammar import Command
    from mailbot.domain.scene import Scene

FIELD_OF = {Verb.PRIORITY: "priority", Verb.MODULE: "module", Verb.TYPE: "request_type"}


def set_choice(command: Command, scene: Scene) -> Effects:
    """Set the field; what is no choice of the catalogue is answered with what it may mean, or with the choices."""
    field, choices = FIELD_OF[command.verb], _choices_of(command.verb, scene.desk)
    code, nearest = find_choice(command, scene.desk)
    if code is None:
        listed = ", ".join(entry.name(scene.language) for entry in choices.entries)
        if not command.argument:
            return refuse(command, Notice("choice_missing", command.word, listed), scene)
        return refuse(command, Notice("choice_unknown", command.argument, nearest or listed), scene)
    entry = choices.find(code)
    said, news = entry.name(scene.language), Notice("done_fields_set", f"{entry.en} / {entry.hi}")
    changes: dict[str, str] = {field: code}
    event = Event(
        EventKind.FIELDS_SET, scene.sender, f"{said}\n{command.note}".strip(), f"Commanded by {command.word!r}."
    )
    letters = (
        scene.tell_assignee(LetterKind.STATUS_CHANGED, command.note, (news,))
        if scene.is_staff
        else scene.tell_staff(LetterKind.STATUS_CHANGED, command.note, (news,))
    )
    return Effects(
        Change(**changes),  # type: ignore[arg-type]
        (event,),
        letters,
        (f"{command.word!r} is carried out: {said}.",),
        (Notice("done_fields_set", said),),
    )


def find_choice(command: Command, desk: Desk) -> tuple[str | None, str]:
    """Return the code that a command names by any of its names, and else the name that is nearest, if one is near."""
    field = FIELD_OF[command.verb]
    words = command.argument.split()
    while words and fold(words[-1]) in desk.grammar.fillers | desk.grammar.courtesies | {""}:
        words.pop()
    found = parse_field(field, " ".join(words), desk.catalogue)
    code: str | None = getattr(found, field)
    return code, next((notice.proposed for notice in found.notices), "")


def _choices_of(verb: Verb, desk: Desk) -> Choices:
    catalogue = desk.catalogue
    return {Verb.PRIORITY: catalogue.priorities, Verb.MODULE: catalogue.modules, Verb.TYPE: catalogue.request_types}[
        verb
    ]
