"""What mailbot decides about believable mails, each a file that a reviewer can read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.reading.message import read_message
from mailbot.domain.errors import UnreadableMailError
from tests.golden import MAILS, Desks, decide_golden, golden_mails
from tests.rows import check_rows

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = sorted((MAILS / "hostile").glob("*.eml"))


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Databases in which ticket one is in each state."""
    return Desks(tmp_path_factory.mktemp("golden"))


@pytest.mark.parametrize("mail", golden_mails(), ids=lambda mail: mail.stem)
def test_decision_is_the_reviewed_one(mail: Path, desks: Desks) -> None:
    """The decision about a golden mail is the one in its decision file; `python -m tests.golden` writes them anew."""
    expected = mail.with_suffix(".decision.txt").read_text(encoding="utf-8")
    assert decide_golden(mail, desks) == expected


def test_every_decision_file_has_its_mail() -> None:
    """No decision file is left over from a mail that was renamed."""
    lonely = [path.name for path in MAILS.glob("*.decision.txt") if not path.with_name(_mail_name(path)).exists()]
    assert lonely == []


def test_hostile_mail_is_read_or_refused() -> None:
    """A mail made to break a reader is read, or refused as unreadable; nothing else may happen."""
    check_rows(HOSTILE, check_hostile_mail, lambda mail: mail.stem)


def check_hostile_mail(mail: Path) -> None:
    """Check that one of them is read or refused."""
    text = ""
    with suppress(UnreadableMailError):
        text = read_message(mail.read_bytes(), oversized=False).mail.text
    assert "\0" not in text


def _mail_name(decision: Path) -> str:
    return decision.name.removesuffix(".decision.txt") + ".eml"
