"""A real PostgreSQL in a temp folder, with a new database for each test that asks for one."""

from __future__ import annotations

import itertools
import re
import shutil
from pathlib import Path
from typing import Self

import psycopg

from tests.servers.programs import (
    HOST,
    MissingProgramError,
    as_user,
    find_free_port,
    make_server_folder,
    run,
    unprivileged_user,
)

USER = "mailbot"
# Throw-away data needs no disk; with `durable=True` these are left out.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres:
    """A server inside a `with` block; `new_database()` gives the URL of an empty database."""

    def __init__(self, *, durable: bool = False) -> None:
        self.port = find_free_port()
        self._bin = _find_programs()
        user, group = unprivileged_user("postgres", "nobody")
        self._as_user = as_user(user, group)
        self.folder = make_server_folder(user, group)
        self._options = [f"port={self.port}", f"listen_addresses={HOST}", f"unix_socket_directories={self.folder}"]
        self._options += [] if durable else list(FAST)
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        """Make the cluster and start it."""
        data = ["-D", str(self.folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        self._run("initdb", *data)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server and remove its folder."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start a stopped server with the same databases."""
        settings = " ".join(f"-c {option}" for option in self._options)
        log = str(self.folder / "postgres.log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-t", "30", "-l", log, "-o", settings, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; the mode "immediate" is a crash."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")

    def new_database(self) -> str:
        """Return the URL of a new empty database."""
        name = f"test_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return f"postgresql://{USER}@{HOST}:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(host=HOST, port=self.port, user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        run(self._bin / program, *arguments, cwd="/", **self._as_user)


def _find_programs() -> Path:
    """Return the folder with initdb and pg_ctl of the newest PostgreSQL."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(re.sub(r"\D", "", path.parts[-2]) or 0)
    )
    on_path = shutil.which("initdb")
    candidates = [path for path in folders if (path / "initdb").exists()]
    if candidates:
        return candidates[-1]
    if on_path:
        return Path(on_path).resolve().parent
    raise MissingProgramError(
        'The tests need PostgreSQL ("initdb"), which is not installed. On Debian or Ubuntu: apt-get install postgresql '
        "(or run tests/servers/install.sh as root)."
    )
