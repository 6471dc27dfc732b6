"""Buttons as `mailto:` links (RFC 6068) that open a ready-made reply in any mail client."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

_LINE_BREAK = "\r\n"


@dataclass(frozen=True, slots=True)
class ReadyReply:
    """The link to a reply that lacks only its first line; both ends are percent-encoded."""

    start: str
    end: str

    def link(self, word: str) -> str:
        """Return the link to a reply that begins with the word."""
        return f"{self.start}{_quoted(word)}{self.end}"


def ready_reply(address: str, subject: str, token: str) -> ReadyReply:
    """Return a reply whose first line will be a command word and whose last line proves who got the letter.

    Two lines stay empty for a note. Everything is percent-encoded: a space is %20 (RFC 6068 section 5), and the plus of
    an address is %2B because some clients read it as a space.
    """
    start = f"mailto:{quote(address, safe='@')}?subject={quote(f'Re: {subject}', safe='')}&body="
    return ReadyReply(start, _quoted(_LINE_BREAK * 3 + "Ref: ") + quote(token, safe=""))


@lru_cache(maxsize=256)  # the words of the grammar and of the catalogue
def _quoted(word: str) -> str:
    return quote(word, safe="")
