"""What a part of a mail comes down to: its readable text, its files, and what its HTML shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a mail, before anybody looked at it."""

    data: bytes
    declared: str
    name: str = ""
    content_id: str = ""
    location: str = ""
    description: str = ""
    pasted: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """The readable text of a part, the text of its HTML if it has any, its files, and what its HTML shows."""

    text: str = ""
    html_text: str = ""
    files: tuple[File, ...] = ()
    shown: frozenset[str] = frozenset()


def join(contents: Iterable[Content]) -> Content:
    """Return the contents of parts that follow each other as one."""
    parts = tuple(contents)
    texts = [content.text.strip("\n") for content in parts if content.text.strip()]
    rich = [(content.html_text or content.text).strip("\n") for content in parts if content.text.strip()]
    return Content(
        "\n\n".join(texts),
        "\n\n".join(rich) if any(content.html_text for content in parts) else "",
        tuple(file for content in parts for file in content.files),
        frozenset().union(*(content.shown for content in parts)),
    )
