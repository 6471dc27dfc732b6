"""Where commands stand in a mail: in its first lines, each with what stands behind it and the note below it."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mailbot.domain.grammar import Command, Commands, reads_like_thanks
from mailbot.domain.number_lists import pick_numbers, take_numbers
from mailbot.domain.questions import fits_question
from mailbot.domain.text import fold
from mailbot.domain.tie_words import TYING, read_tie
from mailbot.domain.trust import TOKEN_PATTERN
from mailbot.domain.verbs import VERBS, About, Takes, Verb
from mailbot.domain.word_order import parse_word_last

if TYPE_CHECKING:
    from mailbot.domain.grammar import Grammar

_MARKS = ":;,.!।|=–—-"
_SEPARATOR = re.compile(r"\s*[:：;,.!।|=–—-]+\s*")
_LABEL = re.compile(r"[\s>*•\-]*([^:：=]{2,40}?)\s*[:：=]\s*\S")
_GUARDED_WORDS = 3
_COURTESY_WORDS = 4
_MOST_COMMANDS = 10
_MOST_LINES = 200
_NEAR = 0.82
_SHORT_LINE_WORDS = 3
_SALUTATION_WORDS = 5
_LONGEST_COMMAND = 8  # words; a paragraph on one line costs no more than a short one
_CARRY_TEXT = frozenset({Verb.ASK, Verb.NOTE, Verb.FIND})  # what follows these may well be a question or a denial
_NAMES = frozenset({Takes.PERSON, Takes.CHOICE})  # behind their argument a colon begins a note
_NEAR_MINIMUM_LENGTH = 5


def parse_commands(text: str, grammar: Grammar, prefix: str = "") -> Commands:
    """Return the commands in the first lines of a reply; the lines below each are its note.

    Lines before the first command may only be greetings and labelled lines. In a note only a line that is certainly a
    command ends it: one in capitals, with a colon, or with ticket numbers. `prefix` is that of ticket numbers. Token
    lines that a button wrote are dropped.
    """
    lines = [line for line in text.split("\n") if not TOKEN_PATTERN.search(line.lower())]
    spoken = "\n".join(lines).strip()
    found: list[Command] = []
    notes: list[list[str]] = []
    waiting: tuple[str, ...] = ()
    for position, line in enumerate(lines):
        if position > _MOST_LINES and not found:
            break
        in_note = bool(found) and bool(found[-1].note or notes[-1])
        command = _next_command(line, grammar, prefix, in_note=in_note) if _may_hold_more(found, position) else None
        numbers = _lone_numbers(line, prefix) if not (command or in_note or position > _MOST_LINES) else ()
        if command is not None:
            found.append(_with_numbers(command, waiting if not found else ()))
            notes.append([])
        elif numbers and found:
            found[-1] = _with_numbers(found[-1], numbers)
        elif numbers:
            waiting += numbers
        elif in_note or (found and line.strip() and not _is_labelled(line, grammar)):
            notes[-1].append(line)
        elif not found and not _may_stand_before(line, grammar):
            break
    if not found:
        return Commands((), spoken, spoken, _suspect(spoken, grammar))
    return _with_notes(found, ["\n".join(lines).strip() for lines in notes], spoken, grammar)


def parse_command_line(line: str, grammar: Grammar, prefix: str = "") -> Command | None:
    """Return the command that a line begins with, or None.

    "Not resolved", "resolved nahi hua" and "resolved kab hoga" are no commands.
    """
    bare = line.strip(" \t*_>•-")
    before, bare = take_numbers(bare, prefix) if prefix else ((), bare)
    words = _without_courtesies(
        _SEPARATOR.sub("", bare, count=1) if before and _SEPARATOR.match(bare) else bare, grammar
    )
    for length in range(min(len(words), _LONGEST_COMMAND), 0, -1):
        head = " ".join(words[:length])
        verb, is_keyword = _find_verb(fold(head), grammar)
        if verb is None:
            continue
        rest = words[length:]
        for word in words[length : length + _COURTESY_WORDS]:
            if fold(word) not in grammar.fillers or _SEPARATOR.fullmatch(head[-1:]):
                break
            head, rest = f"{head} {word}", rest[1:]
        word = " ".join(words[:length]).strip(f" {_MARKS}")
        is_loud = head.isascii() and head.isupper()
        tail = " ".join(rest)
        is_plain = is_keyword or is_loud or fold(word) in grammar.button_words
        command = Command(verb, word, tail, is_plain, targets=before, is_loud=is_loud)
        if _is_question(line, head, tail, verb):
            return None
        if head[-1:] in _MARKS:
            return _complete(command, grammar, prefix, separated=True)
        separated = not tail or bool(_SEPARATOR.match(tail)) or bool(prefix and _names_tickets(command, prefix))
        if not separated and not (is_keyword or is_loud):
            continue
        return _complete(command, grammar, prefix, separated=False, is_keyword=is_keyword)
    behind = parse_word_last(words, grammar)
    return replace(behind, targets=before) if behind else None


def _is_question(line: str, head: str, tail: str, verb: Verb) -> bool:
    """Tell whether a line asks instead of commanding; behind ASK and NOTE a question is what is said.

    "Status?" asks the desk just as "STATUS" does.
    """
    if not line.rstrip().endswith("?") or (tail and verb in _CARRY_TEXT) or VERBS[verb].about is About.DESK:
        return False
    return not tail or not (head[-1:] in _MARKS or _SEPARATOR.match(tail))


def _names_tickets(command: Command, prefix: str) -> bool:
    """Tell whether ticket numbers follow the word, and nothing that is not set apart from them."""
    numbers, rest = take_numbers(command.note, prefix)
    return bool(numbers) and (command.is_plain or not rest or bool(_SEPARATOR.match(rest)))


def _complete(
    command: Command, grammar: Grammar, prefix: str, *, separated: bool, is_keyword: bool = True
) -> Command | None:
    """Return a command with its numbers, argument and note told apart, or None when what follows denies it."""
    rule = VERBS[command.verb]
    if command.verb in TYING:
        tie = read_tie(command, prefix)
        return _with_own_note(tie, grammar) if tie else None
    numbers, tail = command.targets, command.note
    if prefix and rule.about is About.TICKET:
        named, tail = pick_numbers(tail, prefix) if rule.takes in _NAMES else take_numbers(tail, prefix)
        numbers = tuple(dict.fromkeys((*numbers, *named)))
    separated = separated or not tail or bool(_SEPARATOR.match(tail))
    is_free = command.verb in _CARRY_TEXT or rule.takes is Takes.CHOICE  # a choice is compared with the catalogue
    if not separated and not is_free and _is_guarded(tail, grammar, is_keyword=is_keyword):
        return None
    note = (_SEPARATOR.sub("", tail, count=1) if _SEPARATOR.match(tail) else tail).strip()
    if command.verb not in _CARRY_TEXT and _is_denial(note, grammar):
        return None
    if rule.takes is Takes.NOTE:
        return replace(command, note=note, targets=numbers)
    argument, _, note = note.partition(":") if rule.takes in _NAMES else (note, "", "")
    asked = replace(command, argument=argument.strip(), note=note.strip(), targets=numbers)
    return asked if fits_question(asked, grammar, prefix) else None


def _with_own_note(tie: Command, grammar: Grammar) -> Command | None:
    """Return a command that ties tickets with what follows the numbers as its note, or None when that denies it."""
    separator = _SEPARATOR.match(tie.note)
    note = tie.note[separator.end() :] if separator else tie.note
    if _is_denial(note, grammar) or (not separator and _is_guarded(note, grammar, is_keyword=True)):
        return None
    return replace(tie, note=note.strip())


def _may_hold_more(found: list[Command], position: int) -> bool:
    """Tell whether another command may follow: nobody means fifty, nor one below two hundred lines."""
    return len(found) < _MOST_COMMANDS and position <= _MOST_LINES


def _next_command(line: str, grammar: Grammar, prefix: str, *, in_note: bool) -> Command | None:
    """Return the command of a line, if one may stand there."""
    if not line.strip() or _is_greeting(line, grammar):
        return None
    command = parse_command_line(line, grammar, prefix)
    if command is None or (VERBS[command.verb].takes is Takes.CHOICE and _is_labelled(line, grammar)):
        return None
    is_certain = command.is_loud or command.targets or f"{command.word}:" in line or f"{command.word} :" in line
    return command if is_certain or not in_note else None


def _with_notes(found: list[Command], notes: list[str], spoken: str, grammar: Grammar) -> Commands:
    """Return the commands with the lines below them; of a lone word that is nearly a command one is asked back."""
    rest = "\n".join(note for note in notes if note)
    suspected = _suspect(notes[-1], grammar) if notes[-1] and not found[-1].note else None
    if suspected:
        notes = [*notes[:-1], ""]
    commands = (
        replace(command, note="\n".join(part for part in (command.note, note) if part))
        for command, note in zip(found, notes, strict=True)
    )
    return Commands(tuple(commands), rest, spoken, suspected)


def _with_numbers(command: Command, numbers: tuple[str, ...]) -> Command:
    """Return a command that also names these tickets; a question has them as its argument."""
    rule = VERBS[command.verb]
    if rule.about is About.TICKET:
        return replace(command, targets=tuple(dict.fromkeys((*command.targets, *numbers))))
    named = (*command.targets, *numbers) if rule.takes is Takes.TICKETS else ()
    return replace(command, argument=" ".join(part for part in (command.argument, *named) if part), targets=())


def _lone_numbers(line: str, prefix: str) -> tuple[str, ...]:
    """Return the ticket numbers of a line that holds nothing else."""
    numbers, rest = take_numbers(line.strip(" \t*_>•-"), prefix) if prefix else ((), line)
    return numbers if not rest.strip(f" {_MARKS}") else ()


def _is_labelled(line: str, grammar: Grammar) -> bool:
    """Tell whether a line gives a field of the ticket, such as "Module: E-way Bill"; it is read as such elsewhere."""
    match = _LABEL.match(line)
    return match is not None and fold(match.group(1)) in dict(grammar.labels)


def _may_stand_before(line: str, grammar: Grammar) -> bool:
    """Tell whether a command may follow a line: one that is empty, greets, or gives a field of the ticket."""
    return (
        not line.strip() or _is_greeting(line, grammar) or _is_salutation(line, grammar) or _is_labelled(line, grammar)
    )


def _find_verb(folded: str, grammar: Grammar) -> tuple[Verb | None, bool]:
    for verb, words in grammar.commands:
        if folded in words.keywords:
            return verb, True
        if folded in words.phrases:
            return verb, False
    return None, False


def _is_guarded(tail: str, grammar: Grammar, *, is_keyword: bool) -> bool:
    words = fold(tail).split()[:_GUARDED_WORDS]
    pairs = [" ".join(words[i : i + 2]) for i in range(len(words))]
    guards = grammar.negations | grammar.questions | (frozenset() if is_keyword else grammar.requests)
    return any(candidate in guards for candidate in (*words, *pairs))


def _is_denial(note: str, grammar: Grammar) -> bool:
    """Tell whether a note says nothing but that it is not so."""
    words = set(fold(note).split())
    return bool(words & grammar.negations) and words <= grammar.negations | grammar.denials


def _is_greeting(line: str, grammar: Grammar) -> bool:
    folded = fold(line)
    return not folded or not _without_courtesies(line, grammar) or folded in grammar.courtesies


def _is_salutation(line: str, grammar: Grammar) -> bool:
    """Tell whether a line greets somebody by name: "Dear Asha ji,", "नमस्कार शर्मा जी,"."""
    words = line.split()
    return (
        len(words) <= _SALUTATION_WORDS
        and words[-1].endswith((",", "!", "।"))
        and len(_without_courtesies(line, grammar)) < len(words)
    )


def _without_courtesies(line: str, grammar: Grammar) -> list[str]:
    words, start = line.split(), 0
    skipped = grammar.courtesies | {""}
    while start < len(words):
        heads = range(min(_COURTESY_WORDS, len(words) - start), 0, -1)
        length = next((n for n in heads if fold(" ".join(words[start : start + n])) in skipped), 0)
        if not length:
            break
        start += length
    return words[start:]


def _suspect(text: str, grammar: Grammar) -> tuple[str, str] | None:
    """Return a lone word that is nearly a command: it is answered with a question and never passed on."""
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines or lines[0].rstrip().endswith("?") or len(lines[0].split()) > _SHORT_LINE_WORDS:
        return None
    first = fold(lines[0])
    is_alone = len(lines) == 1 or (lines[0].isascii() and lines[0].strip().isupper())
    if not is_alone or len(first) < _NEAR_MINIMUM_LENGTH or reads_like_thanks(first, grammar):
        return None
    near = get_close_matches(first, grammar.near_words, n=1, cutoff=_NEAR)
    return (lines[0].strip(), grammar.near_words[near[0]]) if near else None
