"""What people choose about themselves by mail: the language of their letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_person
from mailbot.domain.decision import Settings
from mailbot.domain.effects import Effects
from mailbot.domain.letter import LetterKind, Notice
from mailbot.domain.people import Language
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from mailbot.domain.asking import Asking
    from mailbot.domain.grammar import Command

LANGUAGES = {
    Language.ENGLISH: frozenset(map(fold, ("en", "eng", "english", "अंग्रेज़ी", "अंग्रेजी", "इंग्लिश", "angrezi"))),
    Language.HINDI: frozenset(map(fold, ("hi", "hin", "hindi", "हिंदी", "हिन्दी"))),
}


def set_language(command: Command, asking: Asking) -> Effects:
    """Take over the language somebody wants letters in; a bare address has no settings."""
    wanted = fold(command.argument)
    language = next((language for language, names in LANGUAGES.items() if wanted in names), None)
    person = asking.known.person
    if person is None:
        return Effects(reasons=("Its sender is not in the directory and has no settings.",))
    if language is None:
        notice = Notice("language_unknown", command.argument, "EN, HI")
        letters = to_person(LetterKind.SETTINGS, person, asking.language, notices=(notice,))
        return Effects(letters=letters, reasons=(f"{command.argument!r} is no language of the desk.",), refused=True)
    notice = Notice("done_language", "English" if language is Language.ENGLISH else "हिंदी")
    return Effects(
        letters=to_person(LetterKind.SETTINGS, person, language, notices=(notice,)),
        settings=Settings(person.email, language=language),
        reasons=(f"Letters to its sender are in {language.name.lower()} from now on.",),
    )
