"""Tables in letters: aligned in the text part, drawn for a phone, with buttons that work and files that open."""

from __future__ import annotations

import email
import email.policy
import io
import re
from dataclasses import replace

import openpyxl
import pytest
from letter_reading import mailto_links
from letter_samples import AT, ENGLISH, HINDI, KEYS, RAKESH, make_desk, make_order, make_writer, write_sample

from mailbot.demo.samples.questions import make_asking, make_lines
from mailbot.domain.answering import HANDLERS
from mailbot.domain.columns import columns
from mailbot.domain.grammar import Command
from mailbot.domain.letter import Audience, LetterKind, Thread
from mailbot.domain.numbering import number_digits
from mailbot.domain.people import Language
from mailbot.domain.status_answers import MOST_LINES, answer_my_tickets
from mailbot.domain.table import CellKind, Column, Table
from mailbot.domain.trust import find_tokens, is_valid
from mailbot.domain.verbs import Verb

GMAIL_CUTS_AT = 102_000
COUNTS = Table(
    "my_counts",
    (Column("status", CellKind.STATUS), Column("count", CellKind.SHARE)),
    (("waiting", 3), ("resolved", 12), ("new", 0)),
)


def parts(letter):
    """Return the text part, the HTML part and the attached files by name."""
    message = email.message_from_bytes(letter.raw, policy=email.policy.default)
    files = {part.get_filename(): part for part in message.iter_attachments()}
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    return text, message.get_body(("html",)).get_content(), files


def own_lines(language=ENGLISH):
    """Return Rakesh's tickets."""
    return make_lines(make_desk(), language, RAKESH.email)


def with_tables(*tables, language=ENGLISH, **changes):
    """Write the letter MY TICKETS with these tables under its names."""
    order = make_order(LetterKind.MY_TICKETS, language, tables=tables, **changes)
    return make_writer().write_for_desk(order, Thread(), AT, "event 1")


def cards_of(*lines):
    """Return the table of MY TICKETS for these lines."""
    asking = make_asking(make_desk(), RAKESH, ENGLISH)
    known = replace(asking.known, lists={"own": lines}, own_counts={"new": len(lines)})
    asking = replace(asking, known=known)
    return answer_my_tickets(Command(Verb.MY_TICKETS, "MY TICKETS"), asking).letters[0].tables[1]


@pytest.mark.parametrize("language", Language)
def test_figures_stand_below_each_other_in_the_text_part(language):
    """Numbers are aligned to the right, also behind Hindi words."""
    text, _, _ = parts(with_tables(COUNTS, cards_of(own_lines()[0]), language=language))
    block = next(part for part in text.split("\n\n") if re.search(r"12$", part, re.MULTILINE))
    assert len({columns(line) for line in block.split("\n")}) == 1


def test_equal_cells_have_their_own_headings():
    """A row may hold the same words twice, each below its own name."""
    line = replace(own_lines()[0], assignee="Refund", last_word="Refund", module="refund")
    text, page, _ = parts(with_tables(COUNTS, cards_of(line)))
    assert "Module: Refund" in text
    assert "Last word from IT: Refund" in text
    assert page.count("Refund") == 3


def test_a_share_is_drawn_with_cells_and_without_pictures():
    """The longest bar fills its cell, an empty one has none, and no image is asked for."""
    _, page, _ = parts(with_tables(COUNTS, cards_of(own_lines()[0])))
    assert [int(width) for width in re.findall(r'class="bar" width="(\d+)%"', page)] == [25, 100]
    assert "<img" not in page


def test_each_row_has_a_button_that_its_own_token_proves():
    """The link opens a reply about that ticket, whose token was made for the reader and for that ticket alone."""
    letter = write_sample(make_writer(), LetterKind.MY_TICKETS)
    links = mailto_links(letter)
    assert [body.split("\r\n")[0] for _, _, body in links] == ["CANCEL", "CANCEL", "REOPEN", "REOPEN"]
    for (_, subject, body), line in zip(links, own_lines(), strict=True):
        (token,) = find_tokens((body,))
        assert line.number in subject
        assert token.digits == number_digits(line.number)
        assert is_valid(token, KEYS, RAKESH.email)
        assert not is_valid(token, KEYS, "somebody@else.example")


def test_the_report_carries_the_same_list_as_files():
    """XLSX and CSV are attached under the month's name, in the reader's language, and named in the letter."""
    for language, word in ((ENGLISH, "Ticket"), (HINDI, "टिकट")):
        text, _, files = parts(write_sample(make_writer(), LetterKind.REPORT, language))
        assert list(files) == ["TMS-report-2026-11.xlsx", "TMS-report-2026-11.csv"]
        assert all(name in text for name in files)
        book = openpyxl.load_workbook(io.BytesIO(files["TMS-report-2026-11.xlsx"].get_content()))
        assert book.worksheets[0]["A1"].value == word
        assert files["TMS-report-2026-11.csv"].get_payload(decode=True).startswith(b"\xef\xbb\xbf")


def test_files_that_are_too_large_stay_behind_and_are_named():
    """A letter does not grow beyond its limit; the reader is told what is missing."""
    letter = write_sample(make_writer(picture_limit=100), LetterKind.REPORT)
    text, _, files = parts(letter)
    assert files == {}
    assert "Too large for a letter: TMS-report-2026-11.xlsx, TMS-report-2026-11.csv" in text


def test_the_longest_list_is_shown_whole_by_gmail():
    """As many rows as a letter may hold, each with long Hindi words, stay below the size at which Gmail cuts."""
    line = replace(own_lines(HINDI)[2], title="रिफंड आदेश नहीं दिख रहा " * 5, last_word="कृपया पुनः प्रयास करें। " * 6)
    lines = tuple(replace(line, number=f"TMS-2611-{n:05}-0") for n in range(MOST_LINES))
    _, page, _ = parts(with_tables(COUNTS, cards_of(*lines), language=HINDI))
    assert len(page.encode()) < GMAIL_CUTS_AT


def test_what_is_left_out_is_counted():
    """Below a list that holds only the first rows stands how many more there are."""
    table = replace(cards_of(own_lines()[0]), total=62)
    text, page, _ = parts(with_tables(COUNTS, table))
    assert "… and 61 more" in text
    assert "… and 61 more" in page


def test_words_of_strangers_stay_words():
    """A title that looks like HTML is shown as it was written."""
    line = replace(own_lines()[0], title="<b>bold</b> {{ number }} <img src=x>")
    _, page, _ = parts(with_tables(COUNTS, cards_of(line)))
    assert "<b>bold" not in page
    assert "&lt;img src=x&gt;" in page


def test_columns_and_rows_for_files_only_stay_out_of_the_letter():
    """What `in_letter` and `shown` leave out is in the attached file."""
    rows = (("waiting", 3, "inner"), ("resolved", 12, "inner"))
    table = Table("my_counts", (*COUNTS.columns, Column("hours", in_letter=False)), rows, shown=1)
    text, _, files = parts(with_tables(table, cards_of(own_lines()[0]), formats=("csv",)))
    assert "inner" not in text
    assert "… and 1 more" in text
    assert any(b"inner" in part.get_payload(decode=True) for part in files.values())


def test_staff_are_offered_what_staff_may_do():
    """The list of one of the IT section offers RESOLVED where an officer's offers CANCEL."""
    letter = write_sample(make_writer(), LetterKind.MY_TICKETS, ENGLISH, Audience.STAFF)
    assert [body.split("\r\n")[0] for _, _, body in mailto_links(letter)] == [
        "RESOLVED", "RESOLVED", "REOPEN", "REOPEN",
    ]  # fmt: skip


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", [LetterKind.STATUS, LetterKind.MY_TICKETS, LetterKind.REPORT])
@pytest.mark.parametrize("person", [RAKESH, None])
@pytest.mark.parametrize("argument", ["TMS-2611-00099-9", "Octember", ""])
def test_an_answer_without_a_table_is_a_whole_letter_too(language, kind, person, argument):
    """Nothing found, a month that cannot be read, an address without a person: each is said in words, without files."""
    asking = make_asking(make_desk(), RAKESH, language)
    asking = replace(asking, known=replace(asking.known, person=person, lists={}, own_counts={}))
    (order,) = HANDLERS[Verb(kind)](Command(Verb(kind), kind.upper(), argument=argument), asking).letters
    text, page, files = parts(make_writer().write_for_desk(order, Thread(), AT, "event 1"))
    assert files == {}
    assert "Octember" not in text or person is RAKESH
    assert len(text.split()) > 40
    assert "<table" in page
