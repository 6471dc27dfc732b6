"""A backup brought back into an empty place, where nothing runs until `mailbot replay` has caught up."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from mailbot.adapters.clock import now
from mailbot.adapters.durable import flush_folder
from mailbot.adapters.store.copying import bring_back, is_copy_of, require_empty
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.migrating import find_known_revisions
from mailbot.adapters.store.restoring import mark_restored
from mailbot.domain.errors import WorldError
from mailbot.parts import BEING_RESTORED, make_data_folder
from mailbot.upkeep.lock import upkeep_lock
from mailbot.upkeep.manifest import Manifest, hash_file, read_list, read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from mailbot.settings import Settings


def restore(settings: Settings, folder: Path) -> Manifest:
    """Bring a backup back to where the settings say, where nothing may be yet; return what it holds.

    Everything is compared with its hash before it counts. Raises WorldError, and leaves a mark that keeps the desk from
    starting on half of it.
    """
    manifest = read_manifest(folder)
    engine = open_engine(settings.database_url)
    try:
        _refuse(settings, manifest)
        if not is_copy_of(engine, manifest.database):
            raise WorldError(
                f"The backup holds {manifest.database}, but storage.database_url names a {engine.dialect.name} "
                "database. Correct the setting; a backup comes back to the kind of database that it was made of."
            )
        require_empty(engine)
        make_data_folder(settings)
        with upkeep_lock(settings.data):
            mark = settings.data / BEING_RESTORED
            mark.touch()
            _bring_files(folder, settings.data / "files")
            bring_back(engine, folder / manifest.database)
            mark_restored(engine, manifest.taken_at, now())
            mark.unlink()
            flush_folder(settings.data)
    except OSError as error:
        raise WorldError(f"The restore broke off: {error.strerror} ({error.filename or settings.data}).") from error
    finally:
        engine.dispose()
    return manifest


def _refuse(settings: Settings, manifest: Manifest) -> None:
    if manifest.revision not in find_known_revisions():
        raise WorldError(
            f"The backup was made by mailbot {manifest.version}, which is newer. Install that version first."
        )
    store = settings.data / "files"
    if store.exists() and any(store.iterdir()):
        raise WorldError(f"There are files in {store} already. Move them away first; nothing is written over them.")


def _bring_files(folder: Path, store: Path) -> None:
    for name in read_list(folder):
        source, target = folder / "files" / name[:2] / name, store / name[:2] / name
        if not source.exists():
            continue  # it was missing already when the backup was made, and was told of then
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = target.with_name(f".new-{name}")
        with source.open("rb") as read, unfinished.open("wb") as written:
            shutil.copyfileobj(read, written)
            written.flush()
            os.fsync(written.fileno())
        if hash_file(unfinished) != name:
            raise WorldError(f"{source} is damaged: its bytes do not have its name. Take another backup.")
        unfinished.rename(target)
    for inner in store.glob("*"):
        flush_folder(inner)
