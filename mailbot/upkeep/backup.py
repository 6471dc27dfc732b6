"""A backup of the running desk: the database as it is at one moment, and every file that its rows name.

The database comes first. A file is written before the row that names it, so every file of that state is there
afterwards. The folder gets its name when everything in it is whole: half a backup never looks like one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from mailbot.accounts import token_file
from mailbot.adapters.clock import now
from mailbot.adapters.durable import flush_folder
from mailbot.adapters.store.anchors import take_anchor
from mailbot.adapters.store.copying import copy_database
from mailbot.adapters.store.engine import reading_one_state
from mailbot.adapters.store.file_names import find_file_names
from mailbot.adapters.store.revisions import find_revisions
from mailbot.adapters.store.tables import events, letters, mails, tickets
from mailbot.domain.errors import UnreadableMailError, WorldError
from mailbot.parts import open_files, open_store
from mailbot.upkeep.lock import upkeep_lock
from mailbot.upkeep.manifest import FORMAT, LIST, Manifest, hash_file, key_mark, write_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from mailbot.file_keeping import KeptFiles
    from mailbot.settings import Settings

# The work of the night does not take so long; a backup that was asked for then is made afterwards.
PATIENCE = 600.0
COUNTED = (tickets, events, mails, letters)


@dataclass(slots=True)
class _Copied:
    """What was copied so far; `missing` are files that a row names and that are gone or damaged."""

    count: int = 0
    size: int = 0
    missing: int = 0


def back_up(settings: Settings, folder: Path, *, link: bool = True) -> Manifest:
    """Write a backup into a folder that does not exist yet, beside the running desk; return what it holds.

    `link` lets files share their bytes with the file store where both are on one disk. Raises WorldError.
    """
    if folder.exists():
        raise WorldError(f"{folder} exists already. Name a new folder; a backup never writes over another one.")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    try:
        unfinished.mkdir(mode=0o700, parents=True)
    except FileExistsError as error:
        raise WorldError(f"{unfinished} is left from a backup that broke off. Remove it, then try again.") from error
    except OSError as error:
        raise WorldError(
            f"{folder} cannot be made: {error.strerror}. Name a folder where this user may write."
        ) from error
    try:
        with open_store(settings) as engine, upkeep_lock(settings.data, engine, PATIENCE):
            manifest = _fill(settings, engine, unfinished, link=link)
        write_manifest(unfinished, manifest)
        flush_folder(unfinished)
        unfinished.rename(folder)
        flush_folder(folder.parent)
    except OSError as error:
        raise WorldError(f"The backup broke off: {error.strerror} ({error.filename or folder}).") from error
    return manifest


def _fill(settings: Settings, engine: Engine, folder: Path, *, link: bool) -> Manifest:
    at = now()
    anchor = take_anchor(engine, at)
    database = copy_database(engine, folder)
    _flush(database)
    names = folder / LIST
    with names.open("w", encoding="ascii") as lines, reading_one_state(engine) as connection:
        for name in find_file_names(connection):
            lines.write(f"{name}  files/{name[:2]}/{name}\n")
        counts = {t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in COUNTED}
    _flush(names)
    copied = _copy_files(names, open_files(settings), folder / "files", link=link)
    return Manifest(
        format=FORMAT,
        version=version("mailbot"),
        at=at.isoformat(),
        revision=find_revisions(engine)[0],
        database=database.name,
        database_sha256=hash_file(database),
        files=copied.count,
        files_bytes=copied.size,
        missing=copied.missing,
        list_sha256=hash_file(names),
        counts=counts,
        anchor=str(anchor or ""),
        key=key_mark(key_path(settings)),
    )


def _copy_files(names: Path, store: KeptFiles, target: Path, *, link: bool) -> _Copied:
    copied = _Copied()
    with names.open(encoding="ascii") as lines:
        for line in lines:
            name = line[:64]
            kept = target / name[:2] / name
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (link and store.link(name, kept)):
                _copy(store, name, kept)
            if hash_file(kept) == name:
                copied.count += 1
                copied.size += kept.stat().st_size
            else:
                copied.missing += 1
    for inner in target.glob("*"):
        flush_folder(inner)
    return copied


def _copy(store: KeptFiles, name: str, target: Path) -> None:
    """Copy a file piece by piece; one that is gone is found missing when it is compared."""
    try:
        with target.open("wb") as written:
            written.writelines(store.find_pieces(name))
            written.flush()
            os.fsync(written.fileno())
    except UnreadableMailError:
        target.unlink()


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def key_path(settings: Settings) -> Path:
    """Return where the secret of the reply tokens lies."""
    named = settings.desk.token_key_file
    return settings.path(named) if named else settings.data / "token.key"


def left_out(settings: Settings) -> list[Path]:
    """Return the files of the desk that no backup holds, because they are secrets or settings: keep them yourself."""
    passwords = (settings.imap, *settings.mailboxes.values(), settings.smtp)
    secret_files = (*(section.password_file for section in passwords), settings.files.secret_key_file)
    named = (*secret_files, *settings.working_time.holiday_files)
    paths = [key_path(settings), *(settings.path(name) for name in named if name)]
    paths += [token_file(settings, name) for name in ("", *settings.mailboxes)]
    return [path for path in paths if path.exists()]
