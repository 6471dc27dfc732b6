"""`mailbot check --pin`: whether the desk's own mail server out-ranks a forged Authentication-Results header.

A mail with such a header goes in from outside: over the SMTP server that is named, best the provider's own MX on port
25, or by hand. What stands topmost when it has arrived decides.
"""

from __future__ import annotations

import secrets
import smtplib
import time
from typing import TYPE_CHECKING

from mailbot.accounts import imap_account
from mailbot.adapters.clock import now
from mailbot.adapters.finding import Finding, Level
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.pin_record import keep_pin
from mailbot.domain.authority import Because, Verdict, find_results
from mailbot.domain.errors import MailbotError, WorldError
from mailbot.mail_to_self import write_mail_to_self
from mailbot.parts import make_data_folder, open_reader, require_complete
from mailbot.settings.mailboxes import find_mailbox
from mailbot.settings.trust import make_trust

if TYPE_CHECKING:
    from pathlib import Path

    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.providers import Profile
    from mailbot.settings import Settings
    from mailbot.settings.mailboxes import OneMailbox

CODE = "mailbot-pin-"
SMTP_SECONDS = 60
NEWEST = 50


def check_pin(settings: Settings, through: str, seconds: float, mailbox: str = "") -> list[Finding]:
    """Let a forged mail arrive, look at it, and keep what was found out.

    `through` is HOST or HOST:PORT, or empty; `mailbox` is the name of a further one.
    """
    require_complete(settings)
    box = find_mailbox(settings, mailbox)
    profile = make_trust(box.trust).profile
    if not profile.servers:
        key = f"{box.key}.trust_provider" if box.name else "trust.provider"
        return [Finding(Level.PROBLEM, f"Pin: {key} names no server whose word counts. Set it first.")]
    make_data_folder(settings)
    waiting: Path = settings.data / (f"pin-probe-{box.name}.eml" if box.name else "pin-probe.eml")
    try:
        if through:
            probe = make_probe(box.address, profile, f"{CODE}{secrets.token_hex(8)}")
            _send(through, box.address, probe)
        elif waiting.exists():
            probe = waiting.read_bytes()
        else:
            waiting.write_bytes(make_probe(box.address, profile, f"{CODE}{secrets.token_hex(8)}"))
            return [Finding(Level.WARNING, _by_hand(box, waiting))]
        arrived = _wait_for(settings, box, _code_of(probe), seconds)
    except MailbotError as error:
        return [Finding(Level.PROBLEM, f"Pin: {error}")]
    if arrived is None:
        text = f"Pin: the forged mail did not arrive in {box.imap.folder} within {seconds:.0f} seconds. Stop the desk"
        return [Finding(Level.PROBLEM, f"{text} while you check, and look into the spam folder.")]
    finding = judge_probe(arrived, profile, _code_of(probe))
    keep_pin(settings, now() if finding.level is Level.GOOD else None, mailbox)
    waiting.unlink(missing_ok=True)
    return [finding]


def make_probe(address: str, profile: Profile, code: str) -> bytes:
    """Return a mail in the desk's own name with a header as only its mail server may write it.

    The Message-ID is one of our own tests: a desk that runs never answers it.
    """
    domain = address.rpartition("@")[2]
    server = profile.servers[0].replace("*.", "mx.") if profile.names_server else ""
    results = f"dmarc=pass ({code}) header.from={domain}; spf=pass smtp.mailfrom={address}; dkim=pass header.d={domain}"
    raw = write_mail_to_self(
        address,
        f"mailbot: a test of the mail server ({code})",
        f"<mb.check.{code.removeprefix(CODE)}@{domain}>",
        "This mail carries a forged header, to see that nobody believes it.",
        now(),
    )
    forged = f"Authentication-Results: {f'{server}; ' if server else ''}{results}\r\n"
    return forged.encode() + raw


def judge_probe(mail: IncomingMail, profile: Profile, code: str) -> Finding:
    """Return whether the forged header was out-ranked: the topmost one must be the server's own."""
    results = mail.origin.results
    if results and code in results[0]:
        return Finding(
            Level.PROBLEM,
            "Pin: the forged header stands topmost and would be believed. Your mail server neither removes it nor puts "
            'its own above it. Leave trust.mode at "off"; replies to letters prove their senders all the same.',
        )
    found = find_results(results, profile)
    if not isinstance(found, Verdict):
        kept = "stands below it" if any(code in header for header in results) else "was removed"
        name = found.server or _name_of(profile)
        return Finding(
            Level.GOOD, f"Pin: the header of {name} stands topmost; the forged one {kept}. It is not believed."
        )
    if found.because is Because.OTHER_SERVER:
        text = "another server than trust.authserv_id names wrote the topmost header. Correct the name and check again."
    elif found.because is Because.NO_RESULTS:
        text = "your mail server wrote no Authentication-Results header, so no mail would ever be vouched for."
    else:
        text = "the topmost Authentication-Results header cannot be understood, so no mail would ever be vouched for."
    return Finding(Level.PROBLEM, f"Pin: the forged header is not believed, but {text}")


def _name_of(profile: Profile) -> str:
    """Return how the server is called that writes no name."""
    return "the mail server" if not profile.names_server else profile.servers[0]


def _by_hand(box: OneMailbox, path: Path) -> str:
    named = f" --mailbox {box.name}" if box.name else ""
    return (
        f"Pin: send the mail in {path} to {box.address} from outside, unchanged, such as with "
        f"`curl smtp://MX-OF-YOUR-PROVIDER --mail-from '' --mail-rcpt {box.address} -T {path}`, "
        f"and run `mailbot check --pin{named}` again. Or name the server: `mailbot check --pin{named} --through "
        "HOST:25`."
    )


def _code_of(probe: bytes) -> str:
    start = probe.index(CODE.encode())
    return probe[start : start + len(CODE) + 16].decode("ascii", "replace")


def _send(through: str, address: str, probe: bytes) -> None:
    """Hand the mail to a server as any stranger would: without a login, from the empty address (RFC 5321 4.5.5)."""
    host, _, port = through.partition(":")
    if port and not port.isdigit():
        raise WorldError(f"--through {through}: write HOST or HOST:PORT.")
    try:
        with smtplib.SMTP(host, int(port or 25), timeout=SMTP_SECONDS) as server:
            server.sendmail("", [address], probe)
    except (OSError, smtplib.SMTPException) as error:
        raise WorldError(
            f"{through} did not take the forged mail ({error}). Try another server, or send it by hand."
        ) from error


def _wait_for(settings: Settings, box: OneMailbox, code: str, seconds: float) -> IncomingMail | None:
    """Return the forged mail as it arrived, among the newest mails, or None."""
    mailbox, reader = ImapMailbox(imap_account(settings, box=box)), open_reader(settings)
    began = time.monotonic()
    seen: set[int] = set()
    try:
        while True:
            mailbox.select()
            new = [uid for uid in mailbox.find_uids(1)[-NEWEST:] if uid not in seen]
            seen.update(new)
            for fetched in mailbox.fetch(mailbox.find_listed(new), settings.limits.mail_bytes):
                if code.encode() in fetched.raw:
                    return reader.read(fetched.raw, oversized=fetched.oversized).mail
            if time.monotonic() - began > seconds:
                return None
            time.sleep(0.5)
    finally:
        mailbox.close()
        reader.close()
