"""The kinds of columns that both databases treat alike: moments, text of strangers, growing ids."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.types import TypeDecorator

# A server may say that a mail arrived in the year 9999; some hours further no clock can follow.
_EARLIEST, _LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. SQLite would otherwise hand back naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Store UTC; a naive moment is a mistake of the program."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        return min(max(value, _EARLIEST), _LATEST).astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return an aware moment in UTC."""
        del dialect
        if value is None:
            return None
        # SQLite answers without a time zone, PostgreSQL in that of the session.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# What only one of the databases takes: NUL (not PostgreSQL) and lone surrogates (neither).
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return a text as both databases take it: U+FFFD stands where NUL and lone surrogates were.

    They are replaced and not removed, so that an address with such a character never equals one without it.
    """
    return _UNSTORABLE.sub("\ufffd", text)


class StorableText(TypeDecorator[str]):
    """Text of any length that a stranger may have written."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Replace what a database refuses; a mail must never fail for it."""
        del dialect
        return storable(value) if value is not None else None


# SQLite only counts up an INTEGER PRIMARY KEY; PostgreSQL should not run out of them.
Identity = BigInteger().with_variant(Integer(), "sqlite")
