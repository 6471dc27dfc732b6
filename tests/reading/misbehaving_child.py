"""The real reading process with a reader that misbehaves when a mail tells it to; started by the tests only."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from mailbot.adapters.reading import child
from mailbot.adapters.reading.message import read_message

if TYPE_CHECKING:
    from mailbot.adapters.reading.wire import MailReading


def misbehave(raw: bytes, *, oversized: bool) -> MailReading:
    """Do what the mail asks for."""
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


if __name__ == "__main__":
    child.read_message = misbehave
    child.main(int(sys.argv[1]), int(sys.argv[2]))
