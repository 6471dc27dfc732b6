"""What people ask the desk by mail: STATUS, MY TICKETS, REPORT and HELP; and problems that only look like it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailbot.domain.decision import Outcome
from mailbot.domain.desk import Target, TicketLine
from mailbot.domain.letter import LetterKind
from mailbot.domain.months import parse_month
from mailbot.domain.people import Language
from mailbot.domain.thread import find_clues
from mailbot.domain.ticket import Status
from mailbot.domain.understanding import understand
from mailbot.domain.verbs import Verb
from tests.builders import (
    ASHA,
    CHITRA,
    NOW,
    NUMBER,
    STRANGER,
    codes,
    decide_mail,
    letters,
    make_known,
    make_mail,
    make_ticket,
    the_desk,
    when,
)

OTHER = "TMS-2611-00007-6"
TODAY = date(2026, 11, 23)
LINE = TicketLine(
    number=NUMBER,
    title="Cannot file the return",
    module="return-filing",
    priority="normal",
    status="in_progress",
    requester=ASHA.email,
    opened_at=NOW - timedelta(days=2),
    assignee=CHITRA.name,
    last_word="Please try again after 10 am.",
)
SOLVED = replace(LINE, status="resolved", resolved_at=NOW - timedelta(days=1), reopen_count=1, rating=4)


def ask(subject, text="", person=ASHA, **known):
    """Return the decision about a fresh mail with this subject and text."""
    return decide_mail(make_mail(text, sender=person or STRANGER, subject=subject), make_known(person, **known))


def only_letter(decision):
    """Return the one letter that a decision orders."""
    (letter,) = decision.letters
    return letter


def table(letter, name):
    """Return a table of a letter as dictionaries."""
    found = next(table for table in letter.tables if table.name == name)
    return [dict(zip((column.name for column in found.columns), row, strict=True)) for row in found.rows]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("MY TICKETS", LetterKind.MY_TICKETS),
        ("mere ticket", LetterKind.MY_TICKETS),
        ("मेरे टिकट", LetterKind.MY_TICKETS),
        ("Report", LetterKind.REPORT),
        ("REPORT October", LetterKind.REPORT),
        ("report for the month of Oct 2026", LetterKind.REPORT),
        ("रिपोर्ट अक्टूबर", LetterKind.REPORT),
        ("report pichhle mahine ki", LetterKind.REPORT),
        ("pichhle mahine ki report", LetterKind.REPORT),
        ("अक्टूबर की रिपोर्ट", LetterKind.REPORT),
        ("October 2026 report", LetterKind.REPORT),
        ("last month report", LetterKind.REPORT),
        ("Help", LetterKind.HELP),
        ("मदद", LetterKind.HELP),
        ("madad", LetterKind.HELP),
        ("STATUS", LetterKind.MY_TICKETS),
        ("Status?", LetterKind.MY_TICKETS),
        ("स्थिति", LetterKind.MY_TICKETS),
    ],
)
def test_a_fresh_mail_that_only_asks_is_answered_and_opens_no_ticket(said, kind):
    """In the subject or in the first line, in three languages, a question gets its letter and nothing else happens."""
    for decision in (ask(said), ask("", said), ask(said, "Regards\nAsha Verma")):
        assert decision.outcome is Outcome.ANSWERED
        assert letters(decision) == {(ASHA.email, kind)}


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Report not opening", ""),
        ("Report not opening", "The MIS report shows a blank page."),
        ("Report of refund cases shows wrong total", ""),
        ("Report 2A mismatch", "Please check"),
        ("10 report", ""),
        ("October ki report nahi dikh rahi", ""),
        ("October report", "The MIS report of October shows a blank page."),
        ("Help, portal down", ""),
        ("Help", "I cannot log in since the morning."),
        ("मदद चाहिए, पोर्टल नहीं खुल रहा", ""),
        ("Status of return shows pending though filed", ""),
        ("Status", "The status of ARN AA0907230012345 is wrong on the portal."),
        ("My tickets are not visible in the dashboard", ""),
        ("रिपोर्ट नहीं खुल रही है", "कृपया देखें।"),
    ],
)
def test_a_problem_that_begins_like_a_question_opens_a_ticket(subject, text):
    """Nobody's problem is swallowed because its first word is also a command."""
    assert ask(subject, text).outcome is Outcome.OPENED


def test_status_alone_in_a_reply_tells_of_that_ticket():
    """The letter tells where the ticket stands and what the IT section last said, and offers the next step."""
    decision = when(ASHA, "STATUS", Status.IN_PROGRESS, lists={"asked": (LINE,)})
    letter = only_letter(decision)
    assert (letter.to, letter.kind) == (ASHA.email, LetterKind.STATUS)
    (row,) = table(letter, "status_of")
    assert (row["number"], row["status"], row["last_word"]) == (NUMBER, "in_progress", LINE.last_word)
    assert (row["assignee"], row["step"], round(row["age"])) == (CHITRA.name, "cancel", 2)


def test_a_question_in_a_reply_goes_to_nobody_else():
    """The IT section is not troubled by what the desk answers itself."""
    decision = when(ASHA, "स्थिति", Status.IN_PROGRESS, lists={"asked": (LINE,)})
    assert letters(decision) == {(ASHA.email, LetterKind.STATUS)}
    assert decision.events == ()


def test_a_question_above_other_words_does_not_swallow_them():
    """STATUS in capitals is answered, and what stands below is passed on; "Help" above a problem is part of it."""
    both = when(
        ASHA, "STATUS\nThe error is still there on the GST portal.", Status.IN_PROGRESS, lists={"asked": (LINE,)}
    )
    assert {kind for _, kind in letters(both)} == {LetterKind.STATUS, LetterKind.COMMENT}
    plain = when(ASHA, "Help\nThe error is still there on the GST portal.", Status.IN_PROGRESS)
    assert {kind for _, kind in letters(plain)} == {LetterKind.COMMENT}


def test_status_of_several_tickets_is_one_letter():
    """Numbers in one line or in several lines make one letter with a row for each, in the order they were named."""
    own = {number: Target(make_ticket(number=number), ASHA) for number in (NUMBER, OTHER)}
    lines = (LINE, replace(LINE, number=OTHER))
    for text in (f"STATUS {OTHER} {NUMBER}", f"STATUS {OTHER}\nSTATUS {NUMBER}"):
        letter = only_letter(ask("", text, targets=own, lists={"asked": lines}))
        assert [row["number"] for row in table(letter, "status_of")] == [OTHER, NUMBER]


def test_somebody_else_s_ticket_is_answered_like_a_number_that_does_not_exist():
    """Nobody learns from an answer whether a number was given out."""
    missing = only_letter(ask(f"STATUS {OTHER}", near_numbers={OTHER: ()}))
    assert [notice.code for notice in missing.notices] == ["number_unknown"]
    assert missing.tables == ()


def test_my_tickets_counts_and_lists():
    """The letter counts by status, tells how many there are in all, and lists each ticket with a button."""
    lines = (replace(SOLVED, number=OTHER), LINE)
    counts = {"resolved": 1, "in_progress": 1, "closed": 60}
    letter = only_letter(ask("MY TICKETS", lists={"own": lines}, own_counts=counts))
    assert dict(letter.values)["count"] == "62"
    assert dict(letter.values)["open"] == "2"
    assert {row["status"]: row["count"] for row in table(letter, "my_counts")} == counts
    assert [row["step"] for row in table(letter, "my_tickets")] == ["reopen", "cancel"]
    assert next(one for one in letter.tables if one.name == "my_tickets").total == 62


def test_a_ticket_closed_too_long_ago_has_no_button():
    """What can no longer be re-opened is not offered."""
    old = replace(SOLVED, status="closed", closed_at=NOW - timedelta(days=90))
    letter = only_letter(ask("MY TICKETS", lists={"own": (old,)}, own_counts={"closed": 1}))
    assert [row["step"] for row in table(letter, "my_tickets")] == [None]


def test_a_person_without_tickets_gets_a_letter_without_tables():
    """An empty list is said in words."""
    letter = only_letter(ask("MY TICKETS"))
    assert (letter.kind, letter.tables) == (LetterKind.MY_TICKETS, ())


def test_the_report_tells_what_when_how_long_and_by_whom():
    """A row for each resolved ticket, with working hours; the same goes out as XLSX and CSV."""
    letter = only_letter(ask("REPORT October", lists={"resolved": (SOLVED,)}))
    (row,) = table(letter, "resolved_tickets")
    assert (row["number"], row["resolved_by"], row["reopened"], row["rating"]) == (NUMBER, CHITRA.name, 1, 4)
    worked = the_desk().calendar.working_between(SOLVED.opened_at, SOLVED.resolved_at)
    assert row["hours"] == round(worked.total_seconds() / 3600, 1)
    assert letter.formats == ("xlsx", "csv")
    assert dict(letter.values)["file"] == "TMS-report-2026-10"
    assert dict(letter.values)["periods"] == "01.10.2026 – 31.10.2026"


def test_the_report_leaves_out_the_hours_spent_waiting_for_the_officer():
    """What stopped the clock of the promise stops the clock of the report; no row has less than no time."""
    plain, waited, long = (replace(SOLVED, waited_seconds=seconds) for seconds in (0, 3600, 10**9))
    letter = only_letter(ask("REPORT", lists={"resolved": (plain, waited, long)}))
    hours = [row["hours"] for row in table(letter, "resolved_tickets")]
    assert (hours[0] - hours[1], hours[2]) == (pytest.approx(1.0), 0.0)


def test_a_month_that_cannot_be_read_is_answered_with_the_forms_that_can():
    """The officer learns how to write a month, and gets no files."""
    decision = ask("REPORT Octember")
    assert codes(decision, ASHA) == ["month_unknown"]
    assert "2026-10" in only_letter(decision).notices[0].proposed
    assert only_letter(decision).formats == ()


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("", (2026, 11, 1), (2026, 11, 23)),
        ("this month", (2026, 11, 1), (2026, 11, 23)),
        ("October", (2026, 10, 1), (2026, 10, 31)),
        ("Oct 2026", (2026, 10, 1), (2026, 10, 31)),
        ("Oct, 2025", (2025, 10, 1), (2025, 10, 31)),
        ("2026-10", (2026, 10, 1), (2026, 10, 31)),
        ("10/2026", (2026, 10, 1), (2026, 10, 31)),
        ("२०२६-१०", (2026, 10, 1), (2026, 10, 31)),
        ("अक्टूबर", (2026, 10, 1), (2026, 10, 31)),
        ("अक्टूबर माह की", (2026, 10, 1), (2026, 10, 31)),
        ("December", (2025, 12, 1), (2025, 12, 31)),
        ("last month", (2026, 10, 1), (2026, 10, 31)),
        ("of the last month", (2026, 10, 1), (2026, 10, 31)),
        ("pichhle mahine", (2026, 10, 1), (2026, 10, 31)),
        ("pichhle mahine ki", (2026, 10, 1), (2026, 10, 31)),
        ("पिछले महीने की", (2026, 10, 1), (2026, 10, 31)),
        ("feb 24", (2024, 2, 1), (2024, 2, 29)),
    ],
)
def test_months_are_read_as_people_write_them(said, first, last):
    """A month without a year is the latest that has begun; the present one ends today."""
    period = parse_month(said, TODAY, the_desk().grammar)
    assert (period.first, period.last) == (date(*first), date(*last))


@pytest.mark.parametrize(
    "said", ["Octember", "13/2026", "2026-00", "1", "October November", "10-11-2026", "³ 2026", "0000-10"]
)
def test_what_is_no_month_is_none(said):
    """Nothing is guessed."""
    assert parse_month(said, TODAY, the_desk().grammar) is None


def test_help_shows_officers_their_commands_and_staff_theirs():
    """HELP comes from the grammar and the reader's role, each command in both languages."""
    officer, staff = (
        [row["meaning"] for row in table(only_letter(ask("HELP", person=person)), "commands")]
        for person in (ASHA, CHITRA)
    )
    assert {"reopen", "confirm", "cancel", "status", "my_tickets", "report", "help"} <= set(officer)
    assert not {"resolve", "ask", "note", "take", "find"} & set(officer)
    assert {"resolve", "ask", "note", "take"} <= set(staff)
    rows = table(only_letter(ask("मदद", person=replace(ASHA, language=Language.HINDI))), "commands")
    assert {"command": "पुनः खोलें", "also": "REOPEN", "meaning": "reopen"} in rows
    names = table(only_letter(ask("HELP")), "module_names")
    assert {row["name"] for row in names} == {entry.en for entry in the_desk().catalogue.modules.entries}


def test_an_unknown_address_gets_help_but_no_list():
    """HELP holds nothing about anybody; lists are for the directory, and nothing of the mail is repeated."""
    helped = ask("HELP", person=None)
    assert letters(helped) == {(STRANGER, LetterKind.HELP)}
    for said, kind in (("MY TICKETS", LetterKind.MY_TICKETS), ("REPORT", LetterKind.REPORT)):
        letter = only_letter(ask(said, person=None))
        assert (letter.to, letter.kind, letter.quote_sender) == (STRANGER, kind, False)
        assert [notice.code for notice in letter.notices] == ["not_in_directory"]
        assert letter.tables == ()


def test_answers_are_counted_and_end():
    """An address that already got as many answers as it may get is told nothing more."""
    assert ask("HELP", person=None, answers_last_hour=1000).letters == ()
    assert ask("MY TICKETS", answers_last_day=1000).letters == ()


def test_the_answer_goes_to_the_stored_address():
    """Whatever address a mail came from, the list goes where the directory says."""
    decision = decide_mail(make_mail("MY TICKETS", sender="asha@home.example"), make_known(ASHA))
    assert letters(decision) == {(ASHA.email, LetterKind.MY_TICKETS)}


def test_a_question_about_a_ticket_closed_long_ago_opens_nothing():
    """Asking is not a new problem, however old the ticket."""
    old = make_ticket(Status.CLOSED, closed_at=NOW - timedelta(days=200))
    decision = when(ASHA, "STATUS", ticket=old, lists={"asked": (replace(LINE, status="closed"),)})
    assert decision.outcome is Outcome.ANSWERED
    assert only_letter(decision).kind is LetterKind.STATUS


def test_what_a_mail_asks_is_among_its_clues():
    """The tables are asked only for what a mail asks for."""
    desk = the_desk()
    for text, verb in (("REPORT October", Verb.REPORT), (f"STATUS {NUMBER}", Verb.STATUS)):
        mail = make_mail(text)
        clues = find_clues(mail, None, desk, commands=understand(mail, desk).commands.commands)
        assert [question.verb for question in clues.questions] == [verb]
    assert find_clues(make_mail("The portal is down."), None, desk).questions == ()
