"""Text that was signed with OpenPGP where it stands (RFC 9580 7): the words, and the signature as a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

_SIGNED = b"-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"
_END = b"-----END PGP SIGNATURE-----"
_ENCRYPTED = b"-----BEGIN PGP MESSAGE-----"
_HEADER = re.compile(rb"(?:Hash|Charset|Version|Comment|NotDashEscaped): ?[^\r\n]*\s*")
_ARMORED = re.compile(rb"[A-Za-z0-9+/=]{1,80}|(?:Version|Comment|Hash|Charset|MessageID): ?.*")
_ESCAPE = b"- "


def take_off_armor(text: bytes, notes: Notes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the text without the lines OpenPGP put around it, and the signatures; nothing is verified."""
    if b"-----BEGIN PGP" not in text:
        return text, ()
    lines = text.splitlines(keepends=True)
    if any(line.rstrip() == _ENCRYPTED for line in lines):
        notes.add("The text is encrypted with OpenPGP and cannot be read; ask its sender to send it unencrypted.")
    kept: list[bytes] = []
    signatures: list[bytes] = []
    position, signed = 0, False
    while position < len(lines):
        bare = lines[position].rstrip()
        if bare == _SIGNED:
            signed, position = True, _after_armor_headers(lines, position + 1)
        elif bare == _SIGNATURE and signed:
            end = _end_of_signature(lines, position)
            signatures.append(b"".join(lines[position:end]))
            signed, position = False, end
        else:
            line = lines[position]
            kept.append(line[len(_ESCAPE) :] if signed and line.startswith(_ESCAPE) else line)
            position += 1
    return (b"".join(kept), tuple(signatures)) if signatures else (text, ())


def _after_armor_headers(lines: list[bytes], position: int) -> int:
    """Return the line after the armor headers and the empty line that ends them."""
    while position < len(lines) and _HEADER.fullmatch(lines[position]):
        position += 1
    return position + 1 if position < len(lines) and not lines[position].strip() else position


def _end_of_signature(lines: list[bytes], position: int) -> int:
    """Return the line after a signature; one without an end stops where its lines stop to look like one."""
    blank = 0
    for index in range(position + 1, len(lines)):
        bare = lines[index].strip()
        if bare == _END:
            return index + 1
        blank += not bare
        if blank > 1 or (bare and not _ARMORED.fullmatch(bare)):
            return index
    return len(lines)
