"""A real IMAP server (Dovecot) in a temp folder, without root rights, for as many users as a test likes."""

from __future__ import annotations

import contextlib
import imaplib
import itertools
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.certificates import make_certificate
from tests.servers.daemon import Daemon
from tests.servers.programs import HOST, find_free_port, find_program, give_to, listens, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

PASSWORD = "gst-test-password"
INTROSPECTION = (
    "introspection_url = {url}\nintrospection_mode = post\nforce_introspection = yes\n"
    "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
)
OAUTH2_PASSDB = "passdb {{\n  driver = oauth2\n  mechanisms = {mechanisms}\n  args = {folder}/oauth2.ext\n}}\n"
# A file system may allow no more names for one file.
MOST_LINKS = 30_000
TEMPLATE = Path(__file__).with_name("dovecot.conf.in")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail as the server has it."""

    uid: int
    flags: frozenset[str]
    raw: bytes


class Dovecot(Daemon):
    """IMAP on `port` (plain, and STARTTLS) and `tls_port`, inside a `with` block; any user name with PASSWORD works.

    `capability` replaces what the server says it can do; `tls=False` leaves STARTTLS and the TLS port away. With
    `introspection_url`, where a provider of tokens tells whose a token is, tokens are accepted as well.
    """

    host = HOST
    password = PASSWORD

    def __init__(
        self,
        *,
        capability: str = "",
        tls: bool = True,
        introspection_url: str = "",
        mechanisms: str = "xoauth2 oauthbearer",
    ) -> None:
        self.port = find_free_port()
        self.tls_port = find_free_port() if tls else 0
        self._program = find_program("dovecot", "dovecot-imapd")
        super().__init__("dovecot", "nobody")
        self.certificate = make_certificate(self.folder)
        self.ca_file = str(self.certificate.ca_file)
        self._numbers = itertools.count(1)
        self._write_configuration(
            capability, tls=tls, oauth2=mechanisms if introspection_url else "", introspection_url=introspection_url
        )

    def _command(self) -> list[str]:
        return [self._program, "-F", "-c", str(self.folder / "dovecot.conf")]

    def _answers(self) -> bool:
        return listens(self.port)

    def stop(self) -> None:
        """Stop the server; every connection is closed."""
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            # It would wait ten seconds for clients that are in IDLE.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(3)
        self.crash()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def deliver(self, user: str, raw: bytes, arrived: datetime | None = None) -> None:
        """Put a mail into a user's INBOX as a delivery agent does; works also while the server is stopped."""
        maildir = self._maildir(user)
        name = f"{time.time_ns()}.M{next(self._numbers)}P{os.getpid()}.test"
        draft = maildir / "tmp" / name
        draft.write_bytes(raw)
        if arrived:
            os.utime(draft, (arrived.timestamp(), arrived.timestamp()))
        give_to(draft, self._user, self._group)
        draft.rename(maildir / "new" / name)

    def fill(self, user: str, raw: bytes, count: int, arrived: datetime) -> None:
        """Put many copies of one old, read mail into a user's INBOX; they share the bytes on the disk."""
        maildir = self._maildir(user)
        source = maildir / "tmp" / "source"
        for number in range(count):
            name = f"{int(arrived.timestamp())}.M{next(self._numbers)}P{os.getpid()}.test,S={len(raw)}:2,S"
            if number % MOST_LINKS == 0:
                source.unlink(missing_ok=True)
                source.write_bytes(raw)
                os.utime(source, (arrived.timestamp(), arrived.timestamp()))
                give_to(source, self._user, self._group)
            (maildir / "cur" / name).hardlink_to(source)
        source.unlink()

    def find_mails(self, user: str, folder: str = "INBOX") -> list[StoredMail]:
        """Return the mails of a folder, oldest first, without changing anything."""
        with self.log_in(user) as imap:
            answer, _ = imap.select(f'"{folder}"', readonly=True)
            if answer != "OK":
                return []
            _, parts = imap.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
        return [_stored(part[0], part[1]) for part in parts if isinstance(part, tuple)]

    def log_in(self, user: str) -> imaplib.IMAP4:
        """Return a connection of a mail program that is not ours, logged in; use it in a `with` block."""
        imap = imaplib.IMAP4(HOST, self.port, timeout=20)
        imap.login(user, PASSWORD)
        return imap

    def flag(self, user: str, uid: int, flags: str) -> None:
        r"""Set flags such as r"\Deleted" on a mail in the INBOX, as a colleague's mail program does."""
        with self.log_in(user) as imap:
            imap.select("INBOX")
            imap.uid("STORE", str(uid), "+FLAGS", f"({flags})")

    def remove(self, user: str, uid: int) -> None:
        """Delete a mail of the INBOX for good, as a colleague's mail program does."""
        with self.log_in(user) as imap:
            imap.select("INBOX")
            imap.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            imap.uid("EXPUNGE", str(uid))

    @contextlib.contextmanager
    def restored(self, user: str) -> Iterator[None]:
        """Put a user's mailbox back, at the end of a `with` block, to what it was at its beginning."""
        self.stop()
        maildir = self._maildir(user)
        backup = maildir.with_name("backup")
        shutil.copytree(maildir, backup)
        self.start()
        yield
        self.stop()
        shutil.rmtree(maildir)
        backup.rename(maildir)
        for path in (maildir, *maildir.rglob("*")):
            give_to(path, self._user, self._group)
        self.start()

    def command(self, user: str, folder: str, *words: str) -> None:
        """Let another mail program say something about the mails of a folder, as ("MOVE", "1:5", "Archive")."""
        with self.log_in(user) as imap:
            imap.select(f'"{folder}"')
            if words[0] in {"MOVE", "COPY"}:
                imap.create(words[2])
            answer, data = imap.uid(*words)
            assert answer == "OK", data

    def forget_uids(self, user: str) -> None:
        """Make the server count the INBOX anew, under a new UIDVALIDITY, as after a restore from a backup."""
        self.stop()
        for name in self._maildir(user).glob("dovecot*"):
            name.unlink()
        # A new UIDVALIDITY is the second in which it is made, or one of the next when several folders are made at once.
        second = int(time.time()) + 3
        wait_until(lambda: int(time.time()) > second, 6, "a second that no folder has")
        self.start()

    def _maildir(self, user: str) -> Path:
        maildir = self.folder / "home" / user / "Maildir"
        for path in (
            maildir.parent.parent,
            maildir.parent,
            maildir,
            *(maildir / part for part in ("cur", "new", "tmp")),
        ):
            with contextlib.suppress(FileExistsError):  # two deliveries may make it at once
                path.mkdir(mode=0o700)
                give_to(path, self._user, self._group)
        return maildir

    def _write_configuration(self, capability: str, *, tls: bool, oauth2: str, introspection_url: str) -> None:
        if oauth2:
            (self.folder / "oauth2.ext").write_text(INTROSPECTION.format(url=introspection_url))
        values = {
            "DIR": str(self.folder),
            "USER": self._user,
            "GROUP": self._group,
            "PORT": str(self.port),
            "TLS_PORT": str(self.tls_port),
            "SSL": "yes" if tls else "no",
            "PASSWORD": PASSWORD,
            "TOKEN_MECHANISMS": oauth2,
            "TOKEN_PASSDB": OAUTH2_PASSDB.format(folder=self.folder, mechanisms=oauth2) if oauth2 else "",
            "CAPABILITY": f"imap_capability = {capability}" if capability else "",
        }
        text = re.sub(r"@([A-Z_]+)@", lambda match: values[match[1]], TEMPLATE.read_text())
        (self.folder / "dovecot.conf").write_text(text)
        for path in self.folder.iterdir():
            give_to(path, self._user, self._group)


def _stored(head: bytes, raw: bytes) -> StoredMail:
    uid = re.search(rb"UID (\d+)", head)
    flags = re.search(rb"FLAGS \(([^)]*)\)", head)
    assert uid is not None
    assert flags is not None
    return StoredMail(int(uid[1]), frozenset(flags[1].decode().split()), raw)
