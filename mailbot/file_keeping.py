"""What looking after the kept files needs from their store: comparing, backing up, exporting, removing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mailbot.ports import Files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


class KeptFiles(Files, Protocol):
    """The store as those see it who look after all that is in it; what cannot be reached just now is a WorldError."""

    @property
    def home(self) -> Path:
        """The folder of this machine for everything that is kept; the lock of the upkeep lies there."""

    def place(self, sha256: str) -> str:
        """Return where the bytes of that name lie, for people."""

    def exists(self, sha256: str) -> bool:
        """Tell whether the bytes of that name are there."""

    def find_missing(self, names: Collection[str]) -> set[str]:
        """Return which of these names have no bytes; many are looked up at once."""

    def find_names(self) -> Iterator[str]:
        """Yield the names of all files in ascending order, without holding them all."""

    def find_pieces(self, sha256: str) -> Iterator[bytes]:
        """Yield the bytes of that name piece by piece. Raises UnreadableMailError when they are gone."""

    def find_time(self, sha256: str) -> float:
        """Return when the bytes of that name were kept last (seconds since 1970)."""

    def find_others(self, before: float) -> Iterator[tuple[str, bool]]:
        """Yield what is no file of the store, with whether the store left it behind (before that time)."""

    def link(self, sha256: str, target: Path) -> bool:
        """Give the file a second name on this machine; False where that cannot be done."""

    def discard(self, sha256: str, before: float) -> bool:
        """Remove a file unless it was kept again since `before`; tell whether it is gone for good."""

    def set_aside(self, sha256: str) -> None:
        """Put damaged bytes out of the way: the same file, when it comes again, is written anew."""

    def bring_back(self, sha256: str) -> bool:
        """Return to its place what was removed while somebody kept it again; False when there is nothing."""

    def remove_other(self, place: str) -> None:
        """Remove what the store left behind."""
