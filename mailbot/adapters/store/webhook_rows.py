"""The rows of webhooks: registered and looked at by their program, and written to where a ticket changes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, insert, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables_api import webhook_deliveries, webhooks
from mailbot.domain.hooks import DeliveryState, HookEvent, HookState, find_hook_events

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Engine, RowMapping

    from mailbot.domain.ticket import Ticket

MOST_WEBHOOKS = 10
_MOST_DELIVERIES = 100
_LISTENING = select(webhooks.c.id, webhooks.c.events).where(webhooks.c.state == HookState.ON)
_ADD = insert(webhook_deliveries)
# A column for statements that every change makes anyway, so that a desk without webhooks asks nothing more.
HAS_LISTENERS = exists(select(1).where(webhooks.c.state == HookState.ON)).label("has_listeners")


@dataclass(frozen=True, slots=True)
class ListedHook:
    """A webhook as its program sees it."""

    id: int
    url: str
    events: tuple[HookEvent, ...]
    state: HookState
    made_at: datetime
    failing_since: datetime | None
    error: str
    waiting: int


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """A message to a webhook and how it fares."""

    uuid: str
    event: HookEvent
    ticket: str
    at: datetime
    state: DeliveryState
    attempts: int
    answer: str
    tried_at: datetime | None


def add_messages(connection: Connection, before: Ticket | None, after: Ticket, now: datetime) -> None:
    """Write down, in the transaction of a change, what each webhook shall be told of it."""
    happened = find_hook_events(before, after)
    if not happened:
        return
    rows = [
        {
            "webhook": row.id,
            "uuid": str(uuid.uuid4()),
            "event": event,
            "ticket": after.number,
            "version": after.version,
            "status": after.status,
            "previous": before.status if before else "",
            "employee_id": after.employee_id,
            "at": now,
            "state": DeliveryState.WAITING,
            "attempts": 0,
            "answer": "",
        }
        for row in connection.execute(_LISTENING)
        for event in happened
        if event in row.events
    ]
    if rows:
        connection.execute(_ADD, rows)


def add_webhook(  # noqa: PLR0917 - one argument for each column
    engine: Engine, api_key: int, url: str, secret: str, events: Collection[HookEvent], now: datetime
) -> ListedHook | None:
    """Register a webhook; None when the key has as many as it may."""
    values = {
        "api_key": api_key,
        "url": url,
        "secret": secret,
        "events": sorted(events),
        "state": HookState.ON,
        "made_at": now,
        "failures": 0,
        "due_at": now,
        "error": "",
    }
    with writing(engine) as connection:
        count = connection.execute(select(func.count()).select_from(webhooks).where(*_of(api_key))).scalar_one()
        if count >= MOST_WEBHOOKS:
            return None
        row = connection.execute(insert(webhooks).values(values).returning(webhooks.c.id)).scalar_one()
    return ListedHook(row, url, tuple(sorted(events)), HookState.ON, now, None, "", 0)


def find_webhooks(engine: Engine, api_key: int, webhook: int | None = None) -> list[ListedHook]:
    """Return the webhooks of a key, or the one with that id."""
    d = webhook_deliveries.c
    waits = select(func.count()).where(d.webhook == webhooks.c.id, d.state == DeliveryState.WAITING)
    query = select(webhooks, waits.scalar_subquery().label("waiting")).where(*_of(api_key)).order_by(webhooks.c.id)
    if webhook is not None:
        query = query.where(webhooks.c.id == webhook)
    with reading(engine) as connection:
        return [_listed(row) for row in connection.execute(query).mappings()]


def remove_webhook(engine: Engine, api_key: int, webhook: int) -> bool:
    """Take a webhook away, with its secret and what it was still to be told; False when there is none."""
    return _change(engine, api_key, webhook, {"state": HookState.REMOVED, "secret": "", "url": ""}, drops=True)


def enable_webhook(engine: Engine, api_key: int, webhook: int, now: datetime) -> bool:
    """Tell a webhook again that was switched off; what happened meanwhile it is not told."""
    values = {"state": HookState.ON, "failures": 0, "failing_since": None, "due_at": now, "error": ""}
    return _change(engine, api_key, webhook, values)


def find_deliveries(engine: Engine, webhook: int) -> list[ListedDelivery]:
    """Return the latest messages to a webhook, the newest first."""
    columns = (webhook_deliveries.c[name] for name in ListedDelivery.__dataclass_fields__)
    query = select(*columns).where(webhook_deliveries.c.webhook == webhook).order_by(webhook_deliveries.c.id.desc())
    with reading(engine) as connection:
        rows = connection.execute(query.limit(_MOST_DELIVERIES)).mappings()
        return [
            ListedDelivery(
                **{**row, "event": HookEvent(row["event"]), "state": DeliveryState(row["state"])},
            )
            for row in rows
        ]


def _change(engine: Engine, api_key: int, webhook: int, values: dict[str, Any], *, drops: bool = False) -> bool:
    with writing(engine) as connection:
        mine = update(webhooks).where(*_of(api_key), webhooks.c.id == webhook)
        if connection.execute(mine.values(values)).rowcount != 1:
            return False
        if drops:
            drop_waiting(connection, webhook, "The webhook was removed.")
    return True


def drop_waiting(connection: Connection, webhook: int, why: str) -> int:
    """Give up what a webhook was still to be told."""
    d = webhook_deliveries.c
    waiting = update(webhook_deliveries).where(d.webhook == webhook, d.state == DeliveryState.WAITING)
    return connection.execute(waiting.values(state=DeliveryState.FAILED, answer=why)).rowcount


def _of(api_key: int) -> tuple[ColumnElement[bool], ...]:
    return webhooks.c.api_key == api_key, webhooks.c.state != HookState.REMOVED


def _listed(row: RowMapping) -> ListedHook:
    values = {name: row[name] for name in ("id", "url", "made_at", "failing_since", "error", "waiting")}
    events = tuple(HookEvent(one) for one in row["events"])
    return ListedHook(**values, events=events, state=HookState(row["state"]))
