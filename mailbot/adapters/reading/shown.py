"""What the reading process says of a mail that somebody looks at as it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Where links lead makes HTML longer, and so do the marks that html5ever writes as entities.
MOST_HTML = 4 * limits.HTML


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail to look at. `head` is its header block as text, `html` is empty when it has none."""

    head: str
    text: str
    html: str
    problems: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def pack_shown(shown: ShownMail) -> tuple[dict[str, Any], list[bytes]]:
    """Return what is shown as a header and blobs."""
    blobs = [part.encode("utf-8", "replace") for part in (shown.head, shown.text, shown.html)]
    return {"problems": shown.problems, "files": shown.files}, blobs


def unpack_shown(header: dict[str, Any], blobs: Sequence[bytes]) -> ShownMail:
    """Return what was packed; raise WireError when it makes no sense."""
    if sum(map(len, blobs)) > 4 * MOST_HTML:
        raise WireError("what is to be shown is too long")
    try:
        head, text, html = (blob.decode() for blob in blobs)
        problems, files = (tuple(str(line) for line in header[name]) for name in ("problems", "files"))
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("what is to be shown makes no sense") from error
    return ShownMail(head, text, html, problems, files)
