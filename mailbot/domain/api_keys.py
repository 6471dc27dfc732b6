"""Keys of programs that call the API: what each may do, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Scope(StrEnum):
    """What a key may do, of what the officer may do for whom the program calls."""

    CREATE = "tickets:create"
    READ = "tickets:read"
    WRITE = "tickets:write"
    WEBHOOKS = "webhooks:manage"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; the key itself is nowhere. `prefix` is how it begins, and names it."""

    id: int
    prefix: str
    name: str
    scopes: frozenset[Scope]
    made_at: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Tell whether it opens anything now."""
        return self.revoked_at is None and (self.ends_at is None or now < self.ends_at)
