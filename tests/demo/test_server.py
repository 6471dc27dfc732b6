"""The mail server of the demonstration is a real one: clients talk IMAP and SMTP with it over sockets."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from mailbot.demo.server import Account, DemoError, DemoServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUPPORT = Account("IT Help Desk", "support@tax.demo.example", "support-demo")
ANITA = Account("Anita Verma", "anita.verma@tax.demo.example", "anita-demo")
MAIL = (
    "From: Anita Verma <anita.verma@tax.demo.example>\r\n"
    "To: support@tax.demo.example\r\n"
    "Subject: =?utf-8?b?4KSILeCkteClhyDgpKzgpL/gpLI=?=\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n"
    "\r\n"
    "ई-वे बिल नहीं बन रहा है।\r\n"
    ".\r\n"
).encode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DemoServer]:
    """Return a running server with two mailboxes."""
    with DemoServer([SUPPORT, ANITA], tmp_path) as running:
        yield running


@pytest.fixture
def inbox(server: DemoServer) -> Iterator[IMAPClient]:
    """Return an IMAP client that looks into the mailbox of the desk."""
    with IMAPClient(server.host, server.imap_port, ssl=False, timeout=10) as client:
        client.login(SUPPORT.address, SUPPORT.password)
        client.select_folder("INBOX")
        yield client


def send(server: DemoServer, to: str, raw: bytes = MAIL) -> None:
    """Hand a mail in as Anita's mail program does."""
    with smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp:
        smtp.login(ANITA.address, ANITA.password)
        smtp.sendmail(ANITA.address, [to], raw, mail_options=["BODY=8BITMIME"])


def test_a_mail_by_smtp_lies_in_the_mailbox(server, inbox):
    """What SMTP accepted is what IMAP shows, byte for byte, under the lines the server wrote on top."""
    send(server, SUPPORT.address)
    inbox.noop()
    (uid,) = inbox.search("ALL")
    body = inbox.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
    assert body.endswith(MAIL)
    assert body.startswith(b"Return-Path: <anita.verma@tax.demo.example>\r\nDelivered-To: support@tax.demo.example\r\n")


def test_plus_addresses_lead_to_the_same_mailbox(server, inbox):
    """Mail to support+token@ reaches support@, and the address it was sent to stays visible."""
    send(server, "support+d1.token@tax.demo.example")
    inbox.noop()
    (uid,) = inbox.search("ALL")
    assert b"Delivered-To: support+d1.token@tax.demo.example" in inbox.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]


def test_idle_wakes_up_when_a_mail_arrives(server, inbox):
    """A client that waits with IDLE is told of a new mail at once."""
    inbox.idle()
    send(server, SUPPORT.address)
    answers = inbox.idle_check(timeout=10)
    inbox.idle_done()
    assert (1, b"EXISTS") in answers


def test_idle_tells_of_a_mail_that_came_just_before(server, inbox):
    """A mail between the last command and IDLE is announced at once, so that nobody sleeps on a full mailbox."""
    assert inbox.search("ALL") == []
    server.deliver(MAIL, SUPPORT.address)
    inbox.idle()
    announced = inbox._imap._get_line()  # its idle_check() does not see what came together with the answer to IDLE
    inbox.idle_done()
    assert announced == b"* 1 EXISTS"


def test_a_copy_of_each_mail_is_kept_as_a_file(server):
    """The folder of a person holds that person's mail as files that mail programs open."""
    delivered = server.deliver(MAIL, ANITA.address)
    (copy,) = server.folder_of(ANITA.address).iterdir()
    assert (copy, copy.suffix) == (delivered.copy, ".eml")
    assert copy.read_bytes() == delivered.raw
    assert delivered.mail["Subject"] == "ई-वे बिल"


def test_moving_a_mail_empties_the_inbox(server, inbox):
    """The folder of handled mail can be made, and MOVE (RFC 6851) puts a mail there."""
    server.deliver(MAIL, SUPPORT.address)
    inbox.create_folder("Processed")
    inbox.noop()
    inbox.move(inbox.search("ALL"), "Processed")
    assert inbox.search("ALL") == []
    assert inbox.folder_status("Processed", ["MESSAGES"]) == {b"MESSAGES": 1}


def test_a_wrong_password_is_refused(server):
    """Neither server lets somebody in with a wrong password."""
    with IMAPClient(server.host, server.imap_port, ssl=False, timeout=10) as client, pytest.raises(LoginError):
        client.login(SUPPORT.address, "guess")
    with (
        smtplib.SMTP(server.host, server.smtp_port, timeout=10) as smtp,
        pytest.raises(smtplib.SMTPAuthenticationError),
    ):
        smtp.login(ANITA.address, "guess")


def test_an_unknown_recipient_is_refused(server):
    """A mail to an address without a mailbox is refused at the door and lies nowhere."""
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(server, "nobody@tax.demo.example")
    assert server.delivered == ()


def test_waiting_in_vain_ends_with_a_sentence(server):
    """Somebody who waits for a mail that does not come is told which one it was."""
    with pytest.raises(DemoError, match="The acknowledgement did not arrive within 0 seconds"):
        server.wait_for(lambda mail: mail.to == ANITA.address, 0.01, "The acknowledgement")
