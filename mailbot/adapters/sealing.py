"""Keeping the memory of this process, which holds passwords and mail, from ending up in a file."""

from __future__ import annotations

import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4


def seal_memory() -> None:
    """Forbid core dumps for this process and its children, and other programs of the same user to read its memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
