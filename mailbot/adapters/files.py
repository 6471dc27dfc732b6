"""The file store: bytes named by their SHA-256, so that no name from a mail ever reaches the disk.

A file is written under a temporary name, flushed to the disk, renamed, and its folder flushed: after keep() returned, a
power cut cannot lose it, and a half-written file never has a valid name.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailbot.adapters.disk import advise, has_room
from mailbot.adapters.durable import flush_folder
from mailbot.adapters.hashes import PIECE, is_file_name, require_file_name
from mailbot.adapters.side_by_side import keep_side_by_side
from mailbot.domain.errors import UnreadableMailError, WorldError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

# More do not wait any shorter.
THREADS = 4
_NEW, _GOING, _DAMAGED = ".new-", ".going-", "damaged-"


@dataclass(frozen=True, slots=True)
class FileStore:
    """A folder of files. `minimum_free` bytes of the disk are left alone."""

    folder: Path
    minimum_free: int

    @property
    def home(self) -> Path:
        """The data folder, in which this one lies."""
        return self.folder.parent

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
            raise WorldError(
                f"A file cannot be written to {self.folder}: {error.strerror}. {advise(error)} "
                "Nothing is lost: the mail waits, and is handled by itself afterwards."
            ) from error
        return sha256

    def keep_all(self, lot: Sequence[bytes]) -> list[str]:
        """Keep several at once: a disk writes the journal of many files in the time of one."""
        return keep_side_by_side(self.keep, lot, THREADS)

    def find(self, sha256: str) -> bytes:
        """Return the bytes of that name.

        Raises UnreadableMailError when this one file is gone, which concerns its mail alone, and WorldError when the
        store itself cannot be read.
        """
        try:
            with self._reading(sha256):
                return self.path(sha256).read_bytes()
        except UnreadableMailError:
            if not self.folder.is_dir():
                raise WorldError(f"The folder {self.folder} is gone. Bring it back; the mails in it wait.") from None
            raise

    def find_pieces(self, sha256: str) -> Iterator[bytes]:
        """Yield the bytes of that name piece by piece. Raises UnreadableMailError when they are gone."""
        with self._reading(sha256), self.path(sha256).open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def path(self, sha256: str) -> Path:
        """Return where the bytes of that name lie. Raises ValueError for anything that is no SHA-256."""
        return self.folder / sha256[:2] / require_file_name(sha256)

    def place(self, sha256: str) -> str:
        """Return the path of that name."""
        return str(self.path(sha256))

    def exists(self, sha256: str) -> bool:
        """Tell whether the bytes of that name are there."""
        return self.path(sha256).exists()

    def find_missing(self, names: Collection[str]) -> set[str]:
        """Return which of these names have no bytes."""
        return {name for name in names if not self.exists(name)}

    def find_names(self) -> Iterator[str]:
        """Yield the names of all files in ascending order, a folder at a time."""
        for shelf in self._find_shelves():
            yield from sorted(path.name for path in shelf.iterdir() if is_file_name(path.name))

    def find_time(self, sha256: str) -> float:
        """Return when the bytes of that name were kept last (seconds since 1970)."""
        return self.path(sha256).stat().st_mtime

    def find_others(self, before: float) -> Iterator[tuple[str, bool]]:
        """Yield what programs that died before that time left over (true), and what is none of ours (false)."""
        for shelf in self._find_shelves():
            for path in shelf.iterdir():
                if not path.name.startswith((_NEW, _GOING)):
                    if not is_file_name(path.name):
                        yield str(path), False
                elif path.stat().st_mtime < before:
                    yield str(path), True

    def remove_other(self, place: str) -> None:
        """Remove what a program that died left over."""
        Path(place).unlink(missing_ok=True)

    def link(self, sha256: str, target: Path) -> bool:
        """Give the file a second name; False where that cannot be done, as on another disk."""
        try:
            target.hardlink_to(self.path(sha256))
        except OSError:
            return False
        return True

    def set_aside(self, sha256: str) -> None:
        """Put damaged bytes out of the way: the same file, when it comes again, is written anew."""
        path = self.path(sha256)
        path.rename(path.with_name(f"{_DAMAGED}{sha256}"))

    def bring_back(self, sha256: str) -> bool:
        """Return False: whoever keeps a file while it is removed finds none, and writes it anew."""
        del sha256
        return False

    def discard(self, sha256: str, before: float) -> bool:
        """Remove the bytes of that name, unless they were kept again since `before` (seconds since 1970).

        The name goes first: whoever keeps the same bytes meanwhile either touched them before, which is seen here, or
        finds none and writes them anew.
        """
        path = self.path(sha256)
        going = path.with_name(f"{_GOING}{sha256}")
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
        """Tell whether the disk has the space that the settings ask for. Raises WorldError when it takes nothing."""
        return has_room(self.folder, self.minimum_free)

    @contextmanager
    def _reading(self, sha256: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise UnreadableMailError(f"the kept file {sha256} is no longer in {self.folder}") from error
        except OSError as error:
            raise WorldError(f"The kept file {sha256} cannot be read from {self.folder}: {error.strerror}.") from error

    def _find_shelves(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.is_dir()) if self.folder.is_dir() else []

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=_NEW)
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
