"""Pictures in the reading process: whatever one does to it, the mail and all its files are safe."""

from __future__ import annotations

import hashlib
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from mailbot.adapters.reading import ChildReader
from mailbot.adapters.reading.pictures import unpack_view
from mailbot.adapters.reading.wire import WireError
from tests.reading.picture_samples import (
    WORDS,
    encoded,
    mail_with,
    photograph,
    png_header_only,
    png_with_text_bomb,
    screenshot,
    true_png,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MISBEHAVING = (sys.executable, "-W", "ignore", str(Path(__file__).with_name("misbehaving_child.py")))


@pytest.fixture(scope="module")
def reader() -> Iterator[ChildReader]:
    """Return a reader with the limits that a mail has: ten seconds and 512 MB."""
    with closing(ChildReader(cpu_seconds=10, wall_seconds=30, memory_mb=512)) as made:
        yield made


def read(reader, raw):
    """Read a mail; its words and all original files must be there, whatever became of its pictures."""
    reading = reader.read(raw, oversized=False)
    assert reading.mail.text == WORDS
    for file in reading.mail.attachments:
        assert hashlib.sha256(reading.files[file.sha256]).hexdigest() == file.sha256
        assert not file.preview or reading.files[file.preview].startswith(b"\x89PNG")
    return reading


def test_a_preview_comes_with_the_mail_as_one_more_file(reader):
    """The original is untouched; the preview lies beside it under its own hash."""
    original = screenshot()
    reading = read(reader, mail_with(("error.png", original, "png")))
    (file,) = reading.mail.attachments
    assert (file.width, file.height, file.as_it_is, file.evidence) == (1366, 768, True, True)
    assert reading.files[file.sha256] == original
    assert set(reading.files) == {file.sha256, file.preview} - {""}
    assert file.shown == file.sha256


def test_a_photograph_is_shown_by_its_preview_only(reader):
    """Its original tells where it was taken."""
    (file,) = read(reader, mail_with(("IMG_2031.jpg", photograph(), "jpeg"))).mail.attachments
    assert (file.width, file.height, file.shown) == (1200, 1600, file.preview)


# Made one by one when a test asks for them, as making them costs more than refusing them.
BOMBS = {
    "header": lambda: png_header_only(50_000, 50_000),
    "true-41-megapixels": lambda: true_png(8200, 5000),
    "true-40-megapixels": lambda: true_png(8000, 5000),
    "text": png_with_text_bomb,
    "colours": lambda: encoded(Image.new("RGBA", (8000, 5000), "navy"), compress_level=1),
    "webp": lambda: encoded(Image.new("RGB", (8000, 5000), "navy"), "WEBP", method=0, quality=10),
    "print": lambda: encoded(Image.new("CMYK", (8000, 5000)), "JPEG", progressive=True),
    "gif-frames": lambda: encoded(gif_frame(0), "GIF", save_all=True, append_images=[gif_frame(n) for n in (1, 2, 3)]),
}


def gif_frame(colour):
    """Return one of the large frames of an animation."""
    return Image.new("P", (4000, 4000), colour)


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_stay_within_the_limits(reader, name):
    """Ten seconds and 512 MB hold for all of them, and the mail is read."""
    subtype, bomb = {"webp": "webp", "print": "jpeg", "gif-frames": "gif"}.get(name, "png"), BOMBS[name]()
    raw = mail_with((f"bomb.{subtype}", bomb, subtype))
    begun = time.monotonic()
    (file,) = read(reader, raw).mail.attachments
    assert time.monotonic() - begun < 10
    assert file.size == len(bomb)


def test_many_large_pictures_do_not_take_all_the_time(reader):
    """The first ones get previews, the others are kept with their size in pixels and a sentence."""
    scan = encoded(Image.new("RGB", (7000, 5000), "navy"), compress_level=1)
    pictures = [(f"scan-{n}.png", scan + bytes([n]), "png") for n in range(12)]
    begun = time.monotonic()
    reading = read(reader, mail_with(*pictures))
    assert time.monotonic() - begun < 10
    files = reading.mail.attachments
    assert all((file.width, file.height) == (7000, 5000) for file in files)
    assert files[0].preview
    assert not files[-1].preview
    assert any("too many for previews" in problem for problem in reading.mail.problems)


@pytest.mark.parametrize("harm", ["BURN", "DIE", "EAT", "LIE"])
def test_a_decoder_that_fails_costs_its_preview_only(harm, monkeypatch):
    """It runs for ever, crashes, eats memory or talks nonsense: the mail was told before, the next one is read."""
    raw = mail_with(("one.png", screenshot(500, 300), "png"), (f"{harm}.png", screenshot(501, 300), "png"))
    monkeypatch.setenv("PICTURE_HARM", harm)
    with closing(ChildReader(cpu_seconds=1, wall_seconds=8, memory_mb=512, command=MISBEHAVING)) as reader:
        first, second = read(reader, raw).mail.attachments
        assert (first.width, second.width, second.shown) == (500, 0, "")
        (after,) = read(reader, mail_with(("after.png", screenshot(600, 300), "png"))).mail.attachments
        assert after.width == 600


def test_a_damaged_tiff_writes_nothing_into_the_log(capfd):
    """Its decoder complains on the standard error, once for each fault; the program's log is for people."""
    whole = bytearray(screenshot(600, 400, "TIFF", compression="tiff_lzw"))
    whole[200:9000:7] = bytes(len(range(200, 9000, 7)))
    with closing(ChildReader(cpu_seconds=10, wall_seconds=30, memory_mb=512)) as reader:
        reading = read(reader, mail_with(("scan.tif", bytes(whole), "tiff")))
    assert "damaged" in " ".join(reading.mail.problems)
    assert capfd.readouterr().err == ""


def test_what_happened_is_a_sentence_for_people():
    """A person can see why a picture is only listed by its name."""
    with closing(ChildReader(cpu_seconds=10, wall_seconds=30, memory_mb=512, picture_pixels=1000)) as reader:
        reading = read(reader, mail_with(("error.png", screenshot(), "png")))
    assert (
        "The picture error.png is kept, but it has more pixels than limits.picture_pixels allows, so it has no preview."
        in reading.mail.problems
    )


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"picture": "a", "width": -1, "height": 0, "as_it_is": True, "problem": ""},
        {"picture": "a", "width": 1 << 40, "height": 0, "as_it_is": True, "problem": ""},
        {"picture": "a", "width": "wide", "height": 0, "as_it_is": True, "problem": ""},
    ],
)
def test_a_view_that_makes_no_sense_is_refused(header):
    """The parent believes nothing that the process says."""
    with pytest.raises(WireError):
        unpack_view(header, [b""])
