"""The file store: bytes named by their SHA-256, so that no name from a mail ever reaches the disk.

A file is written under a temporary name, flushed to the disk, renamed, and its folder flushed: after keep() returned, a
power cut cannot lose it, and a half-written file never has a valid name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mailbot.adapters.durable import flush_folder
from mailbot.domain.errors import UnreadableMailError, WorldError

_NAME = re.compile(r"[0-9a-f]{64}")
# A mail needs a file of its own, one for each screenshot and its preview, and the database a few.
MINIMUM_INODES = 64
_OTHERWISE = "See that this user may write there."
_ADVICE = {
    errno.ENOSPC: "The disk is full, or has no more room for names of files; free some space.",
    errno.EDQUOT: "The quota of this user is used up; have it raised, or remove what nobody needs.",
    errno.EROFS: "A disk that fails is often made read-only by the system: look at its log, then mount it for writing.",
    errno.EIO: "The disk has a fault: look at the log of the system.",
}


@dataclass(frozen=True, slots=True)
class FileStore:
    """A folder of files. `minimum_free` bytes of the disk are left alone."""

    folder: Path
    minimum_free: int

    def keep(self, data: bytes) -> str:
        """Write the bytes so that a power cut cannot lose them; return their SHA-256 in hexadecimal."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        try:
            if _touch(path):
                # Whoever wrote it may have died before its name was on the disk.
                flush_folder(path.parent)
                return sha256
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                flush_folder(self.folder)
            self._write(path, data)
        except OSError as error:
            advice = _ADVICE.get(error.errno or 0, _OTHERWISE)
            raise WorldError(
                f"A file cannot be written to {self.folder}: {error.strerror}. {advice} "
                "Nothing is lost: the mail waits, and is handled by itself afterwards."
            ) from error
        return sha256

    def find(self, sha256: str) -> bytes:
        """Return the bytes of that name.

        Raises UnreadableMailError when this one file is gone, which concerns its mail alone, and WorldError when the
        store itself cannot be read.
        """
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            if not self.folder.is_dir():
                raise WorldError(f"The folder {self.folder} is gone. Bring it back; the mails in it wait.") from error
            raise UnreadableMailError(f"the kept file {sha256} is no longer in {self.folder}") from error
        except OSError as error:
            raise WorldError(f"The kept file {sha256} cannot be read from {self.folder}: {error.strerror}.") from error

    def path(self, sha256: str) -> Path:
        """Return where the bytes of that name lie. Raises ValueError for anything that is no SHA-256."""
        if not _NAME.fullmatch(sha256):
            raise ValueError("A file of the store is named by 64 hexadecimal digits.")
        return self.folder / sha256[:2] / sha256

    def discard(self, sha256: str, before: float) -> bool:
        """Remove the bytes of that name, unless they were kept again since `before` (seconds since 1970).

        The name goes first: whoever keeps the same bytes meanwhile either touched them before, which is seen here, or
        finds none and writes them anew.
        """
        path = self.path(sha256)
        going = path.with_name(f".going-{sha256}")
        try:
            path.rename(going)
            if going.stat().st_mtime >= before:
                going.rename(path)
                return False
            going.unlink()
        except FileNotFoundError:
            return False
        return True

    def has_room(self) -> bool:
        """Tell whether the disk has the space that the settings ask for.

        Raises WorldError when nothing can be written for another reason: read-only, or no more files.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            disk = os.statvfs(self.folder)
        except OSError as error:
            raise WorldError(f"The folder {self.folder} cannot be used: {error.strerror}.") from error
        if disk.f_flag & os.ST_RDONLY:
            raise WorldError(f"The disk of {self.folder} is read-only. {_ADVICE[errno.EROFS]}")
        if disk.f_files and disk.f_favail < MINIMUM_INODES:
            raise WorldError(
                f"The disk of {self.folder} has room for {disk.f_favail} more files only, whatever its free space is. "
                "Remove files that nobody needs; mail waits meanwhile."
            )
        return disk.f_bavail * disk.f_frsize >= self.minimum_free

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).rename(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        flush_folder(path.parent)


def _touch(path: Path) -> bool:
    """Renew the time of a file; False when there is none. Who removes files spares those that were kept lately."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True
