"""What a person types, as the bytes that this person's mail program makes of it.

Each program leaves its own traces: Gmail's alternatives and base64, Outlook's picture inside the text, Thunderbird's
flowed lines, Apple Mail's quoted-printable, the signature of a Samsung phone. Real mail looks like this, so the
demonstration does too.
"""

from __future__ import annotations

import base64
import html
import quopri
import secrets
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from email.message import EmailMessage

_PNG = "image/png"


@dataclass(frozen=True, slots=True)
class Picture:
    """A screenshot under the name its sender gave it."""

    name: str
    data: bytes


class Client(Enum):
    """The mail programs of the department, as the terminal names them."""

    GMAIL = "Gmail in a browser"
    ANDROID = "Gmail on Android"
    OUTLOOK = "Outlook"
    THUNDERBIRD = "Thunderbird"
    APPLE = "Apple Mail"
    SAMSUNG = "Samsung Mail"
    OUT_OF_OFFICE = "automatic reply"


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody writes; `answers` is the letter that is answered, which then stands quoted below."""

    name: str
    sender: str
    to: str
    subject: str
    text: str
    client: Client
    picture: Picture | None = None
    answers: EmailMessage | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """A MIME part (RFC 2045): its header lines and its body."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __bytes__(self) -> bytes:
        return "".join(f"{name}: {value}\r\n" for name, value in self.headers).encode() + b"\r\n" + self.body


def write_mail(note: Note, at: datetime) -> bytes:
    """Return the whole mail, CRLF line ends, ready for SMTP."""
    content = _CONTENTS[note.client](note)
    envelope = [
        ("MIME-Version", "1.0"),
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{secrets.token_hex(16)}@{_ID_HOSTS[note.client]}>"),
        ("Subject", _encoded(note.subject)),
        ("From", formataddr((note.name, note.sender))),
        ("To", f"<{note.to}>"),
        *_threading(note),
        *_HEADERS[note.client],
        *note.headers,
    ]
    return bytes(_Part((*envelope, *content.headers), content.body))


def reply_to(letter: EmailMessage, text: str, client: Client, name: str, sender: str) -> Note:
    """Return what somebody writes after pressing Reply on a letter: its address, its subject, its text quoted below."""
    to = parseaddr(str(letter["Reply-To"] or letter["From"]))[1]
    subject = str(letter["Subject"])
    return Note(
        name, sender, to, subject if subject.startswith("Re:") else f"Re: {subject}", text, client, answers=letter
    )


def _threading(note: Note) -> tuple[tuple[str, str], ...]:
    """Return In-Reply-To and References as RFC 5322 3.6.4 builds them."""
    if note.answers is None:
        return ()
    answered = str(note.answers["Message-ID"])
    references = [*str(note.answers["References"] or "").split(), answered]
    return (("In-Reply-To", answered), ("References", "\r\n ".join(references)))


def _gmail(note: Note) -> _Part:
    text = note.text + _quote(note, "On {date}, {who} wrote:")
    quoted = _quote(note, "On {date}, {who} wrote:")
    markup = f'<div dir="ltr">{_html(note.text)}</div>'
    if quoted:
        markup += f'<br><div class="gmail_quote gmail_quote_container">{_html(quoted)}</div>'
    body = _alternative(
        _base64_text("plain", text), _base64_text("html", markup), "000000000000" + secrets.token_hex(8)
    )
    if note.picture is None:
        return body
    place = f"f_{secrets.token_hex(5)}"
    extra = (("X-Attachment-Id", place), ("Content-ID", f"<{place}>"))
    return _multipart("mixed", "000000000000" + secrets.token_hex(8), (body, _attachment(note.picture, extra)))


def _outlook(note: Note) -> _Part:
    place = f"image001.png@01DC{secrets.token_hex(2).upper()}.{secrets.token_hex(4).upper()}"
    shown = f"\r\n\r\n[cid:{place}]\r\n" if note.picture else ""
    quoted = _quote_below(note)
    image = f'<p class="MsoNormal"><img width="1024" src="cid:{place}" alt="image001"></p>' if note.picture else ""
    markup = (
        '<html><head><meta name="Generator" content="Microsoft Word 15 (filtered medium)"></head>'
        f'<body lang="EN-IN"><div class="WordSection1"><p class="MsoNormal">{_html(note.text)}</p>{image}'
        f"{_html(quoted)}</div></body></html>"
    )
    boundary = f"_000_{secrets.token_hex(8)}_"
    body = _alternative(_printable("plain", note.text + shown + quoted), _printable("html", markup), boundary)
    if note.picture is None:
        return body
    inline = _Part(
        (
            ("Content-Type", f'{_PNG}; name="image001.png"'),
            ("Content-Description", "image001.png"),
            ("Content-Disposition", f'inline; filename="image001.png"; size={len(note.picture.data)}'),
            ("Content-ID", f"<{place}>"),
            ("Content-Transfer-Encoding", "base64"),
        ),
        base64.encodebytes(note.picture.data).replace(b"\n", b"\r\n"),
    )
    return _multipart("related", f"_004_{secrets.token_hex(8)}_", (body, inline), 'type="multipart/alternative"')


def _thunderbird(note: Note) -> _Part:
    text = note.text + _quote(note, "On {date}, {who} wrote:")
    plain = _Part(
        (("Content-Type", "text/plain; charset=UTF-8; format=flowed"), ("Content-Transfer-Encoding", "8bit")),
        _crlf(text).encode(),
    )
    if note.picture is None:
        return plain
    return _multipart("mixed", "------------" + secrets.token_urlsafe(18), (plain, _attachment(note.picture)))


def _apple(note: Note) -> _Part:
    text = _printable("plain", note.text + _quote(note, "On {date}, {who} wrote:"))
    if note.picture is None:
        return text
    return _multipart("mixed", f"Apple-Mail=_{secrets.token_hex(16).upper()}", (text, _attachment(note.picture)))


def _samsung(note: Note) -> _Part:
    text = f"{note.text}\n\n\nSent from my Galaxy\n"
    quoted = _quote_below(note)
    boundary = f"--_com.samsung.android.email_{secrets.randbelow(10**15):015d}"
    markup = f'<html><body dir="auto"><div dir="auto">{_html(text + quoted)}</div></body></html>'
    body = _alternative(_base64_text("plain", text + quoted), _base64_text("html", markup), boundary)
    if note.picture is None:
        return body
    return _multipart("mixed", boundary + "0", (body, _attachment(note.picture)))


_CONTENTS = {
    Client.GMAIL: _gmail,
    Client.ANDROID: _gmail,
    Client.OUTLOOK: _outlook,
    Client.THUNDERBIRD: _thunderbird,
    Client.APPLE: _apple,
    Client.SAMSUNG: _samsung,
    Client.OUT_OF_OFFICE: _outlook,
}

_ID_HOSTS = {
    Client.GMAIL: "mail.gmail.com",
    Client.ANDROID: "mail.gmail.com",
    Client.OUTLOOK: "PN3PR01MB0001.exchange.demo.example",
    Client.THUNDERBIRD: "tax.demo.example",
    Client.APPLE: "tax.demo.example",
    Client.SAMSUNG: "email.android.com",
    Client.OUT_OF_OFFICE: "PN3PR01MB0001.exchange.demo.example",
}

_HEADERS: dict[Client, tuple[tuple[str, str], ...]] = {
    Client.GMAIL: (),
    Client.ANDROID: (),
    Client.OUTLOOK: (("Accept-Language", "en-IN, en-US"), ("Content-Language", "en-US"), ("X-MS-TNEF-Correlator", "")),
    Client.THUNDERBIRD: (("User-Agent", "Mozilla Thunderbird"), ("Content-Language", "en-US")),
    Client.APPLE: (("X-Mailer", "Apple Mail (2.3826.700.81)"),),
    Client.SAMSUNG: (("Importance", "normal"), ("X-Mailer", "SamsungMail")),
    Client.OUT_OF_OFFICE: (
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ),
}


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _html(text: str) -> str:
    return html.escape(_crlf(text)).replace("\r\n", "<br>\r\n")


def _base64_text(subtype: str, text: str) -> _Part:
    if text.isascii():
        return _Part((("Content-Type", f'text/{subtype}; charset="UTF-8"'),), _crlf(text).encode() + b"\r\n")
    headers = (("Content-Type", f'text/{subtype}; charset="UTF-8"'), ("Content-Transfer-Encoding", "base64"))
    return _Part(headers, base64.encodebytes(_crlf(text).encode()).replace(b"\n", b"\r\n"))


def _printable(subtype: str, text: str) -> _Part:
    headers = (("Content-Type", f'text/{subtype}; charset="utf-8"'), ("Content-Transfer-Encoding", "quoted-printable"))
    body = quopri.encodestring(text.replace("\r\n", "\n").encode())
    return _Part(headers, body.replace(b"\n", b"\r\n") + b"\r\n")


def _attachment(picture: Picture, extra: tuple[tuple[str, str], ...] = ()) -> _Part:
    headers = (
        ("Content-Type", f'{_PNG}; name="{picture.name}"'),
        ("Content-Disposition", f'attachment; filename="{picture.name}"'),
        ("Content-Transfer-Encoding", "base64"),
        *extra,
    )
    return _Part(headers, base64.encodebytes(picture.data).replace(b"\n", b"\r\n"))


def _alternative(plain: _Part, markup: _Part, boundary: str) -> _Part:
    return _multipart("alternative", boundary, (plain, markup))


def _multipart(subtype: str, boundary: str, parts: Sequence[_Part], extra: str = "") -> _Part:
    value = f'multipart/{subtype}; boundary="{boundary}"' + (f"; {extra}" if extra else "")
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + bytes(part) + b"\r\n" for part in parts)
    return _Part((("Content-Type", value),), body + line + b"--\r\n")


def _text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return str(body.get_content()).replace("\r\n", "\n").strip() if body else ""


def _quote(note: Note, opening: str) -> str:
    """Return the answered letter under a line that names its writer, each line behind a `>`."""
    letter = note.answers
    if letter is None:
        return ""
    lines = "\n".join(f"> {line}".rstrip() for line in _text_of(letter).splitlines())
    return f"\n\n{opening.format(date=letter['Date'], who=letter['From'])}\n\n{lines}\n"


def _quote_below(note: Note) -> str:
    """Return the answered letter as Outlook and Samsung set it: a rule, its header lines, its text as it was."""
    letter = note.answers
    if letter is None:
        return ""
    head = f"From: {letter['From']}\nSent: {letter['Date']}\nTo: {letter['To']}\nSubject: {letter['Subject']}"
    return f"\n\n________________________________\n{head}\n\n{_text_of(letter)}\n"
