"""A believable desk and one letter for every kind, language and audience; the samples lie in mailbot/demo/samples/."""

from __future__ import annotations

import struct
import tomllib
import zlib
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailbot.adapters.letters import LetterWriter
from mailbot.adapters.sheets import write_files
from mailbot.demo.samples import letters
from mailbot.demo.samples.letters import (
    AT,
    DESK_KINDS,
    NOTICES,
    NUMBER,
    PROBLEMS,
    STATUSES,
    TEXTS,
    TICKET_KINDS,
    TITLES,
    VALUES,
    make_ticket,
)
from mailbot.demo.samples.people import ENGLISH, HINDI, OFFICERS, RAKESH, STAFF, SUNITA
from mailbot.domain.catalogue import Catalogue, Choices, Entry
from mailbot.domain.desk import AnswerLimits, Desk
from mailbot.domain.grammar import parse_grammar
from mailbot.domain.letter import LETTERS, Audience, LetterKind, LetterOrder, Picture, Thread
from mailbot.domain.trust import TokenKeys
from mailbot.settings import load_settings
from mailbot.settings.service import make_calendar, make_service

if TYPE_CHECKING:
    from mailbot.domain.people import Language

__all__ = [
    "AT",
    "DESK_ADDRESS",
    "DESK_KINDS",
    "ENGLISH",
    "HINDI",
    "KEYS",
    "NAMES",
    "NOTICES",
    "NUMBER",
    "OFFICERS",
    "PICTURE",
    "PROBLEMS",
    "RAKESH",
    "ROOT",
    "STAFF",
    "STATUSES",
    "SUNITA",
    "TEMPLATES",
    "TEXTS",
    "TICKET_KINDS",
    "TITLES",
    "VALUES",
    "make_desk",
    "make_order",
    "make_png",
    "make_ticket",
    "make_writer",
    "write_sample",
]

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates" / "mail"
NAMES = {ENGLISH: "IT Help Desk", HINDI: "आईटी सहायता केंद्र"}
KEYS = TokenKeys("k1", {"k1": b"a secret of the desk, 32 bytes.."})
DESK_ADDRESS = "itdesk@tax.up.example"


def make_desk(address: str = DESK_ADDRESS) -> Desk:
    """Return a desk with the catalogue of settings.toml and the grammar of the program."""
    settings = tomllib.loads((ROOT / "settings.toml").read_text(encoding="utf-8"))["catalogue"]
    grammar = tomllib.loads((ROOT / "mailbot" / "domain" / "grammar.toml").read_text(encoding="utf-8"))

    def choices(name, default):
        entries = tuple(Entry(e["code"], e["en"], e["hi"], tuple(e["aliases"])) for e in settings[name])
        return Choices(entries, settings[default])

    return Desk(
        address=address,
        own_addresses=frozenset({address}),
        prefix="TMS",
        catalogue=Catalogue(
            choices("request_types", "default_request_type"),
            choices("modules", "default_module"),
            choices("priorities", "default_priority"),
        ),
        grammar=parse_grammar(grammar),
        keys=KEYS,
        language=ENGLISH,
        description_limit=500,
        reopen_after_close=timedelta(days=30),
        close_after=timedelta(days=7),
        answers=AnswerLimits(20, 100),
        answers_unknown=AnswerLimits(5, 10),
        timezone=ZoneInfo("Asia/Kolkata"),
        calendar=make_calendar(load_settings(None)),
        service=make_service(load_settings(None)),
    )


@lru_cache(maxsize=8)
def make_writer(
    address: str = DESK_ADDRESS,
    *,
    plus_addressing: bool = True,
    picture_limit: int = 3_000_000,
    templates: Path = TEMPLATES,
) -> LetterWriter:
    """Return a writer, with the real templates unless a test brings its own; made once for each set of arguments."""
    return LetterWriter(
        make_desk(address),
        NAMES,
        ZoneInfo("Asia/Kolkata"),
        templates,
        plus_addressing=plus_addressing,
        picture_limit=picture_limit,
        spreadsheets=write_files,
    )


@lru_cache(maxsize=1)
def sample_desk() -> Desk:
    """Return the desk whose answers the samples hold; made once."""
    return make_desk()


def make_order(
    kind: LetterKind, language: Language = ENGLISH, audience: Audience = Audience.REQUESTER, **changes
) -> LetterOrder:
    """Return a believable order."""
    return letters.make_order(kind, sample_desk(), language, audience, **changes)


def make_png(width: int = 3, height: int = 2) -> bytes:
    """Return a small true PNG."""
    rows = b"".join(b"\x00" + b"\x20\x60\xa0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@lru_cache(maxsize=256)
def write_sample(writer, kind, language=ENGLISH, audience=Audience.REQUESTER, pictures=(), **changes):
    """Write one believable letter; `changes` go to the order, but `thread` to the writer."""
    thread = changes.pop("thread", Thread())
    if LETTERS[kind].about_desk:
        return writer.write_for_desk(make_order(kind, language, audience, **changes), thread, AT, "event 1")
    return writer.write(
        make_order(kind, language, audience, **changes),
        make_ticket(language, kind),
        thread,
        pictures,
        AT,
        "event 1",
        OFFICERS[language],
    )


PICTURE = Picture("GSTR-3B error.png", "image/png", make_png())
