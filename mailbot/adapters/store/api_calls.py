"""Calls of the API that may be repeated: the same key with the same request is answered as it was the first time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.statements import upsert
from mailbot.adapters.store.tables_api import api_calls

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Engine

KEPT = timedelta(hours=24)
# Whoever began a call and has not answered it by then has died.
_ANSWERED_BY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Call:
    """A call with its Idempotency-Key; `request` is the SHA-256 of what is asked, `person` for whom."""

    api_key: int
    key: str
    request: str
    person: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier call with the same key; `status` is 0 while it is being answered."""

    status: int
    answer: dict[str, Any]
    is_same: bool


def begin_call(engine: Engine, call: Call, now: datetime) -> Earlier | None:
    """Note that a call begins; return the earlier one with the same key, or None when this one is to be answered."""
    values = {
        "api_key": call.api_key,
        "key": call.key,
        "request": call.request,
        "status": 0,
        "person": call.person,
        "answer": {},
        "at": now,
    }
    with writing(engine) as connection:
        connection.execute(delete(api_calls).where(_is(call), api_calls.c.at <= now - KEPT))
        insert = upsert(connection, api_calls).values(values)
        unless = insert.on_conflict_do_nothing(index_elements=["api_key", "key"]).returning(api_calls.c.id)
        if connection.execute(unless).first() is not None:
            return None
        row = connection.execute(select(api_calls).where(_is(call))).mappings().one()
        is_same = row["request"] == call.request
        if row["status"] == 0 and is_same and row["at"] <= now - _ANSWERED_BY:
            connection.execute(update(api_calls).where(_is(call)).values(at=now))
            return None
    return Earlier(row["status"], row["answer"], is_same)


def settle_call(engine: Engine, call: Call, status: int, answer: dict[str, Any]) -> None:
    """Keep the answer of a call."""
    with writing(engine) as connection:
        connection.execute(update(api_calls).where(_is(call)).values(status=status, answer=answer))


def forget_call(engine: Engine, call: Call) -> None:
    """Let a call that could not be answered be made again."""
    with writing(engine) as connection:
        connection.execute(delete(api_calls).where(_is(call), api_calls.c.status == 0))


def _is(call: Call) -> ColumnElement[bool]:
    return (api_calls.c.api_key == call.api_key) & (api_calls.c.key == call.key)
