"""A backup brought back into an empty place, where nothing runs until `mailbot replay` has caught up."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mailbot.adapters.clock import now
from mailbot.adapters.durable import flush_folder
from mailbot.adapters.send_journal import JOURNALS, forget
from mailbot.adapters.store.copying import bring_back, is_copy_of, require_empty
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.restoring import mark_restored
from mailbot.adapters.store.revisions import find_known_revisions
from mailbot.domain.errors import WorldError
from mailbot.parts import BEING_RESTORED, make_data_folder, open_files
from mailbot.upkeep.lock import upkeep_lock
from mailbot.upkeep.manifest import Manifest, read_list, read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from mailbot.file_keeping import KeptFiles
    from mailbot.settings import Settings


def restore(settings: Settings, folder: Path) -> Manifest:
    """Bring a backup back to where the settings say, where nothing may be yet; return what it holds.

    Everything is compared with its hash before it counts. Raises WorldError, and leaves a mark that keeps the desk from
    starting on half of it.
    """
    manifest = read_manifest(folder)
    engine, store = open_engine(settings.database_url), open_files(settings)
    try:
        _refuse(store, manifest)
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
            forget(settings.data / JOURNALS)  # they name letters of the database that was there before
            _bring_files(folder, store)
            bring_back(engine, folder / manifest.database)
            mark_restored(engine, manifest.taken_at, now())
            mark.unlink()
            flush_folder(settings.data)
    except OSError as error:
        raise WorldError(f"The restore broke off: {error.strerror} ({error.filename or settings.data}).") from error
    finally:
        engine.dispose()
    return manifest


def _refuse(store: KeptFiles, manifest: Manifest) -> None:
    if manifest.revision not in find_known_revisions():
        raise WorldError(
            f"The backup was made by mailbot {manifest.version}, which is newer. Install that version first."
        )
    if there := next(store.find_names(), None):
        raise WorldError(
            f"There are files already, such as {store.place(there)}. Move them away first; nothing is overwritten."
        )


def _bring_files(folder: Path, store: KeptFiles) -> None:
    for name in read_list(folder):
        source = folder / "files" / name[:2] / name
        if not source.exists():
            continue  # it was missing already when the backup was made, and was told of then
        data = source.read_bytes()
        if hashlib.sha256(data).hexdigest() != name:
            raise WorldError(f"{source} is damaged: its bytes do not have its name. Take another backup.")
        store.keep(data)
