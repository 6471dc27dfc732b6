"""Whole databases: a consistent copy while others write, and back into an empty place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect

from mailbot.adapters.store.engine import reading
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import URL

# How the copy is called in the folder of a backup.
COPY_NAMES = {"sqlite": "mailbot.db", "postgresql": "mailbot.pgdump"}
_PROGRAMS = Path("/usr/lib/postgresql")
_LAST_WORDS = 500


def copy_database(engine: Engine, folder: Path) -> Path:
    """Write a copy of one state of the database into a folder; those who write meanwhile are not held up.

    Raises WorldError when it cannot be made.
    """
    target = folder / COPY_NAMES[engine.dialect.name]
    if engine.dialect.name == "postgresql":
        _run_for(engine.url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
        return target
    try:
        with closing(sqlite3.connect(_file_of(engine.url))) as source, closing(sqlite3.connect(target)) as copy:
            # In one go: a copy page by page begins anew each time somebody else writes.
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
        check_copy(target)
    except sqlite3.Error as error:
        raise WorldError(f"The database cannot be copied to {target}: {error}.") from error
    return target


def check_copy(path: Path) -> None:
    """Look at every page of a SQLite file. Raises WorldError when one is damaged."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        try:
            verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            verdict = str(error)
    if verdict != "ok":
        raise WorldError(f"The database file {path} is damaged: {verdict.splitlines()[-1]}. Take an older copy.")


def require_empty(engine: Engine) -> None:
    """Raise WorldError when there is a database already where one shall be brought back."""
    if engine.dialect.name == "sqlite":
        path = _file_of(engine.url)
        if path.exists() and path.stat().st_size:
            raise WorldError(f"There is a database at {path} already. Move it away first; nothing is written over it.")
        return
    with reading(engine) as connection:
        if inspect(connection).get_table_names():
            raise WorldError(
                f"The database {engine.url.database!r} holds tables already. Restore into a new, empty database."
            )


def bring_back(engine: Engine, copy: Path) -> None:
    """Make the copy the database, in an empty place. Raises WorldError when it cannot be done."""
    require_empty(engine)
    if engine.dialect.name == "postgresql":
        options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        _run_for(engine.url, "pg_restore", *options, str(copy))
        return
    path = _file_of(engine.url)
    engine.dispose()
    # What a database that is gone left beside it would be played into the one that comes.
    for left in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{left}").unlink(missing_ok=True)
    unfinished = path.with_name(f"{path.name}.restoring")
    try:
        with copy.open("rb") as source, unfinished.open("wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        check_copy(unfinished)
        unfinished.rename(path)
    except OSError as error:
        raise WorldError(f"The database cannot be written to {path}: {error.strerror}.") from error


def _file_of(url: URL) -> Path:
    return Path(url.database or "")


def _run_for(url: URL, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL against a database; the password is not seen in the list of processes."""
    found = _find_program(program)
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    command = (found, f"--dbname={address}", "--no-password", *arguments)
    done = subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603 - no shell, and every word is ours
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-_LAST_WORDS:]
        raise WorldError(f"{program} ended with code {done.returncode}: {said}")


def _find_program(name: str) -> str:
    """Return the newest of the program; an older one refuses a newer server."""
    versions = sorted(_PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise WorldError(
            f"{name} is not installed. It comes with PostgreSQL; on Debian: apt-get install postgresql-client"
        )
    return found


def is_copy_of(engine: Engine, name: str) -> bool:
    """Tell whether a copy of that name can be brought back to this database."""
    return COPY_NAMES[engine.dialect.name] == name
