"""Lines of a letter's head: names, addresses and subjects in ASCII, each header ready for the wire.

The library encodes an id of 78 characters or more as RFC 2047 words, which no mail client finds again; ids from Outlook
are that long, and so are reply addresses with a token. RFC 5322 2.1.1 allows lines of up to 998 characters.
"""

from __future__ import annotations

import base64
import re
from email.utils import quote
from functools import lru_cache

LINE_LENGTH = 78
_FOLDS = re.compile(r" (?=<|=\?)")
# Words with the space behind them; a word of more than 11 characters (of up to four octets each) is divided.
_PIECES = re.compile(r"\S{1,11}\s*")
# 75 characters at the most (RFC 2047 2), of which 12 mark the encoding; base64 makes four of three.
_ENCODED_WORD_OCTETS = 45


def header_line(name: str, value: str) -> str:
    """Return a header without its last line end; a long one has a line for each id, address or encoded word.

    Raises ValueError when the value is not one line of plain ASCII, so that no stranger's words begin a new header.
    """
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"The header {name} holds more than one line of plain ASCII.")
    line = f"{name}: {value}"
    return line if len(line) <= LINE_LENGTH else name + ": " + _FOLDS.sub("\r\n ", value)


def mailbox(name: str, address: str) -> str:
    """Return a display name and an address as one mailbox in ASCII (RFC 5322 3.4, RFC 2047 5).

    An address that is not ASCII (RFC 6531) is written so that the letter can be kept; whether it can be sent is for the
    mail server to say.
    """
    if not name:
        return f"<{encoded(address)}>"
    return f'"{quote(name)}" <{encoded(address)}>' if is_plain(name) else f"{encoded(name)} <{encoded(address)}>"


def encoded_subject(subject: str) -> str:
    """Return a subject in ASCII; its first word, the ticket number, stays readable for every program on the way."""
    number, _, title = subject.partition(" ")
    if not is_plain(number):
        return encoded(subject)
    return f"{encoded(number)} {encoded(title)}".rstrip()


@lru_cache(maxsize=256)  # the names of the desk and of its staff, and a title that several people read
def encoded(text: str) -> str:
    """Return the text in ASCII, if need be as RFC 2047 words that begin and end where the words of the language do.

    Some programs put a space between encoded words when they should not; then it falls where a space is anyway.
    """
    if is_plain(text):
        return text
    chunks = [""]
    for piece in _PIECES.findall(text):
        if chunks[-1] and len((chunks[-1] + piece).encode()) > _ENCODED_WORD_OCTETS:
            chunks.append("")
        chunks[-1] += piece
    return " ".join(f"=?utf-8?b?{base64.b64encode(chunk.encode()).decode()}?=" for chunk in chunks)


def is_plain(text: str) -> bool:
    """Tell whether a text is ASCII that no program takes for encoded words."""
    return text.isascii() and "=?" not in text
