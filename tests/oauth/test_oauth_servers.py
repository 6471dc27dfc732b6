"""Logging in with tokens to a real Dovecot and a real SMTP server: both mechanisms, refusals, the end of a token."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.finding import Level
from mailbot.adapters.imap import ImapAccount, ImapMailbox, check_mailbox
from mailbot.adapters.pacing import Gate
from mailbot.adapters.smtp import SmtpAccount, SmtpPost
from mailbot.deliver import Outgoing, Result
from mailbot.domain.errors import LoginRefusedError
from tests.oauth.consent import DESK, log_in
from tests.servers.dovecot import Dovecot
from tests.servers.proxy import Proxy
from tests.servers.smtp_server import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailbot.adapters.oauth import TokenSource
    from tests.servers.token_provider import TokenProvider

XOAUTH2, OAUTHBEARER = "xoauth2", "oauthbearer"
MAIL = b"From: asha.verma@tax.example\r\nSubject: GSTR-3B nahi bhar raha\r\n\r\nkripya dekhein\r\n"


@pytest.fixture
def mailboxes(server: TokenProvider, source: TokenSource) -> Iterator[Callable[..., tuple[Dovecot, ImapMailbox]]]:
    """Start Dovecots that ask the provider whose a token is, each with a mailbox that is closed after the test."""
    started: list[tuple[Dovecot, ImapMailbox]] = []

    def start(mechanisms: str = XOAUTH2) -> tuple[Dovecot, ImapMailbox]:
        dovecot = Dovecot(tls=False, introspection_url=server.url("introspect"), mechanisms=mechanisms)
        dovecot.__enter__()
        account = ImapAccount(
            host=dovecot.host, port=dovecot.port, security="none", username=DESK, tokens=source, timeout_seconds=20.0
        )
        started.append((dovecot, ImapMailbox(account)))
        return started[-1]

    yield start
    for dovecot, mailbox in started:
        mailbox.close()
        dovecot.__exit__()


@pytest.fixture
def posts(source: TokenSource) -> Iterator[Callable[..., SmtpPost]]:
    """Make ways out that log in with tokens and are closed after the test."""
    made: list[SmtpPost] = []

    def make(smtp: SmtpServer) -> SmtpPost:
        account = SmtpAccount(
            host=smtp.host, port=smtp.port, security="none", username=DESK, sender=DESK, tokens=source,
            timeout_seconds=10.0,
        )  # fmt: skip
        made.append(SmtpPost(account))
        return made[-1]

    yield make
    for post in made:
        post.close()


def letter(number: int = 1) -> Outgoing:
    """Return a letter of the outbox."""
    raw = b"Subject: [TMS-2611-00042-7] GSTR-3B\r\n\r\nYour problem is registered.\r\n"
    return Outgoing(number, "TMS-2611-00042-7", "asha.verma@tax.example", raw, 1, 0, datetime(2026, 11, 24, tzinfo=UTC))


# --- IMAP


@pytest.mark.parametrize("mechanism", [XOAUTH2, OAUTHBEARER])
def test_the_mailbox_opens_with_a_token(server, mailboxes, mechanism):
    """By either mechanism; a token that the server refuses is changed for a new one once, in the same connection."""
    dovecot, mailbox = mailboxes(mechanism)
    dovecot.deliver(DESK, MAIL)
    mailbox.select()
    assert [mail.raw for mail in mailbox.fetch(mailbox.find_listed([1]), 100_000)] == [MAIL]
    assert server.count() == 0
    mailbox.close()
    server.forget_access()
    mailbox.select()
    assert mailbox.find_uids(1) == [1]
    assert server.count() == 1
    assert f"method={mechanism.upper()}" in (dovecot.folder / "dovecot.log").read_text()


def test_the_consent_of_another_account_is_named(server, mailboxes, path, clock):
    """Two tries with two tokens, then the pauses of every refused login; a token of a new login is tried at once."""
    _, mailbox = mailboxes()
    server.user = "somebody.else@tax.example"
    for _ in range(3):
        with pytest.raises(LoginRefusedError, match="The consent must be of this very account") as caught:
            mailbox.select()
        assert "password" not in str(caught.value)
    assert (server.count(), server.count("/introspect")) == (1, 2)
    server.user = DESK
    clock.advance(seconds=1)
    log_in(server, path, clock())
    mailbox.select()


def test_a_server_without_tokens_says_so(server, source):
    """A password server is not asked with a token."""
    with Dovecot(tls=False) as dovecot:
        account = ImapAccount(host=dovecot.host, port=dovecot.port, security="none", username=DESK, tokens=source)
        (finding,) = check_mailbox(ImapMailbox(account))
    assert finding.level is Level.PROBLEM
    assert "it offers no login with OAuth 2" in finding.text
    assert server.count() == 0


def test_a_connection_is_renewed_before_its_token_ends(server, mailboxes, clock, caplog):
    """A connection that lives longer than its token logs in anew in time, without any trouble in the log."""
    dovecot, mailbox = mailboxes()
    for hour in range(3):
        dovecot.deliver(DESK, MAIL)
        mailbox.select()
        assert mailbox.find_uids(1) == list(range(1, hour + 2))
        assert server.count() == hour
        clock.advance(minutes=50)
    logins = (dovecot.folder / "dovecot.log").read_text().count("Login: user=")
    assert logins == 3
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_connection_that_is_cut_when_its_token_ends_comes_back(server, source, mailboxes, clock):
    """Gmail hangs up when the hour is over: the next look logs in with a new token."""
    dovecot, _ = mailboxes()
    dovecot.deliver(DESK, MAIL)
    with Proxy(dovecot.port) as proxy:
        account = ImapAccount(host=proxy.host, port=proxy.port, security="none", username=DESK, tokens=source)
        mailbox = ImapMailbox(account)
        mailbox.select()
        clock.advance(minutes=61)
        proxy.cut()
        mailbox.select()
        assert mailbox.find_uids(1) == [1]
        mailbox.close()
    assert server.count() == 1


def test_a_connection_outlives_trouble_of_the_provider(server, mailboxes, clock, caplog):
    """While the provider is down, or after the consent was lost, an open connection is used as long as it lasts."""
    dovecot, mailbox = mailboxes()
    mailbox.select()
    server.faults += [500] * 3
    clock.advance(hours=2)
    dovecot.deliver(DESK, MAIL)
    mailbox.select()
    assert mailbox.find_uids(1) == [1]
    assert "used with the old token" in caplog.text
    server.faults.clear()
    server.revoke()
    clock.advance(hours=2)
    mailbox.select()
    assert mailbox.find_uids(1) == [1]
    mailbox.close()
    with pytest.raises(LoginRefusedError, match="Run `mailbot login custom`"):
        mailbox.select()


# --- SMTP


@pytest.mark.parametrize("mechanism", [XOAUTH2, OAUTHBEARER])
def test_letters_are_sent_with_a_token(server, posts, mechanism):
    """By either mechanism; the refusal of a token is answered as the server waits for it, and a new token is taken."""
    with SmtpServer(username=DESK, find_user=server.find_user, token_mechanism=mechanism.upper()) as smtp:
        assert [receipt.result for receipt in posts(smtp).send([letter()])] == [Result.SENT]
        server.forget_access()
        assert [receipt.result for receipt in posts(smtp).send([letter(2)])] == [Result.SENT]
        assert smtp.logins == [DESK] * 3
        assert smtp.commands.count("AUTH") == 3
        assert smtp.connections == 2
    assert server.count() == 1


def test_a_refused_consent_is_not_tried_again_and_again(server, posts):
    """Letters wait; two tries in all, then the pauses of every refused login."""
    server.user = "somebody.else@tax.example"
    with SmtpServer(username=DESK, find_user=server.find_user) as smtp:
        post = posts(smtp)
        for _ in range(3):
            (receipt,) = post.send([letter()])
            assert receipt.result is Result.LATER
            assert "its administrator must allow SMTP for it" in receipt.answer
        assert smtp.commands.count("AUTH") == 2
    assert server.count() == 1


def test_a_day_of_refusals_locks_no_account(server, source, clock):
    """Tried every minute for a day, the mail server hears of a refused consent as rarely as of a wrong password."""
    server.user = "somebody.else@tax.example"
    with SmtpServer(username=DESK, find_user=server.find_user) as smtp:
        account = SmtpAccount(
            host=smtp.host, port=smtp.port, security="none", username=DESK, sender=DESK, tokens=source
        )
        post = SmtpPost(account, Gate(lambda: clock().timestamp()))
        for _ in range(24 * 60):
            assert "refused the login" in post.check()[0].text
            clock.advance(minutes=1)
        post.close()
        assert 24 <= smtp.commands.count("AUTH") <= 30
    assert server.count() <= 32


def test_a_server_in_trouble_costs_no_token(server, posts):
    """A temporary refusal says nothing about the token: it is kept, and the same login works later."""
    with SmtpServer(username=DESK, find_user=server.find_user) as smtp:
        post = posts(smtp)
        smtp.fail("AUTH", "454 4.7.0 Temporary authentication failure")
        assert [receipt.result for receipt in post.send([letter()])] == [Result.LATER]
        assert [receipt.result for receipt in post.send([letter()])] == [Result.SENT]
    assert server.count() == 0


def test_without_a_consent_no_server_is_called(server, posts, clock):
    """The letters wait with the sentence that says what to do; the mail server hears nothing of it."""
    server.revoke()
    clock.advance(hours=2)
    with SmtpServer(username=DESK, find_user=server.find_user) as smtp:
        (receipt,) = posts(smtp).send([letter()])
        assert (receipt.result, smtp.connections) == (Result.LATER, 0)
        assert "Run `mailbot login custom`" in receipt.answer


def test_an_smtp_server_without_tokens_says_so(posts):
    """A password server is not asked with a token."""
    with SmtpServer(username=DESK) as smtp:
        (finding,) = posts(smtp).check()
        assert "it offers no login with OAuth 2" in finding.text
        assert "AUTH" not in smtp.commands
