"""The people of the department, and what they may be at the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Role(StrEnum):
    """What a person of the directory does; `lead` may everything that `staff` may."""

    OFFICER = "officer"
    STAFF = "staff"
    LEAD = "lead"
    AGENT = "agent"
    INTEGRATOR = "integrator"


class Language(StrEnum):
    """The languages mailbot speaks; both say everything."""

    ENGLISH = "en"
    HINDI = "hi"

    @property
    def other(self) -> Language:
        """The language that follows below in short."""
        return Language.HINDI if self is Language.ENGLISH else Language.ENGLISH


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the directory; letters to this person go to `email` and to no other address.

    `away_until` is the moment of the return of somebody of the IT section. `notify` says for kinds of letters whether
    they come `immediate`, in one `hourly` letter, or are `off`; a kind that is not named comes at once.
    """

    employee_id: str
    name: str
    email: str
    role: Role
    designation: str = ""
    office: str = ""
    zone: str = ""
    mobile: str = ""
    language: Language | None = None
    active: bool = True
    away_until: datetime | None = None
    notify: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the IT section."""
        return self.active and self.role in {Role.STAFF, Role.LEAD}

    def is_away(self, now: datetime) -> bool:
        """Return whether this person said to be away."""
        return self.away_until is not None and now < self.away_until
