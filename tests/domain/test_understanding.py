"""What is understood of a mail from the mail alone."""

from __future__ import annotations

import pytest

from mailbot.domain.people import Language
from mailbot.domain.ticket import Step
from mailbot.domain.understanding import strip_subject, understand
from tests.builders import DESK_ADDRESS, NUMBER, make_mail, the_desk

DESK = the_desk()


def test_a_whole_mail_is_understood():
    """Tags, lines, priority, language and title come out of one believable mail."""
    text = "GSTR-3B दाखिल नहीं हो रहा है।\nEmployee ID: 104872\nमोबाइल: ९४१२२ ३३४४५"
    understood = understand(make_mail(text, subject="Fwd: [Return Filing] फाइल नहीं हो रहा"), DESK)
    fields = understood.fields
    assert (fields.module, fields.employee_id, fields.mobile) == ("return-filing", "104872", "+919412233445")
    assert understood.title == "फाइल नहीं हो रहा"
    assert understood.words == "GSTR-3B दाखिल नहीं हो रहा है।"
    assert understood.script is Language.HINDI


@pytest.mark.parametrize(
    ("subject", "bare", "is_answer"),
    [
        ("Cannot file", "Cannot file", False),
        ("Re: Cannot file", "Cannot file", True),
        ("RE: FW: Fwd: Cannot file", "Cannot file", True),
        ("Re[2]: Cannot file", "Cannot file", True),
        ("उत्तर: रिफंड नहीं आया", "रिफंड नहीं आया", True),
        ("अग्रेषित: रिफंड नहीं आया", "रिफंड नहीं आया", True),
        (f"Re: [{NUMBER}] Cannot file", "Cannot file", True),
        (f"[{NUMBER}] Re: Cannot file", "Cannot file", True),
        (f"{NUMBER} REOPEN", "REOPEN", False),
        ("Refund: not credited", "Refund: not credited", False),
        ("Re:", "", True),
        ("", "", False),
    ],
)
def test_prefixes_and_numbers_are_no_part_of_the_title(subject, bare, is_answer):
    """Re, Fwd and their Hindi fellows go, in any order and number, and so do ticket numbers."""
    assert strip_subject(subject, DESK) == (bare, is_answer)


@pytest.mark.parametrize(
    ("subject", "module", "title"),
    [
        ("[E-way Bill][High] iksVZy ugha [kqy jgk gS", "e-way-bill", "iksVZy ugha [kqy jgk gS"),
        ("[E-way Bill] iksVZy ugha [kqy jgk gS] d`i;k ns[ksa", "e-way-bill", "iksVZy ugha [kqy jgk gS] d`i;k ns[ksa"),
        ("/kU;okn] leL;k gy gks xbZ gS]", None, "/kU;okn] leL;k gy gks xbZ gS]"),
    ],
)
def test_the_letters_of_an_old_font_are_no_tags(subject, module, title):
    """In Kruti Dev brackets and slashes are letters and commas; only tags at the beginning are tags."""
    understood = understand(make_mail("fjVuZ nkf[ky ugha gks jgk gSA", subject=subject), DESK)
    assert (understood.fields.module, understood.title, understood.fields.notices) == (module, title, ())
    assert understood.script is Language.HINDI


def test_lines_beat_tags_and_tags_beat_the_mail_program():
    """What was written most deliberately counts."""
    headers = {"x-priority": ("1",)}
    tagged = make_mail("x", subject="[Low] x", headers=headers)
    assert understand(tagged, DESK).fields.priority == "low"
    lined = make_mail("x\nPriority: Urgent", subject="[Low] x", headers=headers)
    assert understand(lined, DESK).fields.priority == "urgent"
    assert understand(make_mail("x", headers=headers), DESK).fields.priority == "high"


@pytest.mark.parametrize(
    ("subject", "steps"),
    [
        (f"{NUMBER} REOPEN", [Step.REOPEN]),
        (f"REOPEN {NUMBER}", [Step.REOPEN]),
        (f"पुनः खोलें [{NUMBER}]", [Step.REOPEN]),
        (f"Re: [{NUMBER}] REOPEN", []),
        (f"{NUMBER} reopen kab hoga", []),
        ("REOPEN", []),
        (f"{NUMBER} Cannot file", []),
    ],
)
def test_a_fresh_subject_commands_only_with_a_number(subject, steps):
    """A command may stand in the subject of a fresh mail that names a ticket, and nowhere else."""
    understood = understand(make_mail("same error", subject=subject), DESK)
    assert [command.verb for command in understood.commands.commands] == steps


def test_quoted_text_commands_nothing():
    """Only the new text counts; a REOPEN in what is quoted below is not even looked at."""
    mail = make_mail("Thanks", text="Thanks\n\nOn Monday somebody wrote:\n> REOPEN")
    assert understand(mail, DESK).commands.commands == ()


def test_command_and_field_lines_leave_the_text():
    """What is filed as the officer's words holds neither the command nor the labelled line."""
    understood = understand(make_mail("REOPEN\nModule: Refund\nsame error"), DESK)
    assert understood.text == "same error"
    assert understood.words == "REOPEN\nsame error"
    assert understood.lined.module == "refund"


def test_the_subject_of_an_answer_sets_nothing_by_itself():
    """Tags in the subject are known for a new ticket, but the labelled lines are told apart from them."""
    understood = understand(make_mail("x", subject="Re: [High] Cannot file (GSTR-3B)"), DESK)
    assert (understood.fields.priority, understood.fields.module) == ("high", "return-filing")
    assert understood.lined.is_empty


@pytest.mark.parametrize(
    ("subject", "text", "language"),
    [
        ("रिफंड", "राशि अभी तक नहीं आई है।", "hi"),
        ("Refund", "The amount has not been credited.", "en"),
        ("Refund", "Sir paisa abhi tak nahi aaya hai, kripya dekhein", "hi-Latn"),
        ("Refund RFD-06", "RFD-06 जारी नहीं हो रहा, कृपया देखें।", "hi"),
    ],
)
def test_the_language_is_that_of_the_mail(subject, text, language):
    """Hindi, English and Hindi in Latin letters are told apart."""
    assert understand(make_mail(text, subject=subject), DESK).language == language


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"auto-submitted": ("auto-replied",)}},
        {"sender": DESK_ADDRESS},
        {"message_id": "<mb.k1.x@tax.up.example>"},
        {"subject": "Automatic reply: Out of office"},
        {"headers": {"list-id": ("<gst.lists.example>",)}},
    ],
)
def test_a_machine_is_recognised(changes):
    """Automatic answers, our own letters and lists are seen for what they are."""
    assert understand(make_mail("I am on leave.", **changes), DESK).screening.automatic


@pytest.mark.parametrize(
    "changes",
    [
        {"reply": "word " * 50_000},
        {"reply": "please " * 50_000},
        {"reply": "RESOLVED sir " + "sir " * 50_000},
        {"reply": "a: " * 50_000},
        {"reply": "\n".join(f"Module: Refnd{number}" for number in range(5_000))},
        {"reply": "k1." * 50_000},
        {"subject": "Re: " * 50},
        {"subject": "[Hihg] " * 28},
        {"subject": "TMS-2611-" * 22},
    ],
    ids=lambda changes: next(iter(changes.values()))[:12],
)
def test_a_monstrous_mail_is_understood_all_the_same(changes):
    """A paragraph on one line or a page of near misses costs no more than its length."""
    assert understand(make_mail(**({"reply": "x"} | changes)), DESK).language == "en"
