"""The names of kept files: the SHA-256 of their bytes, so that no name from a mail ever reaches a disk or a bucket."""

from __future__ import annotations

import re

_NAME = re.compile(r"[0-9a-f]{64}")
# What is read and written at a time of a file that may be large.
PIECE = 1 << 20


def is_file_name(name: str) -> bool:
    """Tell whether this is the name of a kept file."""
    return _NAME.fullmatch(name) is not None


def require_file_name(name: str) -> str:
    """Return the name. Raises ValueError for anything that is no SHA-256."""
    if not is_file_name(name):
        raise ValueError("A file of the store is named by 64 hexadecimal digits.")
    return name
