"""What webhooks still have to be told: claimed webhook by webhook, so that each hears of things in their order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables_api import api_keys, webhook_deliveries, webhooks
from mailbot.adapters.store.webhook_rows import drop_waiting
from mailbot.domain.hooks import MOST_ATTEMPTS, DeliveryState, Hook, HookEvent, HookMessage, HookState, pause_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Engine, Update

    from mailbot.domain.hooks import HookAnswer

# Longer than a batch takes whose every message is answered at the last moment.
_LEASE = timedelta(minutes=10)
_MESSAGES = 20
_LONGEST_ANSWER = 300
_WITHDRAWN = "The key of this webhook does not count any more."


@dataclass(frozen=True, slots=True)
class WebhookOutbox:
    """The outbox of webhooks. Every method raises WorldError when the database cannot be used now."""

    engine: Engine

    def find_due(self, now: datetime) -> list[int]:
        """Return the webhooks that something waits for and whose pause is over."""
        d = webhook_deliveries.c
        waits = select(d.id).where(d.webhook == webhooks.c.id, d.state == DeliveryState.WAITING).exists()
        query = select(webhooks.c.id).where(webhooks.c.state == HookState.ON, *_is_free(now), waits)
        with reading(self.engine) as connection:
            return list(connection.execute(query.order_by(webhooks.c.due_at)).scalars())

    def claim(self, webhook: int, now: datetime) -> tuple[Hook, Sequence[HookMessage]] | None:
        """Claim a webhook and the next messages to it; None when another worker was faster."""
        w, d = webhooks.c, webhook_deliveries.c
        mine = update(webhooks).where(w.id == webhook, w.state == HookState.ON, *_is_free(now))
        columns = (w.id, w.url, w.secret, w.failures, w.failing_since, w.api_key)
        with writing(self.engine) as connection:
            row = connection.execute(mine.values(leased_until=now + _LEASE).returning(*columns)).first()
            if row is None:
                return None
            *values, api_key = row
            key = connection.execute(select(api_keys).where(api_keys.c.id == api_key)).one()
            if key.revoked_at is not None or (key.ends_at is not None and key.ends_at <= now):
                off = update(webhooks).where(w.id == webhook).values(state=HookState.OFF, error=_WITHDRAWN)
                connection.execute(off.values(leased_until=None))
                drop_waiting(connection, webhook, _WITHDRAWN)
                return None
            waiting = select(*(d[name] for name in HookMessage.__dataclass_fields__))
            waiting = waiting.where(d.webhook == webhook, d.state == DeliveryState.WAITING)
            rows = connection.execute(waiting.order_by(d.id).limit(_MESSAGES)).mappings().all()
        return Hook(*values), [HookMessage(**{**one, "event": HookEvent(one["event"])}) for one in rows]

    def settle_sent(self, hook: Hook, message: HookMessage, answer: HookAnswer, now: datetime) -> None:
        """Note that a message arrived, and that its webhook is well."""
        well = {"failures": 0, "failing_since": None, "due_at": now, "error": ""}
        with writing(self.engine) as connection:
            connection.execute(_of(message, answer, now).values(state=DeliveryState.SENT))
            if hook.failures:
                connection.execute(update(webhooks).where(webhooks.c.id == hook.id).values(well))

    def settle_failed(self, hook: Hook, message: HookMessage, answer: HookAnswer, now: datetime) -> None:
        """Note that a message did not arrive: it is tried again after a pause, or given up after many attempts."""
        is_last = message.attempts + 1 >= MOST_ATTEMPTS
        state = DeliveryState.FAILED if is_last else DeliveryState.WAITING
        failed = {
            "failures": hook.failures + 1,
            "failing_since": hook.failing_since or now,
            "due_at": now + pause_after(hook.failures + 1),
            "error": answer.words[:_LONGEST_ANSWER],
        }
        with writing(self.engine) as connection:
            connection.execute(_of(message, answer, now).values(state=state))
            connection.execute(update(webhooks).where(webhooks.c.id == hook.id).values(failed))

    def switch_off(self, hook: Hook, answer: HookAnswer) -> int:
        """Tell a webhook nothing any more; return how many messages were given up."""
        off = {"state": HookState.OFF, "error": answer.words[:_LONGEST_ANSWER]}
        mine = update(webhooks).where(webhooks.c.id == hook.id, webhooks.c.state == HookState.ON)
        with writing(self.engine) as connection:
            connection.execute(mine.values(off))
            return drop_waiting(connection, hook.id, "The webhook was switched off.")

    def release(self, hook: Hook) -> None:
        """Let others claim a webhook again."""
        with writing(self.engine) as connection:
            connection.execute(update(webhooks).where(webhooks.c.id == hook.id).values(leased_until=None))


def _is_free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    w = webhooks.c
    return w.due_at <= now, or_(w.leased_until.is_(None), w.leased_until <= now)


def _of(message: HookMessage, answer: HookAnswer, now: datetime) -> Update:
    d = webhook_deliveries.c
    mine = update(webhook_deliveries).where(d.id == message.id, d.state == DeliveryState.WAITING)
    words = answer.words[:_LONGEST_ANSWER]
    return mine.values(attempts=message.attempts + 1, answer=words, tried_at=now)
