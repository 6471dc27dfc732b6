"""What people choose about themselves by mail: the language of their letters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import to_person
from mailbot.domain.asking import to_asker
from mailbot.domain.decision import Settings, Unproven
from mailbot.domain.effects import Effects
from mailbot.domain.letter import Audience, LetterKind, LetterOrder, Notice
from mailbot.domain.people import Language
from mailbot.domain.permission import proof_notice
from mailbot.domain.text import fold
from mailbot.domain.trust import usable_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.domain.asking import Asking
    from mailbot.domain.authority import Action
    from mailbot.domain.grammar import Command

LANGUAGES = {
    Language.ENGLISH: frozenset(map(fold, ("en", "eng", "english", "अंग्रेज़ी", "अंग्रेजी", "इंग्लिश", "angrezi"))),
    Language.HINDI: frozenset(map(fold, ("hi", "hin", "hindi", "हिंदी", "हिन्दी"))),
}

# About which choice a letter on settings tells more.
TOPIC = (("topic", "language"),)
NO_TOPIC = (("topic", ""),)


def set_language(command: Command, asking: Asking) -> Effects:
    """Take over the language somebody wants letters in; a bare address has no settings."""
    wanted = fold(command.argument)
    language = next((language for language, names in LANGUAGES.items() if wanted in names), None)
    person = asking.known.person
    if person is None:
        return _tell_stranger(asking)
    if language is None:
        notice = Notice("language_unknown", command.argument, "EN, HI")
        letters = to_person(LetterKind.SETTINGS, person, asking.language, notices=(notice,), values=TOPIC)
        return Effects(letters=letters, reasons=(f"{command.argument!r} is no language of the desk.",), refused=True)
    notice = Notice("done_language", "English" if language is Language.ENGLISH else "हिंदी")
    return Effects(
        letters=to_person(LetterKind.SETTINGS, person, language, notices=(notice,), values=TOPIC),
        settings=Settings(person.email, language=language),
        reasons=(f"Letters to its sender are in {language.name.title()} from now on.",),
    )


def ask_for_proof(command: Command, lacking: Action, asking: Asking) -> Effects:
    """Ask, at the stored address, for a choice or a question again: without a reply token of ours it may be forged."""
    said = " ".join(part for part in (command.word, command.argument) if part)
    known, person = asking.known, asking.known.person
    notices = (proof_notice(said, lacking, known, asking.desk),)
    if not person and not usable_address(asking.sender):
        return Effects(reasons=("Nobody can be asked for a proof.",), refused=True)
    actor = person.email if person else usable_address(asking.sender)
    return Effects(
        letters=to_asker(LetterKind.SETTINGS, asking, notices=notices, values=NO_TOPIC),
        reasons=(f"{said!r} carries no reply token of ours, and a From line alone proves nothing.",),
        refused=True,
        unproven=Unproven(actor, lacking, known.level, (command,)),
    )


def fold_settings(letters: Iterable[LetterOrder]) -> tuple[LetterOrder, ...]:
    """Return the letters with those about somebody's settings in one, which says everything that was chosen."""
    folded: list[LetterOrder] = []
    for letter in letters:
        last = folded[-1] if folded else None
        if last is None or (last.kind, letter.kind, last.to) != (LetterKind.SETTINGS, LetterKind.SETTINGS, letter.to):
            folded.append(letter)
            continue
        both = replace(letter, notices=last.notices + letter.notices, tables=last.tables + letter.tables)
        folded[-1] = both
    return tuple(folded)


def _tell_stranger(asking: Asking) -> Effects:
    reasons = ("Its sender is not in the directory and has no settings.",)
    address = usable_address(asking.sender)
    if not address:
        return Effects(reasons=reasons)
    letter = LetterOrder(
        LetterKind.SETTINGS,
        address,
        "",
        asking.language,
        Audience.REQUESTER,
        notices=(Notice("no_settings_kept"),),
        quote_sender=False,
        values=NO_TOPIC,
    )
    return Effects(letters=(letter,), reasons=reasons)
