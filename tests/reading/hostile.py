"""Mails that are made to hurt their reader, by name; each is small to write and large to read."""

from __future__ import annotations

import base64

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


def _file(kind: bytes, data: bytes) -> bytes:
    return _FROM + b"Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n\r\n" % kind + base64.encodebytes(data)


_ATTRIBUTE = b"\x02\x02\x90\x06\x00\x00\x00\x00\x00\x00\x00"
_SIGNED = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"


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
    "a winmail.dat of a hundred thousand files": _file(
        b"application/ms-tnef", b"\x78\x9f\x3e\x22\x01\x00" + _ATTRIBUTE * 100_000
    ),
    "a winmail.dat that says it has four gigabytes": _file(
        b"application/ms-tnef", b"\x78\x9f\x3e\x22\x01\x00\x02\x0f\x80\x06\x00\xff\xff\xff\xff" + b"x" * 100
    ),
    "an envelope of a million empty elements": _file(
        b"application/pkcs7-mime", b"\x30\x80" + _SIGNED + b"\xa0\x80\x30\x80\x02\x01\x01" + b"\x31\x00" * 1_000_000
    ),
    "an envelope that is never closed": _file(b"application/pkcs7-mime", b"\x30\x80" * 300_000),
    "sixty thousand uuencoded files": _body(b"begin 644 a\n#0V%T\n`\nend\n" * 60_000),
    "sixty thousand uuencoded files without an end": _body(b"begin 644 a\n#0V%T\n" * 60_000),
    "a yEnc file of escapes": _body(b"=ybegin line=128 size=1 name=a\n" + b"=" * 500_000),
    "sixty thousand signatures": _body(
        (b"-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n-----BEGIN PGP SIGNATURE-----\n") * 30_000
    ),
    "a calendar of one endless line": _FROM + b"Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\nA" + b';"' * 200_000,
    "a quoted-printable text of equals signs": _FROM
    + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    + b"= " * 300_000,
    "a Content-Type of blanks": _FROM + b"Content-Type: text/plain" + b" " * 60_000 + b"x\r\n\r\nx",
    "a whole mail of zeros and ones in UTF-16": b"\xff\xfe" + b"\x00\xd8" * 200_000,
    "a date at the end of time": b"From: a@b.example\r\nDate: Fri, 31 Dec 9999 23:59:59 -2359\r\n\r\nx",
    "bare carriage returns": b"From: a@b.example\rSubject: x\r\rbody\r" * 100,
    "a report of fifty thousand recipients": _FROM
    + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
    + b"Content-Type: message/delivery-status\r\n\r\n"
    + b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n" * 50_000,
    "a report that gives back a hundred letters": _FROM
    + b"Content-Type: multipart/report; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <1@b.example>\r\n\r\nx\r\n" * 100,
    "a bounce of a million spaces": b"From: MAILER-DAEMON\r\nSubject: failure notice\r\n\r\n" + b" " * 1_000_000,
    "a bounce that says the same for ever": b"From: MAILER-DAEMON\r\nReturn-Path: <>\r\n\r\n"
    + b"your message to your message was your message could " * 20_000,
    "a subject of a thousand brackets": b"From: support@b.example\r\nSubject: "
    + b"[#1" * 400
    + b"\r\n\r\nyour ticket " * 9,
    "a header of sixty thousand spaces": b"From: a"
    + b" " * 60_000
    + b"b@c.example\r\nSubject: x"
    + b" " * 60_000
    + b"y\r\n\r\nx",
    "a text in RTF that is all font tables": _file(b"text/rtf", b"{\\rtf1{\\fonttbl" + b"\\f1\\fcharset0" * 30_000),
    "a text in RTF that wraps HTML": _file(
        b"text/rtf", b"{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf a\\htmlrtf0 \\u2344?b}"
    ),
    "a file in BinHex that repeats for ever": _file(
        b"application/mac-binhex40", b"(This file must be converted with BinHex 4.0)\r\n\r\n:" + b"#2jq" * 50_000 + b":"
    ),
    "only a colon": b":",
    "only a From line of a mailbox": b"From ramesh@tax.example Mon Nov 23 10:15:00 2026\n",
}
