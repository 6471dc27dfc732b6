"""The folders beside the inbox: which hold archived mail and spam (RFC 6154); each is opened for reading only."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mailbot.adapters.account import Limit
from mailbot.adapters.imap.mailbox import ImapMailbox
from mailbot.adapters.imap.wire import HangWatch
from mailbot.elsewhere import Place, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date

    from mailbot.adapters.imap.settings import ImapAccount
    from mailbot.adapters.imap.wire import Client
    from mailbot.adapters.pacing import Gate

ROLES = {b"\\archive": Role.ARCHIVE, b"\\all": Role.ALL, b"\\junk": Role.JUNK}
# Servers that do not say what a folder is for call it like this.
NAMES = {
    "archive": Role.ARCHIVE, "archives": Role.ARCHIVE, "archived": Role.ARCHIVE, "all mail": Role.ALL,
    "junk": Role.JUNK, "junk mail": Role.JUNK, "junk email": Role.JUNK, "junk e-mail": Role.JUNK, "spam": Role.JUNK,
    "bulk mail": Role.JUNK,
}  # fmt: skip


class SideFolder(ImapMailbox):
    """A folder that is not the desk's: opened with EXAMINE, so that the server itself refuses to change anything."""

    def find_since(self, day: date) -> list[int]:
        """Return the UIDs of mails that arrived on this day or later, by the server's own clock."""
        with self._talk() as client:
            return sorted(map(int, client.search(["SINCE", day])))

    def find_places(self, also: Sequence[str], read: Collection[str] = ()) -> list[Place]:
        """Return the folders that hold archived mail or spam, and those that are named in the settings.

        Those in `read` are the desk's own too: other mailboxes of the same account.
        """
        with self._talk() as client:
            flags = {str(name): {flag.lower() for flag in found} for found, _, name in client.list_folders()}
            if client.has_capability("SPECIAL-USE"):
                for found, _, name in _list_special(client):
                    flags.setdefault(str(name), set()).update(flag.lower() for flag in found)
        own = {name.casefold() for name in (self.account.folder, self.account.processed_folder, *read)}
        others = {name: found for name, found in flags.items() if name.casefold() not in own}
        return find_roles({n: found for n, found in others.items() if b"\\noselect" not in found}, also)

    def file(self, uids: Sequence[int]) -> None:
        """Move nothing: these mails are where a person or a filter put them."""

    def _open(self, client: Client) -> dict[bytes, Any]:
        answer: dict[bytes, Any] = client.select_folder(self.account.folder, readonly=True)
        return answer


@dataclass(frozen=True, slots=True)
class OtherFolders:
    """The folders of the account that are not the desk's own; each is opened with a connection of its own.

    One is open at a time. `read` are folders of the account that are the desk's own as well.
    """

    account: ImapAccount
    also: tuple[str, ...]
    gate: Gate | None = None
    watch: HangWatch = field(default_factory=HangWatch)
    read: tuple[str, ...] = ()

    def find_places(self) -> list[Place]:
        """Return the folders that are worth a look."""
        with self.open(self.account.folder) as folder:
            return folder.find_places(self.also, self.read)

    @contextmanager
    def open(self, name: str) -> Iterator[SideFolder]:
        """Give a folder, to be read in a `with` block."""
        folder = SideFolder(replace(self.account, folder=name), self.gate, self.watch)
        try:
            yield folder
        finally:
            folder.close()

    def leave(self) -> None:
        """Give the server a last while for all that goes on and begins; after it end_overdue() ends that."""
        self.watch.leave(self.account.seconds_for(Limit.LEAVING))

    def end_overdue(self) -> bool:
        """Break a connection that hangs, from any thread; tell whether that was needed."""
        return self.watch.end_overdue()

    def name_of(self, folder: str) -> str:
        """Return the name under which the ledger knows a folder."""
        return f"{self.account.username}/{folder}"

    def folder_of(self, name: str) -> str:
        """Return the folder that the ledger knows under this name."""
        return name.removeprefix(f"{self.account.username}/")


def find_roles(folders: dict[str, set[bytes]], also: Sequence[str]) -> list[Place]:
    """Return what folders are for: what the server says counts, then what the settings name, then usual names."""
    by_flag = {name: ROLES[flag] for name, flags in folders.items() for flag in sorted(flags) if flag in ROLES}
    told = set(by_flag.values())
    named = {name: Role.OTHER for name in folders if name in also}
    usual = {name: NAMES[_last(name)] for name in folders if _last(name) in NAMES}
    # Where the server says which folder is the archive, another one of that name is somebody's own.
    guessed = {name: role for name, role in usual.items() if role not in told}
    return [Place(name, role) for name, role in sorted((guessed | named | by_flag).items())]


def _list_special(client: Client) -> list[tuple[tuple[bytes, ...], bytes, str]]:
    """Return the folders with what they are for; some servers tell it only when they are asked (RFC 6154 2)."""
    wire = client.wire
    answer, data = wire._simple_command("LIST", "(SPECIAL-USE)", '""', '"*"')  # noqa: SLF001 - imapclient has no such list
    client._checkok("LIST", answer, data)  # noqa: SLF001
    answer, data = wire._untagged_response(answer, data, "LIST")  # noqa: SLF001
    special: list[tuple[tuple[bytes, ...], bytes, str]] = client._proc_folder_list(data)  # noqa: SLF001
    return special


def _last(name: str) -> str:
    return name.replace(".", "/").rpartition("/")[2].casefold()
