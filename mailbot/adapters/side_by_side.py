"""Several waits for a disk or a network at the same time instead of one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def keep_side_by_side(keep: Callable[[bytes], str], lot: Sequence[bytes], threads: int) -> list[str]:
    """Keep all of a lot and return their names in its order; raises what the first one raised that failed."""
    if len(lot) < 2:  # noqa: PLR2004 - one needs no company
        return [keep(data) for data in lot]
    with ThreadPoolExecutor(min(threads, len(lot)), thread_name_prefix="keep") as pool:
        return list(pool.map(keep, lot))
