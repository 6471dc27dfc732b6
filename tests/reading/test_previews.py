"""Previews of pictures: small PNGs that show what the picture shows and tell nothing else."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys

import pytest
from PIL import Image

from mailbot.adapters.reading.pictures import FORMATS, MOST_PIXELS
from mailbot.adapters.reading.previews import HEIGHT, LETTER_BYTES, WIDTH, look_at
from tests.reading.picture_samples import (
    encoded,
    logo,
    photograph,
    png_header_only,
    png_with_text_bomb,
    screenshot,
    true_png,
)

# Behind a picture these bytes make its file too heavy for letters, which is why it gets a preview.
HEAVY = bytes(LETTER_BYTES)
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def view(data, content_type="image/png", most_pixels=MOST_PIXELS):
    """Look at a picture."""
    return look_at(data, content_type, most_pixels)


def opened(data):
    """Return a preview as a mail client would open it."""
    image = Image.open(io.BytesIO(data), formats=["PNG"])
    image.load()
    return image


def close_to(found, wanted):
    """Tell whether two colours look the same; JPEG and palettes change them a little."""
    return all(abs(one - other) < 12 for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize("content_type", sorted(FORMATS))
def test_a_large_screenshot_gets_a_small_png(content_type):
    """Whatever its format: at most 1,080 pixels wide, in the same proportions, with a palette."""
    seen = view(screenshot(1920, 1080, FORMATS[content_type]) + HEAVY, content_type)
    preview = opened(seen.preview)
    assert (seen.width, seen.height, seen.problem) == (1920, 1080, "")
    assert (preview.format, preview.mode, preview.size) == ("PNG", "P", (WIDTH, 608))
    assert len(seen.preview) < 150_000


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (logo(), "image/png"),
        (screenshot(700, 300), "image/png"),
        (screenshot(400, 200, "JPEG"), "image/jpeg"),
        (screenshot(400, 200, "GIF"), "image/gif"),
    ],
)
def test_a_small_picture_needs_none(data, content_type):
    """Its size in pixels is known, letters show the file itself, and nothing is decoded."""
    seen = view(data, content_type)
    assert (seen.preview, seen.as_it_is, seen.problem) == (b"", True, "")
    assert seen.width > 0


@pytest.mark.parametrize(("content_type", "kind"), [("image/bmp", "BMP"), ("image/tiff", "TIFF")])
def test_what_mail_clients_cannot_show_always_gets_one(content_type, kind):
    """Also when it is small: nobody would see it otherwise."""
    seen = view(screenshot(300, 200, kind), content_type)
    assert not seen.as_it_is
    assert opened(seen.preview).size == (300, 200)


def test_letters_show_the_file_itself_only_while_it_is_light():
    """A file of more than 400 kB, or one that unpacks to very many pixels, is shown by its preview."""
    heavy = screenshot(1366, 768, "JPEG", quality=100, subsampling=0)
    assert len(heavy) > LETTER_BYTES
    assert not view(heavy, "image/jpeg").as_it_is
    vast = view(true_png(5000, 4000))
    assert (vast.as_it_is, opened(vast.preview).size) == (False, (WIDTH, 864))


def test_what_letters_show_itself_needs_no_preview():
    """A light screenshot is its own preview; it is decoded all the same, to see whether it is whole."""
    whole = screenshot(1920, 1080)
    seen = view(whole)
    assert (seen.preview, seen.as_it_is, len(seen.fingerprint)) == (b"", True, 16)
    cut = view(whole[: len(whole) // 2])
    assert (cut.as_it_is, cut.preview[:4]) == (False, b"\x89PNG")


def test_a_long_scrolled_page_keeps_its_shape():
    """Its preview is at most 4,320 pixels high, and as narrow as that makes it."""
    assert opened(view(encoded(Image.new("RGB", (1000, 9000), "navy"), "BMP"), "image/bmp").preview).size == (
        480,
        HEIGHT,
    )


@pytest.mark.parametrize(
    ("turn", "upper_left", "lower_right"),
    [(1, BLUE, RED), (2, RED, BLUE), (3, RED, BLUE), (4, BLUE, RED), (5, BLUE, RED), (6, BLUE, RED), (7, RED, BLUE),
     (8, RED, BLUE)],
)  # fmt: skip
def test_a_photograph_is_turned_upright(turn, upper_left, lower_right):
    """All eight orientations of EXIF; the size is told as the picture is shown."""
    seen = view(photograph(turn), "image/jpeg")
    preview = opened(seen.preview).convert("RGB")
    assert (seen.width, seen.height) == ((1600, 1200) if turn < 5 else (1200, 1600))
    assert preview.size == ((1080, 810) if turn < 5 else (1080, 1440))
    assert close_to(preview.getpixel((5, 5)), upper_left)
    assert close_to(preview.getpixel((preview.width - 5, preview.height - 5)), lower_right)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_place_and_camera_do_not_travel(kind):
    """EXIF, XMP and comments stay in the original, which letters do not show; the preview has none of them."""
    notes = Image.open(io.BytesIO(photograph())).getexif()
    image = Image.new("RGB", (300, 200), "red")
    xmp = {} if kind == "TIFF" else {"xmp": b'<x:xmpmeta xmlns:x="adobe:ns:meta/">Lucknow</x:xmpmeta>'}
    seen = view(encoded(image, kind, exif=notes, **xmp), f"image/{kind.lower()}")
    preview = opened(seen.preview)
    assert not seen.as_it_is
    assert (dict(preview.getexif()), preview.info) == ({}, {})
    assert b"Lucknow" not in seen.preview
    assert b"Believable" not in seen.preview


def test_transparency_becomes_white():
    """A picture with an alpha channel is shown on white."""
    image = Image.new("RGBA", (1400, 100), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 700, 100))
    preview = opened(view(encoded(image, "TIFF"), "image/tiff").preview).convert("RGB")
    assert close_to(preview.getpixel((1000, 40)), WHITE)
    assert close_to(preview.getpixel((10, 40)), BLUE)


def test_a_palette_with_a_transparent_colour():
    """What is transparent in a GIF or PNG with a palette is white in its preview."""
    image = Image.new("P", (2000, 1000), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (0, 0, 1000, 1000))
    noisy = image.convert("P")
    data = encoded(noisy, "PNG", transparency=0, compress_level=0) + HEAVY
    preview = opened(view(data).preview).convert("RGB")
    assert close_to(preview.getpixel((1000, 300)), WHITE)
    assert close_to(preview.getpixel((10, 300)), BLUE)


def test_print_colours_and_sixteen_bits():
    """A CMYK JPEG and a PNG with 16 bits a pixel look in the preview as they look in a picture viewer."""
    print_colours = encoded(Image.new("CMYK", (1500, 300), (0, 255, 255, 0)), "JPEG", quality=95)
    seen = view(print_colours + HEAVY, "image/jpeg")
    assert close_to(opened(seen.preview).convert("RGB").getpixel((500, 100)), RED)
    grey = Image.new("I;16", (1500, 300), 32_768)
    preview = opened(view(encoded(grey, compress_level=0) + HEAVY).preview)
    assert close_to(preview.convert("RGB").getpixel((500, 100)), (128, 128, 128))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_of_an_animation_the_first_frame_is_shown(kind):
    """APNG, GIF and WebP."""
    frames = [Image.new("RGB", (1400, 300), colour) for colour in ("blue", "red", "red")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    seen = look_at(data + HEAVY, f"image/{kind.lower()}", MOST_PIXELS)
    assert (seen.width, seen.height) == (1400, 300)
    assert close_to(opened(seen.preview).convert("RGB").getpixel((700, 100)), BLUE)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (png_header_only(50_000, 50_000), "image/png"),
        (png_header_only(2**31 - 1, 2**31 - 1), "image/png"),
        (true_png(8200, 5000), "image/png"),
        (b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + b"," + bytes(20), "image/gif"),
        (b"BM" + bytes(12) + b"\x28\0\0\0" + b"\x50\xc3\0\0" * 2 + b"\1\0\x18\0" + bytes(24), "image/bmp"),
    ],
    ids=["false-header", "largest-header", "true-41-megapixels", "gif", "bmp"],
)
def test_what_has_too_many_pixels_is_never_decoded(data, content_type):
    """The header is enough to refuse it, in a moment, with a sentence that names the setting."""
    seen = view(data, content_type)
    assert (seen.preview, seen.as_it_is) == (b"", False)
    assert "limits.picture_pixels" in seen.problem


def test_the_limit_of_pixels_can_be_set():
    """A desk with little memory takes a lower one."""
    assert "limits.picture_pixels" in view(screenshot(), most_pixels=1_000_000).problem
    assert view(screenshot(), most_pixels=1_100_000).problem == ""


@pytest.mark.parametrize("content_type", sorted(FORMATS))
def test_a_picture_that_was_cut_short_shows_what_is_there(content_type):
    """Half of the file: there is a preview or none, a sentence in any case, and never an exception."""
    whole = screenshot(1500, 900, FORMATS[content_type], **({"quality": 95} if content_type == "image/jpeg" else {}))
    seen = view(whole[: len(whole) // 2] if content_type != "image/tiff" else whole[:-2000], content_type)
    assert "damaged" in seen.problem or "header" in seen.problem or seen.as_it_is
    assert seen.preview or "no preview" in seen.problem or seen.as_it_is


@pytest.mark.parametrize("content_type", sorted(FORMATS))
@pytest.mark.parametrize("data", [b"", b"no picture at all", logo(), screenshot(400, 300, "JPEG"), bytes(1000)])
def test_a_type_that_is_not_true_harms_nobody(data, content_type):
    """Only the decoder of the type is asked; what it does not know has no preview."""
    seen = view(data, content_type)
    assert seen.problem == "" or "no preview" in seen.problem


@pytest.mark.parametrize("content_type", sorted(FORMATS))
def test_changed_bytes_never_raise(content_type):
    """Sixty files of each format with random bytes changed, mostly in their headers."""
    chance = random.Random(20261123)
    whole = screenshot(1200, 60, FORMATS[content_type])
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 5, 30))):
            data[chance.randrange(chance.choice((60, len(data))))] = chance.randrange(256)
        seen = look_at(bytes(data), content_type, 2_000_000)
        assert seen.preview.startswith(b"\x89PNG") or not seen.preview
        assert seen.problem == "" or "preview" in seen.problem


def test_a_comment_that_unpacks_to_a_hundred_megabytes_costs_nothing():
    """Pillow's limit for texts inside a PNG holds; the picture itself is kept."""
    seen = view(png_with_text_bomb())
    assert (seen.width, seen.height) in {(0, 0), (1400, 400)}


def test_nothing_else_is_ever_handed_to_a_decoder():
    """PDF, PostScript, SVG, HEIC and the rest are not even looked at."""
    assert set(FORMATS) == {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff"}


def test_a_mail_without_a_picture_does_not_wait_for_pillow():
    """The reading process loads the decoders only when a mail has a picture."""
    code = "import sys, mailbot.adapters.reading.child as child; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
