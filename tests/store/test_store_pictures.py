"""Pictures in the tables, on both databases: sizes, previews, evidence, and what a sender sent before."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import insert, select, text

from mailbot.adapters.files import FileStore
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.pictures import MOST_PIXELS, add_views
from mailbot.adapters.reading.previews import look_at_pictures
from mailbot.adapters.store.desk_store import DeskStore
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import open_engine, reading, reading_one_state, writing
from mailbot.adapters.store.migrating import migrate_down, migrate_up
from mailbot.adapters.store.queries import find_history, find_mails
from mailbot.adapters.store.tables import files, letters
from mailbot.domain.letter import LetterKind
from mailbot.domain.thread import Clues
from mailbot.parts import Correspondent, make_writer
from mailbot.ports import Kept, Listed
from mailbot.receive import Receiver
from mailbot.settings import load_settings
from tests.builders import ASHA, BHARAT, CHITRA, make_picture, the_desk
from tests.fakes import FakeAlarms
from tests.reading.picture_samples import logo, mail_with, photograph, screenshot
from tests.store.desk_work import EPOCH, MAILBOX, NOW, claim, mail_for, open_one
from tests.world import PACE

NOTHING = Clues((), (), ())
EMBLEM = make_picture("image001.png", sha256="e1" * 32, inline=True, width=180, height=60)


def seen_before(store, uid, sender=ASHA, file=EMBLEM):
    """Return what the tables know of a mail that brings a picture."""
    (entry,) = claim(store, uid)
    return store.find_known(mail_for(entry, sender=sender, attachments=(file,)), NOTHING, entry, NOW).seen_before


def test_what_a_sender_sent_before_is_known(store):
    """The same emblem of the same officer; in another spelling of the address it is still the same officer."""
    open_one(store, 1, attachments=(EMBLEM,))
    assert seen_before(store, 2) == {EMBLEM.sha256}
    assert seen_before(store, 3, sender="ASHA@tax.up.example") == {EMBLEM.sha256}
    assert seen_before(store, 4, sender=BHARAT) == frozenset()
    assert seen_before(store, 5, file=make_picture(sha256="aa" * 32, inline=True, width=180, height=60)) == frozenset()


def test_large_and_attached_pictures_are_not_even_looked_up(store):
    """They are evidence in any case, so most mails cost no query."""
    open_one(store, 1, attachments=(make_picture(width=1366, height=768, inline=True), make_picture(width=9, height=9)))
    for uid, file in enumerate((make_picture(width=1366, height=768, inline=True), make_picture(width=9, height=9)), 2):
        assert seen_before(store, uid, file=file) == frozenset()


def test_a_mail_does_not_repeat_itself(store):
    """A mail that is handled again after a change of its ticket met nobody's earlier picture but its own."""
    number = open_one(store, 1, attachments=(EMBLEM,))
    (entry,) = claim(store, 2)
    with writing(store.engine) as connection:
        row = dict(connection.execute(select(files)).mappings().one())
        connection.execute(files.delete())
        connection.execute(insert(files).values({**row, "mail_id": entry.id}))
    known = store.find_known(mail_for(entry, attachments=(EMBLEM,)), NOTHING, entry, NOW)
    assert number
    assert known.seen_before == frozenset()


def test_the_question_is_answered_by_an_index(store):
    """However many mails there are; `sender` and `sha256` are both looked up."""
    if store.engine.dialect.name == "sqlite":
        with reading(store.engine) as connection:
            plan = connection.execute(
                text("explain query plan select 1 from files where sender = 'a' and sha256 = 'b' and mail_id != 1")
            ).all()
        assert "ix_files_sender_sha256 (sender=? AND sha256=?)" in str(plan)
        return
    with reading_one_state(store.engine) as connection:
        connection.execute(text("set local enable_seqscan = off"))
        plan = connection.execute(
            text("explain select 1 from files where sender = 'a' and sha256 = 'b' and mail_id <> 1")
        ).all()
    assert "ix_files_sender_sha256" in str(plan)


def test_everything_about_a_picture_is_kept(store):
    """Size, preview and whether it is evidence come back as they went in."""
    shot = make_picture(width=1366, height=768, preview="cd" * 32)
    pixel = make_picture("spacer.gif", sha256="11" * 32, width=1, height=1, inline=True, evidence=False)
    history = find_history(store.engine, open_one(store, 1, attachments=(shot, pixel)))
    assert [(f.width, f.height, f.preview, f.evidence, f.inline) for f in history.files] == [
        (1366, 768, "cd" * 32, True, False),
        (1, 1, "", False, True),
    ]


def test_files_from_before_the_migration(database_url):
    """They stay evidence, have no preview, and are known to be their sender's."""
    engine = open_engine(database_url)
    migrate_up(engine)
    store = DeskStore(engine, the_desk(), ZoneInfo("Asia/Kolkata"), nobody_writes, timedelta(seconds=120))
    open_one(store, 1, attachments=(EMBLEM,))
    migrate_down(engine, "0001")
    migrate_up(engine)
    with reading(engine) as connection:
        row = connection.execute(select(files)).mappings().one()
    assert (row["evidence"], row["preview"], row["width"], row["sender"]) == (True, "", 0, ASHA.email)
    assert seen_before(store, 2) == {EMBLEM.sha256}
    engine.dispose()


def nobody_writes(task):
    """Return a letter that is nothing but its key."""
    key = f"<{task.order.kind}.{task.order.to}@x>"
    return SimpleNamespace(message_id=key, kind=task.order.kind, to=task.order.to, subject="", raw=b"")


class Direct:
    """Reads in this process, pictures included."""

    def prepare(self):
        """Be ready; there is nothing to start."""

    def read(self, raw, *, oversized):
        """Return what the mail says."""
        found = read_message(raw, oversized=oversized)
        return add_views(found, dict(look_at_pictures(found, MOST_PIXELS)))


@dataclass
class Desk:
    """A desk with the real reader, rules, tables and letters."""

    store: DeskStore
    receiver: Receiver
    kept: FileStore
    uids: int = 0

    def gets(self, raw):
        """Let one mail arrive and be handled; return its line in the ledger."""
        self.uids += 1
        kept = Kept(Listed(self.uids, len(raw), NOW), self.kept.keep(raw), oversized=False)
        self.store.keep(MAILBOX, EPOCH, [kept], NOW)
        self.receiver.handle_due()
        return find_mails(self.store.engine, "done")[-1]

    def letter(self, kind):
        """Return the last letter of this kind."""
        with reading(self.store.engine) as connection:
            query = select(letters.c.raw).where(letters.c.kind == kind).order_by(letters.c.id.desc())
            return connection.execute(query).scalars().first()


@pytest.fixture
def desk(engine, tmp_path):
    """Return a desk where Asha and Chitra are in the directory."""
    settings = load_settings(None)
    kept = FileStore(tmp_path / "files", 0)
    correspondent = Correspondent(make_writer(settings, the_desk()), kept)
    store = DeskStore(engine, the_desk(), ZoneInfo("Asia/Kolkata"), correspondent, timedelta(seconds=120))
    keep_people(engine, [ASHA, CHITRA])
    receiver = Receiver(kept, store, Direct(), the_desk(), PACE, lambda: NOW, lambda _: None, FakeAlarms())
    return Desk(store, receiver, kept)


def test_three_mails_of_an_officer_with_a_logo_in_her_signature(desk):
    """The first shows it, as nobody knows it yet; later only the screenshots are shown, and all files are kept."""
    emblem = ("image001.png", logo(), "png")
    numbers = []
    for words, shots in (
        ("GSTR-3B दाखिल नहीं हो रहा।", ()),
        ("E-way Bill portal does not open.", (("image002.png", screenshot(1366, 768), "png"),)),
        ("रिफंड की फ़ाइल नहीं मिल रही।", ()),
    ):
        numbers.append(desk.gets(mail_with(*shots, emblem, words=words, inline=True)).ticket)
    shown = [
        [(file.name, file.evidence) for file in find_history(desk.store.engine, number).files] for number in numbers
    ]
    assert shown == [
        [("image001.png", True)],
        [("image002.png", True), ("image001.png", False)],
        [("image001.png", False)],
    ]
    assert b"image001.png" not in desk.letter(LetterKind.NEW_TICKET)
    for number in numbers:
        for file in find_history(desk.store.engine, number).files:
            assert zlib.crc32(desk.kept.find(file.sha256))


def test_a_photograph_goes_out_without_the_place_where_it_was_taken(desk):
    """The letter has the preview, upright and under a name that fits; the original is kept as it came."""
    original = photograph()
    number = desk.gets(mail_with(("IMG_2031.jpg", original, "jpeg"))).ticket
    (file,) = find_history(desk.store.engine, number).files
    raw = desk.letter(LetterKind.NEW_TICKET)
    assert desk.kept.find(file.sha256) == original
    assert Image.open(io.BytesIO(desk.kept.find(file.preview))).size == (1080, 1440)
    assert b"IMG_2031.png" in raw
    assert b"image/jpeg" not in raw


def test_a_bitmap_can_be_seen_in_a_letter(desk):
    """No mail client shows a BMP; its preview is shown by all."""
    desk.gets(mail_with(("Untitled.bmp", screenshot(800, 600, "BMP"), "bmp")))
    raw = desk.letter(LetterKind.NEW_TICKET)
    assert b"Untitled.png" in raw
    assert b"image/png" in raw
