"""Mails that are made to hurt their reader, by name; each is small to write and large to read."""

from __future__ import annotations

_FROM = b"From: Ramesh Kumar <ramesh.kumar@tax.example>\r\nSubject: portal\r\n"


def _nested(depth: int, kind: bytes) -> bytes:
    opened = b"".join(
        b"Content-Type: %s; boundary=b%d\r\n\r\n--b%d\r\n" % (kind, level, level) for level in range(depth)
    )
    return _FROM + opened + b"Content-Type: text/plain\r\n\r\ninnermost\r\n"


def _html(body: bytes) -> bytes:
    return _FROM + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + body


def _body(body: bytes) -> bytes:
    return _FROM + b"\r\n" + body


HOSTILE: dict[str, bytes] = {
    "two thousand nested multiparts": _nested(2000, b"multipart/mixed"),
    "a thousand nested mails": _FROM + b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"end",
    "ten thousand parts": _FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000,
    "ten thousand parts of one boundary in another": _nested(19, b"multipart/mixed") + b"--b0\r\n\r\n" * 10_000,
    "a boundary that looks like a pattern": _FROM
    + b'Content-Type: multipart/mixed; boundary="(a+)+$"\r\n\r\n--(a+)+$\r\n\r\nx\r\n--(a+)+$--',
    "an empty boundary": _FROM + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n----\r\n\r\nx',
    "a hundred thousand recipients": _FROM + b"To: " + b"a@b.example, " * 100_000 + b"\r\n\r\nx",
    "a hundred thousand semicolons": _FROM + b"Content-Type: text/plain" + b";a=b" * 100_000 + b"\r\n\r\nx",
    "a hundred thousand continuations": _FROM + b"X-Long: a" + b"\r\n b" * 100_000 + b"\r\n\r\nx",
    "twenty thousand headers": _FROM + b"".join(b"X-%d: a\r\n" % i for i in range(20_000)) + b"\r\nx",
    "twenty thousand comments in From": b"From: " + b"(" * 20_000 + b"a@b.example\r\n\r\nx",
    "an unclosed quote in From": b'From: "' + b"a" * 60_000 + b"\r\n\r\nx",
    "a From of sixteen thousand words": b"From: " + b"word " * 16_000 + b"<a@b.example>\r\n\r\nx",
    "four thousand encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 4000 + b"\r\n\r\nx",
    "ten thousand beginnings of encoded words": b"Subject: " + b"=?utf-8?q?" * 10_000 + b"\r\n\r\nx",
    "a header of one megabyte without an end": b"Subject: " + b"a" * 1_000_000,
    "three hundred thousand less-than signs": _html(b"<" * 300_000),
    "a hundred thousand nested divs": _html(b"<div>" * 100_000),
    "twenty thousand nested quotes": _html(b"<blockquote>x" * 20_000),
    "twenty thousand nested tables": _html(b"<table><tr><td>x" * 20_000),
    "a hundred thousand ampersands": _html(b"&amp" * 100_000),
    "a thousand nested lists": _html(b"<ul><li>x" * 450),
    "an endless data picture": _html(b"<img src='data:image/png;base64," + b"A" * 500_000),
    "a number that is no character": _html(b"&#xD800;&#x110000;&#0;x"),
    "twenty thousand words, twenty thousand quotes": _body(b"word " * 20_000 + b"\r\n" + b"> quoted\r\n" * 20_000),
    "twenty thousand attributions": _body(b"On Mon, 23 Nov 2026 10:15 a@b.example\r\nwrote:\r\n" * 20_000),
    "five thousand header blocks": _body(b"From: a@b.example\r\nSent: 10:15\r\n" * 5000),
    "one line of a million letters": _body(b"a" * 1_000_000),
    "a punycode body": _FROM + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-" * 100_000 + b"\xff",
    "a body of zeros": _body(b"\x00" * 500_000),
    "base64 of padding only": _FROM + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=" * 500_000,
    "a name of ten thousand pieces": _FROM
    + b"Content-Disposition: attachment"
    + b"".join(b"; filename*%d*=%%41" % i for i in range(10_000))
    + b"\r\n\r\nx",
    "a date at the end of time": b"From: a@b.example\r\nDate: Fri, 31 Dec 9999 23:59:59 -2359\r\n\r\nx",
    "bare carriage returns": b"From: a@b.example\rSubject: x\r\rbody\r" * 100,
    "only a colon": b":",
    "only a From line of a mailbox": b"From ramesh@tax.example Mon Nov 23 10:15:00 2026\n",
}
