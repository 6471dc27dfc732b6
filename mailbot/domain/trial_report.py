"""Adds up what levels changed, or would have changed, for the mails of each domain that writes to the desk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailbot.domain.trial import Effect, parse_trial

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a person notices: something they wanted was not done, or not where they wanted it.
HINDERED = frozenset({Effect.REFUSED, Effect.NEW_TICKET, Effect.UNVERIFIED})


@dataclass(slots=True)
class DomainCount:
    """The mails of one domain: how many, their levels, why they had them, and what came of that."""

    domain: str
    mails: int = 0
    tokens: int = 0
    levels: Counter[str] = field(default_factory=Counter)
    because: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)

    @property
    def hindered(self) -> int:
        """How many mails were refused, opened a ticket of their own, or were marked unverified."""
        return sum(self.effects[effect] for effect in HINDERED)


def count_trials(mails: Iterable[tuple[str, Iterable[str]]]) -> list[DomainCount]:
    """Return the sums for pairs of a sender's address and the reasons of its mail, the most hindered domain first."""
    counts: dict[str, DomainCount] = {}
    for sender, reasons in mails:
        trial = next((found for reason in reasons if (found := parse_trial(reason))), None)
        if trial is None:
            continue
        domain = sender.rpartition("@")[2].lower() or "-"
        count = counts.setdefault(domain, DomainCount(domain))
        count.mails += 1
        count.tokens += trial.has_token
        count.levels[trial.level] += 1
        count.because[trial.because] += 1
        count.effects[trial.effect] += 1
    return sorted(counts.values(), key=lambda count: (-count.hindered, -count.mails, count.domain))
