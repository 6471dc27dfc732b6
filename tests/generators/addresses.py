"""Senders as mail clients, gateways and attackers write them (RFC 5322 3.4), and who must be read from them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.generators.case import Case, mail

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADDRESS = "ramesh.kumar@tax.up.example"
_NAMES = (
    "Ramesh Kumar",
    "रमेश कुमार",
    "Kumar, Ramesh",
    "Ramesh Kumar (AC Sector 3)",
    "O'Brien",
    'Ramesh "Raju" Kumar',
    "रमेश कुमार (राज्य कर)",
    "Иван Петров",
    "山田太郎",
    "José Ñandú",
    "R. K. Srivastava, IRS",
    "Dr. Anita Rawat",
    "क्षितिज श्रीवास्तव",
)
# form, address, how many senders it claims
_FORMS: tuple[tuple[str, str, int], ...] = (
    ("{a}", _ADDRESS, 1),
    ("<{a}>", _ADDRESS, 1),
    (" < {a} > ", _ADDRESS, 1),
    ("{a} (Ramesh Kumar)", _ADDRESS, 1),
    ("Ramesh Kumar<{a}>", _ADDRESS, 1),
    ("Ramesh Kumar\r\n <{a}>", _ADDRESS, 1),
    ('"{a}" <{a}>', _ADDRESS, 1),
    ("'{a}' <{a}>", _ADDRESS, 1),
    ("{a} <{a}>", _ADDRESS, 1),
    ('"Ramesh" Kumar <{a}>', _ADDRESS, 1),
    ("Ramesh (the officer) Kumar <{a}>", _ADDRESS, 1),
    ("<{a}> (sent by phone)", _ADDRESS, 1),
    ('"it@dept.example" <{a}>', _ADDRESS, 1),
    ("it@dept.example <{a}>", _ADDRESS, 1),
    ("RAMESH.KUMAR@TAX.UP.EXAMPLE", "RAMESH.KUMAR@tax.up.example", 1),
    ("<Ramesh.Kumar@TAX.up.example>", "Ramesh.Kumar@tax.up.example", 1),
    ("r+gst@tax.up.example", "r+gst@tax.up.example", 1),
    ("o'brien@tax.up.example", "o'brien@tax.up.example", 1),
    ("_r.k_@tax-up.example", "_r.k_@tax-up.example", 1),
    ("1234567890@tax.up.example", "1234567890@tax.up.example", 1),
    ("{a}, neha@tax.up.example", _ADDRESS, 2),
    ("Ramesh <{a}>, Neha <neha@tax.up.example>", _ADDRESS, 2),
    ("{a},", _ADDRESS, 1),
    ("<{a}>;", _ADDRESS, 0),
    ("", "", 0),
    ("undisclosed-recipients:;", "", 0),
    ("<>", "", 0),
    ("MAILER-DAEMON", "", 0),
    ("Ramesh Kumar", "", 0),
)


def addresses() -> Iterator[Case]:
    """Yield senders by form of address and by writing of the name."""
    for form, address, count in _FORMS:
        raw = mail(From=form.format(a=_ADDRESS))
        yield Case(f"sender {form!r}", raw, {"sender": address, "sender_count": count})
    for name in _NAMES:
        for how, written in _written(name).items():
            raw = mail(From=written + f" <{_ADDRESS}>".encode())
            yield Case(f"name {name!r} as {how}", raw, {"sender": _ADDRESS, "sender_name": name, "sender_count": 1})


def _written(name: str) -> dict[str, bytes]:
    """Return the ways in which clients write a name; plain and quoted ones need no encoding (RFC 2047 5)."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    encoded = base64.b64encode(name.encode()).decode()
    quoted = "".join(f"={byte:02X}" for byte in name.encode())
    half = len(name) // 2
    pieces = " ".join(
        f"=?utf-8?b?{base64.b64encode(piece.encode()).decode()}?=" for piece in (name[:half], name[half:])
    )
    return {
        "quoted string": f'"{escaped}"'.encode(),
        "base64 word": f"=?UTF-8?B?{encoded}?=".encode(),
        "quoted-printable word": f"=?utf-8?Q?{quoted}?=".encode(),
        "two words": pieces.encode(),
        "word in quotes": f'"=?UTF-8?B?{encoded}?="'.encode(),
        "language tag": f"=?utf-8*hi?B?{encoded}?=".encode(),
    }
