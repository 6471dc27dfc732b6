"""The real reading process with a reader that misbehaves when a mail tells it to; started by the tests only."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.adapters.reading import child, previews
from mailbot.adapters.reading.message import read_message

if TYPE_CHECKING:
    from mailbot.adapters.reading.pictures import PictureView
    from mailbot.adapters.reading.wire import MailReading


def misbehave(raw: bytes, *, oversized: bool) -> MailReading:
    """Do what the mail asks for; when a picture is to do harm, letters in base64 mean nothing."""
    if os.environ.get("PICTURE_HARM"):
        return read_message(raw, oversized=oversized)
    if b"BURN" in raw:
        while True:
            pass
    if b"EAT" in raw:
        bytearray(1 << 34)
    if b"HANG" in raw:
        time.sleep(600)
    if b"DIE" in raw:
        os._exit(3)
    if b"BREAK" in raw:
        raise ZeroDivisionError(raw)
    if b"SHOUT" in raw:
        sys.stdout.write("a library prints something")
        sys.stdout.flush()
    return read_message(raw, oversized=oversized)


def look_badly(data: bytes, content_type: str, most_pixels: int, *, has_time: bool = True) -> PictureView:
    """Look at a picture as usual, but do harm at one that is 501 pixels wide."""
    view = look_well(data, content_type, most_pixels, has_time=has_time)
    harm = os.environ.get("PICTURE_HARM", "") if view.width == HARMFUL_WIDTH else ""
    if harm == "BURN":
        while True:
            pass
    if harm == "EAT":
        os._exit(child.OUT_OF_MEMORY)
    if harm == "DIE":
        os._exit(3)
    if harm == "LIE":
        return replace(view, width=-5)
    return view


look_well = previews.look_at
HARMFUL_WIDTH = 501

if __name__ == "__main__":
    previews.look_at = look_badly
    child.read_message = misbehave
    child.main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
