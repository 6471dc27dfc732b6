"""Sets of UIDs, what COPYUID says, what a listing tells, and what folders are for."""

from __future__ import annotations

import pytest

from mailbot.adapters.imap import ImapAccount, ImapMailbox
from mailbot.adapters.imap.elsewhere import find_roles
from mailbot.adapters.imap.uid_sets import LONGEST, MOST_MAILS, copied_uids, sequences
from mailbot.elsewhere import Place, Role
from mailbot.ports import find_runs
from tests.servers.scripted_imap import ScriptedImap


def named(sequence: str) -> set[int]:
    """Return the UIDs that a set names."""
    ends = (part.partition(":") for part in sequence.split(","))
    return {uid for first, _, last in ends for uid in range(int(first), int(last or first) + 1)}


@pytest.mark.parametrize("uids", [[7], [], list(range(1, 10_001)), list(range(1, 9_000, 2)), [1, 2, 3, 900, 2**32 - 1]])
def test_sets_name_all_uids_in_short_lines(uids):
    """Whatever the UIDs are: every one is named once, no line is too long, and none asks for too many mails."""
    parts = list(sequences(uids))
    assert sorted(uid for part in parts for uid in named(part)) == uids
    assert all(len(part) <= LONGEST + 25 and len(named(part)) <= MOST_MAILS for part in parts)
    assert len(find_runs(uids)) >= 1 or not parts


def test_copyuid_is_read_with_suspicion():
    """Ranges in either direction count; without the answer, or with one that is none, nothing was copied."""
    assert copied_uids([b"38505 304,319:320,330:329 3956:3960"]) == {304, 319, 320, 329, 330}
    assert copied_uids([None]) == copied_uids([b"0 0"]) == copied_uids([b"nonsense"]) == set()
    assert len(copied_uids([b"1 1:4294967295 1:4294967295"])) == MOST_MAILS + 1


def test_what_folders_are_for():
    """The server's word counts before the settings, the settings before usual names, and one archive is enough."""
    folders = {
        "[Gmail]/All Mail": {b"\\all", b"\\hasnochildren"},
        "[Gmail]/Spam": {b"\\junk"},
        "Junk": set(),
        "INBOX.Archives": set(),
        "Letters 2025": set(),
        "कार्यालय": set(),
        "Sent": {b"\\sent"},
    }
    assert find_roles(folders, ("कार्यालय", "missing")) == [
        Place("INBOX.Archives", Role.ARCHIVE),
        Place("[Gmail]/All Mail", Role.ALL),
        Place("[Gmail]/Spam", Role.JUNK),
        Place("कार्यालय", Role.OTHER),
    ]


def test_the_providers_number_and_strange_answers_are_read():
    """X-GM-MSGID is asked for where it is offered; a mail that vanished, and news of another one, are left out."""
    answers = [
        b'* 1 FETCH (X-GM-MSGID 1278455344 UID 1 RFC822.SIZE 900 INTERNALDATE "24-Nov-2026 05:00:00 +0000")\r\n',
        b'* 2 FETCH (UID 2 RFC822.SIZE 0 INTERNALDATE "01-Jan-1970 00:00:00 +0000")\r\n',
        b"* 3 FETCH (UID 3 FLAGS (\\Seen))\r\n",
    ]
    with ScriptedImap("X-GM-EXT-1", {"UID FETCH": answers}) as server:
        account = ImapAccount(host=server.host, port=server.port, security="none", username="a", password="b")
        mailbox = ImapMailbox(account)
        mailbox.select()
        (listed,) = mailbox.find_listed([1, 2, 3])
        mailbox.close()
    assert (listed.uid, listed.size, listed.provider_id) == (1, 900, "1278455344")
    assert "UID FETCH 1:3 (RFC822.SIZE INTERNALDATE X-GM-MSGID)" in server.heard


def test_an_archive_on_a_server_without_copyuid_keeps_the_mail():
    """UIDPLUS that does not say what was copied removes nothing: a mail that is twice there harms nobody."""
    script = {"UID SEARCH": [b"* SEARCH 1\r\n"], "UID COPY": [b"{tag} OK done\r\n"]}
    with ScriptedImap("UIDPLUS", script) as server:
        account = ImapAccount(host=server.host, port=server.port, security="none", username="a", password="b")
        mailbox = ImapMailbox(account)
        mailbox.select()
        mailbox.file([1])
        mailbox.close()
    assert any(line.startswith("UID COPY 1") for line in server.heard)
    assert not any(word in line for line in server.heard for word in ("STORE", "EXPUNGE"))
