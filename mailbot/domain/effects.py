"""Parts of a decision, which are added up: what changes, what goes into the history, which letters are written."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from mailbot.domain.decision import Change, Settings

if TYPE_CHECKING:
    from mailbot.domain.decision import Binding, Commanded, Decision, Event, Unproven
    from mailbot.domain.letter import LetterOrder, Notice

NO_CHANGE = Change()


@dataclass(frozen=True, slots=True)
class Effects:
    """A part of a decision; parts are added up.

    `notices` are what the sender is told line by line; `refused` tells that something was asked for and not done.
    `also` are decisions about other tickets, `settings` what the sender chose about themselves.
    `unproven` is what was not done for want of proof, `commanded` who commanded what was done.
    """

    change: Change = NO_CHANGE
    events: tuple[Event, ...] = ()
    letters: tuple[LetterOrder, ...] = ()
    reasons: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    refused: bool = False
    also: tuple[Decision, ...] = ()
    settings: Settings | None = None
    binding: Binding | None = None
    unproven: Unproven | None = None
    commanded: Commanded | None = None

    def __add__(self, other: Effects) -> Effects:
        """Return both parts; where both set a field, the later one holds."""
        return Effects(
            merge_changes(self.change, other.change),
            self.events + other.events,
            self.letters + other.letters,
            self.reasons + other.reasons,
            self.notices + other.notices,
            self.refused or other.refused,
            self.also + other.also,
            merge_settings(self.settings, other.settings),
            self.binding or other.binding,
            self.unproven or other.unproven,
            self.commanded or other.commanded,
        )


def merge_changes(first: Change, second: Change) -> Change:
    """Return both changes; where both set a field, the second one holds."""
    later = {f.name: value for f in fields(second) if (value := getattr(second, f.name)) not in {None, False}}
    return replace(first, **later)


def merge_settings(first: Settings | None, second: Settings | None) -> Settings | None:
    """Return both; where both set a value, the second one holds."""
    if first is None or second is None:
        return first or second
    later = {f.name: value for f in fields(second) if (value := getattr(second, f.name)) not in (None, False, ())}
    return replace(first, **{**later, "notify": first.notify + second.notify})
