"""Who wrote a mail to whom, when, and what it answers. The address scanner and the date reader are mail-parser's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from mailparser.dates import parse_mail_date
from mailparser.utils import get_addresses

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.words import decode_words, to_text
from mailbot.domain.mail import Address
from mailbot.domain.text import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mailbot.adapters.reading.limits import Notes
    from mailbot.adapters.reading.structure import Headers

_RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_ID = re.compile(r"<([^<>\s]{1,990})>")
_BARE_ID = re.compile(r"[^\s<>,;\"]{1,900}@[^\s<>,;\"]{1,90}")
# Only for a value in which the scanner finds no address at all; each part excludes what the next begins with.
_LAST_RESORT = re.compile(r"(?<![^\s<>\"'(:,;])([^\s<>\"'():,;@]{1,64}@[^\s<>\"'():,;@]{1,253})")
_BRACKETED = re.compile(r"<([^<>\s@]{1,64}@[^<>\s@]{1,253})>")
_SEPARATOR = frozenset(",;")
_QUOTED_AND_COMMENTS = re.compile(r"\"[^\"]*\"|\([^()]*\)")
_EMPTY_BRACKETS = re.compile(r"[(<\[]\s*[)>\]]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LONGEST_ADDRESS = 320


@dataclass(frozen=True, slots=True)
class Sender:
    """The first address of From, or None, and how many addresses From names; 0 when it had to be guessed."""

    address: Address | None
    count: int


def values(headers: Headers, name: str) -> list[str]:
    """Return the raw values of all headers of a name, topmost first."""
    return [value for key, value in headers if key == name]


def find_sender(headers: Headers, notes: Notes) -> Sender:
    """Return who says to have written the mail (RFC 5322 3.6.2)."""
    raw = values(headers, "from")
    if not any(value.strip() for value in raw):
        notes.add("The mail names no sender.")
        return Sender(None, 0)
    found = [address for value in raw for address in _parse_addresses(value, notes)]
    if len(found) > 1:
        notes.add(f"The mail names {len(found)} senders.")
    if found:
        return Sender(_with_whole_name(found[0], raw[0], notes) if len(found) == 1 else found[0], len(found))
    guessed = _guess_address(raw[0], notes)
    notes.add(
        "The sender is not written as the rules ask" + (" and was guessed." if guessed else "; it names no address.")
    )
    return Sender(guessed, 0)


def find_recipients(headers: Headers, notes: Notes) -> tuple[str, ...]:
    """Return all addresses the mail was sent to, in lower case, each once."""
    found: dict[str, None] = {}
    for name in _RECIPIENT_HEADERS:
        for value in values(headers, name):
            found.update((address.address.lower(), None) for address in _parse_addresses(value, notes))
            if len(found) > limits.RECIPIENTS:
                notes.add(f"The mail has more than {limits.RECIPIENTS} recipients; the rest was left out.")
                return tuple(found)[: limits.RECIPIENTS]
    return tuple(found)


def find_message_id(headers: Headers, notes: Notes) -> str:
    """Return the Message-ID with its angle brackets, or an empty string."""
    raw = values(headers, "message-id")
    if len(raw) > 1:
        notes.add("The mail has more than one Message-ID; the first was taken.")
    ids = find_ids(raw[:1])
    if not ids:
        notes.add("The mail has no Message-ID.")
    return ids[0] if ids else ""


def find_thread_ids(headers: Headers) -> tuple[str, ...]:
    """Return the ids of the mails that this one answers: In-Reply-To, then References from last to first."""
    answered = find_ids(values(headers, "in-reply-to"))
    references = find_ids(values(headers, "references"))
    return tuple(dict.fromkeys((*answered, *reversed(references))))


def find_ids(raw: Iterable[str]) -> list[str]:
    """Return the message ids in these values, with angle brackets; empty and malformed ones are dropped."""
    found: list[str] = []
    for value in raw:
        text = value.encode("ascii", "ignore").decode()
        bracketed = _ID.findall(text)
        found += [f"<{id_}>" for id_ in bracketed or _BARE_ID.findall(text)]
    return found


def find_date(headers: Headers, notes: Notes) -> datetime | None:
    """Return when the mail says it was written, with a time zone, or None (RFC 5322 3.3)."""
    raw = next(iter(values(headers, "date")), "")
    if not raw.strip():
        notes.add("The mail has no date.")
        return None
    found: datetime | None = parse_mail_date(raw).value or _lenient_date(raw)
    if found is None:
        notes.add("The date of the mail cannot be read.")
    return found


def find_subject(headers: Headers, notes: Notes) -> str:
    """Return the subject as one clean line."""
    raw = next(iter(values(headers, "subject")), "")
    return clean_line(decode_words(raw, notes), 1000)


def decode_headers(headers: Headers, notes: Notes) -> Mapping[str, tuple[str, ...]]:
    """Return every header, decoded and clean, by lower-case name."""
    decoded: dict[str, tuple[str, ...]] = {}
    for name, value in headers:
        text = value if _is_plain(value) else clean_text(decode_words(value, notes))
        decoded[name] = (*decoded.get(name, ()), text)
    return decoded


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and "=?" not in value


def _parse_addresses(value: str, notes: Notes) -> list[Address]:
    """Return the addresses of a value; display names never become addresses."""
    found = get_addresses(to_text(value, notes)[: limits.HEADER_VALUE])
    return [
        Address(_normal(address), _clean_name(name, notes))
        for name, address in found
        if address and len(address) <= _LONGEST_ADDRESS
    ]


def _guess_address(value: str, notes: Notes) -> Address | None:
    """Return the last thing that looks like an address, outside quotes and comments if there is one."""
    text = decode_words(value, notes)
    bare = _QUOTED_AND_COMMENTS.sub(" ", text)
    # Of several senders without commas between them the first is the one whose name stands first.
    found = _BRACKETED.findall(bare)[:1] or _LAST_RESORT.findall(bare) or _LAST_RESORT.findall(text)
    if not found:
        return None
    name = text.partition("<")[0] if "<" in text else text.replace(found[-1], " ")
    name = _EMPTY_BRACKETS.sub(" ", name.replace("[mailto", " ")).strip(' <>,;:"')
    address = found[-1].removeprefix("mailto:").strip(".")
    return Address(_normal(address if "[" in address else address.rstrip("]")), _clean_name(name, notes))


def _with_whole_name(address: Address, raw: str, notes: Notes) -> Address:
    """Give back the part of an unquoted name that stands in front of a comma: Kumar, Ramesh <r@tax.example>."""
    text = to_text(raw, notes)
    before, bracket, _ = text.partition("<")
    if not bracket or _SEPARATOR.isdisjoint(before) or '"' in before or "@" in before:
        return address
    return Address(address.address, _clean_name(before, notes))


def _clean_name(name: str, notes: Notes) -> str:
    decoded = clean_line(decode_words(name, notes), limits.NAME).strip()
    for quote in ("'", '"'):
        if len(decoded) > 1 and decoded.startswith(quote) and decoded.endswith(quote):
            decoded = decoded[1:-1].strip()
    return decoded


def _normal(address: str) -> str:
    """Return the address with its domain in lower case; the local part is the receiver's affair (RFC 5321 2.4)."""
    clean = clean_line(address, _LONGEST_ADDRESS)
    if clean.casefold().isascii() and not address.strip().isascii():
        # A letter that only looks like an ASCII one, or is not seen, must not make the address of somebody else.
        clean = _NOT_ASCII.sub("\ufffd", address.strip())
    local, at, domain = clean.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def _lenient_date(raw: str) -> datetime | None:
    """Read what the strict reader refuses: missing zones, names of months written out, commas in wrong places."""
    try:
        found = parsedate_to_datetime(raw[: limits.NAME])
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
