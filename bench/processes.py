"""What a program and all its children use, as the kernel counts it (proc(5)): processor time and memory."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TICKS = os.sysconf("SC_CLK_TCK")
# Behind the name of the program in /proc/PID/stat.
PARENT, USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM = 1, 11, 12, 13, 14


@dataclass(frozen=True, slots=True)
class _Stat:
    parent: int
    ticks: int


def cpu_seconds(root: int) -> float:
    """Return the processor time of a process, of its children that have ended, and of all that run below it."""
    stats = _read_stats()
    return sum(stats[pid].ticks for pid in _family(root, stats)) / TICKS


def find_children(root: int) -> list[int]:
    """Return the processes below this one."""
    stats = _read_stats()
    return [pid for pid in _family(root, stats) if pid != root]


def find_hands(root: int) -> list[int]:
    """Return the processes below this one that are copies of it: the same program, which shares memory with it."""
    command = _command(root)
    return [pid for pid in find_children(root) if _command(pid) == command]


def shared_out_kb(pids: Iterable[int]) -> int:
    """Return how much memory these processes have now, with what they share counted once."""
    return sum(_number(Path(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in pids)


def resident_kb(pid: int) -> int:
    """Return how much memory a process has now."""
    return _number(Path(f"/proc/{pid}/status"), "VmRSS")


def peak_kb(pid: int) -> int:
    """Return how much memory a process had at the most, since it began or since `forget_peak`."""
    return _number(Path(f"/proc/{pid}/status"), "VmHWM")


def forget_peak(pid: int) -> None:
    """Let the highest memory be counted anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _number(path: Path, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", path.read_text(), re.MULTILINE)
    assert found is not None, f"{path} says nothing of {name}"
    return int(found[1])


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _family(root: int, stats: dict[int, _Stat]) -> list[int]:
    family = [root] if root in stats else []
    for pid in family:
        family += [child for child, stat in stats.items() if stat.parent == pid]
    return family


def _read_stats() -> dict[int, _Stat]:
    stats: dict[int, _Stat] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            fields = path.read_text().rpartition(")")[2].split()
            ticks = sum(int(fields[place]) for place in (USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM))
            stats[int(path.parent.name)] = _Stat(int(fields[PARENT]), ticks)
    return stats
