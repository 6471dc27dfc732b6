"""Made mails of all families: what is read of each is what its maker put into it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.keys import make_keys
from mailbot.adapters.reading.message import read_message
from mailbot.domain.bounces import find_reported_ids
from mailbot.domain.understanding import understand
from mailbot.settings import load_settings
from mailbot.settings.desk import make_desk
from tests.generators.addresses import addresses
from tests.generators.automatic_answers import answers
from tests.generators.automatic_bounces import bounces
from tests.generators.charsets import charsets
from tests.generators.dates import dates
from tests.generators.fields import fields
from tests.generators.filenames import filenames
from tests.generators.replies import replies
from tests.generators.structures import structures

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk
    from tests.generators.case import Case

FAMILIES = {
    "addresses": addresses,
    "answers": answers,
    "bounces": bounces,
    "charsets": charsets,
    "dates": dates,
    "fields": fields,
    "filenames": filenames,
    "replies": replies,
    "structures": structures,
}


@pytest.fixture(scope="module")
def desk() -> Desk:
    """Return a desk with the settings that come with mailbot."""
    return make_desk(load_settings(None), make_keys("a key for tests, long enough to be one"))


def find_differences(case: Case, desk: Desk) -> dict[str, tuple[object, object]]:
    """Return what was expected and what was found, for each key that differs."""
    reading = read_message(case.raw, oversized=False)
    mail = reading.mail
    understood = understand(mail, desk)
    wanted = case.expected.get("reply_has", ())
    found: dict[str, object] = {
        "sender": mail.sender.address if mail.sender else "",
        "sender_name": mail.sender.name if mail.sender else "",
        "sender_count": mail.sender_count,
        "subject": mail.subject,
        "text": mail.text.strip(),
        "reply": mail.reply.strip(),
        "reply_has": tuple(line for line in wanted if line in mail.reply),
        "date": mail.date.astimezone(UTC).isoformat() if mail.date else None,
        "message_id": mail.message_id,
        "thread_ids": mail.thread_ids,
        "files": tuple((file.name, reading.files[file.sha256]) for file in mail.attachments),
        "bounce": understood.screening.bounce,
        "autoreply": understood.screening.autoreply,
        "automatic": understood.screening.automatic,
        "reported_ids": find_reported_ids(mail),
        "employee_id": understood.fields.employee_id,
        "mobile": understood.fields.mobile,
        "priority": understood.fields.priority,
    }
    return {key: (value, found[key]) for key, value in case.expected.items() if found[key] != value}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_case_of_a_family_is_read_as_it_was_made(family: str, desk: Desk) -> None:
    """What was put into each mail of a family is found in it again, and nothing else."""
    wrong = {case.name: different for case in FAMILIES[family]() if (different := find_differences(case, desk))}
    assert wrong == {}


def test_the_families_are_large_and_their_cases_have_names() -> None:
    """There are at least six hundred cases, each with its own name within its family."""
    names = {family: [case.name for case in make()] for family, make in FAMILIES.items()}
    assert all(len(found) == len(set(found)) for found in names.values())
    assert sum(map(len, names.values())) >= 600
