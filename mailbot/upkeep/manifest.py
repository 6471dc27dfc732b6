"""What stands in the folder of a backup, and whether it still is what was put there.

mailbot.db or mailbot.pgdump    the database
files/ab/ab12...                raw mails, screenshots and other files, named by their SHA-256
files.sha256                    their list, as `sha256sum --check` reads it
manifest.json                   when, by which version, how many of what, and the hashes of database and list
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mailbot.adapters.hashes import PIECE
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

MANIFEST, LIST = "manifest.json", "files.sha256"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    format: int
    version: str
    at: str
    revision: str
    database: str
    database_sha256: str
    files: int
    files_bytes: int
    missing: int
    list_sha256: str
    counts: Mapping[str, int]
    anchor: str
    key: str

    @property
    def taken_at(self) -> datetime:
        """When the backup was made."""
        return datetime.fromisoformat(self.at)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the folder."""
    text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a folder whose database and list are as they were written. Raises WorldError otherwise."""
    try:
        values: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**values)
    except FileNotFoundError as error:
        raise WorldError(f"{folder} is no backup: it has no {MANIFEST}.") from error
    except (OSError, ValueError, TypeError) as error:
        raise WorldError(f"{folder / MANIFEST} cannot be read. Take another backup.") from error
    if manifest.format != FORMAT:
        raise WorldError(
            f"The backup {folder} was made by mailbot {manifest.version}. Install that version to restore it."
        )
    for name, expected in ((manifest.database, manifest.database_sha256), (LIST, manifest.list_sha256)):
        if hash_file(folder / name) != expected:
            raise WorldError(f"{folder / name} is damaged: it is not what the backup wrote. Take another backup.")
    return manifest


def read_list(folder: Path) -> Iterator[str]:
    """Yield the names of the files of a backup."""
    with (folder / LIST).open(encoding="ascii") as lines:
        for line in lines:
            yield line[:64]


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, an empty string when there is none; a large one is read piece by piece."""
    try:
        with path.open("rb") as file:
            return hash_pieces(iter(lambda: file.read(PIECE), b""))
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise WorldError(f"{path} cannot be read: {error.strerror}.") from error


def hash_pieces(pieces: Iterable[bytes]) -> str:
    """Return the SHA-256 of what comes piece by piece."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def key_mark(path: Path) -> str:
    """Return what tells whether a key file is the one of the backup, and nothing else of it; empty without a file."""
    return hashlib.sha256(b"the key of this backup: " + path.read_bytes()).hexdigest()[:16] if path.exists() else ""
