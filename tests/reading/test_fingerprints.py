"""What a picture looks like, as 16 digits: a page saved anew is near, another one is far, a plain one has none."""

from __future__ import annotations

import io

from PIL import Image

from mailbot.adapters.reading.fingerprints import find_fingerprint
from mailbot.demo.screenshots import PAGES, draw_page


def bits_between(first: str, second: str) -> int:
    """Return how many bits of two fingerprints differ."""
    return (int(first, 16) ^ int(second, 16)).bit_count()


def test_a_page_that_is_saved_anew_is_near_and_another_page_is_far():
    """Smaller and as JPEG it is the same page; the next page of the portal is not."""
    pages = [Image.open(io.BytesIO(draw_page(page))).convert("RGB") for page in PAGES[:3]]
    prints = [find_fingerprint(page) for page in pages]
    again = io.BytesIO()
    pages[0].resize((pages[0].width * 3 // 4, pages[0].height * 3 // 4)).save(again, "JPEG", quality=60)
    assert bits_between(prints[0], find_fingerprint(Image.open(again).convert("RGB"))) <= 6
    assert all(len(fingerprint) == 16 for fingerprint in prints)
    assert min(bits_between(prints[0], other) for other in prints[1:]) > 6


def test_a_plain_picture_has_none():
    """One colour looks like every other."""
    assert find_fingerprint(Image.new("RGB", (800, 600), "white")) == ""
