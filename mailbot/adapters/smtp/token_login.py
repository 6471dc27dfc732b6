"""Logging in to the SMTP server with an access token instead of a password (RFC 4954)."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

from aiosmtplib import SMTPAuthenticationError

from mailbot.adapters.account import explain_refused_login
from mailbot.adapters.sasl import answers, find_mechanism

if TYPE_CHECKING:
    from aiosmtplib import SMTP

    from mailbot.adapters.account import AccessTokens
    from mailbot.adapters.pacing import Gate
    from mailbot.adapters.smtp.settings import SmtpAccount

CONTINUE, ACCEPTED, PERMANENT = 334, 235, 5
MOST_ROUNDS = 4
CANCEL = b"*"


async def log_in_with_token(client: SMTP, account: SmtpAccount, tokens: AccessTokens, token: str, gate: Gate) -> None:
    """Log in; a refused token is changed for a new one once, unless that did not help before.

    Raises LoginRefusedError and what aiosmtplib raises.
    """
    mechanism = find_mechanism(client.server_auth_methods)
    if mechanism is None:
        raise gate.refuse(explain_refused_login(account, "it offers no login with OAuth 2"), tokens.consent)
    refusal = await _try(client, account, mechanism, token)
    if refusal and not gate.has_refused(tokens.consent):
        token = await asyncio.to_thread(tokens.find_token, token)
        refusal = await _try(client, account, mechanism, token)
    if refusal:
        raise gate.refuse(explain_refused_login(account, refusal), tokens.consent)
    gate.accept()


async def _try(client: SMTP, account: SmtpAccount, mechanism: str, token: str) -> str:
    """Return the words of a refusal, or none when the login worked; a temporary one says nothing about the token."""
    try:
        await _authenticate(client, account, mechanism, token)
    except SMTPAuthenticationError as error:
        if error.code // 100 != PERMANENT:
            raise
        return f"{error.code} {' '.join(error.message.split())}".replace(token, "***")
    return ""


async def _authenticate(client: SMTP, account: SmtpAccount, mechanism: str, token: str) -> None:
    """Take the steps of one login. The token goes on a line of its own: with it the command would be too long."""
    response = await client.execute_command(b"AUTH", mechanism.encode())
    parts = iter(answers(mechanism, account, token))
    for _ in range(MOST_ROUNDS):
        if response.code != CONTINUE:
            break
        # "=" would be an empty first answer; an empty line is an empty later one (RFC 4954 4).
        response = await client.execute_command(base64.b64encode(next(parts)))
    else:
        response = await client.execute_command(CANCEL)
    if response.code != ACCEPTED:
        raise SMTPAuthenticationError(response.code, response.message)
