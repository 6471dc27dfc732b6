"""Commands whose word stands at the end, as Hindi puts it: "देव को सौंपें", "5 दिसंबर तक अवकाश पर", "अक्टूबर की रिपोर्ट"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailbot.domain.dates import is_only_day
from mailbot.domain.grammar import Command
from mailbot.domain.months import names_month
from mailbot.domain.text import fold
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.domain.grammar import Grammar

_NOTE = re.compile(r"\s*[:：;|=–—]\s*|\s+-\s+|\s*[.।!]\s*(?=\S)")
_ENDS = " .,;!।|-–—"
_LONGEST_NAME = 6  # words, with "यह टिकट" and "श्री" in front
_LONGEST_VERB = 4
_LONGEST_DAY = 8
_LONGEST_MONTH = 8


def parse_word_last(words: Sequence[str], grammar: Grammar) -> Command | None:
    """Return the command of a line whose word comes behind what it is about, or None.

    Only whole lines count, perhaps with a note behind a colon or a dash. Denied or asked it is none: there is no
    "देव को मत सौंपें" among the words.
    """
    line = " ".join(words)
    said, note = line, ""
    if mark := _NOTE.search(line):
        said, note = line[: mark.start()], line[mark.end() :]
    if said.rstrip().endswith("?") or line.rstrip().endswith("?"):
        return None
    spoken = said.strip(_ENDS).split()
    while spoken and fold(spoken[-1]) in grammar.fillers:
        spoken.pop()
    note = note.strip()
    return _assign(spoken, note, grammar) or _go_away(spoken, note, grammar) or _report(spoken, note, grammar)


def _assign(words: Sequence[str], note: str, grammar: Grammar) -> Command | None:
    """Read "<somebody> को सौंपें"."""
    marks, verbs = grammar.choices["word_last"], grammar.choices["assign_last"]
    for length in range(min(_LONGEST_VERB, len(words) - 2), 0, -1):
        verb, mark, name = words[-length:], words[-length - 1], words[: -length - 1]
        if fold(" ".join(verb)) in verbs and marks.get(fold(mark)) == "to" and len(name) <= _LONGEST_NAME:
            return Command(Verb.ASSIGN, " ".join((mark, *verb)), note, is_plain=False, argument=" ".join(name))
    return None


def _report(words: Sequence[str], note: str, grammar: Grammar) -> Command | None:
    """Read "अक्टूबर की रिपोर्ट" and "last month report": nothing but a month in front of a word for it."""
    own = grammar.words(Verb.REPORT)
    if own is None or note or len(words) > _LONGEST_MONTH:
        return None
    for length in range(min(_LONGEST_VERB, len(words) - 1), 0, -1):
        word, month = " ".join(words[-length:]), " ".join(words[:-length])
        if fold(word) in own.keywords and names_month(month, grammar):
            return Command(Verb.REPORT, word, argument=month)
    return None


def _go_away(words: Sequence[str], note: str, grammar: Grammar) -> Command | None:
    """Read "मैं 5 दिसंबर तक अवकाश पर हूँ": nothing but a day and words for absence."""
    own = grammar.words(Verb.AWAY)
    if own is None or note or len(words) > _LONGEST_DAY:
        return None
    spoken = fold(" ".join(words))
    is_said = any(f" {keyword} " in f" {spoken} " for keyword in own.keywords)
    rest = " ".join(word for word in spoken.split() if word not in own.keywords)
    if not is_said or not is_only_day(rest, grammar):
        return None
    return Command(Verb.AWAY, " ".join(words), argument=rest)
