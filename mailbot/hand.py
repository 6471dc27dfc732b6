"""The hand of the desk: a process of its own that handles kept mails while the program fetches mail and sends letters.

One Python program runs on one core, and handling is most of the work. The hand is a copy of the program (fork), made
before any thread runs and while nothing is open. What it does counts as done by the program: an error there is raised
here, its death ends the program, and when the program dies the hand finishes the mail at which it is and ends.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from mailbot.domain.errors import WorldError, name_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

log = logging.getLogger(__name__)

_FORK = multiprocessing.get_context("fork")
# So often it is asked whether the program shall stop.
ASK_SECONDS = 0.2
# What is in hand then is one mail, which takes no longer than reading it may take.
FAREWELL_SECONDS = 90.0


class _Word(StrEnum):
    """What the two processes say to each other, besides numbers and errors."""

    GO = "go"
    STOP = "stop"
    HANDLED = "handled"


class HandLostError(Exception):
    """The process that handles mails is gone."""


class Handler(Protocol):
    """Who handles kept mails: the receiver itself, or the hand."""

    def handle_due(
        self, *, stopping: Callable[[], bool] = lambda: False, handled: Callable[[], object] = lambda: None
    ) -> int:
        """Handle kept mails that are due; return how many were claimed."""


@dataclass(slots=True)
class Hand:
    """Lets `handler` work in another process; one thread asks it.

    `let_go` closes what the two must not share, such as connections; `refresh` is called before each round of work.
    """

    handler: Handler
    let_go: Callable[[], None]
    refresh: Callable[[], None]
    _line: Connection[Any, Any] | None = None
    _process: Any = None

    def begin(self) -> None:
        """Start the process; no other thread may run yet."""
        self.let_go()
        ours, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=self._serve, args=(ours, theirs), name="hand")
        self._process.start()
        theirs.close()
        self._line = ours

    def handle_due(
        self, *, stopping: Callable[[], bool] = lambda: False, handled: Callable[[], object] = lambda: None
    ) -> int:
        """Let one claim of mails be handled, and return how many they were; raise what was raised there."""
        assert self._line is not None, "the hand was not begun"
        try:
            self._line.send(_Word.GO)
            told = self._follow(self._line, stopping, handled)
        except (EOFError, OSError) as error:
            raise HandLostError("the process that handles mails is gone; its last lines stand in the log") from error
        if isinstance(told, BaseException):
            raise told
        return told

    def close(self) -> None:
        """Let the process end after the mail that it has in hand."""
        if self._line is None:
            return
        self._line.close()
        self._process.join(FAREWELL_SECONDS)
        if self._process.is_alive():
            log.error("the process that handles mails does not end and is killed; its mail is handled anew")
            self._process.kill()
            self._process.join()

    @staticmethod
    def _follow(
        line: Connection[Any, Any], stopping: Callable[[], bool], handled: Callable[[], object]
    ) -> int | BaseException:
        """Return how a round of work ended; pass on each mail that is handled, and once the wish to stop."""
        is_asked = False
        while True:
            if not is_asked and stopping():
                line.send(_Word.STOP)
                is_asked = True
            if line.poll(ASK_SECONDS):
                told: int | BaseException | _Word = line.recv()
                if not isinstance(told, _Word):
                    return told
                handled()

    def _serve(self, ours: Connection[Any, Any], line: Connection[Any, Any]) -> None:
        """Work in the other process until the program closes the line, or dies."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # who runs the program signals all of it; the program tells us
        ours.close()
        with suppress(EOFError, OSError):
            while line.recv() is _Word.GO:
                line.send(self._work(line))

    def _work(self, line: Connection[Any, Any]) -> int | Exception:
        def tell_handled() -> None:
            with suppress(OSError):  # nobody is there any more, which `poll` tells as well
                line.send(_Word.HANDLED)

        try:
            self.refresh()
            # Whatever comes while we work, a word or the end of the line, means that we shall stop.
            return self.handler.handle_due(stopping=line.poll, handled=tell_handled)
        except WorldError as error:
            return error
        except Exception as error:  # it is raised in the program, which ends by it
            log.critical("the process that handles mails failed: %s", name_error(error), exc_info=error)
            return error
