"""Questions to the desk, told apart from problems that begin with the same word: "Report not opening"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.months import may_name_month
from mailbot.domain.number_lists import pick_numbers
from mailbot.domain.text import fold
from mailbot.domain.verbs import VERBS, About, Takes

if TYPE_CHECKING:
    from mailbot.domain.grammar import Command, Grammar


def is_about_desk(command: Command) -> bool:
    """Tell whether a command asks the desk something and changes nothing."""
    return VERBS[command.verb].about is About.DESK


def fits_question(command: Command, grammar: Grammar, prefix: str) -> bool:
    """Tell whether what stands behind the word of a question fits it; other verbs are told apart elsewhere."""
    if not is_about_desk(command):
        return True
    said = command.argument.strip(" ?")
    match VERBS[command.verb].takes:
        case Takes.NOTHING:
            return not fold(said)
        case Takes.MONTH:
            return may_name_month(said, grammar)
        case Takes.TICKETS:
            return _names_only_tickets(said, grammar, prefix)
    return True


def _names_only_tickets(said: str, grammar: Grammar, prefix: str) -> bool:
    """Tell whether nothing but ticket numbers is said, or something that was meant as one: "TMS-2611-42"."""
    _, rest = pick_numbers(said, prefix) if prefix else ((), said)
    words = [word for word in fold(rest).split() if word not in grammar.choices["beside_number"]]
    return all(word == fold(prefix) or word.isdigit() for word in words)
