"""What the IT section is told of tickets that look like a new one; the officer is told nothing."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.adapters.letters.words import Words
from mailbot.domain.alike_notices import MOST_NAMED, alike_notices
from mailbot.domain.command_lines import parse_command_line
from mailbot.domain.likeness import COMPARE_NONE, EMBLEM_SIDE, Look, LookAlike
from mailbot.domain.opening import find_look
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.domain.understanding import understand
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, CHITRA, DEV, NOW, codes, decide_mail, make_known, make_mail, make_picture, the_desk

WORDS = Words(tomllib.loads((Path(__file__).parents[2] / "templates/mail/words.toml").read_text(encoding="utf-8")))
NUMBERS = ("TMS-2611-00031-9", "TMS-2611-00032-4", "TMS-2611-00034-3", "TMS-2611-00035-6", "TMS-2611-00038-1")
FINGERPRINT = "0f1e2d3c4b5a6978"


def a_ticket(position=0, minutes=60, status=Status.NEW, parent=""):
    """Return a ticket of this morning that looks like the mail."""
    return LookAlike(NUMBERS[position], status, NOW - timedelta(minutes=minutes), parent, Look("return-filing"))


def told(*alike):
    """Return the notices as code, what is given and what is proposed."""
    return [(notice.code, notice.given, notice.proposed) for notice in alike_notices(alike, the_desk(), NOW)]


def test_only_the_it_section_hears_of_similar_tickets():
    """Both people of the IT section get the two lines, and the officer's acknowledgement has neither."""
    known = make_known(alike=(a_ticket(0), a_ticket(1, 50)))
    decision = decide_mail(make_mail("The portal says RET191106."), known)
    for person in (CHITRA, DEV):
        assert codes(decision, person)[-2:] == ["alike_today", "alike_tie"]
    assert not any(code.startswith("alike") for code in codes(decision, ASHA))
    alone = decide_mail(make_mail("The portal says RET191106."), make_known())
    assert not any(code.startswith("alike") for code in codes(alone, CHITRA))


def test_the_line_says_how_many_since_when_and_names_five():
    """Of yesterday's ones the day is told; where as many were found as are compared there may be more."""
    assert told() == []
    assert told(a_ticket())[0] == ("alike_today", "1", NUMBERS[0])
    assert told(a_ticket(minutes=12 * 60))[0][0] == "alike"
    many = tuple(replace(a_ticket(), number=f"TMS-2611-{serial:05}-0") for serial in range(50))
    code, count, named = told(*many)[0]
    assert (code, count, named.count("TMS-"), named[-3:]) == ("alike_today", "50+", MOST_NAMED, ", …")
    assert told(*many[:49])[0][1] == "49"


@pytest.mark.parametrize(
    ("alike", "expected"),
    [
        ([a_ticket(0)], ("alike_tie", NUMBERS[0], "")),
        ([a_ticket(0), a_ticket(1)], ("alike_tie", NUMBERS[0], f"{NUMBERS[0]}: {NUMBERS[1]}")),
        ([a_ticket(0, status=Status.RESOLVED), a_ticket(1)], ("alike_tie", NUMBERS[1], "")),
        (
            [a_ticket(0), a_ticket(1, parent=NUMBERS[0]), a_ticket(2)],
            ("alike_parent", NUMBERS[0], f"{NUMBERS[0]}: {NUMBERS[2]}"),
        ),
        ([a_ticket(0, status=Status.CLOSED)], None),
        ([a_ticket(0, status=Status.RESOLVED, parent=NUMBERS[1])], None),
    ],
    ids=["one", "several", "the oldest is resolved", "a parent", "closed", "a resolved case"],
)
def test_the_line_that_ties_them_can_be_carried_out(alike, expected):
    """It names the parent of the open ones, or else the oldest open one; nothing can be tied to what is over."""
    assert told(*alike)[1:] == ([expected] if expected else [])


@pytest.mark.parametrize("language", list(Language))
def test_every_line_to_copy_is_understood(language):
    """What stands between quotation marks is the command that the sentence promises, in both languages."""
    desk = the_desk()
    parent = [a_ticket(0, parent=NUMBERS[4]), a_ticket(1), a_ticket(2)]
    for alike, leading in (([a_ticket(0), a_ticket(1), a_ticket(2)], NUMBERS[0]), (parent, NUMBERS[4])):
        said = WORDS.notice(alike_notices(alike, desk, NOW)[1], language, desk.timezone)
        lines = re.findall("“([^”]+)”", said)
        commands = [parse_command_line(line, desk.grammar, desk.prefix) for line in lines]
        assert {command.argument for command in commands} == {leading}
        assert [command.targets for command in commands if command.targets] == [NUMBERS[1:3]]
        assert {command.verb for command in commands} - {Verb.MERGE} == {Verb.PARENT}


def test_a_time_of_today_is_told_without_its_date():
    """Half past ten in Lucknow, as the IT section's watches show it; another day is named."""
    desk = the_desk()
    (today, _), (before, _) = (alike_notices([a_ticket(minutes=m)], desk, NOW) for m in (60, 24 * 60))
    assert WORDS.notice(today, Language.ENGLISH, desk.timezone) == (
        f"Other tickets like this one since 10:30: 1. See {NUMBERS[0]}"
    )
    assert "22 नवंबर 2026, 11:30 बजे" in WORDS.notice(before, Language.HINDI, desk.timezone)


def look_of(mail, desk=None):
    """Return what the ticket of a mail would look like."""
    desk = desk or the_desk()
    return find_look(mail, understand(mail, desk), desk)


def test_a_mail_looks_like_its_ticket():
    """Module, title and words, error codes, and the screenshots that are no logo and no emblem."""
    side = EMBLEM_SIDE
    pictures = [
        make_picture(fingerprint=FINGERPRINT, width=1366, height=768, inline=True),
        make_picture("emblem.png", fingerprint="1" * 16, width=side, height=side - 30, inline=True),
        make_picture("logo.png", fingerprint="2" * 16, width=600, height=150, inline=True),
        make_picture("square.png", fingerprint="3" * 16, width=side, height=side),
        make_picture("telephone.png", fingerprint="4" * 16, width=200, height=400, inline=True),
        make_picture("empty.png"),
    ]
    mail = make_mail("पोर्टल RET191106 दिखाता है।", subject="[Refund] Ledger, ORA-00942", attachments=tuple(pictures))
    look = look_of(mail)
    assert (look.module, look.errors) == ("refund", {"RET191106", "ORA-00942"})
    assert look.text == "Ledger, ORA-00942\nपोर्टल RET191106 दिखाता है।"
    assert look.fingerprints == {FINGERPRINT, "3" * 16, "4" * 16}


def test_some_mails_are_compared_with_none():
    """A machine opens no ticket, and days = 0 switches the comparing off."""
    machine = make_mail("I am out of office.", headers={"auto-submitted": ("auto-replied",)})
    assert look_of(machine) is None
    assert look_of(make_mail("Portal down."), replace(the_desk(), similar=COMPARE_NONE)) is None
