"""One letter writer for all tests of letters: making it compiles every template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from letter_samples import make_writer

if TYPE_CHECKING:
    from mailbot.adapters.letters import LetterWriter


@pytest.fixture(scope="session")
def writer() -> LetterWriter:
    """Return a writer with the real templates and words."""
    return make_writer()
