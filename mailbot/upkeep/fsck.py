"""The files of the store against the rows that name them: nothing is missing, nothing is damaged, nothing is left over.

Rows and files are walked side by side in the order of their names, so that a million of them need no memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailbot.adapters.store.engine import reading_one_state
from mailbot.adapters.store.file_names import find_file_names, find_owners
from mailbot.domain.errors import UnreadableMailError, WorldError
from mailbot.upkeep.lock import upkeep_lock
from mailbot.upkeep.manifest import hash_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from mailbot.file_keeping import KeptFiles

MOST_SHOWN = 50
# A file is written before the row that names it; what is younger than this may still get its row.
SPARED_SECONDS = 24 * 3600
_LAST = "~"  # after all names


@dataclass(slots=True)
class Comparison:
    """What was found; the lists hold the first ones with the tickets and mails they belong to."""

    named: int = 0
    files: int = 0
    missing: int = 0
    damaged: int = 0
    orphans: int = 0
    leftovers: int = 0
    removed: int = 0
    strange: int = 0
    findings: list[str] = field(default_factory=list)

    def tell(self, finding: str) -> None:
        """Keep the sentence while there are few."""
        if len(self.findings) < MOST_SHOWN:
            self.findings.append(finding)

    @property
    def is_whole(self) -> bool:
        """Whether every row has its file, with the bytes it was written with."""
        return not (self.missing or self.damaged)


@dataclass(frozen=True, slots=True)
class Way:
    """How the comparison is made: whether files are read, whether what is left over is removed, and what time it is."""

    reads: bool
    repairs: bool
    now: float


def compare_files(engine: Engine, store: KeptFiles, way: Way) -> Comparison:
    """Compare the kept files with the tables. Raises WorldError while a backup is under way."""
    found = Comparison()
    try:
        with upkeep_lock(store.home, engine):
            # The rows come first: a file that appears meanwhile is young, and spared.
            with reading_one_state(engine) as connection:
                gone = _walk(find_file_names(connection), store, way, found)
            for what, name in gone:
                found.tell(f"{name} is {what}. {find_owners(engine, name)}")
            _look_at_others(store, way, found)
    except OSError as error:
        raise WorldError(f"{error.filename or store.home} cannot be used: {error.strerror}.") from error
    return found


def _walk(names: Iterator[str], store: KeptFiles, way: Way, found: Comparison) -> list[tuple[str, str]]:
    """Walk rows and files side by side; return the first files that are missing or damaged."""
    gone: list[tuple[str, str]] = []
    for name, is_named, is_listed in _side_by_side(names, store.find_names()):
        is_there = is_listed or (way.repairs and store.bring_back(name))
        found.named += is_named
        found.files += is_there
        if not is_there:
            found.missing += 1
            gone.append(("missing", name))
        elif not is_named:
            _look_at_orphan(store, name, way, found)
        elif way.reads and not _is_whole(store, name):
            found.damaged += 1
            gone.append(("damaged", name))
            if way.repairs:
                store.set_aside(name)
        del gone[MOST_SHOWN:]
    return gone


def _is_whole(store: KeptFiles, name: str) -> bool:
    try:
        return hash_pieces(store.find_pieces(name)) == name
    except UnreadableMailError:
        return False


def _side_by_side(names: Iterator[str], files: Iterator[str]) -> Iterator[tuple[str, bool, bool]]:
    """Yield each name of two ascending rows of names, with whether the first and the second row have it."""
    name, file = next(names, _LAST), next(files, _LAST)
    while (smaller := min(name, file)) != _LAST:
        is_named, is_there = name == smaller, file == smaller
        yield smaller, is_named, is_there
        name = next(names, _LAST) if is_named else name
        file = next(files, _LAST) if is_there else file


def _look_at_orphan(store: KeptFiles, name: str, way: Way, found: Comparison) -> None:
    before = way.now - SPARED_SECONDS
    try:
        if store.find_time(name) >= before:
            return
    except UnreadableMailError:
        return  # somebody removed it since it was listed
    found.orphans += 1
    if way.repairs and store.discard(name, before):
        found.removed += 1


def _look_at_others(store: KeptFiles, way: Way, found: Comparison) -> None:
    """Count what the store left behind, and tell of what is none of ours."""
    for place, is_ours in store.find_others(way.now - SPARED_SECONDS):
        if not is_ours:
            found.strange += 1
            found.tell(f"{place} is not a file of the store. It is left alone.")
            continue
        found.leftovers += 1
        if way.repairs:
            store.remove_other(place)
            found.removed += 1
