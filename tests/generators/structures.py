"""Text, HTML and files in every order and nesting in which mail clients put them (RFC 2046, 2387, 3676)."""

from __future__ import annotations

import base64
from itertools import product
from typing import TYPE_CHECKING

from tests.generators.case import Case, attached, inner, joined, mail, part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\n"
TEXT = "जीएसटीआर-3बी दाखिल नहीं हो रहा।"
_PLAIN = part("text/plain; charset=utf-8", TEXT)
_HTML = part("text/html; charset=utf-8", f'<p>{TEXT}</p><img src="cid:shot@x">')
_BARE_HTML = part("text/html; charset=utf-8", f"<html><body><div>{TEXT}</div></body></html>")
_SHOT = attached(
    "image/png; name=shot.png", PNG, "Content-ID: <shot@x>", "Content-Disposition: inline; filename=shot.png"
)
_FILE = attached("application/pdf; name=notice.pdf", PDF, "Content-Disposition: attachment; filename=notice.pdf")
_PICTURE = attached("image/png; name=shot.png", PNG)
_SHOT_FILE, _PDF_FILE = ("shot.png", PNG), ("notice.pdf", PDF)


def structures() -> Iterator[Case]:
    """Yield all combinations of text forms, pictures and files, and the same with their structure damaged."""
    forms: dict[str, tuple[bytes, tuple[tuple[str, bytes], ...]]] = {
        "plain": (_PLAIN, ()),
        "html": (_BARE_HTML, ()),
        "alternative": (inner("multipart/alternative", _PLAIN, _BARE_HTML, boundary="alt"), ()),
        "alternative turned": (inner("multipart/alternative", _BARE_HTML, _PLAIN, boundary="alt"), ()),
        "related": (inner("multipart/related", _HTML, _SHOT, boundary="rel"), (_SHOT_FILE,)),
        "alternative of related": (_alternative_of_related(), (_SHOT_FILE,)),
        "related of alternative": (_related_of_alternative(), (_SHOT_FILE,)),
    }
    files: dict[str, tuple[tuple[bytes, ...], tuple[tuple[str, bytes], ...]]] = {
        "no file": ((), ()),
        "a file": ((_FILE,), (_PDF_FILE,)),
        "a picture without disposition": ((_PICTURE,), (_SHOT_FILE,)),
        "both": ((_FILE, _PICTURE), (_PDF_FILE, _SHOT_FILE)),
    }
    for (form, (text, shown)), (which, (extra, listed)) in product(forms.items(), files.items()):
        raw = joined("multipart/mixed", text, *extra)
        expected = {"text": TEXT, "files": tuple(dict.fromkeys((*shown, *listed)))}
        if shown and _PICTURE in extra:
            continue  # the same picture twice has a rule of its own
        for damage, break_ in _DAMAGES.items():
            yield Case(f"{form}, {which}, {damage}", break_(raw), expected)
    flowed = "जीएसटीआर-3बी \r\nदाखिल नहीं \r\nहो रहा।"
    yield Case("flowed", mail(flowed, Content_Type="text/plain; charset=utf-8; format=flowed"), {"text": TEXT})


def _alternative_of_related() -> bytes:
    return inner(
        "multipart/alternative", _PLAIN, inner("multipart/related", _HTML, _SHOT, boundary="rel"), boundary="alt"
    )


def _related_of_alternative() -> bytes:
    return inner(
        "multipart/related", inner("multipart/alternative", _PLAIN, _HTML, boundary="alt"), _SHOT, boundary="rel"
    )


def _without_end(raw: bytes) -> bytes:
    return raw.replace(b"--=_part_1--\r\n", b"")


def _unix_lines(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n")


def _with_words_around(raw: bytes) -> bytes:
    return (
        raw.replace(b"\r\n\r\n--=_part_1", b"\r\n\r\nThis is a multi-part message.\r\n--=_part_1", 1)
        + b"after the end\r\n"
    )


_DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "whole": bytes,
    "without its end": _without_end,
    "with Unix lines": _unix_lines,
    "with words around": _with_words_around,
    "of an mbox": lambda raw: b"From ramesh@tax.example Mon Nov 23 10:15:00 2026\r\n" + raw,
}
