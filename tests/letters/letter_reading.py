"""Reads a finished letter the way a mail client does: with the standard library."""

from __future__ import annotations

import email
import email.policy
import html
import re
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

_LINK = re.compile(r'href="(mailto:[^"]*)"')


@lru_cache(maxsize=256)
def read(letter):
    """Return the parsed message of a letter."""
    return email.message_from_bytes(letter.raw, policy=email.policy.default)


@lru_cache(maxsize=256)
def text_of(letter) -> str:
    """Return the text part with LF line ends."""
    return read(letter).get_body(("plain",)).get_content().replace("\r\n", "\n")


@lru_cache(maxsize=256)
def html_of(letter) -> str:
    """Return the HTML part with LF line ends."""
    return read(letter).get_body(("html",)).get_content().replace("\r\n", "\n")


def mailto_links(letter) -> list[tuple[str, str, str]]:
    """Return (address, subject, body) of every button, unescaped like a browser and decoded like a mail client."""
    found = []
    for link in _LINK.findall(html_of(letter)):
        parts = urlsplit(html.unescape(link))
        # A mail client reads "+" as itself, parse_qs as a space; a link without "+" means the same to both.
        assert "+" not in link
        query = parse_qs(parts.query, strict_parsing=True)
        found.append((parts.path.replace("%2B", "+"), query["subject"][0], query["body"][0]))
    return found
