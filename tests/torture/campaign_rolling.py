"""Workers of two machines replaced one after another during 200 mails: none lost, none doubled."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from tests.whole.test_rolling_restart import machines, replace_workers, require_none_lost_or_doubled

if TYPE_CHECKING:
    import pytest

    from tests.whole.desk import Office

__all__ = ["machines"]

MAILS = int(os.environ.get("TORTURE_MAILS", "200"))
REPLACEMENTS = int(os.environ.get("TORTURE_RESTARTS", "20"))


def test_a_day_of_rolling_restarts(machines: tuple[Office, Office], capsys: pytest.CaptureFixture[str]) -> None:
    """Every mail has one ticket and one acknowledgement, every letter went out once, and every file is whole."""
    began = time.monotonic()
    replace_workers(machines, MAILS, REPLACEMENTS)
    require_none_lost_or_doubled(machines, MAILS)
    with capsys.disabled():
        sys.stdout.write(f"\n{MAILS} mails, {REPLACEMENTS} restarts in {time.monotonic() - began:.0f} s: all once\n")
