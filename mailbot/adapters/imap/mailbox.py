"""The folder of the mailbox, over IMAP (RFC 9051) with the few commands that every server has.

Mails are known by their UID only. No flag is read or set, except that a server without MOVE needs a mail of ours marked
before it can be taken away. Every trouble of the network is a WorldError and ends the connection; the next use opens a
new one. One thread uses a mailbox at a time.
"""

from __future__ import annotations

import imaplib
import logging
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from mailbot.adapters.account import Limit, explain_trouble, make_tls_context
from mailbot.adapters.imap.answers import fetch_listed, read_bodies
from mailbot.adapters.imap.connecting import connect, folder_names
from mailbot.adapters.imap.filing import move_away
from mailbot.adapters.imap.idle import Wake, has_news, idle, wait_for_call
from mailbot.adapters.imap.token_login import wants_new_login
from mailbot.adapters.imap.uid_sets import sequences
from mailbot.adapters.imap.wire import HangWatch
from mailbot.adapters.pacing import Gate, Trouble, find_trouble
from mailbot.domain.errors import FolderMissingError, WorldError
from mailbot.ports import Fetched

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mailbot.adapters.imap.settings import ImapAccount
    from mailbot.adapters.imap.wire import Client
    from mailbot.ports import Listed

log = logging.getLogger(__name__)

Item = TypeVar("Item")

CHUNK = 200  # ids travel in one command line, which servers limit
HEADERS_AT_ONCE = 20
HEADER_LIMIT = 256 * 1024
# A transfer slower than this counts as hanging.
SLOWEST_BYTES_PER_SECOND = 16 * 1024


class ImapMailbox:
    """One folder on an IMAP server; connects when it is first used and again after trouble."""

    def __init__(self, account: ImapAccount, gate: Gate | None = None, watch: HangWatch | None = None) -> None:
        self.account = account
        self.name = f"{account.username}/{account.folder}"
        self._context = make_tls_context(account)
        self._gate = gate or Gate()
        self._watch = watch or HangWatch()
        self._client: Client | None = None
        self._selected = False
        self._uidvalidity = self._next_uid = 0
        self._has_news = False

    def close(self) -> None:
        """Log out, if connected; safe to call more than once."""
        client, self._client, self._selected = self._client, None, False
        if client is None:
            return
        client.wire.allow(self.account.seconds_for(Limit.GOODBYE))
        with suppress(OSError, imaplib.IMAP4.error):
            client.logout()
        client.wire.shutdown()
        self._watch.wire = None

    def select(self) -> int:
        """Open the folder and return its UIDVALIDITY (RFC 9051 2.3.1.1)."""
        self._keep_login_fresh()
        if self._client is not None:
            # The server may have closed a connection that rested; that is no trouble yet.
            with suppress(WorldError):
                return self._select()
        return self._select()

    def refresh(self) -> int:
        """Bring an open folder up to date and return its UIDVALIDITY, which stays as long as it is open; else open it.

        Opening it costs the server the more the more mails it holds. After news nothing has to be asked at all.
        """
        self._keep_login_fresh()
        if self._client is None or not self._selected:
            return self._select()
        with suppress(WorldError):
            return self._refresh()
        return self._select()

    def find_next_uid(self) -> int:
        """Return the UID of the next mail to come, if the server just said it when the folder was opened; else 0."""
        return self._next_uid

    def find_uids(self, first: int) -> list[int]:
        """Return the UIDs in the folder from `first` on, in ascending order."""
        # "n:*" always names the last mail, also when its UID is below n (RFC 9051 9, seq-range).
        with self._talk() as client:
            found = client.search(["UID", f"{first}:*"])
        return sorted({int(uid) for uid in found if uid >= first})

    def find_newer(self, uid: int) -> list[Listed]:
        """Return size and arrival of the mails above that UID, in ascending order."""
        with self._talk() as client:
            return [mail for mail in fetch_listed(client, f"{uid + 1}:*") if mail.uid > uid]

    def find_listed(self, uids: Sequence[int]) -> list[Listed]:
        """Return size and arrival of these mails; one that vanished meanwhile is left out."""
        listed = []
        with self._talk() as client:
            for sequence in sequences(uids):
                self._be_patient(client)
                listed += fetch_listed(client, sequence)
        return listed

    def fetch(self, listed: Sequence[Listed], size_limit: int) -> list[Fetched]:
        """Return the bytes of these mails without changing a flag; larger ones as headers only."""
        small = [mail for mail in listed if mail.size <= size_limit]
        raws: dict[int, bytes] = {}
        for chunk in _chunks(small):
            raws |= self._fetch_bodies(chunk)
        headers = self._fetch_headers([mail.uid for mail in listed if mail.size > size_limit])
        fetched = []
        for mail in listed:
            oversized = mail.size > size_limit
            raw = (headers if oversized else raws).get(mail.uid)
            if raw is not None:
                fetched.append(Fetched(mail, raw, oversized))
        self._gate.worked()
        return fetched

    def file(self, uids: Sequence[int]) -> None:
        """Move these mails to the folder of handled mail, as filing.py says."""
        with self._talk() as client:
            for chunk in _chunks(uids):
                move_away(client, chunk, self.account.processed_folder)

    def wait(self, seconds: float, wake_fd: int) -> Wake:
        """Wait until new mail is there, `wake_fd` can be read, or the time is over.

        Without IDLE (RFC 2177) only the call ends the wait early. After a lost connection the folder is worth a look.
        """
        if self._client is None or not self._selected:
            self.select()
            return Wake.MAIL
        with self._talk() as client:
            can_idle, self._has_news = client.has_capability("IDLE"), has_news(client.wire)
            if can_idle and not self._has_news:
                wake = idle(client, wake_fd, seconds, self.account.timeout_seconds)
                self._has_news = wake is Wake.MAIL
                self._gate.worked()
                return wake
        return Wake.MAIL if self._has_news else wait_for_call(wake_fd, seconds)

    def leave(self) -> None:
        """Give the server a last while for all that goes on and begins; after it end_overdue() ends that."""
        self._watch.leave(self.account.seconds_for(Limit.LEAVING))

    def end_overdue(self) -> bool:
        """Break a connection that hangs, from any thread; tell whether that was needed."""
        if ended := self._watch.end_overdue():
            log.warning("the connection to %s hung and was ended", self.account.where)
        return ended

    def list_folders(self) -> list[str]:
        """Return the names of all folders that can be opened."""
        with self._talk() as client:
            return folder_names(client)

    def find_capabilities(self) -> set[str]:
        """Return what the server can do after the login (RFC 9051 6.1.1), in capital letters."""
        with self._talk() as client:
            return {name.decode(errors="replace") for name in client.capabilities()}

    def count(self, folder: str) -> int:
        """Return how many mails a folder holds."""
        with self._talk() as client:
            return int(client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"])

    def append(self, raw: bytes, folder: str) -> None:
        """Put a mail into a folder, unseen, as if it had just arrived."""
        with self._talk(len(raw)) as client:
            client.append(folder, raw)

    def _keep_login_fresh(self) -> None:
        if self._client is not None and wants_new_login(self.account, self._client):
            self.close()

    def _refresh(self) -> int:
        with self._talk() as client:
            if not self._has_news:
                client.noop()
            self._has_news, self._next_uid = False, 0
            client.wire.untagged_responses.pop("EXISTS", None)
            return self._uidvalidity

    def _select(self) -> int:
        with self._talk() as client:
            try:
                answer = self._open(client)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise FolderMissingError(self._explain_missing(client, str(error))) from error
            # From here on an EXISTS is news; the one of SELECT is not.
            client.wire.untagged_responses.pop("EXISTS", None)
            if b"UIDVALIDITY" not in answer:
                raise WorldError(
                    f"{self.account.where} gives no UIDVALIDITY for {self.account.folder}, so mails cannot be told "
                    "apart safely. Choose another folder or another server."
                )
            self._selected, self._next_uid = True, int(answer.get(b"UIDNEXT", 0))
            self._uidvalidity = int(answer[b"UIDVALIDITY"])
            return self._uidvalidity

    def _open(self, client: Client) -> dict[bytes, Any]:
        answer: dict[bytes, Any] = client.select_folder(self.account.folder)
        return answer

    def _explain_missing(self, client: Client, answer: str) -> str:
        names = ", ".join(folder_names(client))
        return (
            f'The folder "{self.account.folder}" cannot be opened on {self.account.where} ({answer}). '
            f"Set {self.account.section}.folder to one of these: {names}."
        )

    def _fetch_bodies(self, mails: Sequence[Listed]) -> dict[int, bytes]:
        uids = [mail.uid for mail in mails]
        with self._talk(sum(mail.size for mail in mails)) as client:
            try:
                return read_bodies(client, client.fetch(uids, ["BODY.PEEK[]"]), b"BODY[]")
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                # One mail that the server itself cannot read must not hold up the others.
                if len(mails) == 1:
                    log.error(  # noqa: TRY400 - the sentence says all; a traceback adds nothing
                        "The mail server does not give out mail UID %s of %s: %s. It is asked for again at the next "
                        "sweep; open it in a mail program to see what is wrong with it.",
                        uids[0],
                        self.name,
                        error,
                    )
                    return {}
        bodies: dict[int, bytes] = {}
        for mail in mails:
            bodies |= self._fetch_bodies([mail])
        return bodies

    def _fetch_headers(self, uids: Sequence[int]) -> dict[int, bytes]:
        headers: dict[int, bytes] = {}
        for start in range(0, len(uids), HEADERS_AT_ONCE):
            chunk = uids[start : start + HEADERS_AT_ONCE]
            with self._talk(HEADER_LIMIT * len(chunk)) as client:
                answer = client.fetch(chunk, [f"BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>"])
                headers |= read_bodies(client, answer, b"BODY[HEADER]<0>")
        return headers

    @contextmanager
    def _talk(self, size: int = 0) -> Iterator[Client]:
        """Give the connection for one exchange; `size` is how many bytes will travel."""
        try:
            if self._client is None:
                self._client = connect(self.account, self._context, self._gate, self._watch)
            self._be_patient(self._client, size)
            yield self._client
            self._client.wire.rest()
        except (OSError, imaplib.IMAP4.error, ValueError) as error:
            trouble = self._judge(error)
            self._drop()
            raise self._gate.note(trouble, explain_trouble(self.account, error)) from error
        except BaseException:
            # An exchange that was left in its middle would give its answers to the next one.
            self._drop()
            raise

    def _be_patient(self, client: Client, size: int = 0) -> None:
        limit = self.account.seconds_for(Limit.BODY if size else Limit.COMMAND)
        client.wire.allow(max(limit, size / SLOWEST_BYTES_PER_SECOND), steadily=size > 0)

    def _judge(self, error: Exception) -> Trouble:
        said_goodbye = self._client is not None and "BYE" in self._client.wire.untagged_responses
        usual = Trouble.SERVER if said_goodbye or isinstance(error, OSError) else Trouble.PROTOCOL
        return find_trouble(str(error), usual)

    def _drop(self) -> None:
        client, self._client, self._selected = self._client, None, False
        if client is not None:
            client.wire.shutdown()
        self._watch.wire = None


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
