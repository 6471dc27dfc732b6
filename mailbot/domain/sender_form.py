"""Reads From for one purpose: whether it names one plain mailbox, and which. It asks more than RFC 5322 does.

Mail programs and servers disagree about every unusual From: groups, routes, comments, several mailboxes, encoded words
that hide an address. A sender who is to be believed needs one that nobody can read in two ways. Whoever else reads the
header, the answer here is either the same address or none.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 2048
LONGEST_LOCAL = 64
LONGEST_DOMAIN = 253

_PRINTABLE = re.compile(r"[\t -~]*")
# A display name: words and quoted strings. No comments, no angle brackets, no commas, colons, semicolons or at signs.
# Nothing is given back ("++"), so that no display name can make this slow.
_NAME = re.compile(r"(?:[ \t]++|[A-Za-z0-9!#$%&'*+./=?^_`{|}~-]++|\"(?:[\t !#-;=?-\[\]-~]|\\[\"\\])*+\")*+")
_LOCAL = re.compile(r"[A-Za-z0-9_#&'+=~-]+(?:\.[A-Za-z0-9_#&'+=~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+")
_LONGEST_LABEL = 63
_ENCODED_WORD = re.compile(r"=\?([A-Za-z0-9_-]{1,30})(?:\*[A-Za-z-]{1,12})?\?([BbQq])\?([!->@-~]*)\?=")
_ENCODED_MARK = re.compile(r"=\?|\?=")
# Charsets in which a byte below 128 is nothing but its ASCII character; in others brackets can hide in letters.
_PLAIN_CHARSET = re.compile(r"utf-?8|us-ascii|iso-8859-[0-9]{1,2}|windows-125[0-9]|koi8-[ru]", re.IGNORECASE)
_HIDDEN = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f<>@,;:\"]")


class FormFault(StrEnum):
    """Why a From is not believed, as a code that stays the same."""

    MISSING = "from_missing"
    SEVERAL = "from_several"
    TOO_LONG = "from_too_long"
    NOT_ASCII = "from_not_ascii"
    NAME = "from_name_odd"
    ENCODED = "from_encoded_odd"
    ADDRESS = "from_address_odd"


@dataclass(frozen=True, slots=True)
class SenderForm:
    """The one address of From, its domain in lower case, or why there is none."""

    address: str = ""
    fault: FormFault | None = None

    @property
    def domain(self) -> str:
        """What stands behind the at sign."""
        return self.address.rpartition("@")[2]


def parse_sender(values: tuple[str, ...]) -> SenderForm:
    """Return the address that the raw values of all From headers name; the values are unfolded."""
    if not values:
        return SenderForm(fault=FormFault.MISSING)
    if len(values) > 1:
        return SenderForm(fault=FormFault.SEVERAL)
    if len(values[0]) > LONGEST:
        return SenderForm(fault=FormFault.TOO_LONG)
    if not _PRINTABLE.fullmatch(values[0]):
        return SenderForm(fault=FormFault.NOT_ASCII)
    return _parse_mailbox(values[0].strip(" \t"))


def _parse_mailbox(text: str) -> SenderForm:
    if not text:
        return SenderForm(fault=FormFault.MISSING)
    name, bracket, rest = text.rpartition("<")
    if not bracket:
        return _parse_address(text)
    if not rest.endswith(">") or not _NAME.fullmatch(name):
        return SenderForm(fault=FormFault.NAME)
    if not _is_plainly_encoded(name):
        return SenderForm(fault=FormFault.ENCODED)
    return _parse_address(rest[:-1])


def _parse_address(text: str) -> SenderForm:
    local, at, domain = text.partition("@")
    labels = domain.split(".")
    is_plain = (
        at
        and len(local) <= LONGEST_LOCAL
        and len(domain) <= LONGEST_DOMAIN
        and _LOCAL.fullmatch(local)
        and _DOMAIN.fullmatch(domain)
        and all(len(label) <= _LONGEST_LABEL for label in labels)
        and not labels[-1].isdigit()
    )
    return SenderForm(f"{local}@{domain.lower()}") if is_plain else SenderForm(fault=FormFault.ADDRESS)


def _is_plainly_encoded(name: str) -> bool:
    """Tell whether every encoded word of a display name is whole and hides nothing that could end the name."""
    rest = _ENCODED_WORD.sub("", name)
    if _ENCODED_MARK.search(rest):
        return False
    return all(_is_harmless(*match.groups()) for match in _ENCODED_WORD.finditer(name))


def _is_harmless(charset: str, encoding: str, text: str) -> bool:
    if not _PLAIN_CHARSET.fullmatch(charset):
        return False
    try:
        raw = base64.b64decode(text, validate=True) if encoding in "Bb" else quopri.decodestring(text, header=True)
    except binascii.Error:
        return False
    return not _HIDDEN.search(raw)
