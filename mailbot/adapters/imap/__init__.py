"""The mailbox over IMAP: the folder with its mails, waiting for new ones, and checking the set-up."""

from mailbot.adapters.imap.checking import check_mailbox
from mailbot.adapters.imap.idle import Wake, Waker
from mailbot.adapters.imap.mailbox import ImapMailbox
from mailbot.adapters.imap.settings import ImapAccount

__all__ = ["ImapAccount", "ImapMailbox", "Wake", "Waker", "check_mailbox"]
