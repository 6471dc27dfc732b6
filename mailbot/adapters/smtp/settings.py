"""Which server letters are handed to, and in whose name."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.adapters.account import Account
from mailbot.domain.errors import SettingsError

MOST_CONNECTIONS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount(Account):
    """The way out: `sender` is the desk's address, which also gets the bounces; raises SettingsError for bad values."""

    sender: str
    connections: int = 2
    section: str = "smtp"

    def __post_init__(self) -> None:
        """Refuse what cannot work, before any network is touched."""
        Account.__post_init__(self)
        if "@" not in self.sender:
            raise SettingsError(
                f'desk.address is "{self.sender}"; letters need the address of the desk as their sender.'
            )
        if not 0 < self.connections <= MOST_CONNECTIONS:
            raise SettingsError(
                f"smtp.connections is {self.connections}; it must be a number from 1 to {MOST_CONNECTIONS}."
            )
