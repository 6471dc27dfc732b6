"""What officers send and see in tests of their pages: tickets with files, photographs, what a page shows."""

from __future__ import annotations

import io
import re
from itertools import count
from typing import TYPE_CHECKING, Any

from PIL import Image

from mailbot.acting import Upload
from mailbot.adapters.store.queries import find_history
from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from mailbot.domain.act import Act, Door
from mailbot.domain.tags import Fields
from tests.builders import ASHA

if TYPE_CHECKING:
    from mailbot.adapters.store.queries import FileLine
    from mailbot.domain.people import Person
    from mailbot.domain.verbs import Verb
    from mailbot.web.desk import WebDesk

TITLE = "GSTR-3B दाखिल नहीं हो रहा"
WORDS = "पोर्टल पर त्रुटि 500 आती है।"
HINDI_NAME = "त्रुटि का स्क्रीनशॉट.png"
FORM = {
    "request_type": "problem", "module": "return-filing", "priority": "high", "title": TITLE, "text": WORDS,
    "mobile": "94122 33445",
}  # fmt: skip
_TOKENS = re.compile(r'(name="(?:csrf|act_key|csrf-token)" (?:value|content)=")[^"]*')
_ORIENTATION, _GPS = 0x0112, 0x8825
_keys = count(1)


def do(
    web: WebDesk, person: Person, number: str = "", verb: Verb | None = None, text: str = WORDS, *,
    uploads: tuple[Upload, ...] = (), **more: Any,
) -> str:  # fmt: skip
    """Let somebody open a ticket, or do one thing with one; return its number."""
    values = {"title": "" if number else TITLE} | more
    if not number:
        values |= {"fields": Fields(module="return-filing", priority="high", request_type="problem")}
    return web.acting.act(
        Act(person, Door.WEB, f"of officers {next(_keys)}", number, verb, text=text, **values), uploads
    ).number


def open_with(web: WebDesk, *uploads: Upload, person: Person = ASHA) -> str:
    """Open a ticket with files."""
    return do(web, person, uploads=uploads)


def screenshot(name: str = HINDI_NAME) -> Upload:
    """Return a screenshot of a portal."""
    return Upload(name, draw_page(RETURN_FAILED))


def photograph(kind: str = "jpeg", turn: int = 1, width: int = 640) -> Upload:
    """Return a photograph that tells where it was taken; its pixels are those of its kind, turn and width alone."""
    exif, out = Image.Exif(), io.BytesIO()
    exif[_ORIENTATION] = turn
    exif.get_ifd(_GPS).update({1: "N", 2: (26.0, 50.0, 48.0), 3: "E", 4: (80.0, 56.0, 46.0)})
    Image.linear_gradient("L").resize((width, 480)).convert("RGB").save(out, kind.upper(), exif=exif)
    return Upload(f"photo-{turn}-{width}.{kind}", out.getvalue())


def files_of(web: WebDesk, number: str) -> tuple[FileLine, ...]:
    """Return the files of a ticket."""
    history = find_history(web.engine, number)
    assert history
    return history.files


def without_tokens(page: str) -> str:
    """Return a page without what is random in it."""
    return _TOKENS.sub(r"\1", page)
