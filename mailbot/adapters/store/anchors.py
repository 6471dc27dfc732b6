"""Anchors: from time to time one hash over everything that was added to all histories, chained to the one before.

Whoever can write to the database can compute every hash in it anew. What he cannot reach is an anchor that somebody
keeps elsewhere: one line of text, which proves all lines of history up to it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, text

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import events
from mailbot.adapters.store.tables_upkeep import anchors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Engine

_LINE = re.compile(r"mailbot-anchor (\d{1,9}) (\S{25,32}) (\d{1,18}) (\d{1,9}) ([0-9a-f]{64})\b")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Anchor:
    """The proof of `lines` lines of history, the last of which is `last_event`."""

    number: int
    at: datetime
    last_event: int
    lines: int
    hash: str

    def __str__(self) -> str:
        """Return the line of text that somebody keeps elsewhere."""
        return f"mailbot-anchor {self.number} {self.at.isoformat()} {self.last_event} {self.lines} {self.hash}"


def parse_anchors(text: str) -> list[Anchor]:
    """Return the anchors that stand in a text, be it a file of them or a saved letter."""
    return [
        Anchor(int(number), datetime.fromisoformat(at), int(last), int(lines), digest)
        for number, at, last, lines, digest in _LINE.findall(text)
    ]


def anchor_hash(previous: str, number: int, at: datetime, hashes: Iterable[str]) -> str:
    """Return the SHA-256 over the anchor before and the hashes of all lines since, in the order they were written."""
    digest = hashlib.sha256(f"{previous} {number} {at.astimezone(UTC).isoformat()}\n".encode())
    for line in hashes:
        digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def take_anchor(engine: Engine, now: datetime) -> Anchor | None:
    """Anchor what was added since the last anchor; return the newest anchor, None while there is no history at all."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            # A line with a lower id may still be on its way: wait for those who write, and let nobody begin meanwhile.
            connection.execute(text("lock table events in share mode"))
        last = find_last_anchor(connection)
        first = last.last_event if last else 0
        newest = connection.execute(select(func.max(events.c.id))).scalar() or 0
        if newest <= first:
            return last
        number = last.number + 1 if last else 1
        at = now.astimezone(UTC)
        lines = list(find_hashes(connection, first, newest))
        anchor = Anchor(number, at, newest, len(lines), anchor_hash(last.hash if last else "", number, at, lines))
        connection.execute(
            insert(anchors).values(number=number, at=at, last_event=newest, lines=len(lines), hash=anchor.hash)
        )
        return anchor


def find_last_anchor(connection: Connection) -> Anchor | None:
    """Return the newest anchor."""
    row = connection.execute(select(anchors).order_by(anchors.c.number.desc()).limit(1)).first()
    return Anchor(*row) if row else None


def find_anchors(connection: Connection) -> Iterator[Anchor]:
    """Yield all anchors, oldest first."""
    for row in connection.execute(select(anchors).order_by(anchors.c.number)).all():
        yield Anchor(*row)


def find_hashes(connection: Connection, after: int, last: int) -> Iterator[str]:
    """Yield the hashes of the lines with these ids, in their order."""
    query = select(events.c.hash).where(events.c.id > after, events.c.id <= last).order_by(events.c.id)
    yield from connection.execute(query.execution_options(yield_per=_BATCH)).scalars()
