"""Words that a sender may put into headers to get a line, an address or a path of their own somewhere; by a seed."""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

ELSEWHERE = "victim.elsewhere@evil.example"
BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "\n\r\n",
    "\x0b",
    "\x0c",
    "\x85",
    "\u2028",
    "\u2029",
    "\x00",
    "%0d%0a",
    "\\r\\n",
    "\x1c",
    "\udc8a",
)
LINES = (f"Bcc: {ELSEWHERE}", f"To: {ELSEWHERE}", f"Cc: {ELSEWHERE}", "Subject: you won", f"Reply-To: {ELSEWHERE}")
LINES += (
    "Content-Type: text/html",
    "\r\n<b>a body of my own</b>",
    "X-Mailbot-Level: T",
    f"RCPT TO:<{ELSEWHERE}>",
    ".\r\nQUIT",
)
WORDS = (
    "रिफंड नहीं आया",
    "GSTR-3B error",
    "portal band hai",
    "ई-वे बिल",
    "[TMS-2611-00042-7] Re:",
    "a" * 300,
    "🙂" * 50,
    "",
)
NAMES = (
    "Asha Verma",
    '"Verma, Asha"',
    "आशा वर्मा",
    "<>",
    '"',
    "(",
    "Asha\\",
    "=?utf-8?q?=22?=",
    ",",
    ";:,<@>",
    "a" * 400,
)
ADDRESS_ODDITIES = (
    "{local}@{domain}, {elsewhere}",
    "<{local}@{domain}>, <{elsewhere}>",
    "{local}@{domain}> <{elsewhere}",
    "{local}@{domain}\r\n {elsewhere}",
    '"{elsewhere},"@{domain}',
    "friends: {local}@{domain}, {elsewhere};",
    "{local}%{elsewhere}",
    "{local}@{domain} ({elsewhere})",
    "<@{domain}:{elsewhere}>",
    "{local}@{domain}\x00{elsewhere}",
    "{local}@{domain}\u2028{elsewhere}",
    "=?utf-8?q?{local}=40{domain}=2C_{elsewhere}?=",
    "{local}@{domain};{elsewhere}",
    "{local} {elsewhere}@{domain}",
    "-oQ/tmp@{domain}",
    "{local}@{domain}",
)
FIELDS = (
    "Reply-To",
    "Cc",
    "Return-Path",
    "Sender",
    "Resent-From",
    "Resent-To",
    "Errors-To",
    "Disposition-Notification-To",
)
FIELDS += (
    "Mail-Followup-To",
    "Mail-Reply-To",
    "X-Original-Sender",
    "List-Post",
    "Return-Receipt-To",
    "Bcc",
    "Apparently-To",
)
# The families of filenames that mean harm.
PATHS = (
    "../../etc/cron.d/x",
    "..\\..\\boot.ini",
    "%2e%2e%2fx",
    "..%252fx",
    "C:\\x.png",
    "\\\\host\\share\\x",
    "/etc/passwd",
    ".htaccess",
    "\u200b.htaccess",
    "\xad.htaccess",
    "\u202egnp.exe",
    "x.php\r\nX-Evil: 1",
    "x\x00.png",
    "x" * 5000,
    "",
    "CON",
    "NUL.png",
    "aux.txt",
    "x.png.",
    "x.png   ",
    "X.PNG",
    "x.pht",
    "x.phar",
    "x.html",
    "x.svg",
    ".",
    "..",
    "~/.ssh/id",
    'a"; filename="b.exe',
    "a'; drop table files",
    "$(id).png",
    "`id`.png",
    "|id",
    "-rf",
    "x\u2028y.png",
    "file:///etc/passwd",
    "x;y.png",
    "%00.png",
    "\ufeffx.png",
    "\ud800.png",
    "क्षति.png",
    "....//x",
    "/proc/self/environ",
    "x/",
    "=?utf-8?q?a=0d=0aX-Evil:1?=",
)


def put_into(source: random.Random, word: str) -> str:
    """Return a word with a line break and a header of the sender's own in it."""
    hidden = source.choice(BREAKS) + source.choice(LINES)
    return source.choice((word + hidden, hidden + word, word[:5] + hidden + word[5:], word))


def written(source: random.Random, text: str) -> bytes:
    """Return a text as a header may hold it: raw, or as encoded words."""
    raw = text.encode("utf-8", "surrogateescape" if source.random() < 0.5 else "replace")
    if source.random() < 0.5:
        return raw.replace(b"\r\n\r\n", b"\r\n ")
    if source.random() < 0.5:
        return b"=?utf-8?b?" + base64.b64encode(raw) + b"?="
    return b"=?utf-8?q?" + "".join(f"={byte:02X}" for byte in raw).encode() + b"?="


def hostile_mails(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield mails with the address that wrote them; subject, name, address and ids try to become headers of ours."""
    source = random.Random(seed)
    for number in range(count):
        address = f"dealer{number}@shop{number % 7}.example"
        local, _, domain = address.partition("@")
        form = source.choice(ADDRESS_ODDITIES) if source.random() < 0.5 else "{local}@{domain}"
        sender = form.format(local=local, domain=domain, elsewhere=ELSEWHERE)
        name = written(source, put_into(source, source.choice(NAMES)))
        lines = [
            b"From: " + name + b" <" + sender.encode("utf-8", "replace") + b">",
            b"Subject: " + written(source, put_into(source, source.choice(WORDS))),
            b"Message-ID: <" + written(source, put_into(source, f"{number}.{seed}")) + b"@shop.example>",
            b"References: " + written(source, put_into(source, f"<{number}@a>")) * source.randint(0, 3),
            b"To: support@tax.up.example",
        ]
        lines += [f"{name}: {ELSEWHERE}".encode() for name in source.sample(FIELDS, 3)]
        body = f"{put_into(source, source.choice(WORDS))}\r\nMobile: 98390 12345\r\n"
        yield address, b"\r\n".join(lines) + b"\r\n\r\n" + body.encode("utf-8", "replace")


def hostile_names(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield file names that mean harm, with a mail whose one file has that name, written in one of five ways."""
    source = random.Random(seed)
    for number in range(count):
        name = PATHS[number % len(PATHS)]
        for _ in range(source.randint(0, 2)):
            name = source.choice(
                (name + source.choice(PATHS)[:200], source.choice(PATHS)[:200] + "/" + name, put_into(source, name))
            )
        percent = quote(name.encode("utf-8", "replace"), safe="")
        half = len(percent) // 2
        encoded = base64.b64encode(name.encode("utf-8", "replace")).decode()
        header = source.choice(
            (
                f'Content-Disposition: attachment; filename="{name}"',
                f"Content-Disposition: attachment; filename*=UTF-8''{percent}",
                f"Content-Disposition: attachment; filename*0*=utf-8''{percent[:half]}; filename*1*={percent[half:]}",
                f'Content-Disposition: attachment; filename="=?UTF-8?B?{encoded}?="',
                f"Content-Disposition: inline\r\nContent-Type: image/png; name={name}",
            )
        )
        data = b"\x89PNG\r\n\x1a\n" + bytes([number % 20])
        part = (
            header.encode("utf-8", "replace")
            + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.b64encode(data)
        )
        head = b"From: asha@tax.up.example\r\nSubject: GSTR-3B\r\nMIME-Version: 1.0\r\n"
        head += b'Content-Type: multipart/mixed; boundary="=_b"\r\n\r\n'
        head += b"--=_b\r\nContent-Type: text/plain\r\n\r\nsee\r\n--=_b\r\n"
        yield name, head + part + b"\r\n--=_b--\r\n"
