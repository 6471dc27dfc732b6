"""Forged mails: what a sender of evil.example tries so that a mail counts as one of Chitra's, of the IT section.

Each case is a header block as the sender wrote it, and what a correct server of the desk then finds out about the mail.
They follow the families of the known catalogues: confusion about who was checked, words smuggled into the results of a
check, and a From that two programs read differently.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.builders import CHITRA, NUMBER
from tests.header_styles import STYLES, Check

if TYPE_CHECKING:
    from collections.abc import Iterator

VICTIM = CHITRA.email
OURS = "tax.up.example"
EVIL = "evil.example"
MALLORY = f"mallory@{EVIL}"
FAILED: Check = ("fail", OURS)


@dataclass(frozen=True, slots=True)
class Forgery:
    """The sender's headers, and the checks: SPF with the envelope's address, DKIM and DMARC with the domain."""

    name: str
    headers: tuple[str, ...]
    spf: Check = ("pass", MALLORY)
    dkim: Check = ("pass", EVIL)
    dmarc: Check = FAILED

    def raw(self, style: str) -> bytes:
        """Return the mail as it lies in the mailbox of a desk at this provider."""
        found = STYLES[style](self.spf, self.dkim, self.dmarc)
        lines = (
            f"Authentication-Results: {found}",
            "Received: from mx.evil.example by mx; Mon, 23 Nov 2026 11:31:00 +0530",
            *self.headers,
            "To: support@tax.up.example",
            f"Subject: Re: [{NUMBER}] Cannot file the return",
            "Message-ID: <forged@evil.example>",
            "Date: Mon, 23 Nov 2026 11:31:00 +0530",
        )
        return ("\r\n".join(lines) + "\r\n\r\nRESOLVED\r\nThe return was filed.\r\n").encode("utf-8", "surrogateescape")


_PLAIN = f"From: Chitra Rao <{VICTIM}>"
# The server read mallory's address out of From, so that everything passed for it.
_THEIRS: Check = ("pass", EVIL)
_ENCODED = "=?utf-8?B?Y2hpdHJhQHRheC51cC5leGFtcGxl?="

SERVER_CASES = (
    Forgery("a1-subdomain-that-does-not-exist", (_PLAIN,), spf=("none", f"x@mail.{OURS}"), dkim=("none", EVIL)),
    Forgery("a2-empty-envelope", (_PLAIN,), spf=("pass", f"postmaster@{EVIL}"), dkim=("none", EVIL)),
    Forgery("a3-zero-byte-in-the-signing-domain", (_PLAIN,), dkim=("pass", f"{OURS}\x00.{EVIL}")),
    Forgery("a4-bracket-in-the-signing-domain", (_PLAIN,), dkim=("pass", f"{OURS}(.{EVIL}")),
    Forgery("a5-quote-in-the-signing-domain", (_PLAIN,), dkim=("pass", f"{OURS}'a.{EVIL}")),
    Forgery("a6-bracket-in-the-envelope", (_PLAIN,), spf=("pass", f"chitra@{OURS}(.{EVIL}")),
    Forgery("a7-route-in-the-envelope", (_PLAIN,), spf=("pass", f"@{OURS},@relay.example:{MALLORY}")),
    Forgery("a8-two-from-theirs-first", (f"From: {MALLORY}", _PLAIN), dmarc=_THEIRS),
    Forgery("a8-two-from-theirs-last", (_PLAIN, f"From: {MALLORY}"), dmarc=_THEIRS),
    Forgery("a9-blank-before-the-colon", (f"From : {MALLORY}", _PLAIN), dmarc=_THEIRS),
    Forgery("a10-folded-name-of-from", (f"From\r\n : {MALLORY}", _PLAIN), dmarc=_THEIRS),
    Forgery("a11-sender-and-resent-from", (f"Sender: {MALLORY}", f"Resent-From: {MALLORY}", _PLAIN), dmarc=FAILED),
    Forgery("a12-two-mailboxes", (f"From: <{MALLORY}>, <{VICTIM}>",), dmarc=_THEIRS),
    Forgery("a13-encoded-address", (f"From: {_ENCODED},<{MALLORY}>",), dmarc=_THEIRS),
    Forgery("a14-route", (f"From: <@{EVIL},@relay.example:{VICTIM}>",), dmarc=_THEIRS),
    Forgery("a15-escaped-comma", (f"From: <{VICTIM}>\\,<{MALLORY}>",), dmarc=_THEIRS),
    Forgery("a16-comma-without-blanks", (f"From: {VICTIM},<{MALLORY}>",), dmarc=_THEIRS),
    Forgery("a17-address-before-and-behind", (f"From: <{VICTIM}>Chitra<{MALLORY}>",), dmarc=_THEIRS),
    Forgery("a18-comment", (f"From: ({MALLORY}) {VICTIM}",), dmarc=_THEIRS),
    Forgery("a19-carriage-return-alone", (f"From: {MALLORY}\rFrom: {VICTIM}",), dmarc=_THEIRS),
)
CLIENT_CASES = (
    Forgery("c1-name-that-is-an-address", (f'From: "{VICTIM}" <{MALLORY}>',), dmarc=_THEIRS),
    Forgery(
        "c2-from-a-mail-service", (_PLAIN,), spf=("pass", "bounce@service.example"), dkim=("pass", "service.example")
    ),
    Forgery(
        "c3-replay-with-a-second-from",
        (_PLAIN, f"From: Chitra Rao <{VICTIM}>"),
        dkim=("pass", OURS),
        dmarc=("pass", OURS),
    ),
)

_FROM_PIECES = (
    f"<{VICTIM}>", VICTIM, f"<{MALLORY}>", MALLORY, ",", ";", ":", " ", "\t", "\r\n ", "(", ")", '"', "\\",
    "Chitra Rao", _ENCODED, "=?utf-8?Q?=3Cchitra=40tax.up.example=3E?=", "@relay.example:", "\x00", "\u200b",
    "\uff20", "\r", "[", "group:",
)  # fmt: skip
_SMUGGLED = (
    f"dmarc=pass header.from={OURS}", f"dkim=pass header.d={OURS}", f"spf=pass smtp.mailfrom=x@{OURS}", ";", "; ", "(",
    ")", " (", ") ", '"', "\\", '\\"', f"header.d={OURS}", f"header.i=@{OURS}", f"header.from={OURS}", "'", "\r\n ",
    f"smtp.mailfrom={VICTIM}", "x.y=", "=", "@", ",", "<", ">", "x", OURS, "\x00", "\t", "none", "mx.google.com",
)  # fmt: skip
_BELOW = (
    "Authentication-Results", "ARC-Authentication-Results", "X-Authentication-Results", "Received-SPF",
    "X-Google-Authentication-Results", "Authentication-Results-Original", "X-Mailbot-Authentication-Results",
    "X-Mailbot-Level", "X-Mailbot-Actor", "authentication-RESULTS ", "X-MS-Exchange-Authentication-Results",
)  # fmt: skip


def generated(seed: int, count: int) -> Iterator[Forgery]:
    """Yield forged mails that are put together at random: senders, words in the results, and headers below them."""
    source = random.Random(seed)
    for number in range(count):
        sender = _PLAIN
        dmarc = FAILED
        spf, dkim = ("pass", MALLORY), ("pass", EVIL)
        match number % 4:
            case 0:
                sender = "From: " + "".join(source.choices(_FROM_PIECES, k=source.randint(1, 6)))
                dmarc = source.choice((_THEIRS, FAILED, ("none", EVIL)))
            case 1:
                spf = ("pass", "".join(source.choices(_SMUGGLED, k=source.randint(1, 6))) + f"@{EVIL}")
            case 2:
                dkim = ("pass", "".join(source.choices(_SMUGGLED, k=source.randint(1, 6))) + f".{EVIL}")
            case _:
                sender = "\r\n".join(_below(source) for _ in range(source.randint(1, 4))) + f"\r\n{_PLAIN}"
        yield Forgery(f"generated-{number}", (sender,), spf, dkim, dmarc)


def _below(source: random.Random) -> str:
    passed: Check = ("pass", OURS)
    value = STYLES[source.choice(tuple(STYLES))](("pass", VICTIM), passed, passed)
    return f"{source.choice(_BELOW)}: {source.choice((value, 'A2', 'T', VICTIM))}"
