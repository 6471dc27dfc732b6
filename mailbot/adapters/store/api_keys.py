"""The keys of programs: made, found by what they begin with, listed, revoked."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, or_, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables_api import api_keys, webhooks
from mailbot.domain.api_keys import ApiKey, Scope
from mailbot.domain.hooks import HookState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Engine, RowMapping

# Whoever finds a key somewhere sees what it is, and so do the scanners of code.
MARK = "mbk_"
_PREFIX_BYTES, _SECRET_BYTES = 4, 32
_LONGEST = 100
# Not every call needs a write.
_USED_EVERY = timedelta(minutes=1)
_FIND = select(api_keys).where(api_keys.c.prefix == bindparam("prefix"))
_KNOWN = frozenset(Scope)


def make_api_key(
    engine: Engine, name: str, scopes: Collection[Scope], now: datetime, ends_at: datetime | None
) -> tuple[ApiKey, str]:
    """Keep a new key; return what is known of it, and the key, which can never be shown again."""
    prefix = MARK + secrets.token_hex(_PREFIX_BYTES)
    key = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    values = {
        "prefix": prefix,
        "digest": _digest(key),
        "name": name,
        "scopes": sorted(scopes),
        "made_at": now,
        "ends_at": ends_at,
    }
    with writing(engine) as connection:
        row = connection.execute(insert(api_keys).values(values).returning(api_keys.c.id)).scalar_one()
    return ApiKey(row, prefix, name, frozenset(scopes), now, ends_at), key


def find_api_key(engine: Engine, key: str, now: datetime) -> ApiKey | None:
    """Return what a key may do, and note that it was used; None for one that opens nothing (any more)."""
    prefix = key[: len(MARK) + 2 * _PREFIX_BYTES]
    if len(key) > _LONGEST or not key.isascii() or not key.isprintable() or not prefix.startswith(MARK):
        return None
    with reading(engine) as connection:
        row = connection.execute(_FIND, {"prefix": prefix}).mappings().first()
    if row is None or not hmac.compare_digest(row["digest"], _digest(key)):
        return None
    found = _api_key(row)
    if not found.counts(now):
        return None
    if found.used_at is None or now - found.used_at >= _USED_EVERY:
        used = update(api_keys).where(api_keys.c.id == found.id)
        later = used.where(or_(api_keys.c.used_at.is_(None), api_keys.c.used_at < now))
        with writing(engine) as connection:
            connection.execute(later.values(used_at=now))
    return found


def find_api_keys(engine: Engine) -> list[ApiKey]:
    """Return all keys, the oldest first."""
    with reading(engine) as connection:
        return [_api_key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.id)).mappings()]


def revoke_api_key(engine: Engine, prefix: str, now: datetime) -> int | None:
    """End a key and its webhooks for good; return how many webhooks ended, or None when no such key counts."""
    mine = update(api_keys).where(api_keys.c.prefix == prefix, api_keys.c.revoked_at.is_(None))
    with writing(engine) as connection:
        row = connection.execute(mine.values(revoked_at=now).returning(api_keys.c.id)).scalar()
        if row is None:
            return None
        theirs = update(webhooks).where(webhooks.c.api_key == row, webhooks.c.state != HookState.REMOVED)
        return connection.execute(theirs.values(state=HookState.REMOVED, secret="")).rowcount


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _api_key(row: RowMapping) -> ApiKey:
    values = {name: row[name] for name in ("id", "prefix", "name", "made_at", "ends_at", "revoked_at", "used_at")}
    # A scope of a newer version opens nothing here.
    return ApiKey(**values, scopes=frozenset(Scope(one) for one in row["scopes"] if one in _KNOWN))
