"""Which silence needs a person: what each part of the worker must do, how soon, and what is said when it does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.alarms import AlarmCode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta


class Part(StrEnum):
    """The parts of a worker, each a thread or job of its own."""

    INTAKE = "intake"
    HANDLE = "handle"
    DELIVER = "deliver"
    REMIND = "remind"
    RECORD = "record"


# How the part begins that reads a further mailbox, in front of the mailbox's name; the first one is "intake".
FURTHER = "intake:"


def intake_of(name: str) -> str:
    """Return the part that reads the mailbox of that name; the first one has none."""
    return f"{FURTHER}{name}" if name else Part.INTAKE.value


def kind_of(part: str) -> Part:
    """Return what a part is, whichever mailbox it reads."""
    return Part.INTAKE if part.startswith(FURTHER) else Part(part)


@dataclass(frozen=True, slots=True)
class Beat:
    """How one part fares: when it succeeded and failed last, and for how many seconds it did not succeed.

    `elsewhere` tells that another worker does this work; what this one says of it is no news.
    """

    succeeded_at: datetime | None
    failed_at: datetime | None
    error: str
    silent: float
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """What it means when a part does not succeed for long: the alarm, and what a person should look at."""

    code: AlarmCode
    what: str
    advice: str


SILENCES: dict[Part, Silence] = {
    Part.INTAKE: Silence(
        AlarmCode.MAILBOX_SILENT,
        "The mailbox could not be read",
        "New mail waits on the server; look at the server, the network and the login (`mailbot check`).",
    ),
    Part.DELIVER: Silence(
        AlarmCode.SENDING_SILENT,
        "No letter could be sent",
        "Letters wait and are sent later by themselves; look at the SMTP server and the login (`mailbot check`).",
    ),
    Part.HANDLE: Silence(
        AlarmCode.WORK_STUCK,
        "No mail could be handled",
        "Mail is kept and waits; look into the log, and restart mailbot if it says nothing.",
    ),
    Part.REMIND: Silence(
        AlarmCode.WORK_STUCK,
        "Nothing that became due could be done",
        "Timers wait; look into the log, and restart mailbot if it says nothing.",
    ),
    Part.RECORD: Silence(
        AlarmCode.DATABASE_TROUBLE,
        "The database could not be written",
        "Mail waits on the server; look at the database server or the disk (`mailbot check`).",
    ),
}


def find_silences(
    beats: Mapping[str, Beat], limits: Mapping[str, float], mailboxes: Mapping[str, str] | None = None
) -> dict[AlarmCode, str]:
    """Return for every alarm that parts which are silent for too long give, its sentence.

    `mailboxes` names, where there are several, the mailbox that each part reads.
    """
    found: dict[AlarmCode, str] = {}
    for part, beat in beats.items():
        if beat.silent > limits[part]:
            silence = SILENCES[kind_of(part)]
            which = f"{mailboxes[part]}: " if mailboxes and part in mailboxes else ""
            cause = f" ({beat.error.rstrip('.')})" if beat.error else ""
            words = f"{which}{silence.what} for {beat.silent / 60:.0f} minutes{cause}. {silence.advice}"
            found[silence.code] = f"{found[silence.code]} {words}" if silence.code in found else words
    return found


@dataclass(frozen=True, slots=True)
class Canary:
    """A test mail of the desk to itself, and how far it came."""

    sent_at: datetime
    left: bool
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class CanaryRules:
    """How often a test mail is sent, and when one that did not come back counts as lost; `every` None: never."""

    every: timedelta | None
    lost_after: timedelta


def wants_canary(last: Canary | None, started_at: datetime, rules: CanaryRules, now: datetime) -> bool:
    """Tell whether another test mail is due; none is while the last one still waits in the outbox."""
    if rules.every is None:
        return False
    if last is None:
        return now - started_at >= rules.every
    return now - last.sent_at >= rules.every and (last.left or last.returned_at is not None)


def find_lost_canary(last: Canary | None, rules: CanaryRules, now: datetime) -> str | None:
    """Return what to say of a test mail that is lost, an empty string when all is well, None while it is not known."""
    if rules.every is None or last is None or last.returned_at is not None:
        return ""
    if now - last.sent_at < rules.lost_after:
        return None
    minutes = (now - last.sent_at).total_seconds() / 60
    if not last.left:
        return (
            f"A test mail of the desk to itself waits to be sent for {minutes:.0f} minutes. Look at the SMTP server; "
            "the letters to people wait as well."
        )
    return (
        f"A test mail of the desk to itself was accepted by the mail server {minutes:.0f} minutes ago and did not come "
        "back as handled. Look into the spam folder and the rules of the mailbox, and check that desk.address and "
        "imap.folder belong together; mail of officers may take the same way."
    )
