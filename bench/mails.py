"""The mails of a benchmark, always the same for a seed: both languages, plain and HTML, with and without screenshots.

Each mail has a case number of its own in its subject, by which its ticket is found again.
"""

from __future__ import annotations

import itertools
import random
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from unittest.mock import patch

from bench.people import DESK, make_officers
from bench.pictures import draw_photo, draw_screenshot
from bench.wordings import CASES, PROBLEMS, SIGNATURES, TITLES
from mailbot.demo import clients
from mailbot.demo.clients import Client, Note, Picture, reply_to, write_mail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from email.message import EmailMessage


SEED = 2611
PLAIN_BYTES = 5_000
SCREENSHOT_BYTES = 300_000
# Of a mixed lot: every tenth has so many of each.
PICTURES_OF_TEN, REPLIES_OF_TEN = 3, 2
MIXED_PICTURE_BYTES = (100_000, 400_000)
FIRST_LARGE = 8_000_001
# 57 bytes of a file are a line of 78 in a mail.
BASE64_OF, BASE64_TO = 57, 78
PROGRAMS = (Client.GMAIL, Client.ANDROID, Client.OUTLOOK, Client.THUNDERBIRD, Client.APPLE, Client.SAMSUNG)
_CASE = re.compile("(?:" + "|".join(CASES.values()) + r") (\d{7})")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it arrives; `case` is 0 for a reply, which opens no ticket, and `ticket` is the one it answers.

    `picture` is the SHA-256 of its screenshot, or empty.
    """

    raw: bytes
    sender: str
    case: int
    picture: str = ""
    ticket: str = ""

    @property
    def sha256(self) -> str:
        """The name of its bytes."""
        return sha256(self.raw).hexdigest()


def find_case(subject: str) -> int:
    """Return the case number in a subject or title, 0 when there is none."""
    found = _CASE.search(subject)
    return int(found[1]) if found else 0


def make_mails(count: int, picture_bytes: int = 0, seed: int = SEED, first_case: int = 1) -> list[Mail]:
    """Return so many fresh mails of about 5 kB, with a screenshot of that size in each, or in none."""
    chance = random.Random(seed)
    with _seeded_marks(chance):
        return [_fresh(chance, first_case + number, picture_bytes) for number in range(count)]


def make_large(count: int, size: int, seed: int = SEED) -> Iterator[Mail]:
    """Yield mails of that many bytes, one after the other: each has a large photograph attached."""
    chance = random.Random(seed)
    for number in range(count):
        with _seeded_marks(chance):
            yield _fresh(chance, FIRST_LARGE + number, size * BASE64_OF // BASE64_TO, draw_photo)


def make_mixed(count: int, seed: int = SEED) -> list[Mail | None]:
    """Return what a desk gets on a day: of ten mails three with a screenshot, and two places for replies."""
    chance = random.Random(seed)
    with _seeded_marks(chance):
        return [_mixed(chance, number) for number in range(count)]


def fill_in_replies(lot: Sequence[Mail | None], letters: Sequence[EmailMessage], seed: int = SEED) -> list[Mail]:
    """Return the lot with replies to these letters of the desk in their places, in turn."""
    chance, answered = random.Random(seed), itertools.cycle(letters)
    with _seeded_marks(chance):
        return [mail or _reply(chance, next(answered)) for mail in lot]


def _mixed(chance: random.Random, number: int) -> Mail | None:
    place = number % 10
    if place < REPLIES_OF_TEN:
        return None
    has_picture = place < REPLIES_OF_TEN + PICTURES_OF_TEN
    return _fresh(chance, number + 1, chance.randint(*MIXED_PICTURE_BYTES) if has_picture else 0)


def _fresh(
    chance: random.Random,
    case: int,
    picture_bytes: int,
    draw: Callable[[random.Random, int], bytes] = draw_screenshot,
) -> Mail:
    officer = chance.choice(make_officers())
    picture = Picture("error-page.png", draw(chance, picture_bytes)) if picture_bytes else None
    client = chance.choice(PROGRAMS)
    title = f"{chance.choice(TITLES[officer.language])} - {CASES[officer.language]} {case:07}"
    text, raw = "", b""
    while len(raw) < PLAIN_BYTES:
        text += chance.choice(PROBLEMS[officer.language]).format(ref=chance.randrange(10**6), code=chance.randrange(40))
        text += "\n\n" if chance.random() < 0.3 else " "
        whole = f"{text.strip()}\n\n{SIGNATURES[officer.language].format(name=officer.name)}"
        raw = _on_its_way(
            chance, write_mail(Note(officer.name, officer.address, DESK, title, whole, client), _date(case))
        )
    if picture:
        note = Note(officer.name, officer.address, DESK, title, whole, client, picture)
        raw = _on_its_way(chance, write_mail(note, _date(case)))
    return Mail(raw, officer.address, case, sha256(picture.data).hexdigest() if picture else "")


def _reply(chance: random.Random, letter: EmailMessage) -> Mail:
    officer = next(one for one in make_officers() if one.address == str(letter["To"].addresses[0].addr_spec))
    words = PROBLEMS[officer.language]
    text = " ".join(chance.choice(words).format(ref=chance.randrange(10**6), code=chance.randrange(40)) for _ in "ab")
    note = reply_to(letter, text, chance.choice(PROGRAMS), officer.name, officer.address)
    ticket = re.search(r"\[([A-Z]+-[0-9-]+)\]", str(letter["Subject"]))
    assert ticket is not None, letter["Subject"]
    return Mail(_on_its_way(chance, write_mail(note, _date(0))), officer.address, 0, ticket=ticket[1])


def _date(case: int) -> datetime:
    return datetime(2026, 11, 24, 4, 30, tzinfo=UTC) + timedelta(seconds=case % 10_000)


def _on_its_way(chance: random.Random, raw: bytes) -> bytes:
    """Return the mail with what the servers on its way wrote on top of it."""
    mark, last = f"{chance.getrandbits(64):016x}", chance.randint(1, 254)
    relay = f"mail-{mark[:4]}.relay.example"
    lines = (
        f"Return-Path: <{mark}@bounce.bench.tax.example>",
        f"Received: from {relay} ({relay} [203.0.113.{last}])",
        f"\tby mx.bench.tax.example (Postfix) with ESMTPS id {mark[4:]}; {format_datetime(_date(0))}",
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=bench.tax.example; s=20260101;",
        "\th=to:subject:message-id:date:from:mime-version:from:to:cc:subject:date;",
        f"\tbh={mark}{mark}{mark[:11]}=; b={mark * 4}",
        f"\t {mark * 4}==",
    )
    return "".join(f"{line}\r\n" for line in lines).encode() + raw


class _Marks:
    """Stands for the module `secrets`, from which the mail programs take boundaries and Message-IDs."""

    def __init__(self, chance: random.Random) -> None:
        self.token_hex = lambda size: chance.randbytes(size).hex()
        self.token_urlsafe = self.token_hex
        self.randbelow = chance.randrange


@contextmanager
def _seeded_marks(chance: random.Random) -> Iterator[None]:
    with patch.object(clients, "secrets", _Marks(chance)):
        yield
