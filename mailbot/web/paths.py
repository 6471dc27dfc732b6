"""Paths to go on to after signing in: only our own, so that a link to us never leads elsewhere."""

from __future__ import annotations

import re
from urllib.parse import quote

_OWN = re.compile(r"/(?:[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*/?)?(?:\?[A-Za-z0-9_.~%=&+-]*)?")
_LONGEST = 500


def own_path(written: str) -> str:
    """Return a path of ours as it is, and "/" for everything else."""
    return written if len(written) <= _LONGEST and _OWN.fullmatch(written) else "/"


def with_next(path: str, wanted: str) -> str:
    """Return a path that leads on to the wanted one."""
    target = own_path(wanted)
    return path if target == "/" else f"{path}?next={quote(target, safe='/')}"
