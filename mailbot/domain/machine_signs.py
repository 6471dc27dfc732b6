"""What the headers of a mail say about who or what sent it; used to tell bounces and other automatic mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.domain.mail import IncomingMail

# RFC 3834 2: whoever answers mail must not answer these.
_DAEMONS = frozenset(
    {
        *("mailer-daemon", "mailerdaemon", "mailer_daemon", "mailer.daemon", "mail-daemon", "maildaemon", "mdaemon"),
        *("postmaster", "post_master", "post.master", "mailsystem", "mail-system", "mailadmin", "mailer", "mailmaster"),
        *("mail.delivery.system", "maildelivery", "mail-delivery", "bounce-handler", "smtp-daemon", "mail_delivery"),
    }
)
_DAEMON_STARTS = ("microsoftexchange", "mailer-daemon", "mailerdaemon", "postmaster", "mdaemon", "symantec_antivirus")
_DAEMON_NAME = re.compile(
    r"\bmail(?:er)?[- ]?(?:daemon|deliver\w*|system|router|administrator|admin|transport)\b|\bpostmaster\b|\bmailer\b"
    r"|\b(?:delivery|system|mail) (?:sub-?system|administrator|service)\b|\bmicrosoft (?:outlook|exchange)\b"
    r"|\binterscan\b|\bmail ?server\b|\binternet mail\b|\b\w*mail system\b",
    re.IGNORECASE,
)

_NO_REPLY = re.compile(r"^(?:no|do[-_.]?not)[-_.]?reply|[-_.]no[-_.]?reply$")
# What programs in which people write leave in the headers; Exchange writes the last two.
_PROGRAM_HEADERS = (
    *("user-agent", "x-mailer", "x-originating-ip", "thread-index", "thread-topic", "x-ms-has-attach"),
    "x-ms-exchange-senderadcheck",
)
_BEGINNING = 900


def submitted(mail: IncomingMail) -> str:
    """Return the keyword of Auto-Submitted without parameters and comments (RFC 3834 5)."""
    return mail.header("auto-submitted").lower().split(";")[0].split("(")[0].strip()


def precedence(mail: IncomingMail) -> str:
    """Return the value of Precedence in lower case (RFC 2076 3.9), also under the names that some programs give it."""
    given = (mail.header(name).strip().lower() for name in ("precedence", "x-precedence", "preference"))
    return next((value for value in given if value), "")


def has_null_path(mail: IncomingMail) -> bool:
    """Tell whether the mail was sent without a return path, as bounces must be (RFC 5321 4.5.5)."""
    return mail.header("return-path").replace(" ", "") == "<>"


def is_from_daemon(mail: IncomingMail) -> bool:
    """Tell whether a mail system is the sender; it often writes From: MAILER-DAEMON without a domain."""
    local = local_part(mail)
    if local in _DAEMONS or local.startswith(_DAEMON_STARTS):
        return True
    named = mail.header("from").strip(' <>"').lower().replace(" ", "-")
    return mail.sender is None and named.startswith(tuple(_DAEMONS))


def is_named_like_a_daemon(mail: IncomingMail) -> bool:
    """Tell whether the sender is shown as a mail system, whatever the address: Mail Delivery System <admin@...>."""
    name = mail.sender.name if mail.sender else mail.header("from")
    return _DAEMON_NAME.search(name[:200]) is not None


def is_manned(mail: IncomingMail) -> bool:
    """Tell whether a person seems to sit at postmaster@ (RFC 5321 4.5.1), who answers one of our letters."""
    return local_part(mail) == "postmaster" and bool(mail.thread_ids) and not has_null_path(mail)


def is_from_no_reply(mail: IncomingMail) -> bool:
    """Tell whether the sender is an address that says that nobody reads it."""
    return _NO_REPLY.search(local_part(mail)) is not None


def is_from_mail_program(mail: IncomingMail) -> bool:
    """Tell whether the mail was written in a mail program of a person, as far as its headers show."""
    return any(name in mail.headers for name in _PROGRAM_HEADERS)


def came_back_from_daemon(mail: IncomingMail) -> bool:
    """Tell whether the return path is that of a mail system."""
    return "mailer-daemon@" in mail.header("return-path").lower()


def local_part(mail: IncomingMail) -> str:
    """Return what stands before the @ of the sender, in lower case."""
    return mail.sender.address.rpartition("@")[0].lower() if mail.sender is not None else ""


def report_type(mail: IncomingMail) -> str:
    """Return the kind of report a mail is at its top (RFC 6522), `unknown` without one, and nothing if it is none."""
    top = mail.part_types[0] if mail.part_types else ""
    return top.partition("report-type=")[2] or "unknown" if top.startswith("multipart/report") else ""


def own_part_types(mail: IncomingMail) -> tuple[str, ...]:
    """Return the types of the parts of the mail itself, without those of a mail that was forwarded in it."""
    first = next((at for at, kind in enumerate(mail.part_types) if kind.startswith("message/rfc822")), None)
    return mail.part_types[:first]


def find_beginning(mail: IncomingMail) -> str:
    """Return the first words of what is new in a mail: lower case, one space, plain apostrophes."""
    return " ".join((mail.reply or mail.text)[:_BEGINNING].lower().replace("’", "'").split())
