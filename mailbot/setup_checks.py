"""What `mailbot check` finds without asking anybody: settings that contradict each other, files that are too open."""

from __future__ import annotations

import re
import stat
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailbot.adapters.clock import now
from mailbot.adapters.finding import Finding, Level
from mailbot.domain.errors import SettingsError
from mailbot.settings.mailboxes import find_mailboxes
from mailbot.settings.web import read_handoff_key, require_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.settings import Settings

ADDRESS = re.compile(r"[^@\s<>\"',;]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
GMAIL, MICROSOFT = ("gmail.com", "google.com"), ("office365.com", "outlook.com")
# Programs on other machines cannot lock a file there in the way that SQLite needs.
NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "glusterfs", "ceph", "afs"}
)
OTHERS = stat.S_IRWXG | stat.S_IRWXO
WRITABLE = stat.S_IWGRP | stat.S_IWOTH
SLOWEST_POLL = 300
MOUNTS = Path("/proc/mounts")


def check_sense(settings: Settings) -> Iterator[Finding]:
    """Find values that are allowed one by one and make no sense together."""
    for is_wrong, sentence in (*_address_rules(settings), *_time_rules(settings), *_limit_rules(settings)):
        if is_wrong:
            yield Finding(Level.PROBLEM, f"Settings: {sentence}")
    boxes = find_mailboxes(settings)
    own = {address.lower() for address in (*settings.desk.aliases, *(box.address for box in boxes))}
    user = settings.imap.username
    if settings.desk.address and "@" in user and user.lower() not in own:
        yield Finding(
            Level.WARNING,
            f"Settings: imap.username is {user!r}, which is neither desk.address nor one of desk.aliases. If mail to "
            "it reaches this mailbox as well, name it in desk.aliases.",
        )
    yield from _check_pages(settings)


def _check_pages(settings: Settings) -> Iterator[Finding]:
    """Find what would keep the pages from being served, or the central software from handing anybody over."""
    for look in (require_address, read_handoff_key):
        try:
            look(settings)
        except SettingsError as error:
            yield Finding(Level.PROBLEM, f"Settings: {error}")


def _address_rules(settings: Settings) -> Iterator[tuple[bool, str]]:
    desk, imap, smtp, trust = settings.desk, settings.imap, settings.smtp, settings.trust
    own = (desk.address, *desk.aliases)
    for address in own:
        is_wrong = bool(address) and not ADDRESS.fullmatch(address)
        yield is_wrong, f"{address!r} in desk.address or desk.aliases is no mail address."
    yield (
        desk.address in desk.aliases,
        "desk.aliases names desk.address once more; it is for other addresses that lead to the same mailbox.",
    )
    yield (
        (_is_at(imap.host, GMAIL) and _is_at(smtp.host, MICROSOFT))
        or (_is_at(imap.host, MICROSOFT) and _is_at(smtp.host, GMAIL)),
        "imap.host and smtp.host belong to different providers; letters would come from an account that nobody reads.",
    )
    named = {"gmail": GMAIL, "exchange": MICROSOFT}.get(trust.provider, ())
    others = [hosts for hosts in (GMAIL, MICROSOFT) if hosts is not named]
    yield (
        bool(named) and any(_is_at(imap.host, hosts) for hosts in others),
        f"trust.provider is {trust.provider!r}, but imap.host is {imap.host!r}: its word about senders is never there.",
    )
    for box in find_mailboxes(settings):
        yield (
            (box.imap.port, box.imap.security) in {(143, "tls"), (993, "starttls")},
            (
                f'{box.key}.port {box.imap.port} does not go with {box.key}.security = "{box.imap.security}"; it is '
                '993 with "tls", 143 with "starttls".'
            ),
        )
    yield (
        (smtp.port, smtp.security) in {(587, "tls"), (465, "starttls"), (25, "tls")},
        (
            f'smtp.port {smtp.port} does not go with smtp.security = "{smtp.security}"; it is 465 with "tls", 587 with '
            '"starttls".'
        ),
    )


def _time_rules(settings: Settings) -> Iterator[tuple[bool, str]]:
    desk, rules = settings.desk, settings.promises
    today = now().astimezone(ZoneInfo(desk.timezone)).date()
    for box in find_mailboxes(settings):
        imap, key = box.imap, box.key
        yield (
            imap.start_date is not None and imap.start_date > today + timedelta(days=1),
            f"{key}.start_date {imap.start_date} lies in the future; every mail until then would be left alone.",
        )
        yield (
            imap.poll_seconds > SLOWEST_POLL and imap.poll_seconds > imap.idle_seconds,
            f"{key}.poll_seconds is {imap.poll_seconds}; a server that tells of no mail is asked too rarely. Write 60.",
        )
        yield imap.sweep_seconds < imap.poll_seconds, f"{key}.sweep_seconds is shorter than {key}.poll_seconds."
    for target in rules.targets:
        yield (
            target.answer_hours > target.resolve_hours,
            f"promises.targets: {target.priority!r} promises the solution before the first answer.",
        )
    yield (
        settings.escalation.level_2_hours <= settings.escalation.level_1_hours,
        "escalation.level_2_hours is not later than level_1_hours; the senior would hear of it first.",
    )
    yield (
        rules.closing_notice_days >= desk.close_after_days,
        "promises.closing_notice_days is not less than desk.close_after_days; the notice would come before the answer.",
    )
    lease, limit = settings.worker.lease_seconds, settings.limits.parse_seconds
    yield (
        lease < limit,
        (
            f"worker.lease_seconds is {lease}, shorter than limits.parse_seconds {limit}: another worker would take "
            "over a mail that is being read."
        ),
    )


def _limit_rules(settings: Settings) -> Iterator[tuple[bool, str]]:
    desk, worker, limits = settings.desk, settings.worker, settings.limits
    for kind in ("", "_unknown"):
        hour, day = getattr(desk, f"answers_per_hour{kind}"), getattr(desk, f"answers_per_day{kind}")
        yield hour > day, f"desk.answers_per_hour{kind} is more than desk.answers_per_day{kind}."
    yield (
        desk.answers_per_day_unknown > desk.answers_per_day,
        "desk.answers_per_day_unknown is more than desk.answers_per_day; strangers would get more than officers.",
    )
    yield (
        len(worker.retry_seconds) < worker.attempts - 1,
        f"worker.retry_seconds names {len(worker.retry_seconds)} waits for {worker.attempts} attempts.",
    )
    yield (
        limits.mail_bytes > settings.storage.minimum_free_mb * 1_000_000 > 0,
        "storage.minimum_free_mb is less than the one largest mail (limits.mail_bytes).",
    )
    yield (
        limits.letter_picture_bytes > limits.mail_bytes,
        "limits.letter_picture_bytes is more than limits.mail_bytes; letters would be larger than any mail.",
    )
    yield limits.parse_cpu_seconds > limits.parse_seconds, "limits.parse_cpu_seconds is more than limits.parse_seconds."


def check_files(settings: Settings) -> Iterator[Finding]:
    """Find files and folders that others may read or change, and a database where it cannot be locked."""
    data = settings.data
    if data.is_dir() and data.stat().st_mode & OTHERS:
        yield Finding(Level.WARNING, f"Files: others may look into {data}, which holds mail. Run: chmod 700 {data}")
    written = settings.home / "settings.toml"
    if written.is_file() and written.stat().st_mode & WRITABLE:
        yield Finding(Level.PROBLEM, f"Files: others may change {written}. Run: chmod 640 {written}")
    system = find_file_system(data)
    if settings.database_url.startswith("sqlite") and system in NETWORK_FILE_SYSTEMS:
        yield Finding(
            Level.PROBLEM,
            f"Files: {data} lies on a network drive ({system}), where SQLite can lose data. Use a disk of this "
            "machine, or PostgreSQL.",
        )


def check_alarm_paths(settings: Settings) -> Iterator[Finding]:
    """Look whether anybody hears of it when the desk cannot do its work."""
    chosen = settings.alarms
    if not chosen.recipients and not chosen.webhook_url.get_secret_value():
        yield Finding(
            Level.WARNING,
            "Alarms: nobody is told when the desk needs a person. Name a second mail server or a webhook in [alarms], "
            "then run `mailbot alarm test`.",
        )
    if chosen.host and chosen.host == settings.smtp.host:
        yield Finding(
            Level.PROBLEM,
            "Alarms: alarms.host is the server of [smtp]; when it fails, nobody hears of it. Name another.",
        )
    if settings.desk.address and settings.desk.address in chosen.recipients:
        yield Finding(
            Level.PROBLEM, "Alarms: alarms.recipients names the desk itself, which cannot help itself. Name a person."
        )
    if chosen.webhook_url.get_secret_value() and not settings.webhook_secret:
        yield Finding(Level.WARNING, "Alarms: the webhook gets unsigned messages. Set alarms.webhook_secret_file.")
    if not chosen.canary_minutes:
        yield Finding(
            Level.WARNING,
            "Alarms: no test mail is sent (alarms.canary_minutes is 0); mail that vanishes is not noticed.",
        )


def find_file_system(path: Path) -> str:
    """Return the kind of file system on which a path lies, as the kernel names it; an empty text when it is unknown."""
    try:
        mounts = [line.split()[1:3] for line in MOUNTS.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    above = {str(path), *map(str, path.parents)}
    found = [(where, kind) for where, kind in mounts if where.replace("\\040", " ") in above]
    return max(found, key=lambda mount: len(mount[0]))[1] if found else ""


def _is_at(host: str, domains: tuple[str, ...]) -> bool:
    return host.lower().endswith(domains)
