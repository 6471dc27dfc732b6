"""The reading process: takes raw mails on its standard input, one after the other, and answers with what they say.

Run as `python -m mailbot.adapters.reading.child CPU_SECONDS MEMORY_MB MOST_PIXELS`. It limits itself before it
reads anything, has no secrets in its environment, and ends when its parent does.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.pictures import MOST_PIXELS, find_pictures, pack_view
from mailbot.adapters.reading.wire import OUT_OF_MEMORY, WireError, pack_reading, receive_frame, send_frame
from mailbot.domain.errors import UnreadableMailError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.adapters.reading.wire import MailReading

OPEN_FILES = 64
# The pictures of a mail may take so much processor time (seconds), of what the mail has left.
PICTURE_SECONDS = 4
_MEGABYTE = 1024 * 1024


class _Pipes:
    """Standard input and output as a channel."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink

    def receive(self, size: int) -> bytes:
        data = self._source.read(size)
        if len(data) != size:
            raise WireError("the parent is gone")
        return data

    def send(self, data: bytes) -> None:
        self._sink.write(data)


def main(cpu_seconds: int, memory_mb: int, most_pixels: int = MOST_PIXELS) -> None:
    """Answer until the parent closes the pipe."""
    _limit(memory_mb)
    gc.freeze()
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not look like an answer
    pipes = _Pipes(sys.stdin.buffer, sink)
    send_frame(pipes, {"ready": True})
    sink.flush()
    while True:
        try:
            header, blobs = receive_frame(pipes)
            _allow(cpu_seconds)
            oversized = bool(header["oversized"])
            if header.get("show"):
                _answer_shown(pipes, blobs[0], oversized=oversized)
                sink.flush()
                continue
            reading = _answer(pipes, blobs[0], oversized=oversized)
            sink.flush()
            if reading is not None and find_pictures(reading):
                _answer_pictures(pipes, sink, reading, most_pixels)
        except (WireError, BrokenPipeError):
            return
        except MemoryError:
            os._exit(OUT_OF_MEMORY)


def _answer(pipes: _Pipes, raw: bytes, *, oversized: bool) -> MailReading | None:
    """Read one mail and say what it says, or why it cannot be read; return what was read."""
    try:
        reading = read_message(raw, oversized=oversized)
    except UnreadableMailError as error:
        send_frame(pipes, {"error": str(error)})
    except (MemoryError, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - an error of one mail; its text may quote the mail, its type does not
        send_frame(pipes, {"error": f"The mail breaks its reader ({_place(error)})."})
    else:
        header, files = pack_reading(reading)
        send_frame(pipes, {**header, "used_mb": _used_mb(), "pictures": len(find_pictures(reading))}, files)
        return reading
    return None


def _answer_shown(pipes: _Pipes, raw: bytes, *, oversized: bool) -> None:
    """Say what somebody sees who looks at the mail as it came, or why it cannot be read."""
    # Here and not above: hardly any mail is looked at like that.
    from mailbot.adapters.reading.showing import show_message  # noqa: PLC0415
    from mailbot.adapters.reading.shown import pack_shown  # noqa: PLC0415

    try:
        header, blobs = pack_shown(show_message(raw, oversized=oversized))
    except UnreadableMailError as error:
        header, blobs = {"error": str(error)}, []
    except (MemoryError, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - an error of one mail; its text may quote the mail, its type does not
        header, blobs = {"error": f"The mail breaks its reader ({_place(error)})."}, []
    send_frame(pipes, {**header, "used_mb": _used_mb()}, blobs)


def _answer_pictures(pipes: _Pipes, sink: BinaryIO, reading: MailReading, most_pixels: int) -> None:
    """Look at the pictures of a mail that was told already; one frame for each."""
    # Here and not above: a mail without a picture must not wait for Pillow.
    from mailbot.adapters.reading.previews import look_at_pictures  # noqa: PLC0415

    _allow(PICTURE_SECONDS, never_more=True)
    with _silence():
        for name, view in look_at_pictures(reading, most_pixels):
            header, blobs = pack_view(name, view)
            send_frame(pipes, {**header, "used_mb": _used_mb()}, blobs)
            sink.flush()


@contextmanager
def _silence() -> Iterator[None]:
    """Throw away what decoders print: libtiff writes a line for each fault of a stranger's file."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 1)
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _place(error: Exception) -> str:
    """Return the kind of an error and the line of the program where it happened."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"


def _used_mb() -> int:
    """Return the most memory this process ever had; getrusage() would begin with what the parent had when it forked."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # no Linux


def _limit(memory_mb: int) -> None:
    """Set the limits that hold for the life of this process; only the parent may end it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _lower(resource.RLIMIT_AS, memory_mb * _MEGABYTE)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(limit, (allowed, allowed))


def _allow(seconds: int, *, never_more: bool = False) -> None:
    """Grant so much processor time on top of what was used; the system kills this process after it.

    With `never_more` a lower limit that holds already stays.
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    before, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = min(soft, before) if never_more and before != resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
