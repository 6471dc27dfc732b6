"""When all automatic answers stop: more goes out than comes in, or many addresses reach their bounds at once.

Stopped answers begin again by themselves after a quiet time. Tickets are opened all the while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mailbot.domain.send_quota import NO_QUOTA, SendQuota

if TYPE_CHECKING:
    from mailbot.domain.ticket import Ticket

WINDOW = timedelta(minutes=10)
QUIET = timedelta(minutes=30)
# One sender who floods the desk reaches only bounds of one address; ten of them are no accident.
HITS = 10
RATIO = 1.5
FEWEST_MAILS = 30


@dataclass(frozen=True, slots=True)
class EnergyLimits:
    """How many automatic answers may go out in an hour: to one domain, to all strangers, and in all.

    From `flood_mails` mails in an hour on, further ones of the same address join one ticket. `quota` is what the
    provider lets go out in a day.
    """

    domain_per_hour: int = 60
    strangers_per_hour: int = 40
    desk_per_hour: int = 300
    flood_mails: int = 30
    quota: SendQuota = NO_QUOTA


@dataclass(frozen=True, slots=True)
class Energy:
    """What moved lately. `hits` are the addresses that reached a bound within the window, each counted once.

    `mails_last_hour` are the mails of this sender that were handled; `fold_into` is the ticket that further ones join.
    `stopped` is one while automatic answers are stopped. `saving` tells that most of the day's sending is used.
    """

    domain_last_hour: int = 0
    strangers_last_hour: int = 0
    desk_last_hour: int = 0
    same_subject: int = 0
    mails_last_hour: int = 0
    fold_into: Ticket | None = None
    hits: int = 0
    answers_lately: int = 0
    mails_lately: int = 0
    stopped: int = 0
    saving: bool = False


NO_ENERGY = Energy()
NO_LIMITS = EnergyLimits()


def why_stop(energy: Energy) -> str:
    """Return why automatic answers stop now, or an empty string; what is stopped need not be stopped again."""
    if energy.stopped:
        return ""
    if energy.hits >= HITS:
        return f"{energy.hits} addresses reached the bounds of automatic answers within 10 minutes"
    if energy.mails_lately > FEWEST_MAILS and energy.answers_lately > RATIO * energy.mails_lately:
        return f"{energy.answers_lately} automatic answers went out for {energy.mails_lately} mails within 10 minutes"
    return ""
