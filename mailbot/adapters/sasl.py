"""Logging in with an access token: XOAUTH2 (as Google and Microsoft describe it) and OAUTHBEARER (RFC 7628).

Both send everything at once. A server that refuses sends a JSON document first and waits for one more answer before it
says no; without that answer the connection would hang or be out of step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.adapters.account import Account

XOAUTH2, OAUTHBEARER = "XOAUTH2", "OAUTHBEARER"
# XOAUTH2 first: it is the one that both large providers document for IMAP and for SMTP.
MECHANISMS = (XOAUTH2, OAUTHBEARER)
# What ends a refused exchange (RFC 7628 3.2.3: a single control-A).
LAST_ANSWERS = {XOAUTH2: b"", OAUTHBEARER: b"\x01"}


def find_mechanism(offered: Iterable[str]) -> str | None:
    """Return the mechanism to use, or None when the server offers neither."""
    names = {name.upper() for name in offered}
    return next((name for name in MECHANISMS if name in names), None)


def first_answer(mechanism: str, account: Account, token: str) -> bytes:
    """Return what is sent first: who we are, and the token."""
    if mechanism == XOAUTH2:
        return f"user={account.username}\x01auth=Bearer {token}\x01\x01".encode()
    user = account.username.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 4, saslname
    return f"n,a={user},\x01host={account.host}\x01port={account.port}\x01auth=Bearer {token}\x01\x01".encode()


def answers(mechanism: str, account: Account, token: str) -> Iterable[bytes]:
    """Give one answer after the other to whatever the server asks."""
    yield first_answer(mechanism, account, token)
    while True:
        yield LAST_ANSWERS[mechanism]
