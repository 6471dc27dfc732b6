"""No mail but those typed in a legacy Hindi font is taken for such a one."""

from __future__ import annotations

from pathlib import Path

from mailbot.adapters.reading.message import read_message
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.legacy_hindi import find_reading

MAILS = Path(__file__).parents[1] / "mails"
# The golden mails whose names say that they are written so.
KRUTI_DEV_MAILS = {path.name for path in MAILS.glob("*kruti-dev*.eml")}


def test_no_other_golden_mail_is_taken_for_it() -> None:
    """Of all golden and hostile mails only those typed in Kruti Dev have a reading."""
    found = set()
    for path in MAILS.rglob("*.eml"):
        if path.stat().st_size > 200_000:
            continue
        try:
            mail = read_message(path.read_bytes(), oversized=False).mail
        except UnreadableMailError:
            continue
        if find_reading(f"{mail.subject}\n{mail.text}"):
            found.add(path.name)
    assert found == KRUTI_DEV_MAILS
