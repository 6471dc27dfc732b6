"""Memory goes back to the system as soon as it is free, instead of staying with the thread that used it last."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# malloc.h of glibc.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
LARGE, SPARE = 1 << 20, 8 << 20


def return_large_pieces() -> None:
    """Let pieces of a megabyte and more have a mapping of their own, which ends with them.

    The C library else learns from the first large mail to keep such pieces: some 50 MB for each thread that ever held
    one. Other libraries than glibc have no such call, and do not need it.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(MMAP_THRESHOLD, LARGE)
        library.mallopt(TRIM_THRESHOLD, SPARE)
