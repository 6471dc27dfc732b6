"""What a picture looks like, as 16 digits: a page saved anew is near, another one is far, a plain one has none."""

from __future__ import annotations

import io

from PIL import Image

from mailbot.adapters.reading.fingerprints import find_fingerprint
from mailbot.adapters.reading.pictures import MOST_PIXELS
from mailbot.adapters.reading.previews import look_at
from mailbot.demo.screenshots import PAGES, draw_page


def bits_between(first: str, second: str) -> int:
    """Return how many bits of two fingerprints differ."""
    return (int(first, 16) ^ int(second, 16)).bit_count()


def saved(image: Image.Image, kind: str) -> bytes:
    """Return a picture as a file."""
    target = io.BytesIO()
    image.save(target, kind)
    return target.getvalue()


def test_a_page_that_is_saved_anew_is_near_and_another_page_is_far():
    """Smaller and as JPEG it is the same page; the next page of the portal is not."""
    pages = [Image.open(io.BytesIO(draw_page(page))).convert("RGB") for page in PAGES[:3]]
    prints = [find_fingerprint(page) for page in pages]
    again = io.BytesIO()
    pages[0].resize((pages[0].width * 3 // 4, pages[0].height * 3 // 4)).save(again, "JPEG", quality=60)
    assert bits_between(prints[0], find_fingerprint(Image.open(again).convert("RGB"))) <= 6
    assert all(len(fingerprint) == 16 for fingerprint in prints)
    assert min(bits_between(prints[0], other) for other in prints[1:]) > 6


def test_however_its_colours_are_kept_it_is_the_same_page():
    """With an opaque or a see-through background, with a palette, in greys, and as a JPEG that is decoded small."""
    page = Image.open(io.BytesIO(draw_page(PAGES[0]))).convert("RGB")
    see_through = page.convert("RGBA")
    see_through.putalpha(page.convert("L").point(lambda grey: 0 if grey == 255 else 255))
    others = (page.convert("RGBA"), see_through, page.quantize(256), page.convert("L"))
    views = [look_at(saved(other, "PNG"), "image/png", MOST_PIXELS) for other in (page, *others)]
    views.append(look_at(saved(page, "JPEG"), "image/jpeg", MOST_PIXELS))
    assert all(view.as_it_is for view in views)
    assert max(bits_between(views[0].fingerprint, view.fingerprint) for view in views) <= 2


def test_a_plain_picture_has_none():
    """One colour looks like every other."""
    assert find_fingerprint(Image.new("RGB", (800, 600), "white")) == ""
