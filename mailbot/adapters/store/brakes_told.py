"""What the operator hears of held-back letters: stopped answers, muted people of the IT section, a used-up quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.store.brakes import find_muted, find_stop
from mailbot.adapters.store.sending_room import find_sending
from mailbot.domain.alarms import AlarmCode
from mailbot.domain.send_quota import tell_quota

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Engine

    from mailbot.domain.send_quota import SendQuota


def find_held_back(engine: Engine, quota: SendQuota, now: datetime) -> Mapping[AlarmCode, str]:
    """Return for each of these alarms its sentence, or an empty string when there is nothing to tell."""
    stop = find_stop(engine, now)
    staff = [mute.address for mute in find_muted(engine, now) if mute.is_staff]
    sent, waiting = find_sending(engine, now) if quota.per_day else (0, 0)
    return {
        AlarmCode.ANSWERS_STOPPED: ""
        if stop is None
        else (
            f"Automatic answers are stopped: {stop.reason}. Tickets are opened all the same. Look who writes "
            "(`mailbot mail list`); answers begin again by themselves after half an hour without a reason, or at once "
            "with `mailbot answers resume`."
        ),
        AlarmCode.ADDRESS_MUTED: ""
        if not staff
        else (
            f"{', '.join(staff)} of the IT section did not take our letters and get none any more. See why with "
            "`mailbot people muted`; when the mailbox works again, `mailbot people unmute` it."
        ),
        AlarmCode.SEND_QUOTA_USED: tell_quota(quota, sent, waiting),
    }
