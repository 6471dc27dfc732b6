"""Pictures of all pages for docs/web: `python -m tests.web.gallery docs/web` (half a minute, needs Chromium).

Each page is taken wide and in English, some on a phone and in Hindi as well; a picture has few colours and is at most
120 kB.
"""

from __future__ import annotations

import io
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine, writing
from mailbot.adapters.store.tables import metadata
from mailbot.adapters.store.web_sessions import begin_session
from mailbot.domain.people import Language
from mailbot.parts import open_reader
from mailbot.settings import load_settings
from mailbot.web.cookies import digest_of, make_secret
from mailbot.web.desk import Later, make_web_desk, read_templates
from tests.builders import the_desk
from tests.web.all_pages import looks_at
from tests.web.browsing import NARROW, WIDE, find_chromium, open_tab, served
from tests.web.clients import EVERYBODY, Clock
from tests.web.showcase import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.domain.people import Person
    from mailbot.web.desk import WebDesk

MOST_BYTES = 120_000
# What is taken in Hindi on a phone as well.
ON_PHONES = frozenset(
    {"sign-in", "tickets", "generate-ticket", "ticket", "report", "queue", "ticket-staff", "statistics"}
)
_HEIGHT, _TALLEST = 800, 2_400
_COLOURS = (128, 64, 32, 16)


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        web, clock = stack.enter_context(_open_desk())
        shown = fill(web, clock)
        served_web = stack.enter_context(served(web))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        stack.callback(browser.close)

        begun: dict[str, str] = {}

        def begin(person: Person, _language: Language | None) -> str:
            return begun.get(person.email) or begun.setdefault(person.email, _sign_in(web, person))

        for look in looks_at(web, shown):
            for width, language in ((WIDE, Language.ENGLISH), (NARROW, Language.HINDI)):
                if width == NARROW and look.name not in ON_PHONES:
                    continue
                if look.person:
                    keep_people(web.engine, [replace(look.person, language=language)])
                tab = open_tab(browser, served_web, begin, width=width, person=look.person, language=language)
                taken = tab.open(look.path).screenshot(full_page=True)
                name = f"{look.name}{'-phone-hindi' if width == NARROW else ''}.png"
                (folder / name).write_bytes(shrink(taken))
                tab.page.context.close()


def shrink(taken: bytes) -> bytes:
    """Return a picture with fewer colours, cut where it becomes too tall, of at most so many bytes."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, _TALLEST)))
    for colours in _COLOURS:
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    return shrink_more(picture)


def shrink_more(picture: Image.Image) -> bytes:
    """Return a tall picture cut in half until it fits."""
    out = io.BytesIO()
    picture.crop((0, 0, picture.width, picture.height * 2 // 3)).save(out, "PNG")
    return shrink(out.getvalue())


def _sign_in(web: WebDesk, person: Person) -> str:
    secret, now = make_secret(), web.now()
    with writing(web.engine) as connection:
        begin_session(connection, digest_of(secret), person.employee_id, "link", now, now + timedelta(hours=2))
    return secret


@contextmanager
def _open_desk() -> Iterator[tuple[WebDesk, Clock]]:
    """Give a desk in a temporary folder, with people and a clock that stands."""
    desk = the_desk()
    with tempfile.TemporaryDirectory(prefix="mailbot-gallery-") as name:
        folder = Path(name)
        file = folder / "settings.toml"
        file.write_text(
            f'[desk]\naddress = "{desk.address}"\n[storage]\nfolder = "{folder / "data"}"\nminimum_free_mb = 1\n',
            encoding="utf-8",
        )
        file.chmod(0o600)
        settings, clock, later = load_settings(file), Clock(), Later()
        engine = open_engine(f"sqlite:///{folder / 'mailbot.db'}")
        metadata.create_all(engine)
        keep_people(engine, EVERYBODY)
        reader = open_reader(settings)
        yield make_web_desk(settings, engine, desk, read_templates(settings, desk), reader, clock, later), clock
        later.close()
        reader.close()
        engine.dispose()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
