"""What keeps letters back, in figures: for `mailbot status` and for the digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.store.brakes import find_muted, find_stop
from mailbot.adapters.store.sending_room import find_sending
from mailbot.domain.health import HeldBack

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine


def find_held_back(engine: Engine, now: datetime) -> HeldBack:
    """Return how many addresses are muted, since when answers are stopped, and how much was sent. Raises WorldError."""
    muted, stop = find_muted(engine, now), find_stop(engine, now)
    sent, waiting = find_sending(engine, now)
    return HeldBack(
        muted=len(muted),
        muted_staff=sum(mute.is_staff for mute in muted),
        stopped_at=stop.began_at if stop else None,
        stopped_why=stop.reason if stop else "",
        sent=sent,
        waiting=waiting,
    )
