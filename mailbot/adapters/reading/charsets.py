"""Bytes to text: the charset that the mail names, and what really happens when it names none or a wrong one.

Only listed charsets are used. Python knows codecs that are no charsets (`unicode_escape` makes tags out of harmless
text, `punycode` takes quadratic time, `undefined` raises), and a mail may name any of them.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.adapters.reading.limits import Notes

_ALLOWED = re.compile(
    r"utf-?(7|8|16|16-?le|16-?be|32|32-?le|32-?be)|us-ascii|ascii|latin-?\d|l1|"
    r"iso-?8859-?\d{1,2}|(windows|cp|ibm)-?\d{3,4}|koi8-[rut]|gb2312|gbk|gb18030|big5|big5-hkscs|hz|hz-gb-2312|"
    r"euc-(jp|kr|jis-2004)|iso-2022-(jp|jp-1|jp-2|jp-3|kr)|shift-jis|sjis|ms932|tis-620|mac-(roman|cyrillic|latin2)|"
    r"ptcp154|viscii|johab"
)
# Labels that stand for a larger charset in real mail (WHATWG Encoding 4.2), and spellings that Python does not know.
_MEANT = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "l1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz-gb-2312": "hz",
    "euc-kr": "cp949",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "ms932": "cp932",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
}
_SYNONYMS = {
    "ansi-x3.4-1968": "us-ascii",
    "ansi-x3.110-1983": "iso-8859-1",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "x-sjis": "shift-jis",
    "x-gbk": "gbk",
    "x-euc-jp": "euc-jp",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "ks-c-5601-1987": "euc-kr",
    "ks-c-5601": "euc-kr",
    "ksc5601": "euc-kr",
    "ks-x-1001": "euc-kr",
    "x-windows-949": "euc-kr",
    "chinesebig5": "big5",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "utf8mb3": "utf-8",
    "x-unknown": "",
    "unknown-8bit": "",
    "unknown": "",
    "default": "",
    "binary": "",
    "8bit": "",
    "7bit": "",
}
_BEHIND = re.compile(r"[(,;]")
_SINGLE_BYTE = frozenset({"cp1252", "cp1254"})
_WIDE = re.compile(r"utf-?(16|32)$")
_ESCAPES = (b"\x1b$", b"\x1b(")
_INVALID = "\ufffd"
_MOSTLY = 0.5


def decode(data: bytes, label: str, notes: Notes, what: str = "The text") -> str:
    """Return the text that the bytes mean. Never raises; notes say what had to be guessed."""
    name = find_charset(label)
    if name is None:
        notes.add(f"{what} names the charset {label[:40]!a}, which is not known; it was guessed.")
    if data.isascii() and not _is_stateful(name or "", data):
        return data.decode("ascii")
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", "replace")
    if name is None or name in {"", "utf-8", "utf8"} or name in _SINGLE_BYTE:
        return _decode_common(data, name or "", label, notes, what)
    return _decode_other(data, name, notes, what)


def find_charset(label: str) -> str | None:
    """Return the Python codec that a label means, "" when it says nothing, None when it is not on the list."""
    name = re.sub(r"[\s_]+", "-", _BEHIND.split(label.strip("\"'; \t").lower())[0].strip()).split("*")[0]
    name = _SYNONYMS.get(name, name)
    if not name:
        return ""
    if not _ALLOWED.fullmatch(name):
        return None
    name = _MEANT.get(name, name).replace("windows-", "cp")
    try:
        return name if codecs.lookup(name) else None
    except LookupError:
        return None


def _is_stateful(name: str, data: bytes) -> bool:
    """Tell whether these ASCII bytes may still mean other letters."""
    return (
        name in {"utf-7", "hz"}
        or name.startswith(("iso-2022", "utf-16", "utf-32", "utf16", "utf32"))
        or (data.startswith(_ESCAPES) or any(escape in data for escape in _ESCAPES))
    )


def _is_narrow(data: bytes) -> bool:
    """Tell whether text that is called UTF-16 is UTF-8: no zero bytes, and no byte that fills every second place.

    In real UTF-16 the byte that names the script (9 for Devanagari) does.
    """
    if 0 in data or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    half = len(data) // 4
    if any(places.count(max(set(places), key=places.count)) > half for places in (data[0::2], data[1::2]) if places):
        return False
    try:
        return bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _decode_common(data: bytes, name: str, label: str, notes: Notes, what: str) -> str:
    """UTF-8 under any western label is UTF-8: no western text looks like it by chance."""
    if any(escape in data for escape in _ESCAPES):
        return data.decode("iso2022_jp_2", "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_broken(data, name, notes, what)
    if name in _SINGLE_BYTE:
        notes.add(f"{what} is labelled {label[:40]!a} and was read as UTF-8, which it is.")
    return text


def _decode_broken(data: bytes, name: str, notes: Notes, what: str) -> str:
    """Bytes that are not UTF-8: damaged UTF-8 keeps most of its letters, anything else is read as Windows-1252."""
    damaged = data.decode("utf-8", "replace")
    wide = sum(char > "\u007f" and char != _INVALID for char in damaged)
    if name not in _SINGLE_BYTE and wide > damaged.count(_INVALID) * _MOSTLY:
        notes.add(f"{what} is damaged UTF-8; some letters could not be read.")
        return damaged
    if name not in _SINGLE_BYTE:
        notes.add(f"{what} is not in the charset it names; it was read as Windows-1252.")
    codec = name or "cp1252"
    codec = codec if codec in _SINGLE_BYTE else "cp1252"
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return "".join(
            chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else bytes((byte,)).decode(codec, "replace") for byte in data
        )


def _decode_other(data: bytes, name: str, notes: Notes, what: str) -> str:
    wide = _WIDE.fullmatch(name)
    if wide and _is_narrow(data):
        notes.add(f"{what} is labelled {name} and was read as UTF-8, which it is.")
        return data.decode("utf-8")
    if wide and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        # Without a byte order mark the zero bytes of ASCII text tell the order (RFC 2781 4.3 says big-endian).
        name = f"utf-{wide[1]}-le" if data[1::2].count(0) > data[0::2].count(0) else f"utf-{wide[1]}-be"
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        pass
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        notes.add(f"{what} has letters that do not exist in its charset; they could not be read.")
        return data.decode(name, "replace")
    notes.add(f"{what} is labelled {name} and was read as UTF-8, which it is.")
    return text
