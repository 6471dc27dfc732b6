"""The file store: bytes named by their SHA-256, so that no name from a mail ever reaches the disk.

A file is written under a temporary name, flushed to the disk, renamed, and its folder flushed: after keep() returned, a
power cut cannot lose it, and a half-written file never has a valid name.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from mailbot.domain.errors import UnreadableMailError, WorldError

_NAME = re.compile(r"[0-9a-f]{64}")


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
            if path.exists():
                # Whoever wrote it may have died before its name was on the disk.
                flush_folder(path.parent)
                return sha256
            if not path.parent.exists():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                flush_folder(self.folder)
            self._write(path, data)
        except OSError as error:
            raise WorldError(
                f"A file cannot be written to {self.folder}: {error.strerror}. Nothing is lost: the mail stays on the "
                "server until there is space and permission to write."
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

    def has_room(self) -> bool:
        """Tell whether the disk has the space that the settings ask for."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return shutil.disk_usage(self.folder).free >= self.minimum_free
        except OSError as error:
            raise WorldError(f"The folder {self.folder} cannot be used: {error.strerror}.") from error

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


def flush_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
