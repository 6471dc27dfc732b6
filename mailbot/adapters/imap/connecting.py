"""Opening a connection to the mailbox: TLS, login, and the folder for handled mail."""

from __future__ import annotations

import imaplib
from typing import TYPE_CHECKING

from imapclient.exceptions import LoginError

from mailbot.adapters.account import Limit, explain_refused_login
from mailbot.adapters.imap.refusals import is_passing
from mailbot.adapters.imap.token_login import log_in_with_token
from mailbot.adapters.imap.wire import Client
from mailbot.domain.errors import FolderMissingError

if TYPE_CHECKING:
    import ssl

    from mailbot.adapters.imap.settings import ImapAccount
    from mailbot.adapters.imap.wire import HangWatch
    from mailbot.adapters.pacing import Gate


def connect(account: ImapAccount, context: ssl.SSLContext | None, gate: Gate, watch: HangWatch) -> Client:
    """Return a connection that is logged in; makes the folder for handled mail when it is missing.

    Raises LoginRefusedError, FolderMissingError, and what sockets and imaplib raise.
    """
    token = account.tokens.find_token() if account.tokens else ""
    gate.check(account.tokens.consent if account.tokens else "")
    client = Client(account, context, watch)
    try:
        client.wire.allow(account.seconds_for(Limit.LOGIN))
        _log_in(client, account, gate, token)
        client.wire.allow(account.seconds_for(Limit.COMMAND))
        _ensure_processed_folder(client, account)
    except BaseException:
        client.wire.shutdown()
        raise
    return client


def folder_names(client: Client) -> list[str]:
    """Return the names of all folders that can be opened."""
    folders = client.list_folders()
    return sorted(str(name) for flags, _, name in folders if b"\\noselect" not in {flag.lower() for flag in flags})


def _log_in(client: Client, account: ImapAccount, gate: Gate, token: str) -> None:
    try:
        if account.tokens:
            log_in_with_token(client, account, account.tokens, token, gate)
        # PLAIN (RFC 4616) carries any letter; LOGIN has to be quoted and knows ASCII only.
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(account.username, account.password)
        elif client.has_capability("LOGINDISABLED"):
            raise gate.refuse(explain_refused_login(account, "it offers no login with a password"))
        else:
            client.login(_quoted(account.username), account.password)
    except LoginError as error:
        if is_passing(error):
            raise imaplib.IMAP4.abort(str(error)) from error
        consent = account.tokens.consent if account.tokens else ""
        raise gate.refuse(explain_refused_login(account, str(error)), consent) from error
    gate.accept()


def _ensure_processed_folder(client: Client, account: ImapAccount) -> None:
    name = account.processed_folder
    if any(found == name for _, _, found in client.list_folders("", name)):
        return
    try:
        client.create_folder(name)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        names = ", ".join(folder_names(client))
        raise FolderMissingError(
            f'The folder "{name}" for handled mail does not exist on {account.where} and cannot be made '
            f"({error}). Set {account.section}.processed_folder to a name like one of these: {names}."
        ) from error
    client.subscribe_folder(name)


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
