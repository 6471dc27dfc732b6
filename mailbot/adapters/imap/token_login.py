"""Logging in to the mailbox with an access token instead of a password."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from imapclient.exceptions import LoginError

from mailbot.adapters.imap.refusals import is_passing
from mailbot.adapters.sasl import MECHANISMS, answers, find_mechanism
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from mailbot.adapters.account import AccessTokens
    from mailbot.adapters.imap.settings import ImapAccount
    from mailbot.adapters.imap.wire import Client
    from mailbot.adapters.pacing import Gate

log = logging.getLogger(__name__)


def log_in_with_token(client: Client, account: ImapAccount, tokens: AccessTokens, token: str, gate: Gate) -> None:
    """Log in; a refused token is changed for a new one once, unless that did not help before. Raises LoginError."""
    client.token = token
    mechanism = find_mechanism(name for name in MECHANISMS if client.has_capability(f"AUTH={name}"))
    if mechanism is None:
        raise LoginError("it offers no login with OAuth 2")
    try:
        _authenticate(client, account, mechanism, token)
    except LoginError as error:
        if is_passing(error) or gate.has_refused(tokens.consent):
            raise
        client.token = tokens.find_token(refused=token)
        _authenticate(client, account, mechanism, client.token)


def wants_new_login(account: ImapAccount, client: Client) -> bool:
    """Tell whether a new token is due; the server may close the connection when the old one ends, so it is replaced.

    When there is no new one now, the connection is used as long as the server allows.
    """
    if account.tokens is None:
        return False
    try:
        return account.tokens.find_token() != client.token
    except WorldError as error:
        log.warning("the mailbox is used with the old token while the server allows it: %s", error)
        return False


def _authenticate(client: Client, account: ImapAccount, mechanism: str, token: str) -> None:
    parts = iter(answers(mechanism, account, token))
    try:
        client.sasl_login(mechanism, lambda _challenge: next(parts))
    except LoginError as error:
        if token in str(error):
            raise LoginError(str(error).replace(token, "***")) from error.__context__
        raise
