"""From settings to the watch: the alarms with their paths, what they write down, and the test mail."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mailbot.adapters.alarms import MailPath, Telling, ToldAlarms, WebhookPath
from mailbot.adapters.clock import now
from mailbot.adapters.logs import make_redactor
from mailbot.adapters.store.alarm_book import AlarmBook
from mailbot.adapters.store.books import check_books
from mailbot.adapters.store.brakes_told import find_held_back
from mailbot.adapters.store.canaries import Canaries, CanaryLetter
from mailbot.adapters.store.heartbeats import end_beats, keep_beats
from mailbot.adapters.store.webhook_outbox import WebhookOutbox
from mailbot.adapters.supervisor import tell_supervisor
from mailbot.adapters.webhook_post import HookPost, HookRules
from mailbot.announcing import Announcer
from mailbot.deliver import Result
from mailbot.domain.alarms import Alarm, AlarmCode
from mailbot.domain.errors import WorldError
from mailbot.domain.send_quota import NO_QUOTA
from mailbot.domain.trust import MESSAGE_ID_PREFIX
from mailbot.domain.watching import CanaryRules, Part, intake_of
from mailbot.mail_to_self import write_mail_to_self
from mailbot.settings.desk import make_quota
from mailbot.settings.mailboxes import find_mailboxes
from mailbot.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Engine

    from mailbot.adapters.alarms.telling import TellingPath
    from mailbot.deliver import Outgoing, Post, Receipt
    from mailbot.domain.alarms import Alarms
    from mailbot.domain.send_quota import SendQuota
    from mailbot.domain.watching import Beat, Canary
    from mailbot.settings import Settings
    from mailbot.watch import Pulse

# A batch of mails that was taken in is success, also when the folder holds thousands more.
TAKEN_IN = "filed"
STEPS = dict.fromkeys(("fetched", "written", "kept", "moved", TAKEN_IN), Part.INTAKE) | dict.fromkeys(
    ("letters-claimed", "letters-sent", "letters-settled"), Part.DELIVER
)
# Touched when a person was told that nothing runs.
TOLD_FILE = ".stopped-told"
CANARY_SUBJECT = "mailbot: a test of the way there and back"


def make_alarms(settings: Settings, engine: Engine) -> ToldAlarms:
    """Return the alarms of this desk."""
    return ToldAlarms(
        settings.desk.address,
        paths=make_paths(settings),
        book=AlarmBook(engine),
        now=now,
        repeat=timedelta(hours=settings.alarms.repeat_hours),
        clean=make_redactor(settings),
    )


def make_announcer(settings: Settings, engine: Engine, alarms: Alarms) -> Announcer:
    """Return what tells webhooks of changes."""
    patience = timedelta(days=settings.api.webhook_off_days)
    return Announcer(WebhookOutbox(engine), HookPost(make_hook_rules(settings)), alarms, patience, now)


def make_hook_rules(settings: Settings) -> HookRules:
    """Return which addresses webhooks may have."""
    chosen = settings.api
    ca_file = str(settings.path(chosen.webhook_ca_file)) if chosen.webhook_ca_file else ""
    return HookRules(chosen.webhook_hosts, ca_file)


def make_paths(settings: Settings) -> list[TellingPath]:
    """Return the second paths that are set."""
    chosen = settings.alarms
    paths: list[TellingPath] = []
    if chosen.recipients:
        paths.append(
            MailPath(
                host=chosen.host,
                port=chosen.port,
                security=chosen.security,
                sender=chosen.sender,
                recipients=chosen.recipients,
                username=chosen.username,
                password=settings.alarm_password,
                ca_file=str(settings.path(chosen.ca_file)) if chosen.ca_file else "",
            )
        )
    if url := chosen.webhook_url.get_secret_value():
        ca_file = str(settings.path(chosen.webhook_ca_file)) if chosen.webhook_ca_file else ""
        paths.append(WebhookPath(url, settings.webhook_secret, ca_file))
    return paths


def try_paths(settings: Settings, code: AlarmCode, text: str) -> dict[str, str]:
    """Use every second path, and return for each what went wrong, an empty text when nothing did."""
    at = now()
    telling = Telling(settings.desk.address, at, (Alarm(code, make_redactor(settings)(text), at),), ())
    results = {}
    for path in make_paths(settings):
        try:
            path.tell(telling)
        except WorldError as error:
            results[path.name] = str(error)
        else:
            results[path.name] = ""
    return results


def tell_stopped(settings: Settings, text: str) -> dict[str, str]:
    """Tell that nothing runs, unless it was told lately; when that was stands in a file: the database may be down."""
    told = settings.data / TOLD_FILE
    with suppress(OSError):
        if abs(time.time() - told.stat().st_mtime) < settings.alarms.repeat_hours * 3600:
            return {}
    results = try_paths(settings, AlarmCode.WORKER_STOPPED, text)
    if results and not all(results.values()):
        with suppress(OSError):  # then it is told once more than needed
            told.touch()
    return results


def open_watch(  # noqa: PLR0917 - the parts that app.py puts together
    settings: Settings, engine: Engine, worker: str, alarms: ToldAlarms, pulse: Pulse, has_room: Callable[[], bool]
) -> Watch:
    """Return the watch of one worker; that it had stopped before is no news any more."""
    with suppress(OSError):
        (settings.data / TOLD_FILE).unlink(missing_ok=True)
    return Watch(
        pulse=pulse,
        alarms=alarms,
        records=WatchRecords(
            engine,
            worker,
            alarms,
            settings.desk.address,
            settings.alarms.canary_minutes,
            make_quota(settings),
            clean=make_redactor(settings),
        ),
        has_room=has_room,
        limits=make_limits(settings),
        canary=make_canary_rules(settings),
        now=now,
        seconds=time.monotonic,
        tell_supervisor=tell_supervisor,
        mailboxes=name_mailboxes(settings),
    )


def make_limits(settings: Settings) -> dict[str, float]:
    """Return after how many seconds without success each part is an alarm."""
    patience = settings.alarms.silent_minutes * 60.0
    # A mailbox is looked at only so often, also when all is well.
    rests = {intake_of(box.name): box.imap.poll_seconds for box in find_mailboxes(settings)}
    return {part: patience + rests.get(part, 0) for part in (*Part, *rests)}


def name_mailboxes(settings: Settings) -> dict[str, str]:
    """Return which mailbox each part reads, as sentences to people call it; nothing when there is only one."""
    found = find_mailboxes(settings)
    return {intake_of(box.name): f"{box.label} ({box.address})" for box in found} if len(found) > 1 else {}


def make_canary_rules(settings: Settings) -> CanaryRules:
    """Return how often a test mail is sent and when it is lost."""
    chosen = settings.alarms
    every = timedelta(minutes=chosen.canary_minutes) if chosen.canary_minutes else None
    return CanaryRules(every, timedelta(minutes=chosen.canary_lost_minutes))


@dataclass(frozen=True, slots=True)
class WatchRecords:
    """What the watch of one worker writes into the database; every method may raise WorldError."""

    engine: Engine
    worker: str
    alarms: ToldAlarms
    address: str
    canary_minutes: int
    quota: SendQuota = NO_QUOTA
    clean: Callable[[str], str] = str

    def keep_beats(self, beats: Mapping[str, Beat], now: datetime) -> None:
        """Write the heartbeats of all parts; what a server said may name an address, which is masked."""
        told = {part: replace(beat, error=self.clean(beat.error)) for part, beat in beats.items()}
        keep_beats(self.engine, self.worker, told, now)

    def end_beats(self) -> None:
        """Take the rows of this worker away, which ends as it should."""
        end_beats(self.engine, self.worker)

    def check_books(self) -> list[str]:
        """Return in sentences what does not agree."""
        return check_books(self.engine)

    def find_last_canary(self) -> Canary | None:
        """Return the last test mail, when any is sent at all."""
        return Canaries(self.engine).find_last() if self.canary_minutes else None

    def send_canary(self, now: datetime) -> None:
        """Put a test mail into the outbox."""
        slot = int(now.timestamp()) // (60 * self.canary_minutes)
        Canaries(self.engine).send(slot, make_canary(self.address, now), now)

    def find_brakes(self, now: datetime) -> Mapping[AlarmCode, str]:
        """Return what is held back, in sentences; an empty one is no alarm."""
        return find_held_back(self.engine, self.quota, now)

    def sync_alarms(self) -> None:
        """Write the table of alarms."""
        self.alarms.sync_book()


def make_canary(address: str, now: datetime) -> CanaryLetter:
    """Return a test mail; nobody can guess its Message-ID, by which it is known again."""
    message_id = f"<{MESSAGE_ID_PREFIX}canary.{secrets.token_hex(16)}@{address.rpartition('@')[2]}>"
    words = "mailbot wrote this mail to itself to see whether it arrives."
    raw = write_mail_to_self(address, CANARY_SUBJECT, message_id, words, now)
    return CanaryLetter(address, message_id, CANARY_SUBJECT, raw)


@dataclass(frozen=True, slots=True)
class WatchedPost:
    """The way out, watched: sending fares well when the server takes at least one letter, or says no to it."""

    post: Post
    pulse: Pulse

    def is_resting(self) -> bool:
        """Tell whether the server shall not be asked yet."""
        return self.post.is_resting()

    def send(self, letters: Sequence[Outgoing], stopping: Callable[[], bool]) -> list[Receipt]:
        """Hand the letters over and note how it went."""
        receipts = self.post.send(letters, stopping)
        tried = [receipt for receipt in receipts if receipt.result is not Result.UNTOUCHED]
        if any(receipt.result in {Result.SENT, Result.REFUSED} for receipt in tried):
            self.pulse.free(Part.DELIVER)
        elif tried:
            self.pulse.fail(Part.DELIVER, tried[0].answer, hold=True)
        return receipts


def watch_steps(reached: Callable[[str], None], pulse: Pulse, intake: str = Part.INTAKE.value) -> Callable[[str], None]:
    """Return what is called at each step of the stories: each is a sign of life of its part.

    `intake` is the part that reads the mailbox of which these steps are.
    """

    def at_step(name: str) -> None:
        if name == TAKEN_IN:
            pulse.well(intake)
        part = STEPS.get(name, Part.HANDLE)
        pulse.alive(intake if part is Part.INTAKE else part)
        reached(name)

    return at_step
