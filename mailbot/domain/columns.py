"""How wide a text is on a terminal, and cutting it there without tearing a Devanagari letter apart."""

from __future__ import annotations

import unicodedata


def columns(text: str) -> int:
    """Return how many columns a text takes: marks above and below a letter none of their own, wide characters two."""
    return sum(_width(character) for character in text)


def clip(text: str, width: int, cut: str) -> str:
    """Return a text of at most so many columns; `cut` tells at its end that it went on."""
    if columns(text) <= width:
        return text
    end = len(text) - 1
    while end > 0 and (columns(text[:end]) > width - len(cut) or unicodedata.category(text[end]).startswith("M")):
        end -= 1  # a vowel sign stays with its letter, or leaves with it
    return text[:end] + cut


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
