"""A plain yes or no in answer to a question of the desk: what the buttons write, and how people say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.people import Language
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from mailbot.domain.understanding import Understanding

YES = {Language.ENGLISH: "YES, it is me", Language.HINDI: "हाँ, यह मैं हूँ"}
NO = {Language.ENGLISH: "NOT ME", Language.HINDI: "यह मैं नहीं हूँ"}
_YES = frozenset(
    map(fold, (*YES.values(), "yes", "it is me", "it's me", "its me", "yes it's me", "this is me", "yes this is me"))
) | frozenset(map(fold, ("haan", "han", "ji haan", "haan main hi hoon", "main hi hoon", "हाँ", "हां", "जी हाँ", "जी हां")))
_YES |= frozenset(map(fold, ("हां, यह मैं हूं", "यह मैं हूँ", "यह मैं हूं", "मैं ही हूँ", "मैं ही हूं")))
_YES |= frozenset(map(fold, ("it was me", "yes it was me", "yes, it was me", "yes i wrote it", "haan maine likha hai")))
_YES |= frozenset(map(fold, ("हाँ, मैंने लिखा है", "हां, मैंने लिखा है", "मैंने ही लिखा है", "haan maine hi likha hai")))
_NO = frozenset(map(fold, (*NO.values(), "no", "not me", "no not me", "it is not me", "this is not me", "it's not me")))
_NO |= frozenset(map(fold, ("nahi", "nahin", "ji nahi", "main nahi hoon", "नहीं", "जी नहीं", "मैं नहीं हूँ", "मैं नहीं हूं")))
_NO |= frozenset(map(fold, ("यह मैं नहीं हूं", "नहीं, यह मैं नहीं हूँ")))
_NO |= frozenset(
    map(fold, ("it was not me", "no it was not me", "maine nahi likha", "मैंने नहीं लिखा", "नहीं, मैंने नहीं लिखा"))
)


def find_answer(understanding: Understanding) -> bool | None:
    """Return whether a mail begins with a plain yes (True) or no (False), or None when it says anything else."""
    lines = understanding.commands.spoken.split("\n")
    said = fold(next((line for line in lines if line.strip()), ""))
    return True if said in _YES else False if said in _NO else None
