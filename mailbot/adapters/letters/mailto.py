"""Buttons as `mailto:` links (RFC 6068) that open a ready-made reply in any mail client."""

from __future__ import annotations

from urllib.parse import quote

_LINE_BREAK = "\r\n"


def mailto_link(address: str, subject: str, word: str, token: str) -> str:
    """Return a link to a reply whose first line is the command word and whose last line proves who got the letter.

    Two lines stay empty for a note. Everything is percent-encoded: a space is %20 (RFC 6068 section 5), and the plus of
    an address is %2B because some clients read it as a space.
    """
    body = _LINE_BREAK.join((word, "", "", f"Ref: {token}"))
    return f"mailto:{quote(address, safe='@')}?subject={quote(f'Re: {subject}', safe='')}&body={quote(body, safe='')}"
