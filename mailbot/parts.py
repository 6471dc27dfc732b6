"""From settings to the single parts of the desk; app.py puts them together."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailbot.accounts import find_start, imap_account
from mailbot.adapters.calendar_file import read_office_days
from mailbot.adapters.clock import now
from mailbot.adapters.failpoints import no_failpoint
from mailbot.adapters.files import FileStore
from mailbot.adapters.guide import Guide
from mailbot.adapters.imap.elsewhere import OtherFolders
from mailbot.adapters.keys import load_keys, make_keys
from mailbot.adapters.letters import LetterWriter
from mailbot.adapters.letters.words import read_words
from mailbot.adapters.reading import ChildReader
from mailbot.adapters.scanning import ClamdScanner
from mailbot.adapters.sheets import write_files
from mailbot.adapters.store.applying import Applier
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.found_mails import FoundMails
from mailbot.adapters.store.revisions import require_current
from mailbot.adapters.store.scans import Scans
from mailbot.adapters.store.transferring import PeopleImport
from mailbot.domain.errors import SettingsError, WorldError
from mailbot.domain.letter import LETTERS, Picture
from mailbot.domain.mail import Verdict
from mailbot.domain.people import Language
from mailbot.domain.transfers import Follow
from mailbot.elsewhere import Lookout
from mailbot.inspection import Inspection
from mailbot.settings.desk import make_desk, read_grammar_file
from mailbot.settings.mailboxes import find_mailboxes
from mailbot.settings.service import make_calendar
from mailbot.share import shared
from mailbot.shared_files import open_bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from mailbot.adapters.pacing import Gate
    from mailbot.adapters.store.posting import LetterTask
    from mailbot.domain.alarms import Alarms
    from mailbot.domain.calendar import Calendar
    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import Letter
    from mailbot.domain.mail import Attachment
    from mailbot.file_keeping import KeptFiles
    from mailbot.settings import Settings
    from mailbot.settings.mailboxes import OneMailbox

# Files with other verdicts are told of in sentences of their own.
TOLD_BY_NAME = frozenset({Verdict.CLEAN, Verdict.UNASKED})
# Lies in the data folder as long as a restore is not done.
BEING_RESTORED = "restore-is-under-way"
# So many mails are read while one is applied; more processes would wait for the one that applies.
READ_AHEAD = 2
# Found within a day (twice as often, as a look may fail).
LOOK_EVERY = timedelta(hours=11)


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Writes letters: fetches the pictures of a mail and hands everything to the letter writer.

    It is called inside the transaction that obeys a decision, so `reached` is told of a step within it.
    """

    writer: LetterWriter
    files: KeptFiles
    reached: Callable[[str], None] = no_failpoint

    def __call__(self, task: LetterTask) -> Letter:
        """Return the finished letter."""
        self.reached("letter-begun")
        if task.ticket is None:
            return self.writer.write_for_desk(task.order, task.thread, task.at, task.event_key)
        evidence = [file for file in task.attachments if file.evidence]
        # A letter that shows no picture only counts them, and the file store may be a network away.
        shows = LETTERS[task.order.kind].pictures
        pictures = [self._picture(file, is_read=shows) for file in evidence if file.shown]
        return self.writer.write(
            task.order,
            task.ticket,
            task.thread,
            pictures,
            task.at,
            task.event_key,
            requester=task.requester,
            assignee=task.assignee,
            other_files=[file.name for file in evidence if not file.shown and file.verdict in TOLD_BY_NAME],
            facts=task.facts,
        )

    def _picture(self, file: Attachment, *, is_read: bool) -> Picture:
        """Return what the letter shows: the file itself, or its preview under a name that says what that is."""
        data = self.files.find(file.shown) if is_read else b""
        if file.shown == file.sha256:
            return Picture(file.name, file.content_type, data)
        return Picture(f"{file.name.rpartition('.')[0] or file.name}.png", "image/png", data)


def make_writer(settings: Settings, desk: Desk) -> LetterWriter:
    """Return the writer of this desk's letters."""
    return LetterWriter(
        desk=desk,
        names={Language.ENGLISH: settings.desk.name_en, Language.HINDI: settings.desk.name_hi},
        timezone=ZoneInfo(settings.desk.timezone),
        plus_addressing=settings.desk.plus_addressing,
        templates=shared("templates") / "mail",
        picture_limit=settings.limits.letter_picture_bytes,
        spreadsheets=write_files,
    )


def make_guide(settings: Settings) -> Guide:
    """Return the printed guide of this desk. Raises SettingsError when it has no address yet."""
    if not settings.desk.address:
        raise SettingsError("desk.address: not set. A guide without the address to write to would help nobody.")
    desk = make_desk(settings, make_keys("a guide proves nothing and needs no key"))
    return Guide(
        desk=desk,
        names={Language.ENGLISH: settings.desk.name_en, Language.HINDI: settings.desk.name_hi},
        spoken=read_grammar_file()["commands"],
        meanings=read_words(shared("templates") / "mail").table["verb"],
        templates=shared("templates") / "guide",
        at=now().astimezone(ZoneInfo(settings.desk.timezone)),
    )


def open_files(settings: Settings) -> KeptFiles:
    """Return the store of files that the settings name. Raises SettingsError when it cannot be used as they are."""
    minimum_free = settings.storage.minimum_free_mb * 1_000_000
    if settings.files.store == "s3":
        return open_bucket(settings, minimum_free)
    return FileStore(settings.data / "files", minimum_free)


def open_reader(settings: Settings) -> ChildReader:
    """Return the reader of mails; its processes start with the first mails."""
    limits = settings.limits
    return ChildReader(
        cpu_seconds=limits.parse_cpu_seconds,
        wall_seconds=limits.parse_seconds,
        memory_mb=limits.parse_memory_mb,
        picture_pixels=limits.picture_pixels,
        children=READ_AHEAD,
    )


def make_inspection(settings: Settings, engine: Engine, alarms: Alarms) -> Inspection | None:
    """Return what shows files to the malware scanner, or None when there is none."""
    chosen = settings.scanner
    if not chosen.socket:
        return None
    scanner = ClamdScanner(chosen.socket, chosen.seconds, chosen.max_bytes)
    return Inspection(
        scanner, Scans(engine), open_files(settings), alarms, now, patience=timedelta(seconds=chosen.seconds)
    )


def make_data_folder(settings: Settings) -> None:
    """Make the folder for everything mailbot keeps; nobody else may look into it."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WorldError(
            f"The folder storage.folder = {settings.storage.folder!r} cannot be made at {settings.data}: "
            f"{error.strerror}. Name a folder in which this user may write."
        ) from error


def load_calendar(settings: Settings) -> Calendar:
    """Return the working time of the desk with the days of its holiday files. Raises SettingsError for a wrong file."""
    days = read_office_days(settings.path(name) for name in settings.working_time.holiday_files)
    return make_calendar(settings, days.holidays, days.special)


def make_lookout(settings: Settings, engine: Engine, gate: Gate, box: OneMailbox) -> Lookout | None:
    """Return what looks for mail beside an inbox; it opens connections and a reader of its own when it looks.

    Of several mailboxes in one account only the first has one.
    """
    found = find_mailboxes(settings)
    same = [other for other in found if other.account.casefold() == box.account.casefold()]
    if same[0].key != box.key:
        return None
    also = tuple(dict.fromkeys(name for other in same for name in other.imap.also_look_in))
    read = tuple(name for other in same for name in (other.imap.folder, other.imap.processed_folder))
    account = box.account if len(found) > 1 else ""
    return Lookout(
        places=OtherFolders(imap_account(settings, box=box), also, gate, read=read),
        book=FoundMails(engine, timedelta(seconds=settings.worker.lease_seconds), account),
        files=open_files(settings),
        open_reader=lambda: closing(open_reader(settings)),
        start=find_start(settings, box),
        every=LOOK_EVERY,
        mail_bytes=settings.limits.mail_bytes,
        now=now,
    )


def open_import(settings: Settings, engine: Engine) -> PeopleImport:
    """Return what imports lists of people, with the letters that an import writes."""
    desk = make_desk(settings, load_keys(settings), load_calendar(settings))
    correspondent = Correspondent(make_writer(settings, desk), open_files(settings))
    applier = Applier(engine, desk, ZoneInfo(settings.desk.timezone), correspondent)
    return PeopleImport(applier, Follow(settings.people.tickets_follow))


def require_complete(settings: Settings) -> None:
    """Raise SettingsError that names everything a desk cannot run without and that is not set."""
    needed = {
        "desk.address": settings.desk.address,
        "imap.host": settings.imap.host,
        "imap.username": settings.imap.username,
        "smtp.host": settings.smtp.host,
    }
    needed |= {f"mailboxes.{name}.host": chosen.host for name, chosen in settings.mailboxes.items()}
    if settings.smtp.auth == "oauth2":
        needed["smtp.username"] = settings.smtp.username
    if missing := [key for key, value in needed.items() if not value]:
        raise SettingsError(f"{', '.join(missing)}: not set. `mailbot init` asks for them and writes settings.toml.")


@contextmanager
def open_store(settings: Settings) -> Iterator[Engine]:
    """Open the database. Raises WorldError when it is not migrated, or half restored."""
    if (mark := settings.data / BEING_RESTORED).exists():
        raise WorldError(
            "A restore is under way, or broke off. When it broke off, remove what it brought, and the file "
            f"{mark}, then begin anew."
        )
    engine = open_engine(settings.database_url)
    try:
        require_current(engine)
        yield engine
    finally:
        engine.dispose()
