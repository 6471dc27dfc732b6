"""MERGE and PARENT as people write them: which ticket stays in front, and which are tied to it.

`MERGE A B`, `MERGE A B INTO C`, `PARENT P`, `PARENT P: A B`, `A B PARENT P`, each with a note behind it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.number_lists import take_numbers
from mailbot.domain.text import fold
from mailbot.domain.verbs import VERBS, About, Takes, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.domain.grammar import Command

TYING = frozenset(verb for verb, rule in VERBS.items() if rule.about is About.TICKET and rule.takes is Takes.TICKETS)
_INTO = re.compile(r"(?:into|in to|under|में|mein|me|के अंतर्गत|ke antargat)\s+", re.IGNORECASE)
_MARKS = " \t:：;,.!।|=–—-"


def read_tie(command: Command, prefix: str) -> Command | None:
    """Return a command with the leading ticket as its argument and the tied ones as its targets, or None.

    None for an ordinary sentence such as "Parent company not shown". What follows the numbers stays as the note, with
    its colon or dash, for the caller to judge.
    """
    numbers, rest = _take(command.note, prefix)
    into = _INTO.match(rest.lstrip(_MARKS))
    leading: tuple[str, ...] = ()
    if into:
        leading, rest = _take(rest.lstrip(_MARKS)[into.end() :], prefix)
    else:
        more, behind = _take(rest.lstrip(_MARKS), prefix)
        numbers, rest = ((*numbers, *more), behind) if more else (numbers, rest)
    if command.verb is Verb.PARENT and not leading:
        leading, numbers = numbers[:1], numbers[1:]
    tied = dict.fromkeys((*command.targets, *numbers, *leading[1:]))
    if not leading and not tied and not _may_mean_numbers(command, prefix):
        return None
    return replace(command, argument="".join(leading[:1]), targets=tuple(tied), note=rest)


def named_numbers(command: Command) -> tuple[str, ...]:
    """Return every ticket that a command about tickets names, each once, the leading one first."""
    leading = (command.argument,) if command.verb in TYING and command.argument else ()
    return tuple(dict.fromkeys((*leading, *command.targets)))


def split_ties(commands: Iterable[Command]) -> tuple[tuple[Command, ...], tuple[Command, ...]]:
    """Return the commands that tie tickets, and the others."""
    every = tuple(commands)
    ties = tuple(command for command in every if command.verb in TYING)
    return ties, tuple(command for command in every if command.verb not in TYING)


def _take(text: str, prefix: str) -> tuple[tuple[str, ...], str]:
    return take_numbers(text, prefix) if prefix else ((), text)


def _may_mean_numbers(command: Command, prefix: str) -> bool:
    """Tell whether a command without a number is meant all the same: alone, in capitals, or with half a number."""
    said = fold(command.note)
    return not said or command.is_loud or bool(prefix and said.startswith(fold(prefix)))
