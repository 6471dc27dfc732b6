"""The servers of the tests do what the tests rely on."""

from __future__ import annotations

import smtplib

import pytest
from sqlalchemy import text

from mailbot.adapters.store.engine import open_engine
from tests.servers.programs import MissingProgramError, find_program


def test_a_letter_lands_in_the_mailbox_behind_its_plus_address(dovecot, smtp_server, mailbox_user):
    """What the SMTP server accepts for support+token@ can be read over IMAP as support@."""
    local, _, domain = mailbox_user.partition("@")
    with smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=10) as client:
        client.sendmail("asha@tax.example", f"{local}+t.1@{domain}", b"Subject: REOPEN\r\n\r\nabhi bhi nahi hua\r\n")
    (kept,) = smtp_server.wait_for(1)
    assert [stored.raw for stored in dovecot.find_mails(mailbox_user)] == [kept.raw]


def test_each_database_is_empty_and_takes_a_table(database_url):
    """Both databases begin empty."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE officers (name TEXT)"))
        connection.execute(text("INSERT INTO officers VALUES ('आशा वर्मा')"))
        assert connection.execute(text("SELECT name FROM officers")).scalar_one() == "आशा वर्मा"
    engine.dispose()


def test_a_missing_program_says_how_to_install_it():
    """The sentence holds the command to type."""
    with pytest.raises(MissingProgramError, match="apt-get install dovecot-imapd"):
        find_program("no-such-dovecot", "dovecot-imapd")
