"""Mails whose headers try to become commands, and a look at everything that was said to the mail server."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from tests.servers.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailbot.adapters.imap import ImapMailbox
    from tests.servers.dovecot import Dovecot

MARK = "xq7z"
# {mark} stands in each, so that a single byte of it on the wire is found.
VALUES = (
    "<{mark}.{n}@evil.example>", "<{mark}.{n}>\r\n A1 UID STORE 1:* +FLAGS (\\Deleted)", '<{mark}.{n}"@x> OR ALL',
    "{{{n}+}}\r\n {mark} A2 EXPUNGE", "<{mark}.{n}> UNSEEN DELETED", '{mark}{n}\\" NOT (ALL)',
    "=?utf-8?q?{mark}=0D=0AA3_EXPUNGE?=",
    "=?utf-7?q?{mark}&AA0ACg-?= {n}", "{mark} {n} \x00 A4 LOGOUT", "{mark} गलत {n} \u2028 A5 DELETE INBOX",
    "(" * 40 + "{mark}{n}",
    "<{mark}{n}@{long}>", "INBOX {mark} {n} *", "{mark}%{n}* CREATE /etc", "~{mark}~{n}\t\x7f\x1b[2J",
)  # fmt: skip
HEADERS = ("Message-ID", "Subject", "From", "In-Reply-To", "References", "To", "Date", "X-GM-MSGID", "Reply-To")
# Everything that the desk ever says to a mailbox server; whatever is none of these came from outside.
SET = rb"[0-9:,*]+"
COMMANDS = tuple(
    re.compile(rb"[A-Z]{4}[0-9]+ " + words)
    for words in (
        rb"CAPABILITY", rb"NOOP", rb"LOGOUT", rb"IDLE", rb'AUTHENTICATE "?PLAIN"?(?: [A-Za-z0-9+/=]+)?',
        rb'LIST "" "?(?:Processed|\*)"?', rb'(?:SELECT|EXAMINE|CREATE|SUBSCRIBE) "?(?:INBOX|Processed)"?',
        rb"UID SEARCH UID " + SET, rb"UID FETCH " + SET + rb" \(RFC822\.SIZE INTERNALDATE(?: X-GM-MSGID)?\)",
        rb"UID FETCH " + SET + rb" \(?BODY\.PEEK\[\]\)?",
        rb"UID FETCH " + SET + rb" \(?BODY\.PEEK\[HEADER\]<0\.[0-9]+>\)?",
        rb"UID (?:MOVE|COPY) " + SET + rb' "?Processed"?',
        rb"UID STORE " + SET + rb" \+FLAGS(?:\.SILENT)? \(?\\Deleted\)?", rb"UID EXPUNGE " + SET,
    )
)  # fmt: skip
ANSWER = re.compile(rb"[A-Za-z0-9+/=]*|DONE")  # to "+": the login, the end of IDLE


def write_hostile(count: int, seed: int) -> Iterator[bytes]:
    """Write mails in which every header tries something."""
    chance = random.Random(seed)
    for number in range(count):
        lines = [f"{name}: {_make_value(chance, number)}" for name in chance.sample(HEADERS, 5)]
        text = "\r\n".join([*lines, "", f"{MARK} A9 EXPUNGE", ")", f"A10 OK {MARK}", ""])
        yield text.encode("utf-8", "surrogateescape")


def _make_value(chance: random.Random, number: int) -> str:
    value = chance.choice(VALUES).format(mark=MARK, n=number, long="x" * chance.choice((10, 300, 5000)))
    return value if chance.random() < 0.8 else value + chance.choice(VALUES).format(mark=MARK, n=number, long="y")


def take_through(mailbox: ImapMailbox, size_limit: int) -> int:
    """Do with a folder what the desk does, and return how many mails were read."""
    mailbox.select()
    listed = mailbox.find_listed(mailbox.find_uids(1))
    read = 0
    for start in range(0, len(listed), 50):
        fetched = mailbox.fetch(listed[start : start + 50], size_limit)
        mailbox.file([mail.listed.uid for mail in fetched])
        read += len(fetched)
    return read


def find_foreign_words(
    server: Dovecot, user: str, open_mailbox: Callable[[int], ImapMailbox], count: int, seed: int
) -> list[bytes]:
    """Read hostile mails over a cable that is listened to; return what was said that is none of our commands."""
    for raw in write_hostile(count, seed):
        server.deliver(user, raw)
    with Proxy(server.port, listening=True) as proxy:
        assert take_through(open_mailbox(proxy.port), size_limit=3000) == count
        sent = bytes(proxy.sent)
    assert MARK.encode() not in sent
    assert len(server.find_mails(user, "Processed")) == count
    return find_other_words(sent)


def find_other_words(sent: bytes) -> list[bytes]:
    """Return the lines that are none of the commands of the desk."""
    lines = sent.split(b"\r\n")
    return [line for line in lines if not ANSWER.fullmatch(line) and not any(one.fullmatch(line) for one in COMMANDS)]
