"""How an officer rates the help: a number from 5 to 1, stars, or a word, alone in a reply or behind RATE."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_staff
from mailbot.domain.authority import Action
from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.effects import Effects
from mailbot.domain.grammar import Command, is_only_farewell
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.people import Role
from mailbot.domain.text import fold
from mailbot.domain.ticket import Actor, Step, status_after
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.domain.grammar import Grammar
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.scene import Scene

LOW = 2
_DIGITS = str.maketrans("०१२३४५", "012345")
_OF_FIVE = re.compile(r"\s*([1-5])\s*(?:/|out\s+of)\s*5(?!\d)", re.IGNORECASE)
_FIVE_OF = re.compile(r"\s*5\s*(?:में\s+से|mein\s+se|me\s+se)\s*([1-5])(?!\d)", re.IGNORECASE)
_NUMBER_OF_STARS = re.compile(r"\s*([1-5])\s*(?:stars?|star\s+rating|स्टार|सितारे)(?!\w)", re.IGNORECASE)
_PER_CENT = re.compile(r"\d+\s*(?:%|per\s?cent|प्रतिशत|pratishat)", re.IGNORECASE)  # a rate of tax
_STARS = re.compile("\\s*((?:[\u2b50\u2605\U0001f31f]\ufe0f?\\s*){1,5})[\u2606\\s]*")
_LONGEST_WORD = 3  # words of one rating, such as "very good"


def parse_rating(line: str, grammar: Grammar) -> tuple[int | None, str]:
    """Return the rating that a line begins with, and what stands behind it; None when it begins with none."""
    line = line.strip(" \t*_>•-").translate(_DIGITS)
    for pattern in (_OF_FIVE, _FIVE_OF, _NUMBER_OF_STARS):
        if match := pattern.match(line):
            return int(match.group(1)), line[match.end() :].strip(" .,;:!-–—।")
    if match := _STARS.match(line):
        stars = sum(sign in "\u2b50\u2605\U0001f31f" for sign in match.group(1))
        return stars, line[match.end() :].strip(" .,;:!-–—।")
    words = [] if _PER_CENT.match(line) else line.split()
    for length in range(min(_LONGEST_WORD, len(words)), 0, -1):
        rating = grammar.choices["rating"].get(fold(" ".join(words[:length])))
        if rating is not None:
            return int(rating), " ".join(words[length:]).strip(" .,;:!-–—।")
    return None, line


def find_lone_rating(text: str, grammar: Grammar) -> int | None:
    """Return the rating of a text that says nothing else, but perhaps thanks and a name below."""
    first, _, below = text.strip().partition("\n")
    rating, behind = parse_rating(_without_word(first, grammar), grammar)
    if rating is None or not _says_nothing(behind, grammar) or not is_only_farewell(below, grammar):
        return None
    return rating


def with_rating(commands: Sequence[Command], words: str, scene: Scene) -> tuple[Command, ...]:
    """Return the commands of a reply with the rating that it holds without the word RATE.

    Only the requester rates, only what is resolved, and only when it is sure who writes; otherwise a "5" is a word.
    """
    grammar = scene.desk.grammar
    if not scene.may(Action.OWN) or Actor.REQUESTER not in scene.actors:
        return tuple(commands)
    is_said = _may_rate(scene) or _names_rating(words, grammar)
    if not commands and is_said and (rating := find_lone_rating(words, grammar)) is not None:
        return (Command(Verb.RATE, words.strip().split("\n")[0], argument=str(rating)),)
    last = commands[-1] if commands else None
    if last is None or last.verb is not Verb.CONFIRM or not last.note:
        return tuple(commands)
    rating = find_lone_rating(last.note, grammar)
    if rating is None:
        return tuple(commands)
    return (*commands[:-1], replace(last, note=""), Command(Verb.RATE, last.note, argument=str(rating)))


def is_rating(command: Command, scene: Scene) -> bool:
    """Tell whether a command to rate names a rating; "Rate: 18 % is wrong" is a sentence.

    While the ticket is open it must say nothing else, so that no word about the problem is taken for a rating.
    """
    rating, behind = parse_rating(command.argument, scene.desk.grammar)
    if _may_rate(scene):
        return command.is_loud or rating is not None
    is_sure = command.is_loud or _says_nothing(f"{behind} {command.note}", scene.desk.grammar)
    return rating is not None and is_sure


def is_early(command: Command, scene: Scene) -> bool:
    """Tell whether the requester rates a ticket whose problem is not solved yet."""
    is_open = status_after(Step.RESOLVE, scene.ticket.status, frozenset({Actor.STAFF})) is not None
    return command.verb is Verb.RATE and is_open and Actor.REQUESTER in scene.actors


def rate(command: Command, scene: Scene) -> Effects:
    """Keep a rating; only a low one, or words beside it, make a letter to the IT section."""
    rating, words = parse_rating(command.argument, scene.desk.grammar)
    if rating is None:
        reason = f"{command.argument!r} is no rating."
        refused = Event(EventKind.REFUSED, scene.sender, command.argument, reason, internal=True)
        notices = (Notice("rating_unknown", command.argument),)
        return Effects(events=(refused,), reasons=(reason,), notices=notices, refused=True)
    note = "\n".join(part for part in (words, command.note) if part)
    said, reason = "\n".join(part for part in (f"{rating}/5", note) if part), f"It is rated {rating} of 5."
    event = Event(EventKind.RATED, scene.sender, said, reason)
    told: tuple[Notice, ...] = (Notice("done_rated", str(rating)),)
    if rating <= LOW and status_after(Step.REOPEN, scene.ticket.status, scene.actors) is not None:
        reopen = scene.desk.grammar.words(Verb.REOPEN)
        told += (Notice("rated_low_reopen", reopen.button(scene.language) if reopen else ""),)
    letters = _tell(rating, note, scene) if rating <= LOW or not _says_nothing(note, scene.desk.grammar) else ()
    return Effects(Change(rating=rating), (event,), letters, (reason,), told)


def _tell(rating: int, note: str, scene: Scene) -> tuple[LetterOrder, ...]:
    """Return the letters to the assignee, and to the leads when it is a low rating or nobody has the ticket."""
    notices = (Notice("rated_low" if rating <= LOW else "rated", str(rating)),)
    letters = scene.tell_assignee(LetterKind.STATUS_CHANGED, note, notices)
    if rating > LOW and scene.ticket.assignee:
        return letters
    told = {letter.to for letter in letters} | {scene.sender}
    leads = [person for person in scene.known.staff if person.role is Role.LEAD and person.email not in told]
    return letters + to_staff(
        LetterKind.STATUS_CHANGED, leads, scene.desk, actor=scene.name, text=note, notices=notices
    )


def _may_rate(scene: Scene) -> bool:
    return status_after(Step.RATE, scene.ticket.status, scene.actors) is not None


def _names_rating(words: str, grammar: Grammar) -> bool:
    """Tell whether a text begins with the word for a rating."""
    first = words.strip().partition("\n")[0]
    return _without_word(first, grammar) != first


def _without_word(line: str, grammar: Grammar) -> str:
    """Return a line without "Rating" in front: what a Hindi button writes, and what many write themselves."""
    own = grammar.words(Verb.RATE)
    words = line.split()
    for length in range(min(_LONGEST_WORD, len(words)), 0, -1):
        if own is not None and fold(" ".join(words[:length])) in own.phrases | own.keywords:
            return " ".join(words[length:])
    return line


def _says_nothing(text: str, grammar: Grammar) -> bool:
    """Tell whether words beside a rating are only thanks."""
    return set(fold(text).split()) <= grammar.thanks | grammar.gratitude
