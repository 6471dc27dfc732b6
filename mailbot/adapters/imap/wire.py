"""The bytes between us and an IMAP server: every wait is bounded, every line and literal has a largest size.

The standard library reads through a buffered file, which hides received bytes from poll(), waits without end for a
server that sends a byte now and then, and reserves as much memory as a literal claims to need. Here the buffer is our
own; what the commands mean stays with imaplib and imapclient.
"""

from __future__ import annotations

import contextlib
import imaplib
import math
import socket
import ssl
import time
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError

from mailbot.adapters.account import Limit

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

    from mailbot.adapters.imap.settings import ImapAccount

PIECE = 65536
LONGEST_LINE = 10_000_000
GRACE_SECONDS = 5.0
# Not the size of a mail, but what a sane server may send for one: the limit for mails is checked before they are asked.
LARGEST_LITERAL = 256 * 1024 * 1024
# A mail of which less than this comes in half of `timeout_seconds` does not come any more.
LEAST_BYTES = 512
# A dead connection is noticed after about a minute, also where a router forgot it silently.
KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 30_000))


class Wire(imaplib.IMAP4):
    """imaplib's connection with a buffer of its own; `deadline` (monotonic seconds) ends whatever is waited for."""

    def __init__(self, account: ImapAccount, context: ssl.SSLContext | None, watch: HangWatch) -> None:
        self._account = account
        self._context = context
        self._received = bytearray()
        self.allow(account.seconds_for(Limit.CONNECT) + account.seconds_for(Limit.LOGIN))
        watch.wire = self
        super().__init__(account.host, account.port)

    def allow(self, seconds: float, *, steadily: bool = False) -> None:
        """Give what begins now so much time in all; `steadily` ends it earlier when hardly anything comes."""
        self.deadline = time.monotonic() + seconds
        self._steadily, self._period_began, self._this_period = steadily, time.monotonic(), 0

    def rest(self) -> None:
        """Nothing is waited for: no deadline can pass."""
        self.deadline = math.inf

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        """Connect, and with security "tls" shake hands, before imaplib reads the greeting."""
        self.host, self.port = host, port
        self._reach(timeout or self._account.seconds_for(Limit.CONNECT))
        try:
            _prepare(self.sock)
            if self._account.security == "tls" and self._context:
                self._wrap(self._context)
        except BaseException:
            self.sock.close()
            raise

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Literal["OK"], list[None]]:
        """Switch to TLS; whatever came in plain text after the command is an attack (RFC 8314, CVE-2011-0411)."""
        context = ssl_context or self._context
        if context is None:
            raise self.abort("no certificates to verify the server with")
        answer, _ = self._simple_command("STARTTLS")
        if answer != "OK":
            raise self.abort("the server did not start TLS")
        if self._received:
            raise self.abort("the server sent more than its answer to STARTTLS")
        self._wrap(context)
        self._tls_established = True
        self._get_capabilities()
        return "OK", [None]

    def _reach(self, seconds: float) -> None:
        """Connect to the first address that answers; all of them together have so many seconds."""
        until, trouble = time.monotonic() + seconds, OSError("the name has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            self.sock = socket.socket(family, kind, protocol)
            try:
                self.sock.settimeout(max(0.01, min(until, self.deadline) - time.monotonic()))
                self.sock.connect(address)
            except OSError as error:
                self.sock.close()
                trouble = error
            else:
                return
        raise trouble

    def _wrap(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_hostname=self._account.host, do_handshake_on_connect=False)
        self.sock.settimeout(self._find_patience())
        self.sock.do_handshake()

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes, the body of a literal."""
        if size > LARGEST_LITERAL:
            raise self.abort(f"the server announced {size} bytes in one piece")
        head = self._take(size)
        if len(head) == size:
            return head
        # One piece of memory for the whole mail: its buffer is filled in place, and given away without a copy.
        whole = BytesIO(bytes(size))
        whole.write(head)
        with whole.getbuffer() as view:
            self._fill(view[len(head) :])
        return whole.getvalue()

    def _fill(self, view: memoryview) -> None:
        filled = 0
        while filled < len(view):
            self.sock.settimeout(self._find_patience())
            count = self.sock.recv_into(view[filled:])
            if not count:
                raise self.abort("the server closed the connection")
            filled += count
            self._judge_speed(count)

    def readline(self) -> bytes:
        """Return the next line with its line break."""
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > LONGEST_LINE:
                raise self.abort(f"the server sent a line of more than {LONGEST_LINE} bytes")
            self.sock.settimeout(self._find_patience())
            data = self.sock.recv(PIECE)
            self._keep(data)
            self._judge_speed(len(data))
        return self._take(end + 1)

    def send(self, data: Buffer) -> None:
        """Send all of it."""
        self.sock.settimeout(self._find_patience())
        self.sock.sendall(data)

    def shutdown(self) -> None:
        """Close the connection without a word."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def take_line(self) -> bytes | None:
        """Return a line that has come in completely, or None; waits for nothing."""
        end = self._received.find(b"\n")
        return self._take(end + 1) if end >= 0 else None

    def receive_now(self) -> None:
        """Read whatever the socket holds; waits for nothing."""
        self.sock.settimeout(0)
        # BlockingIOError without TLS, the others with it: everything that came was read.
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            while len(self._received) <= LONGEST_LINE:
                self._keep(self.sock.recv(PIECE))
            raise self.abort(f"the server sent more than {LONGEST_LINE} bytes that nobody asked for")

    def _judge_speed(self, count: int) -> None:
        self._this_period += count
        now = time.monotonic()
        if not self._steadily or now < self._period_began + self._account.timeout_seconds / 2:
            return
        if self._this_period < LEAST_BYTES:
            raise TimeoutError("the server was too slow")
        self._period_began, self._this_period = now, 0

    def _keep(self, data: bytes) -> None:
        if not data:
            raise self.abort("the server closed the connection")
        self._received += data

    def _take(self, size: int) -> bytes:
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    def _find_patience(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server was too slow")
        return min(left, self._account.timeout_seconds)


@dataclass(slots=True)
class HangWatch:
    """A second look at the deadline, from another thread: ends a connection that its own calls did not end.

    The wire ends every wait by itself; this is for what waits inside a library, and for a program that shall stop.
    """

    wire: Wire | None = None
    leave_at: float = math.inf

    def leave(self, seconds: float) -> None:
        """Give all that goes on and all that begins so many seconds together."""
        self.leave_at = min(self.leave_at, time.monotonic() + seconds)

    def end_overdue(self) -> bool:
        """Break the connection when its deadline is long past, or the time to leave; tell whether that was needed."""
        wire = self.wire
        if wire is None or time.monotonic() < min(wire.deadline + GRACE_SECONDS, self.leave_at):
            return False
        self.wire = None
        wire.deadline = 0.0
        if (sock := getattr(wire, "sock", None)) is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        return True


class Client(IMAPClient):  # type: ignore[misc]
    """imapclient over our own wire; mails are never written to a log."""

    def __init__(self, account: ImapAccount, context: ssl.SSLContext | None, watch: HangWatch) -> None:
        self._for_wire = account, context, watch
        self.token = ""  # the access token of this login, when there is one
        super().__init__(
            account.host,
            account.port,
            ssl=account.security == "tls",
            timeout=SocketTimeout(connect=account.seconds_for(Limit.CONNECT), read=account.timeout_seconds),
        )
        self.wire.debug = 0  # imapclient sets 5, which formats every mail for a log message
        self.normalise_times = False  # keeps the time zone of INTERNALDATE
        if account.security == "starttls":
            self._start_tls(context)

    @property
    def wire(self) -> Wire:
        """The connection below."""
        wire: Wire = self._imap
        return wire

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - imapclient calls it by this name
        return Wire(*self._for_wire)

    def _start_tls(self, context: ssl.SSLContext | None) -> None:
        try:
            self.starttls(context)
        except CapabilityError as error:
            self.wire.shutdown()
            raise imaplib.IMAP4.abort("the server does not offer STARTTLS, so no password was sent") from error
        except BaseException:
            self.wire.shutdown()
            raise


def _prepare(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # commands are small, and each waits for its answer
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        if hasattr(socket, name):  # not every system has all of them
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
