"""Fingerprints of pictures: 64 bits that stay nearly the same when a screenshot is scaled or saved anew.

A perceptual hash: of the picture as 32 x 32 greys, the 8 x 8 lowest waves of a cosine transform (DCT-II) in both
directions, each as one bit: stronger than the median or not. Two pages of one portal differ in ten bits and more, the
same page as PNG and as a smaller JPEG in two at most.
A picture of one colour, a gradient or a stripe has too little to tell: it gets none, so it is like no other.
"""

from __future__ import annotations

import math
from operator import mul
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIDE = 32
_WAVES = range(1, 9)  # the waves of length zero are the brightness of the whole picture, and of whole rows
# Smaller pictures are icons and emblems; a screenshot is higher. See also domain/evidence.py.
_SMALLEST_SIDE = 200
# Fewer waves than these that can be told from the noise of a camera or of JPEG, and the page is as good as empty.
_NOISE, _FEWEST_WAVES = 20.0, 24
_COSINES = {
    wave: tuple(math.cos((2 * place + 1) * wave * math.pi / (2 * _SIDE)) for place in range(_SIDE)) for wave in _WAVES
}


def find_fingerprint(image: Image.Image) -> str:
    """Return 16 hexadecimal digits for a decoded picture, or nothing when it has too little to tell."""
    if min(image.size) < _SMALLEST_SIDE:
        return ""
    strengths = _transform(_greys(image))
    if sum(abs(strength) > _NOISE for strength in strengths) < _FEWEST_WAVES:
        return ""
    median = sorted(strengths)[len(strengths) // 2]
    bits = sum(1 << place for place, strength in enumerate(strengths) if strength > median)
    return f"{bits:016x}"


def _greys(image: Image.Image) -> bytes:
    """Return the picture as 32 x 32 greys on white; what is transparent is laid on white when it is small already."""
    if image.mode not in {"LA", "RGBA"}:
        return image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX).tobytes()
    small = image.resize((_SIDE, _SIDE), Image.Resampling.BOX)
    white = Image.new("L", small.size, "white")
    white.paste(small.convert("L"), mask=small.getchannel("A"))
    return white.tobytes()


def _transform(grey: bytes) -> list[float]:
    """Return how strong each pair of waves is, across and down."""
    rows = [_along(grey[start : start + _SIDE]) for start in range(0, _SIDE * _SIDE, _SIDE)]
    return [strength for column in zip(*rows, strict=True) for strength in _along(column)]


def _along(values: Sequence[float]) -> list[float]:
    return [sum(map(mul, cosines, values)) for cosines in _COSINES.values()]
