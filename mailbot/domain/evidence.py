"""Which pictures of a mail show the problem, and which ones only decorate it: signature logos and tracking pixels.

Decoration is kept like every other file, but no letter shows it and a mail with nothing else says nothing. Whatever is
doubtful is evidence: an attached file, a picture of unknown size, one that its sender never sent before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailbot.domain.mail import Attachment, IncomingMail

# A tracking pixel is 1 x 1, at times 2 x 2 or 3 x 3, or a line of one pixel that fills the width of a newsletter
# (1 x 700). Nothing can be read on nine pixels, nor on a line that is one pixel thin.
PIXEL_SIDE = 3
LINE_SIDE = 1
# Signatures hold icons (16 to 64 pixels), emblems and portraits (up to 200 x 200) and banners (mostly 600 x 150). A
# screenshot is at least 300 pixels high, also on an old telephone; only a cut-out of one line of a page is as small as
# a banner, and that one counts as decoration only when the same file comes a second time: then the first mail shows it.
LOGO_HEIGHT = 200
LOGO_WIDTH = 800


def judge_pictures(mail: IncomingMail, seen_before: frozenset[str]) -> IncomingMail:
    """Return the mail with `evidence` set on its files; `seen_before` are SHA-256 of its sender's earlier mails."""
    judged = tuple(replace(file, evidence=not is_decoration(file, seen_before)) for file in mail.attachments)
    return replace(mail, attachments=judged)


def is_decoration(file: Attachment, seen_before: frozenset[str]) -> bool:
    """Tell whether a file is a tracking pixel, or a small picture inside the text that comes with every mail."""
    return is_tracking_pixel(file) or (may_be_logo(file) and file.sha256 in seen_before)


def is_tracking_pixel(file: Attachment) -> bool:
    """Tell whether a picture inside the text is too small to show anything."""
    if not file.inline or not file.width or not file.height:
        return False
    return max(file.width, file.height) <= PIXEL_SIDE or min(file.width, file.height) <= LINE_SIDE


def may_be_logo(file: Attachment) -> bool:
    """Tell whether the text shows this picture and it is as small as those in signatures."""
    return file.inline and 0 < file.width <= LOGO_WIDTH and 0 < file.height <= LOGO_HEIGHT
