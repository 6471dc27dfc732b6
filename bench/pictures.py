"""Screenshots of a wished size, each different from all others, as officers attach them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from mailbot.demo.screenshots import PAGES, draw_page

if TYPE_CHECKING:
    import random

# What a photograph in the page weighs for each of its pixels: three channels of noise cannot be packed.
BYTES_OF_PIXEL = 3
WIDTH = 512
PLACE = (40, 300)


def draw_screenshot(chance: random.Random, size: int) -> bytes:
    """Return a PNG of about so many bytes: an error page with a patch that no other picture has."""
    page = draw_page(chance.choice(PAGES))
    height = max(1, (size - len(page)) // (BYTES_OF_PIXEL * WIDTH))
    patch = Image.frombytes("RGB", (WIDTH, height), chance.randbytes(WIDTH * height * BYTES_OF_PIXEL))
    with Image.open(io.BytesIO(page)) as drawn:
        picture = drawn.convert("RGB")
    picture.paste(patch, PLACE)
    return _as_png(picture)


def draw_photo(chance: random.Random, size: int) -> bytes:
    """Return a PNG of about so many bytes that is nothing but a photograph."""
    height = max(1, size // (BYTES_OF_PIXEL * 1024))
    return _as_png(Image.frombytes("RGB", (1024, height), chance.randbytes(1024 * height * BYTES_OF_PIXEL)))


def _as_png(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, "PNG", compress_level=1)
    return data.getvalue()
