"""One alarm with several causes, such as the logins to two servers: it is over when none of them is left."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.domain.alarms import AlarmCode, Alarms


class Scopes:
    """Alarms of the same code from several places, as one alarm that says what all of them say."""

    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms
        self._lock = threading.Lock()
        self._said: dict[AlarmCode, dict[str, str]] = {}

    def scope(self, place: str) -> Scope:
        """Return the alarms of one place."""
        return Scope(self, place)

    def change(self, code: AlarmCode, place: str, text: str) -> None:
        """Take over what one place says, an empty text when it has nothing to say any more."""
        with self._lock:
            said = self._said.setdefault(code, {})
            said.pop(place, None)
            if text:
                said[place] = text
            everything = " ".join(said[name] for name in sorted(said))
        if everything:
            self._alarms.sound(code, everything)
        else:
            self._alarms.settle(code)


@dataclass(frozen=True, slots=True)
class Scope:
    """The alarms of one place; implements Alarms."""

    scopes: Scopes
    place: str

    def sound(self, code: AlarmCode, text: str) -> None:
        """Tell that this place needs a person."""
        self.scopes.change(code, self.place, text)

    def settle(self, code: AlarmCode) -> None:
        """Tell that it is over here."""
        self.scopes.change(code, self.place, "")
