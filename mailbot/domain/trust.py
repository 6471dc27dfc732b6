"""Reply tokens: the proof that a mail answers a letter which mailbot wrote to this very person about this very ticket.

A token stands in the Message-ID of a letter (so that every reply carries it in In-Reply-To or References), in the
plus-address of Reply-To where the provider allows it, and in the body that a button fills in. It is an HMAC-SHA256
(RFC 2104) over purpose, ticket, recipient and nonce, cut to 128 bits; without the key nobody can make one, and made for
one recipient it is worth nothing to another. `From:` alone proves nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import string
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PURPOSE = "reply"
_MAC_BYTES = 16
_NONCE_BYTES = 5

TOKEN_PATTERN = re.compile(r"(?<![a-z0-9])([a-z0-9]{1,4})\.(\d{10,13})\.([a-z2-7]{8})\.([a-z2-7]{26})(?![a-z0-9])")
# Instead of a ticket's digits, in letters that are about no single ticket, such as a person's list of tickets.
DESK_DIGITS = "0" * 10
MESSAGE_ID_PREFIX = "mb."
LONGEST_ADDRESS = 254
_UNUSABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was found: not yet proven."""

    key_id: str
    digits: str
    nonce: str
    mac: str

    def __str__(self) -> str:
        """Return the written form, which needs only the characters a-z, 0-9 and the dot."""
        return f"{self.key_id}.{self.digits}.{self.nonce}.{self.mac}"


class TokenKeys:
    """The secret keys by id; new tokens are made with `current`, tokens of any listed key are accepted.

    Whoever holds them sees a rotation, because they follow as a whole: a reader meets the old keys or the new ones.
    """

    __slots__ = ("_held",)

    def __init__(self, current: str, secrets: Mapping[str, bytes]) -> None:
        self._held = (current, secrets)

    @property
    def current(self) -> str:
        """The id of the key that new tokens are made with."""
        return self._held[0]

    @property
    def secrets(self) -> Mapping[str, bytes]:
        """The keys that count, by id."""
        return self._held[1]

    @property
    def newest(self) -> tuple[str, bytes]:
        """The key that new tokens are made with."""
        current, secrets = self._held
        return current, secrets[current]

    def follow(self, other: TokenKeys) -> bool:
        """Become the same as these; False when they are the same already."""
        is_other = self._held != other._held
        self._held = other._held
        return is_other

    def __repr__(self) -> str:
        """Keep the secrets out of every log and traceback."""
        return f"TokenKeys(current={self.current!r}, ids={sorted(self.secrets)})"


@dataclass(frozen=True, slots=True)
class TokenAges:
    """How old the letter may be that a mail answers: to prove who writes, and to command for the IT section."""

    reply: timedelta = timedelta(days=400)
    command: timedelta = timedelta(days=30)


USUAL_AGES = TokenAges()


def normal_address(address: str) -> str:
    """Return the form of an address in which two spellings of one mailbox compare equal.

    Only ASCII letters are folded: str.lower() would make the Kelvin sign a k, and a look-alike a colleague.
    """
    return address.strip().translate(_LOWER)


def usable_address(address: str) -> str:
    """Return the normal form of an address that a letter can go to, or an empty string.

    Longer ones than RFC 5321 4.5.3.1.3 allows, those with spaces or control characters, and those that some program
    would take for encoded words (RFC 2047) and read as another address, are nobody's.
    """
    normal = normal_address(address)
    is_sound = len(normal) <= LONGEST_ADDRESS and "=?" not in normal and "?=" not in normal
    return normal if is_sound and not _UNUSABLE.search(normal) else ""


def make_nonce(*parts: str) -> str:
    """Return eight characters that follow from the parts, so that writing a letter twice gives one Message-ID."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return _base32(digest[:_NONCE_BYTES])


def make_token(keys: TokenKeys, digits: str, recipient: str, nonce: str) -> Token:
    """Return the token that lets `recipient` act on the ticket with these digits."""
    key_id, secret = keys.newest
    return Token(key_id, digits, nonce, _mac(secret, digits, recipient, nonce))


def remake_token(token: Token, keys: TokenKeys, digits: str, recipient: str) -> Token | None:
    """Return the token with these digits that the same letter may have carried; None when its key ended meanwhile."""
    secret = keys.secrets.get(token.key_id)
    return replace(token, digits=digits, mac=_mac(secret, digits, recipient, token.nonce)) if secret else None


def find_tokens(texts: Iterable[str]) -> tuple[Token, ...]:
    """Return everything in the texts that has the shape of a token, in order, each once."""
    found = (Token(*match.groups()) for text in texts for match in TOKEN_PATTERN.finditer(text.lower()))
    return tuple(dict.fromkeys(found))


def is_valid(token: Token, keys: TokenKeys, recipient: str) -> bool:
    """Tell whether mailbot made this token for this recipient, in constant time for a known key."""
    secret = keys.secrets.get(token.key_id)
    if secret is None or not recipient.isascii():
        return False
    return hmac.compare_digest(token.mac, _mac(secret, token.digits, recipient, token.nonce))


def _mac(secret: bytes, digits: str, recipient: str, nonce: str) -> str:
    message = "|".join((_PURPOSE, digits, normal_address(recipient), nonce)).encode()
    return _base32(hmac.new(secret, message, hashlib.sha256).digest()[:_MAC_BYTES])


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()
