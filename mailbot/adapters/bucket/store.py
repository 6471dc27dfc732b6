"""The file store in a bucket of S3-compatible storage, which workers on several machines share.

Every file is one object named by the SHA-256 of its bytes: PREFIX/ab/ab12... The bytes go out with their checksum, so
that the server refuses what changed on its way, and an object is there as a whole or not at all: after keep() returned,
no machine of ours can lose it.

Nobody can be kept from keeping the same bytes in the moment in which another machine removes them. So what is removed
lies in PREFIX/going/ for a day; whoever looks for it meanwhile, because a row names it again, brings it back.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.adapters.bucket.objects import seconds_of
from mailbot.adapters.disk import has_room
from mailbot.adapters.hashes import is_file_name, require_file_name
from mailbot.adapters.side_by_side import keep_side_by_side
from mailbot.domain.errors import UnreadableMailError, WorldError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from mailbot.adapters.bucket.objects import Objects

# With an answer in 50 ms these put 160 mails a second.
CONNECTIONS = 8
GOING, DAMAGED, CHECK = "going", "damaged", "check"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of files. `home` is the data folder, on whose disk `minimum_free` bytes are left alone."""

    objects: Objects
    prefix: str
    home: Path
    minimum_free: int

    def keep(self, data: bytes) -> str:
        """Put the bytes, anew even when they are there: who removes files spares those that were put lately."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.objects.put(self._key(sha256), data)
        return sha256

    def keep_all(self, lot: Sequence[bytes]) -> list[str]:
        """Put several at once, on connections of their own."""
        return keep_side_by_side(self.keep, lot, CONNECTIONS)

    def find(self, sha256: str) -> bytes:
        """Return the bytes of that name.

        Raises UnreadableMailError when the server says that this one object is not there, and WorldError for whatever
        else keeps it from us.
        """
        with suppress(UnreadableMailError):
            return self.objects.find(self._key(sha256))
        self.bring_back(sha256)
        return self.objects.find(self._key(sha256))

    def find_pieces(self, sha256: str) -> Iterator[bytes]:
        """Yield the bytes of that name piece by piece; raises what `find` does."""
        key = self._key(sha256)
        pieces = self.objects.find_pieces(key)
        try:
            first = next(pieces, b"")
        except UnreadableMailError:
            self.bring_back(sha256)
            yield from self.objects.find_pieces(key)
        else:
            yield first
            yield from pieces

    def place(self, sha256: str) -> str:
        """Return the address of that name."""
        return f"s3://{self.objects.at.bucket}/{self._key(sha256)}"

    def exists(self, sha256: str) -> bool:
        """Tell whether the bytes of that name are there, or lie aside for a day."""
        return self.objects.is_there(self._key(sha256)) or self.objects.is_there(self._path(GOING, sha256))

    def find_missing(self, names: Collection[str]) -> set[str]:
        """Return which of these names have no bytes; the bucket is listed once, instead of asking for each."""
        missing = set(names)
        for name in self.find_names():
            missing.discard(name)
        return missing

    def find_names(self) -> Iterator[str]:
        """Yield the names of all files in ascending order, which is how a bucket is listed."""
        last = ""
        for found in self.objects.list(self.prefix):
            if name := self._find_name(found["path"]):
                if name <= last:
                    raise WorldError(f"The bucket {self.objects.at.bucket} does not list its objects in order.")
                last = name
                yield name

    def find_time(self, sha256: str) -> float:
        """Return when the bytes of that name were kept last (seconds since 1970)."""
        return self.objects.find_time(self._key(sha256))

    def find_others(self, before: float) -> Iterator[tuple[str, bool]]:
        """Yield what was removed or tried before that time (true), and what is none of ours (false)."""
        left_behind = tuple(self._path(folder, "") for folder in (GOING, CHECK))
        for found in self.objects.list(self.prefix):
            path = found["path"]
            if path.startswith(left_behind):
                if seconds_of(found) < before:
                    yield path, True
            elif not self._find_name(path):
                yield path, False

    def remove_other(self, place: str) -> None:
        """Remove for good what was removed or tried a day ago."""
        self.objects.delete(place)

    def link(self, sha256: str, target: Path) -> bool:
        """Return False: the bytes are on another machine."""
        del sha256, target
        return False

    def discard(self, sha256: str, before: float) -> bool:
        """Put the bytes of that name aside, unless they were kept again since `before` (seconds since 1970).

        Returns False: they are gone for good when files and rows were compared a day later.
        """
        with suppress(UnreadableMailError):  # another machine was faster
            if self.find_time(sha256) < before:
                self._move(sha256, GOING)
        return False

    def set_aside(self, sha256: str) -> None:
        """Put damaged bytes out of the way."""
        with suppress(UnreadableMailError):  # they are gone altogether
            self._move(sha256, DAMAGED)

    def bring_back(self, sha256: str) -> bool:
        """Bring back what was removed within the last day; False when there is nothing."""
        try:
            self.objects.copy(self._path(GOING, sha256), self._key(sha256))
        except UnreadableMailError:
            return False
        return True

    def has_room(self) -> bool:
        """Tell whether the disk of the data folder has the space that the settings ask for; a bucket has no end."""
        return has_room(self.home, self.minimum_free)

    def probe(self, name: str, data: bytes) -> bool:
        """Put, read and remove an object; tell whether the bucket keeps versions of it. Raises WorldError."""
        path, bucket = self._path(CHECK, name), self.objects.at.bucket
        version = self.objects.put(path, data)
        try:
            came = self.objects.find(path)
        except UnreadableMailError as error:
            raise WorldError(f"The bucket {bucket} has lost an object that was just put.") from error
        self.objects.delete(path)
        if came != data:
            raise WorldError(f"The bucket {bucket} gives back other bytes than were put.")
        return bool(version)

    def _key(self, sha256: str) -> str:
        return self._path(require_file_name(sha256)[:2], sha256)

    def _path(self, folder: str, name: str) -> str:
        return "/".join((*filter(None, (self.prefix,)), folder, name))

    def _find_name(self, path: str) -> str:
        """Return the name of the file at this path, or an empty string."""
        name = path.rpartition("/")[2]
        return name if is_file_name(name) and path == self._key(name) else ""

    def _move(self, sha256: str, folder: str) -> None:
        key = self._key(sha256)
        self.objects.copy(key, self._path(folder, sha256))
        self.objects.delete(key)
