"""Names of files in all the ways in which they are written (RFC 2183, 2231, 2047), and names that mean harm."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.generators.case import Case, attached, joined, part

if TYPE_CHECKING:
    from collections.abc import Iterator

_DATA = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n"
_NAMES = (
    "notice.pdf",
    "form 26.pdf",
    "सूचना पत्र.pdf",
    "जीएसटी (नोटिस) 2026.pdf",
    "a;b.pdf",
    "100% paid.pdf",
    "o'brien.pdf",
    "report.2026.11.pdf",
    "квитанция.pdf",
    "領収書.pdf",
    "₹ list.pdf",
    "क्षतिपूर्ति.pdf",
    "very long name " + "of a notice " * 8 + "end.pdf",
)
_HARM = {
    "../../etc/passwd": "passwd",
    "..\\..\\boot.ini": "boot.ini",
    "C:\\Users\\r\\scan.pdf": "scan.pdf",
    "/etc/cron.d/x.pdf": "x.pdf",
    "a/b/c.pdf": "c.pdf",
    "notice\u202efdp.exe": "noticefdp.exe",
    "scan\u200b.pdf": "scan.pdf",
    "scan.pdf.": "scan.pdf",
    "scan.pdf   ": "scan.pdf",
    "scan\x07.pdf": "scan.pdf",
    "  scan.pdf": "scan.pdf",
    "\ufeffscan.pdf": "scan.pdf",
}


def filenames() -> Iterator[Case]:
    """Yield one file under each name and writing; its bytes must come through as they are."""
    for name in _NAMES:
        for how, header in _written(name).items():
            yield Case(f"{name[:30]!r} as {how}", _mail(header), {"files": ((name, _DATA),)})
    for name, clean in _HARM.items():
        header = f"Content-Disposition: attachment; filename*=utf-8''{quote(name, safe='')}"
        yield Case(f"harmful {name!r}", _mail(header), {"files": ((clean, _DATA),)})


def _mail(header: str) -> bytes:
    text = part("text/plain; charset=utf-8", "संलग्न देखें।")
    return joined("multipart/mixed", text, attached("application/pdf", _DATA, header))


def _written(name: str) -> dict[str, str]:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    percent = quote(name, safe="")
    encoded = base64.b64encode(name.encode()).decode()
    pieces = [percent[start : start + 40] for start in range(0, len(percent), 40)]
    continued = ";\r\n ".join(
        f"filename*{number}*={chr(39).join(('utf-8', '', piece)) if number == 0 else piece}"
        for number, piece in enumerate(pieces)
    )
    return {
        "quoted string": f'Content-Disposition: attachment; filename="{escaped}"',
        "RFC 2231": f"Content-Disposition: attachment; filename*=UTF-8''{percent}",
        "RFC 2231 in pieces": f"Content-Disposition: attachment;\r\n {continued}",
        "RFC 2047 in quotes": f'Content-Disposition: attachment; filename="=?UTF-8?B?{encoded}?="',
        "both, the plain one broken": f"Content-Disposition: attachment; filename=x.pdf; filename*=utf-8''{percent}",
    }
