"""Looks at a mailbox the way a person would before trusting it with officers' mail.

Nothing is changed, except that the folder for handled mail is made when it is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.account import GMAIL
from mailbot.adapters.finding import Finding, Level
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from mailbot.adapters.imap.mailbox import ImapMailbox
    from mailbot.adapters.imap.settings import ImapAccount

# Views of Gmail that show mails of other folders once more.
GMAIL_VIEWS = ("/all mail", "/important", "/starred")


def check_mailbox(mailbox: ImapMailbox) -> list[Finding]:
    """Return what is right and wrong with the mailbox: login, folders, how many mails wait, what the server can do."""
    account = mailbox.account
    try:
        capabilities = mailbox.find_capabilities()
        findings = [Finding(Level.GOOD, f'{account.where} accepts the login of "{account.username}".')]
        mailbox.select()
        waiting = mailbox.count(account.folder)
        findings.append(Finding(Level.GOOD, f'The folder "{account.folder}" holds {waiting} mails.'))
        handled = mailbox.count(account.processed_folder)
        findings.append(Finding(Level.GOOD, f'The folder "{account.processed_folder}" holds {handled} handled mails.'))
    except WorldError as error:
        return [Finding(Level.PROBLEM, str(error))]
    return findings + _judge(capabilities) + _judge_gmail(account, capabilities)


def _judge(capabilities: set[str]) -> list[Finding]:
    findings = []
    if "IDLE" not in capabilities:
        findings.append(
            Finding(
                Level.WARNING, "The server cannot announce new mail (no IDLE): it is found by polling, a minute later."
            )
        )
    if "MOVE" not in capabilities and "UIDPLUS" not in capabilities:
        findings.append(
            Finding(
                Level.WARNING,
                "The server can neither MOVE nor UID EXPUNGE: handled mail stays in the folder, where it does no harm.",
            )
        )
    return findings


def _judge_gmail(account: ImapAccount, capabilities: set[str]) -> list[Finding]:
    if "X-GM-EXT-1" not in capabilities and not account.host.lower().endswith(GMAIL):
        return []
    findings = [
        Finding(
            Level.WARNING,
            "Gmail: leave 'Limit IMAP folders to contain no more than this many messages' off in its settings, or "
            "mails stay invisible; and archive nothing by hand in the inbox, because archived mail is only listed.",
        )
    ]
    if account.folder.lower().endswith(GMAIL_VIEWS):
        findings.append(
            Finding(
                Level.PROBLEM,
                f'{account.section}.folder is "{account.folder}", which shows mails of other folders once more. '
                'Set it to "INBOX".',
            )
        )
    return findings
