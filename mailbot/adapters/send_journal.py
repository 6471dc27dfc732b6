"""What becomes of letters while they are sent, written to a small file at once.

A letter is settled in the database with the others of its batch. When the program is killed before, this file still
says which letters the server took and which were never begun; in doubt is only what was on its way. The file is not
flushed to the disk: a power cut leaves the doubt that there would be without it, and costs no time until then.

One line for each step, such as `taken 12 1 0 250 2.0.0 Ok`: the letter's row, its attempts, how often it was lost, and
the server's answer. The program that writes a file holds a lock on it; a file without a lock was left by a dead one.
"""

from __future__ import annotations

import fcntl
import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailbot.deliver import Claim, Left, Settlement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from mailbot.deliver import Outgoing, Receipt

log = logging.getLogger(__name__)

JOURNALS, SUFFIX = "sending", ".sending"
_CLAIMED, _BEGUN, _TAKEN = "claimed", "begun", "taken"
_WORDS_OF_A_STEP = 4


class SendJournal:
    """The file of one program in a folder of such files; one thread uses it. It never stops a letter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"
        self._descriptor = -1

    def claimed(self, letters: Sequence[Outgoing]) -> None:
        """Note a batch before its first letter goes out."""
        self._write("".join(_line(_CLAIMED, letter) for letter in letters))

    def begun(self, letter: Outgoing) -> None:
        """Note that from now on the server may have the letter."""
        self._write(_line(_BEGUN, letter))

    def taken(self, receipt: Receipt) -> None:
        """Note that the server has it."""
        self._write(_line(_TAKEN, receipt.letter, receipt.answer))

    def settled(self) -> None:
        """Forget the batch, whose end stands in the database."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)

    def close(self) -> None:
        """Leave the file to the next program if a batch is open, else remove it; safe to call more than once."""
        if self._descriptor < 0:
            return
        if not os.fstat(self._descriptor).st_size:
            self._path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = -1

    def settle_left(self, settle: Callable[[Left], None]) -> None:
        """Let `settle` write down what each dead program left, and remove its file after that."""
        for path in self._folder.glob(f"*{SUFFIX}"):
            if path == self._path:
                continue
            with _lock(path) as descriptor:
                if descriptor >= 0:
                    settle(read_left(os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")))
                    path.unlink(missing_ok=True)

    def _write(self, lines: str) -> None:
        try:
            if self._descriptor < 0:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                self._descriptor = descriptor
            os.write(self._descriptor, lines.encode())
        except OSError as error:
            # Without the note a crash leaves more in doubt; that is no reason to send nothing.
            log.warning("what is being sent could not be noted in %s: %s", self._path.name, error)


def read_left(text: str) -> Left:
    """Return what a journal says; a line that was cut short says nothing."""
    claims: dict[int, Claim] = {}
    taken: list[Settlement] = []
    for line in text.splitlines(keepends=True):
        step, *numbers = line.split(maxsplit=_WORDS_OF_A_STEP)
        if not line.endswith("\n") or len(numbers) < _WORDS_OF_A_STEP - 1:
            continue
        letter, attempts, unknowns = (int(number) for number in numbers[:3])
        if step == _CLAIMED:
            claims[letter] = Claim(letter, attempts)
        else:
            claims.pop(letter, None)
        if step == _TAKEN:
            taken.append(Settlement(letter, "sent", "".join(numbers[3:]).strip(), unknowns))
    return Left(tuple(taken), tuple(claims.values()))


def _line(step: str, letter: Outgoing, answer: str = "") -> str:
    words = f"{step} {letter.id} {letter.attempts} {letter.unknowns} {' '.join(answer.split())}"
    return words.rstrip() + "\n"


def forget(folder: Path) -> None:
    """Remove every journal in a folder. Raises OSError."""
    for path in folder.glob(f"*{SUFFIX}"):
        path.unlink(missing_ok=True)


@contextmanager
def _lock(path: Path) -> Iterator[int]:
    """Yield the opened file while nobody else may touch it; -1 when its program lives, or when it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield -1
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Another program may have removed the file between the two calls.
        yield descriptor if os.fstat(descriptor).st_nlink else -1
    except BlockingIOError:
        yield -1
    finally:
        os.close(descriptor)
