"""Which mailbox is read, and where handled mail goes."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.adapters.account import Account
from mailbot.domain.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount(Account):
    """The mailbox of the desk; raises SettingsError when a value cannot work."""

    folder: str = "INBOX"
    processed_folder: str = "Processed"
    section: str = "imap"

    def __post_init__(self) -> None:
        """Refuse what cannot work, before any network is touched."""
        Account.__post_init__(self)
        if not self.username:
            raise SettingsError(
                f"{self.section}.username is empty; write the user name of the mailbox, often its address."
            )
        if not self.folder or not self.processed_folder:
            raise SettingsError(
                f'{self.section}.folder and {self.section}.processed_folder must not be empty, such as "INBOX" and '
                '"Processed".'
            )
        if self.folder.upper() == self.processed_folder.upper():
            raise SettingsError(
                f'{self.section}.folder and {self.section}.processed_folder are both "{self.folder}"; handled mail '
                "needs its own folder."
            )
