"""Letters about no single ticket, such as a list of a person's tickets: what their reader sees, and their tables."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mailbot.adapters.letters.asks import link_block
from mailbot.adapters.letters.sources import Block, hide
from mailbot.adapters.letters.tables import table_block
from mailbot.domain.letter import Audience, Notice
from mailbot.domain.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mailbot.adapters.letters.blocks import Pages
    from mailbot.adapters.letters.tables import Offer
    from mailbot.adapters.letters.wording import ReaderWording
    from mailbot.adapters.letters.words import Words
    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import LetterOrder
    from mailbot.domain.people import Language
    from mailbot.domain.wording import SheetFile

_VALUE_LIMIT = 160
# Values that stand on a line of their own.
_WHOLE = frozenset({"anchor", "link"})


@dataclass(frozen=True, slots=True)
class DeskView:
    """One order through the eyes of its reader; everything it returns is clean."""

    order: LetterOrder
    desk: Desk
    desk_names: Mapping[Language, str]
    commands: Mapping[Language, Mapping[str, str]]
    wording: ReaderWording

    @property
    def words(self) -> Words:
        """The words of all letters."""
        return self.wording.words

    @property
    def footer(self) -> str:
        """The word for the small print at the end."""
        return "footer_desk"

    @property
    def is_staff(self) -> bool:
        """Whether the reader works for the IT section."""
        return self.order.audience is Audience.STAFF

    def greeting(self, language: Language) -> str:
        """Return the salutation."""
        name = clean_line(hide(self.order.to_name), _VALUE_LIMIT) if self.order.quote_sender else ""
        if name:
            return self.words.say("phrase", "greeting", language, name=name)
        return self.words.say("phrase", "greeting_unnamed", language)

    def notices(self, language: Language) -> tuple[str, ...]:
        """Return the notices as sentences."""
        timezone = self.wording.timezone
        return tuple(self.words.notice(_clean(notice), language, timezone) for notice in self.order.notices)

    def values(self, language: Language) -> dict[str, Any]:
        """Return what may stand inside a sentence."""
        own = {name: clean_line(hide(value), _VALUE_LIMIT) for name, value in self.order.values}
        return {
            "greeting": self.greeting(language),
            "staff": self.is_staff,
            "desk": self.desk_names[language],
            "address": self.desk.address,
            "reopen_days": self.desk.reopen_after_close.days,
            "word": self.commands[language],
            "month_names": self.words.table["months"][language],
            **own,
        }

    def blocks(self, pages: Pages, offer: Offer) -> dict[str, Any]:
        """Return the blocks of the main part."""
        language = self.order.language
        done = all(notice.code.startswith("done_") for notice in self.order.notices)
        shown = {table.name: table_block(table, pages, self.wording, offer) for table in self.order.tables}
        tables = defaultdict(Block, shown)  # a table that this letter does not have is empty
        # One long word that a phone must be able to break, and a saved letter must hold whole.
        proof = [clean_line(value, _VALUE_LIMIT) for name, value in self.order.values if name in _WHOLE and value]
        notices = pages.notices(self.notices(language), "good" if done else "heed")
        link = link_block(self, pages)
        return {"notices": notices, "tables": tables, "proof": pages.lines(proof), "link": link}

    def file_lines(self, pages: Pages, files: Sequence[SheetFile], too_large: Sequence[str]) -> Block:
        """Return which files are attached, and which were too large for a letter."""
        language = self.order.language
        lines = []
        if files:
            names = ", ".join(file.name for file in files)
            lines.append(self.words.say("phrase", "attached", language, names=names))
        if too_large:
            lines.append(self.words.say("phrase", "too_large", language, names=", ".join(too_large)))
        return pages.lines(lines)


def _clean(notice: Notice) -> Notice:
    given, proposed = (clean_line(hide(text), _VALUE_LIMIT) for text in (notice.given, notice.proposed))
    return replace(notice, given=given, proposed=proposed)
