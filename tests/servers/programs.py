"""Finding and running the programs of this machine that the tests need."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"


class MissingProgramError(Exception):
    """A program that the tests need is not installed; the sentence says how to install it."""


def find_program(name: str, package: str, folders: tuple[str, ...] = ("/usr/sbin", "/usr/local/sbin")) -> str:
    """Return the full path of a program. Raises MissingProgramError with the command that installs it."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(folders))
    if found is None:
        raise MissingProgramError(
            f'The tests need "{name}", which is not installed. On Debian or Ubuntu: apt-get install {package} '
            "(or run tests/servers/install.sh as root)."
        )
    return found


def find_free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def unprivileged_user(*wanted: str) -> tuple[str, str]:
    """Return user and group to run a server as: ourselves, or somebody harmless when we are root."""
    if os.geteuid() == 0:
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(known[name] for name in (*wanted, "nobody") if name in known)
    else:
        entry = pwd.getpwuid(os.geteuid())
    return entry.pw_name, _group_name(entry.pw_gid)


def as_user(user: str, group: str) -> dict[str, Any]:
    """Return the arguments that make subprocess run a program as that user, when we are root."""
    return {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}


def make_server_folder(user: str, group: str) -> Path:
    """Return a new empty folder of that user with a short path, because unix sockets are named in it."""
    folder = Path(tempfile.mkdtemp(prefix="mb-"))
    give_to(folder, user, group)
    return folder


def give_to(path: Path, user: str, group: str) -> None:
    """Make a file or folder belong to that user, when we are root."""
    if os.geteuid() == 0:
        shutil.chown(path, user, group)


def wait_until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as the condition holds; raise TimeoutError, naming what did not happen, when it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds} seconds")
        time.sleep(0.01)


def listens(port: int) -> bool:
    """Tell whether somebody accepts connections on a port of 127.0.0.1."""
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def run(*command: str | Path, **options: Any) -> str:
    """Run a program to its end and return its output; raise RuntimeError with the output when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed with exit code {done.returncode}:\n{done.stdout}")
    return done.stdout


def _group_name(gid: int) -> str:
    return grp.getgrgid(gid).gr_name
