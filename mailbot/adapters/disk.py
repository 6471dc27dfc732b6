"""How much room a disk has, and what to do about one that takes nothing any more."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from pathlib import Path

# A mail needs a file of its own, one for each screenshot and its preview, and the database a few.
MINIMUM_INODES = 64
_OTHERWISE = "See that this user may write there."
_ADVICE = {
    errno.ENOSPC: "The disk is full, or has no more room for names of files; free some space.",
    errno.EDQUOT: "The quota of this user is used up; have it raised, or remove what nobody needs.",
    errno.EROFS: "A disk that fails is often made read-only by the system: look at its log, then mount it for writing.",
    errno.EIO: "The disk has a fault: look at the log of the system.",
}


def advise(error: OSError) -> str:
    """Return the sentence that tells what to do when a file cannot be written."""
    return _ADVICE.get(error.errno or 0, _OTHERWISE)


def has_room(folder: Path, minimum_free: int) -> bool:
    """Tell whether the disk of a folder, which is made when it is not there, has so many bytes left.

    Raises WorldError when nothing can be written for another reason: read-only, or no more files.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        disk = os.statvfs(folder)
    except OSError as error:
        raise WorldError(f"The folder {folder} cannot be used: {error.strerror}.") from error
    if disk.f_flag & os.ST_RDONLY:
        raise WorldError(f"The disk of {folder} is read-only. {_ADVICE[errno.EROFS]}")
    if disk.f_files and disk.f_favail < MINIMUM_INODES:
        raise WorldError(
            f"The disk of {folder} has room for {disk.f_favail} more files only, whatever its free space is. "
            "Remove files that nobody needs; mail waits meanwhile."
        )
    return disk.f_bavail * disk.f_frsize >= minimum_free
