"""What all pages share: the desk, the database, the files, the clock, the words."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailbot.acting import Acting
from mailbot.adapters.alarms import NoAlarms
from mailbot.adapters.clock import now
from mailbot.adapters.keys import KeyFollower, find_key_file, load_keys
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.domain.errors import SettingsError, WorldError
from mailbot.parts import (
    Correspondent,
    load_calendar,
    make_inspection,
    make_writer,
    open_files,
    open_reader,
    open_store,
)
from mailbot.settings.desk import make_desk
from mailbot.settings.web import read_handoff_key, require_address
from mailbot.share import shared
from mailbot.web.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import Engine
    from starlette.requests import Request

    from mailbot.adapters.letters import LetterWriter
    from mailbot.adapters.reading.parent import ChildReader
    from mailbot.domain.desk import Desk
    from mailbot.file_keeping import KeptFiles
    from mailbot.settings import Settings

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 30.0


class Later:
    """Work whose length must not show in the answer, done one after the other in a thread of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "mailbot-web-later")

    def add(self, work: Callable[[], None]) -> None:
        """Do it soon."""
        self._thread.submit(_attempt, work)

    def drain(self) -> None:
        """Wait until everything that was added is done."""
        self._thread.submit(int).result()

    def close(self) -> None:
        """Finish what was added."""
        self._thread.shutdown()


def _attempt(work: Callable[[], None]) -> None:
    try:
        work()
    except WorldError as error:
        log.warning("a sign-in link was not sent: %s", error)
    except Exception:
        log.exception("a sign-in link was not sent")


@dataclass(frozen=True, slots=True)
class WebDesk:
    """Everything a page may need; made once. `handoff_key` is empty when nobody hands people over."""

    settings: Settings
    engine: Engine
    desk: Desk
    acting: Acting
    mails: ChildReader
    files: KeptFiles
    writer: LetterWriter
    templates: Templates
    timezone: ZoneInfo
    handoff_key: str
    now: Callable[[], datetime]
    later: Later


@dataclass(frozen=True, slots=True)
class Written:
    """What is read from templates once: the writer of letters, and the pages."""

    letters: LetterWriter
    pages: Templates


def read_templates(settings: Settings, desk: Desk) -> Written:
    """Return what the templates make. Raises SettingsError when one of them is wrong."""
    return Written(make_writer(settings, desk), Templates(shared("templates"), settings, desk))


def web_desk(request: Request) -> WebDesk:
    """Return what all pages share."""
    found: WebDesk = request.app.state.web
    return found


def make_web_desk(  # noqa: PLR0917 - what is opened and closed elsewhere
    settings: Settings,
    engine: Engine,
    desk: Desk,
    written: Written,
    reader: ChildReader,
    clock: Callable[[], datetime],
    later: Later,
) -> WebDesk:
    """Put together what the pages need, over an open database."""
    files, timezone = open_files(settings), ZoneInfo(settings.desk.timezone)
    lease = timedelta(seconds=settings.worker.lease_seconds)
    book = DeskStore(engine, desk, timezone, Correspondent(written.letters, files), lease)
    inspector = make_inspection(settings, engine, NoAlarms())
    return WebDesk(
        settings=settings,
        engine=engine,
        desk=desk,
        acting=Acting(files, book, reader, desk, clock, inspector),
        mails=reader,
        files=files,
        writer=written.letters,
        templates=written.pages,
        timezone=timezone,
        handoff_key=read_handoff_key(settings),
        now=clock,
        later=later,
    )


@contextmanager
def open_web(settings: Settings) -> Iterator[WebDesk]:
    """Open what the pages need. Raises SettingsError when something is not set, WorldError without a database."""
    require_address(settings)
    if not settings.desk.address:
        raise SettingsError("desk.address: not set. `mailbot init` asks for it and writes settings.toml.")
    with ExitStack() as stack:
        engine = stack.enter_context(open_store(settings))
        desk = make_desk(settings, load_keys(settings), load_calendar(settings))
        later = Later()
        stack.callback(later.close)
        reader = open_reader(settings)
        stack.callback(reader.close)
        stack.enter_context(_following_keys(KeyFollower(settings, find_key_file(settings), desk.keys, now)))
        yield make_web_desk(settings, engine, desk, read_templates(settings, desk), reader, now, later)


@contextmanager
def _following_keys(keys: KeyFollower) -> Iterator[None]:
    """Let the keys of the reply tokens follow their file as long as the pages are served."""
    ending = threading.Event()

    def follow() -> None:
        while not ending.wait(FOLLOW_SECONDS):
            keys.follow()

    thread = threading.Thread(target=follow, name="mailbot-web-keys", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
