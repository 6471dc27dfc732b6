"""What `mailbot check` looks at, one function for each thing outside."""

from __future__ import annotations

import secrets
import shutil
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from mailbot.accounts import imap_account, open_tokens, smtp_account
from mailbot.adapters.clock import now
from mailbot.adapters.finding import Finding, Level
from mailbot.adapters.imap import ImapMailbox, check_mailbox
from mailbot.adapters.keys import read_keys
from mailbot.adapters.oauth import check_consent
from mailbot.adapters.smtp import SmtpPost
from mailbot.adapters.store.directory import count_people, find_addresses
from mailbot.adapters.store.engine import open_engine, reading
from mailbot.adapters.store.people_rows import find_staff
from mailbot.adapters.store.revisions import require_current
from mailbot.adapters.store.soundness import require_sound_pages
from mailbot.deliver import Outgoing, Result
from mailbot.domain.errors import MailbotError
from mailbot.domain.token_keys import REPLACE_AFTER
from mailbot.mail_to_self import write_mail_to_self
from mailbot.parts import load_calendar, make_data_folder, require_complete
from mailbot.settings.mailboxes import find_mailbox, find_mailboxes
from mailbot.setup_checks import check_alarm_paths, check_files, check_sense
from mailbot.shared_files import check_bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mailbot.domain.people import Person
    from mailbot.settings import Settings
    from mailbot.settings.mailboxes import OneMailbox

CLOCK_TOLERANCE = timedelta(minutes=5)
ROUND_TRIP_SECONDS = 60
ROUND_TRIP_SUBJECT = "mailbot: a test of both directions"
ROUND_TRIP_WORDS = "mailbot sent this mail to itself to see whether it arrives."


def check_everything(settings: Settings, *, round_trip: bool) -> list[Finding]:
    """Return what was found; a check that fails does not keep the others from running."""
    checks: list[Callable[[Settings], Iterator[Finding]]] = [
        check_settings, check_sense, check_files, check_alarm_paths, check_calendar,
        check_disk, check_bucket, check_clock, check_database, check_oauth2, check_imap,
        check_smtp,
    ]  # fmt: skip
    if round_trip:
        checks.append(lambda given: iter(try_round_trip(given)))
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += check(settings)
        except MailbotError as error:
            findings.append(Finding(Level.PROBLEM, str(error)))
        except OSError as error:
            findings.append(Finding(Level.PROBLEM, f"{error.filename or 'The disk'} cannot be used: {error.strerror}."))
    return findings


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Find what a desk needs and is not set."""
    require_complete(settings)
    newest = read_keys(settings)[0]
    yield Finding(Level.GOOD, f"Settings: the desk {settings.desk.address} is complete.")
    if newest.made_at and (age := now() - newest.made_at) > REPLACE_AFTER:
        yield Finding(
            Level.WARNING,
            f"Settings: the key {newest.id} of the reply tokens is {age.days} days old. Run `mailbot keys rotate` and "
            "restart the desk.",
        )
    for box in find_mailboxes(settings):
        if box.imap.start_date is None:
            yield Finding(
                Level.WARNING,
                f"Settings: {box.key}.start_date is not set. A mailbox that already holds mail is not read until "
                "it is.",
            )


def check_calendar(settings: Settings) -> Iterator[Finding]:
    """Read the holiday files, count the holidays of this year, and look at who is promised what."""
    calendar = load_calendar(settings)
    today = calendar.local_day(now())
    count = sum(day.year == today.year for day in calendar.holidays)
    opening = calendar.next_working(now()).astimezone(calendar.timezone)
    text = f"Calendar: {count} holidays of {today.year} are known; the desk works next on {opening:%A %d.%m.%Y, %H:%M}."
    if count:
        yield Finding(Level.GOOD, text)
    else:
        yield Finding(
            Level.WARNING,
            f"{text} Name the list of the year in working_time.holiday_files.",
        )
    codes = {entry.code for entry in settings.catalogue.priorities}
    promised = {target.priority for target in settings.promises.targets}
    if unknown := ", ".join(sorted(promised - codes)):
        yield Finding(
            Level.PROBLEM, f"Promises: {unknown} is no priority of the catalogue. Known: {', '.join(sorted(codes))}."
        )
    if without := ", ".join(sorted(codes - promised)):
        yield Finding(Level.WARNING, f"Promises: none for priority {without}; such tickets are never late.")


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Compare the free space with what the settings ask for."""
    make_data_folder(settings)
    free = shutil.disk_usage(settings.data).free // 1_000_000
    wanted = settings.storage.minimum_free_mb
    if free < wanted:
        yield Finding(
            Level.PROBLEM,
            f"Disk: {free} MB are free at {settings.data}, storage.minimum_free_mb asks for {wanted}. Free some space.",
        )
    else:
        yield Finding(Level.GOOD, f"Disk: {free} MB are free at {settings.data}.")


def check_clock(settings: Settings) -> Iterator[Finding]:
    """Compare this program's clock with the clock of the disk; a wrong clock opens tickets in a wrong month."""
    make_data_folder(settings)
    probe = settings.data / ".clock"
    probe.touch()
    written = datetime.fromtimestamp(probe.stat().st_mtime, UTC)
    probe.unlink()
    yield _compare_clocks("the disk", written)


def check_database(settings: Settings) -> Iterator[Finding]:
    """Open the database, compare its revision and its clock, and count the people."""
    engine = open_engine(settings.database_url)
    try:
        require_current(engine)
        require_sound_pages(engine)
        yield Finding(Level.GOOD, f"Database: {engine.dialect.name}, up to date.")
        if engine.dialect.name == "postgresql":
            with reading(engine) as connection:
                yield _compare_clocks("the database", connection.execute(select(text("now()"))).scalar_one())
        people = count_people(engine)
        senior = settings.escalation.senior
        if senior and senior not in find_addresses(engine).values():
            yield Finding(
                Level.PROBLEM,
                f"Escalation: escalation.senior = {senior!r} is not in the directory. Write an Employee ID that is.",
            )
        with reading(engine) as connection:
            owners = find_staff(connection)
        yield from _check_owners(settings, owners)
    finally:
        engine.dispose()
    staff = people.get("staff", 0) + people.get("lead", 0)
    if staff:
        yield Finding(Level.GOOD, f"People: {sum(people.values())} in the directory, {staff} of the IT section.")
    else:
        yield Finding(
            Level.PROBLEM,
            "People: nobody of the IT section is in the directory, so nobody hears of a ticket. "
            "Run `mailbot people import FILE.csv`.",
        )


def _check_owners(settings: Settings, staff: Iterable[Person]) -> Iterator[Finding]:
    """Name the owners of modules to whom no ticket can go."""
    known = {person.employee_id for person in staff}
    for module in settings.catalogue.modules:
        for owner in module.owners:
            if owner not in known:
                yield Finding(
                    Level.PROBLEM,
                    f"Modules: {owner!r}, an owner of {module.code!r}, is nobody of the IT section in the directory. "
                    "Write the Employee ID of somebody who is.",
                )


def check_oauth2(settings: Settings) -> Iterator[Finding]:
    """Look at the consent, where the desk logs in with OAuth 2."""
    for box in find_mailboxes(settings):
        # Sending uses the consent of the first mailbox.
        if box.imap.auth == "oauth2" or (not box.name and settings.smtp.auth == "oauth2"):
            for found in check_consent(open_tokens(settings, box=box), now()):
                yield Finding(found.level, f"{_label('OAuth 2', box, settings)}: {found.text}")


def check_logins(settings: Settings, mailbox: str = "") -> Iterator[Finding]:
    """Try the logins that are made with OAuth 2 by the account of a mailbox."""
    box = find_mailbox(settings, mailbox)
    if box.imap.auth == "oauth2":
        yield from check_box(settings, box)
    if settings.smtp.auth == "oauth2" and not mailbox:
        yield from check_smtp(settings)


def check_imap(settings: Settings) -> Iterator[Finding]:
    """Log in to every mailbox and look at its folders; a server that does not answer hides none of the others."""
    for box in find_mailboxes(settings):
        try:
            yield from check_box(settings, box)
        except MailbotError as error:
            yield Finding(Level.PROBLEM, f"{_label('IMAP', box, settings)}: {error}")


def check_box(settings: Settings, box: OneMailbox) -> Iterator[Finding]:
    """Log in to one mailbox and look at its folders."""
    mailbox = ImapMailbox(imap_account(settings, box=box))
    try:
        yield from (
            Finding(found.level, f"{_label('IMAP', box, settings)}: {found.text}") for found in check_mailbox(mailbox)
        )
    finally:
        mailbox.close()


def _label(what: str, box: OneMailbox, settings: Settings) -> str:
    """Return how a finding begins; it names the mailbox where there are several."""
    return f"{what} ({box.label})" if settings.mailboxes else what


def check_smtp(settings: Settings) -> Iterator[Finding]:
    """Log in to the server that letters are handed to."""
    post = SmtpPost(smtp_account(settings))
    try:
        yield from (Finding(found.level, f"SMTP: {found.text}") for found in post.check())
    finally:
        post.close()


def try_round_trip(settings: Settings) -> list[Finding]:
    """Send a mail to each address of the desk that has a mailbox, and wait for it there.

    The worker knows it as our own mail and never answers it.
    """
    require_complete(settings)
    return [finding for box in find_mailboxes(settings) for finding in _try_one(settings, box)]


def _try_one(settings: Settings, box: OneMailbox) -> list[Finding]:
    mailbox, post = ImapMailbox(imap_account(settings, box=box)), SmtpPost(smtp_account(settings))
    message_id = f"<mb.check.{secrets.token_hex(8)}@{settings.desk.address.partition('@')[2]}>"
    try:
        mailbox.select()
        before = max(mailbox.find_uids(1), default=0)
        address = box.address
        raw = write_mail_to_self(address, ROUND_TRIP_SUBJECT, message_id, ROUND_TRIP_WORDS, now())
        letter = Outgoing(0, "", address, raw, 1, 0, now())
        receipt = post.send([letter])[0]
        if receipt.result is not Result.SENT:
            return [Finding(Level.PROBLEM, f"Round trip: the test mail was not accepted: {receipt.answer}")]
        seconds = _wait_for(mailbox, message_id, before, settings.limits.mail_bytes)
    except MailbotError as error:
        return [Finding(Level.PROBLEM, f"Round trip: {error}")]
    finally:
        mailbox.close()
        post.close()
    if seconds is None:
        return [
            Finding(
                Level.PROBLEM,
                f"Round trip: a mail to {address} was accepted but did not arrive in {box.imap.folder} within "
                f"{ROUND_TRIP_SECONDS} seconds. Look into the spam folder, and check "
                f"{f'{box.key}.address' if box.name else 'desk.address'} and {box.key}.folder.",
            )
        ]
    return [Finding(Level.GOOD, f"Round trip: a mail to {address} came back after {seconds:.1f} seconds.")]


def _wait_for(mailbox: ImapMailbox, message_id: str, before: int, size_limit: int) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < ROUND_TRIP_SECONDS:
        mailbox.select()
        listed = mailbox.find_listed(mailbox.find_uids(before + 1))
        if any(message_id.encode() in mail.raw for mail in mailbox.fetch(listed, size_limit)):
            return time.monotonic() - began
        time.sleep(0.5)
    return None


def _compare_clocks(whose: str, theirs: datetime) -> Finding:
    difference = abs(now() - theirs)
    if difference > CLOCK_TOLERANCE:
        return Finding(
            Level.PROBLEM,
            f"Clock: this machine and {whose} differ by {difference}. Ticket numbers and times would be wrong; "
            "let NTP set both clocks.",
        )
    return Finding(Level.GOOD, f"Clock: it agrees with {whose}.")
