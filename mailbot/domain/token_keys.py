"""The keys of the reply tokens over time: new tokens are made with the newest, those of the one before still count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mailbot.domain.trust import TokenKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

# As long as a letter may be answered with its proof, once its key was replaced.
ACCEPTED_FOR = timedelta(days=400)
# A key as old as this should be replaced: then no token lives longer than twice this time.
REPLACE_AFTER = timedelta(days=200)
FIRST_ID = "k1"
_LINE = re.compile(r"(k[1-9][0-9]{0,2}) (\d{4}-\d\d-\d\dT\S+) (\S+)")
_LAST_NUMBER = 999


@dataclass(frozen=True, slots=True)
class Key:
    """One secret key; a first key, from before any rotation, has no date."""

    id: str
    secret: str
    made_at: datetime | None = None

    def __repr__(self) -> str:
        """Keep the secret out of every log and traceback."""
        return f"Key({self.id!r}, made_at={self.made_at})"

    def line(self) -> str:
        """Return the line of the key file that holds this key."""
        return f"{self.id} {self.made_at.isoformat()} {self.secret}" if self.made_at else self.secret


def parse_keys(text: str) -> tuple[Key, ...]:
    """Return the keys of a key file, newest first. Raises ValueError when two have one name, or a date is none."""
    keys = tuple(map(_parse_line, filter(None, map(str.strip, text.split("\n")))))
    if len({key.id for key in keys}) != len(keys):
        raise ValueError("two keys have the same name")
    return keys


def add_key(keys: Sequence[Key], secret: str, now: datetime) -> tuple[Key, ...]:
    """Return a new key and the one that it replaces; older ones count no longer."""
    number = max(int(key.id[1:]) for key in keys) % _LAST_NUMBER + 1
    return Key(f"k{number}", secret, now), keys[0]


def ends_at(keys: Sequence[Key], position: int) -> datetime | None:
    """Return when a key that was replaced counts no longer; None for the newest."""
    made_at = keys[position - 1].made_at if position else None
    return made_at + ACCEPTED_FOR if made_at else None


def live_keys(keys: Sequence[Key], now: datetime) -> TokenKeys:
    """Return the keys that count now."""
    live = [key for position, key in enumerate(keys) if (end := ends_at(keys, position)) is None or now < end]
    return TokenKeys(keys[0].id, {key.id: key.secret.encode() for key in live})


def _parse_line(line: str) -> Key:
    found = _LINE.fullmatch(line)
    return Key(found[1], found[3], datetime.fromisoformat(found[2])) if found else Key(FIRST_ID, line)
