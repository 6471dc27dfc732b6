"""Servers that hang: every wait ends, also one inside a library, and a connection that only rests is left alone."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.account import Limit
from mailbot.adapters.imap import ImapAccount, ImapMailbox, Wake, Waker
from mailbot.adapters.imap import wire as wires
from mailbot.adapters.smtp import SmtpAccount, SmtpPost
from mailbot.deliver import Outgoing, Result
from mailbot.domain.errors import WorldError
from tests.servers.dovecot import PASSWORD
from tests.servers.proxy import Fault, Kind, Proxy
from tests.servers.scripted_imap import ScriptedImap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.dovecot import Dovecot

# What takes a minute in the settings.
MINUTE = 0.4
MAIL = b"From: asha.verma@tax.example\r\nSubject: GSTR-3B\r\n\r\n" + b"It does not open. " * 20_000


@pytest.fixture
def cable(dovecot: Dovecot) -> Iterator[Proxy]:
    """Give a cable to the mailbox server."""
    with Proxy(dovecot.port) as proxy:
        yield proxy


@pytest.fixture
def open_at(mailbox_user: str, dovecot: Dovecot) -> Iterator[Callable[..., ImapMailbox]]:
    """Open the mailbox of this test at a port, with short minutes; it is closed after the test."""
    opened: list[ImapMailbox] = []

    def open_mailbox(port: int, security: str = "none") -> ImapMailbox:
        account = ImapAccount(
            host="127.0.0.1", port=port, security=security, username=mailbox_user, password=PASSWORD,  # type: ignore[arg-type]
            ca_file=dovecot.ca_file, timeout_seconds=MINUTE,
        )  # fmt: skip
        opened.append(ImapMailbox(account))
        return opened[-1]

    yield open_mailbox
    for mailbox in opened:
        mailbox.close()


def seconds_until_given_up(act: Callable[[], object]) -> float:
    """Return after how long an action ended with an error of the world."""
    began = time.monotonic()
    with pytest.raises(WorldError):
        act()
    return time.monotonic() - began


def test_the_limits_are_those_of_the_settings():
    """With the usual 60 seconds: connecting 20, login 30, command 120, body 240, a whole letter 300, a stop 15."""
    account = ImapAccount(host="mail.tax.example", port=993, security="tls", username="x")
    seconds = {limit.name: round(account.seconds_for(limit)) for limit in Limit}
    assert seconds == {
        "GOODBYE": 5, "LEAVING": 15, "CONNECT": 20, "LOGIN": 30, "ANSWER": 60, "COMMAND": 120, "BODY": 240,
        "LETTER": 300,
    }  # fmt: skip


def test_a_server_that_says_nothing_at_all_is_left(cable, open_at):
    """A connection that opens and stays silent, in plain text and before TLS, is given up in less than a minute."""
    cable.block()
    for security in ("none", "tls"):
        assert seconds_until_given_up(open_at(cable.port, security).select) < MINUTE + 0.5


def test_a_login_that_drips_is_left(cable, open_at):
    """A byte now and then keeps no login alive."""
    cable.drip(MINUTE / 5)
    assert seconds_until_given_up(open_at(cable.port).select) < MINUTE * (Limit.CONNECT + Limit.LOGIN) + 0.5


def test_a_mail_that_drips_is_left(dovecot, mailbox_user, cable, open_at):
    """Of a mail that comes byte by byte no more is read after two minutes, although its whole size allows for more."""
    dovecot.deliver(mailbox_user, MAIL)
    mailbox = open_at(cable.port)
    mailbox.select()
    listed = mailbox.find_listed([1])
    cable.fail(Fault(Kind.DRIP, 200_000, MINUTE / 5))
    assert seconds_until_given_up(lambda: mailbox.fetch(listed, 10**9)) < 2 * MINUTE + 0.5
    mailbox.select()
    assert [mail.raw for mail in mailbox.fetch(listed, 10**9)] == [MAIL], "a new connection brings it whole"


def test_a_connection_that_died_silently_is_noticed_while_idle(cable, open_at):
    """After five minutes without a byte the server is asked, and no answer within a minute means it is gone."""
    mailbox = open_at(cable.port)
    mailbox.select()
    threading.Timer(MINUTE / 2, cable.block).start()
    with Waker() as waker:
        seconds = seconds_until_given_up(lambda: mailbox.wait(60, waker.fileno()))
    assert 4 * MINUTE < seconds < 6 * MINUTE + 1


def test_a_silent_server_that_lives_is_not_left():
    """A server that says nothing because nothing happens answers when it is asked, and the wait goes on."""
    script = {"IDLE": [b"+ idling\r\n"], "SELECT": [b"* 0 EXISTS\r\n", b"* OK [UIDVALIDITY 7] counted\r\n"]}
    with ScriptedImap("IDLE", script) as server, Waker() as waker:
        account = ImapAccount(
            host=server.host, port=server.port, security="none", username="x", password="y", timeout_seconds=MINUTE / 4
        )
        mailbox = ImapMailbox(account)
        mailbox.select()
        assert mailbox.wait(14 * MINUTE / 4, waker.fileno()) is Wake.TIME
        mailbox.close()
        assert server.heard.count("IDLE") >= 2
        assert server.connections == 1


def test_what_hangs_inside_a_library_is_ended_from_outside(cable, open_at, monkeypatch):
    """When a wait has no end by itself the second look breaks the connection; one that rests is left alone."""
    mailbox = open_at(cable.port)
    mailbox.select()
    assert not mailbox.end_overdue(), "it rests"
    monkeypatch.setattr(wires, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(wires.Wire, "_find_patience", lambda _: None)
    cable.block()
    errors: list[str] = []

    def look() -> None:
        try:
            mailbox.find_uids(1)
        except WorldError as error:
            errors.append(str(error))

    thread = threading.Thread(target=look)
    thread.start()
    began = time.monotonic()
    while not mailbox.end_overdue():
        assert time.monotonic() - began < 3 * MINUTE + 1
        time.sleep(0.02)
    thread.join(10)
    assert len(errors) == 1
    monkeypatch.undo()
    cable.release()
    assert mailbox.select()


def test_a_program_that_stops_leaves_a_server_that_hangs(cable, mailbox_user):
    """In a command, and while a connection is opened: a quarter minute, and then all that waits ends with an error."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = deaf.getsockname()[1]
        first_caller = socket.create_connection(("127.0.0.1", port))  # more than one nobody takes in
        for number, at in enumerate((cable.port, port)):
            account = ImapAccount(
                host="127.0.0.1", port=at, security="none", username=mailbox_user, password=PASSWORD, timeout_seconds=8
            )
            mailbox = ImapMailbox(account)
            if not number:
                mailbox.select()
                cable.block()
            assert not mailbox.end_overdue()
            assert 2 <= seconds_to_leave(mailbox) < 2.6
        first_caller.close()


def seconds_to_leave(mailbox: ImapMailbox) -> float:
    """Let a look hang, leave, and return after how long it ended."""
    ended = threading.Event()

    def look() -> None:
        with pytest.raises(WorldError):
            mailbox.find_uids(1)
        ended.set()

    threading.Thread(target=look).start()
    began = time.monotonic()
    mailbox.leave()
    while not ended.wait(0.1):
        mailbox.end_overdue()
    return time.monotonic() - began


def test_a_letter_that_the_server_takes_no_more_of_is_left(smtp_server):
    """A large letter that stops on its way is given up after a minute without progress; it was not handed over."""
    raw = b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 200_000
    letter = Outgoing(1, "", "asha.verma@tax.example", raw, 1, 0, datetime.now(UTC))
    with Proxy(smtp_server.port) as cable:
        account = SmtpAccount(
            host="127.0.0.1", port=cable.port, security="none", sender="support@tax.example", timeout_seconds=MINUTE
        )
        post = SmtpPost(account)
        smtp_server.deliver = lambda _to, _raw: None
        threading.Timer(0.05, cable.block).start()
        began = time.monotonic()
        (receipt,) = post.send([letter])
        post.close()
    assert receipt.result is Result.LATER
    assert time.monotonic() - began < 2 * MINUTE + 1
