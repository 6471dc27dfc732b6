"""Nothing that a sender wrote becomes a part of a command to the mailbox server."""

from __future__ import annotations

import pytest

from mailbot.adapters.imap import ImapAccount, ImapMailbox
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.torture.hostile_headers import find_foreign_words, find_other_words

MAILS = 150


@pytest.mark.parametrize("capability", ["", "IMAP4rev1 LITERAL+ IDLE UIDPLUS AUTH=PLAIN SASL-IR"])
def test_no_byte_of_a_sender_is_in_a_command(capability, mailbox_user):
    """Hostile Message-IDs, subjects and senders are listed, read and filed; the cable carries our own words only."""
    opened: list[ImapMailbox] = []

    def open_mailbox(port: int) -> ImapMailbox:
        account = ImapAccount(
            host="127.0.0.1", port=port, security="none", username=mailbox_user, password=PASSWORD, timeout_seconds=20.0
        )
        opened.append(ImapMailbox(account))
        return opened[0]

    with Dovecot(capability=capability, tls=False) as server:
        assert find_foreign_words(server, mailbox_user, open_mailbox, MAILS, seed=11) == []
        opened[0].close()


def test_foreign_words_would_be_found():
    """The list of our commands is strict: a search for a header, or a set that is no set, is noticed."""
    said = b"ABCD1 NOOP\r\nABCD2 UID SEARCH HEADER Message-ID x\r\nABCD3 UID STORE 1:* +FLAGS (\\Seen)\r\nDONE\r\n"
    assert [words.split()[0] for words in find_other_words(said)] == [b"ABCD2", b"ABCD3"]
