"""Forms as they were sent: read within their limits, each field checked, mistakes kept beside the field."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from mailbot.acting import Upload
from mailbot.web.desk import web_desk
from mailbot.web.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from starlette.requests import Request

Item = TypeVar("Item")

# A form without files has words only.
WORDS_BYTES = 65_536
FIELDS, FILES = 200, 10
TOKEN, KEY = "csrf", "act_key"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field: the key of a sentence, and what it names."""

    words: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent. Reading a field notes in `errors` what is wrong with it; the page shows that beside it."""

    sent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uploads: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)
    errors: dict[str, Mistake] = field(default_factory=dict)

    @property
    def token(self) -> str:
        """What proves where the form came from."""
        return self.old(TOKEN)

    @property
    def key(self) -> str:
        """The key of the act: the same for a form that is sent twice. Raises Refused when the form has none."""
        if not _KEY.fullmatch(key := self.old(KEY)):
            raise Refused(400, "common.stale_form")
        return key

    def old(self, name: str) -> str:
        """Return a field as it was sent, to be shown again."""
        return next(iter(self.sent.get(name, ())), "")

    def text(self, name: str, most: int = 200, *, required: bool = False) -> str:
        """Return the lines of a field."""
        written = unicodedata.normalize("NFC", self.old(name)).replace("\r\n", "\n").replace("\r", "\n").strip()
        if not written and required:
            self.wrong(name, "common.needed")
        if len(written) > most:
            self.wrong(name, "common.too_long", most=most, now=len(written))
        return written

    def line(self, name: str, most: int = 200, *, required: bool = False) -> str:
        """Return a field as one line."""
        return " ".join(self.text(name, most, required=required).split())

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str:
        """Return which of the allowed values was chosen; an empty one when none was."""
        chosen = self.old(name)
        if not chosen and required:
            self.wrong(name, "common.choose_one")
        if chosen and chosen not in allowed:
            self.wrong(name, "common.not_offered")
            return ""
        return chosen

    def many(self, name: str, most: int = 200) -> tuple[str, ...]:
        """Return all values of a field, such as the boxes that were ticked."""
        return self.sent.get(name, ())[:most]

    def checked(self, name: str) -> bool:
        """Tell whether a box was ticked."""
        return bool(self.old(name))

    def number(self, name: str, least: int, most: int) -> int | None:
        """Return a whole number, or None when there is none."""
        written = self.old(name).strip()
        if not written:
            return None
        if not re.fullmatch(r"-?[0-9]{1,9}", written, re.ASCII) or not least <= int(written) <= most:
            self.wrong(name, "common.no_number", least=least, most=most)
            return None
        return int(written)

    def day(self, name: str) -> date | None:
        """Return a day as browsers write it (2026-11-24), or None when there is none."""
        written = self.old(name).strip()
        try:
            return date.fromisoformat(written) if written else None
        except ValueError:
            self.wrong(name, "common.no_day")
            return None

    def files(self, name: str, most: int = FILES) -> tuple[Upload, ...]:
        """Return the files of a field."""
        found = self.uploads.get(name, ())
        if len(found) > most:
            self.wrong(name, "common.too_many_files", most=most)
        return found

    def wrong(self, name: str, words: str, /, **values: object) -> None:
        """Note a mistake; the first one of a field counts."""
        self.errors.setdefault(name, Mistake(words, values))


async def read_form(request: Request, *, files: bool) -> Form:
    """Return the form of a request. Raises Refused when it is no form or larger than it may be."""
    limit = web_desk(request).settings.web.form_bytes if files else WORDS_BYTES
    if int(request.headers.get("content-length") or 0) > limit:
        raise Refused(413, "common.too_large")
    try:
        async with request.form(max_files=FILES if files else 0, max_fields=FIELDS, max_part_size=WORDS_BYTES) as read:
            sent: dict[str, list[str]] = {}
            uploads: dict[str, list[Upload]] = {}
            for name, value in read.multi_items():
                if isinstance(value, UploadFile):
                    if value.filename:  # a field for files that was left empty has none
                        uploads.setdefault(name, []).append(Upload(value.filename, await value.read()))
                else:
                    sent.setdefault(name, []).append(value)
    except (HTTPException, ClientDisconnect) as error:
        raise Refused(400, "common.unreadable_form") from error
    return Form(_frozen(sent), _frozen(uploads))


def _frozen(lists: Mapping[str, list[Item]]) -> dict[str, tuple[Item, ...]]:
    return {name: tuple(items) for name, items in lists.items()}
