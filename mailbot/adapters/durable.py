"""Writing small files that a power cut leaves whole: the old content or the new, never a part."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Give the file this text, readable by its owner alone, and flush it and its name to the disk. Raises OSError.

    Whoever may write at the same time as another holds a lock. What a crash leaves behind is gone with the next write.
    """
    unfinished = path.with_name(f".{path.name}.new")
    try:
        write_private(unfinished, text)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    flush_folder(path.parent)


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone may read, down to the disk. Raises OSError."""
    path.unlink(missing_ok=True)  # what a crash left behind may have other rights
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
