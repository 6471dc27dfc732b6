"""What stands in a letter, and for whom."""

from __future__ import annotations

import html as html_module
import re

import pytest
from letter_reading import html_of, mailto_links, read, text_of
from letter_samples import (
    AT,
    ENGLISH,
    HINDI,
    NUMBER,
    OFFICERS,
    PICTURE,
    PROBLEMS,
    RAKESH,
    SUNITA,
    TEXTS,
    TICKET_KINDS,
    TITLES,
    make_order,
    make_ticket,
    write_sample,
)

from mailbot.domain.facts import Fact, FactKind
from mailbot.domain.letter import Audience, LetterKind, Notice, Thread
from mailbot.domain.notice_codes import NOTICE_CODES
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status

EVERY = [(kind, language, audience) for kind in TICKET_KINDS for language in Language for audience in Audience]
REQUESTER, IT = Audience.REQUESTER, Audience.STAFF
ALL_NOTICES = tuple(Notice(code, "दिया", "High / उच्च") for code in NOTICE_CODES)


@pytest.mark.parametrize(("kind", "language", "audience"), EVERY)
@pytest.mark.parametrize("quote_sender", [True, False])
def test_every_letter_can_be_written_and_is_whole(writer, kind, language, audience, quote_sender):
    """Every kind, language and audience gives a text part and an HTML part without left-over marks or gaps."""
    letter = write_sample(writer, kind, language, audience, (PICTURE,), notices=ALL_NOTICES, quote_sender=quote_sender)
    text, page = text_of(letter), html_of(letter)
    for part in (text, page):
        assert NUMBER in part
        assert not re.search("[\ue000-\uf8ff]", part)
        assert "{{" not in part
        assert "None" not in part
        assert "StrictUndefined" not in part
    assert not re.search(r"<[a-z/]|&[a-z]+;|\\|\*\*|`|^#", text, re.MULTILINE)
    assert "\n\n\n" not in text
    assert page.count("<table") == page.count("</table>")


@pytest.mark.parametrize(("kind", "language", "audience"), EVERY)
def test_the_other_language_follows_below_in_short(writer, kind, language, audience):
    """Whoever the letter reaches can read what it is about: a short version stands below in the other language."""
    letter = write_sample(writer, kind, language, audience)
    main, _, rest = text_of(letter).partition("-" * 40)
    label = "In English" if language is HINDI else "हिन्दी में"
    assert rest.strip().startswith(label)
    assert NUMBER in rest
    assert len(rest.split("-- \n")[0].strip().split("\n")) <= 5
    assert f'lang="{language.other}"' in html_of(letter)
    assert main.startswith(f"{NUMBER} · ")


@pytest.mark.parametrize(("kind", "language", "audience"), EVERY)
def test_a_letter_needs_nothing_from_elsewhere_and_is_small(writer, kind, language, audience):
    """No remote picture, no script, no link but to mail; the page itself stays below 30 kB."""
    page = html_of(write_sample(writer, kind, language, audience, (PICTURE,)))
    assert len(page.encode()) < 30_000
    assert not re.search(r"https?://|<script|<link|@import|url\(|srcset|onload|javascript:", page)
    assert all(source.startswith("cid:") for source in re.findall(r'src="([^"]*)"', page))
    assert all(target.startswith("mailto:") for target in re.findall(r'href="([^"]*)"', page))
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("language", list(Language))
def test_the_acknowledgement_says_what_was_understood(writer, language):
    """The officer reads what the ticket says, what was not understood, how to correct it, and the own words."""
    text = text_of(write_sample(writer, LetterKind.ACKNOWLEDGEMENT, language, REQUESTER, (PICTURE, PICTURE)))
    expected = {
        ENGLISH: ("Request type: Problem", "Module: Return Filing", "Priority: High", "Employee ID: 100001",
                  "Mobile: +91 98390 12345", "Screenshots: 2", "Did you mean High?", '"Module: GST Registration"',
                  "the IT section has been told"),
        HINDI: ("अनुरोध का प्रकार: समस्या", "मॉड्यूल: रिटर्न फाइलिंग", "प्राथमिकता: उच्च", "कर्मचारी आईडी: 123456",
                "मोबाइल: +91 94150 98761", "स्क्रीनशॉट: 2", "क्या आपका आशय उच्च से था?", '"मॉड्यूल: जीएसटी पंजीकरण"',
                "आईटी अनुभाग को सूचना दे दी गई है"),
    }[language]  # fmt: skip
    for words in expected:
        assert words in text
    for line in PROBLEMS[language].split("\n"):
        assert f"| {line}".rstrip() in text


@pytest.mark.parametrize("language", list(Language))
def test_the_it_section_sees_who_wrote_and_how_to_answer(writer, language):
    """The notice of a new ticket has name, designation, office, zone, description, pictures and the words to answer."""
    letter = write_sample(writer, LetterKind.NEW_TICKET, language, IT, (PICTURE,))
    text, officer = text_of(letter), OFFICERS[language]
    for words in (officer.name, officer.designation, officer.office, officer.zone, officer.email, PICTURE.name):
        assert words in text
    commands = {ENGLISH: ("RESOLVED", "ASK", "NOTE"), HINDI: ("हल हो गया", "पूछें", "टिप्पणी")}[language]
    for word in commands:
        assert f'"{word}"' in text


@pytest.mark.parametrize("language", list(Language))
def test_what_a_mail_names_is_listed_for_the_it_section_only(writer, language):
    """GSTIN and error code stand in the facts of the ticket; without any there is no empty row, nor for the officer."""
    named = (Fact(FactKind.GSTIN, "09AAACH7409R1ZZ"), Fact(FactKind.ERROR, "RET191106"))
    label, row = {
        ENGLISH: ("Named in it", "GSTIN 09AAACH7409R1ZZ, error RET191106"),
        HINDI: ("इसमें उल्लिखित", "जीएसटीआईएन 09AAACH7409R1ZZ, त्रुटि RET191106"),
    }[language]

    def letter(audience, facts):
        order = make_order(LetterKind.NEW_TICKET, language, audience)
        return text_of(writer.write(order, make_ticket(language), Thread(), (), AT, "1", facts=facts))

    assert f"{label}: {row}" in letter(IT, named)
    assert label not in letter(IT, ())
    assert label not in letter(REQUESTER, named)


def test_many_facts_end_with_a_whole_one(writer):
    """What does not fit into the row is left to the ticket; no number is cut in half."""
    many = tuple(Fact(FactKind.ERROR, f"RET{number}") for number in range(191_000, 191_030))
    order = make_order(LetterKind.NEW_TICKET, ENGLISH, IT)
    text = text_of(writer.write(order, make_ticket(ENGLISH), Thread(), (), AT, "1", facts=many))
    row = next(line for line in text.replace("\r", "").split("Named in it: ")[1].split("\n\n") if line)
    assert re.search(r"error RET1910\d\d …", " ".join(row.split()))


def test_an_address_that_nobody_knows_is_marked_in_words(writer):
    """The IT section reads that the sender is not in the directory; colour alone would not say it."""
    order = make_order(LetterKind.NEW_TICKET, ENGLISH, IT, notices=(Notice("unverified_sender", "ravi@mail.example"),))
    ticket = make_ticket(verified=False, requester="ravi@mail.example", requester_name="Ravi")
    text = text_of(writer.write(order, ticket, Thread(), (), AT, "e"))
    assert "Identity: Not in the directory" in text
    assert "ravi@mail.example is not in the directory" in text


def test_a_ticket_without_a_sender_still_gets_a_letter(writer):
    """A mail that could not be read has no sender; the IT section hears of it all the same."""
    order = make_order(
        LetterKind.NEW_TICKET, HINDI, IT, actor="", text="", notices=(Notice("unreadable_mail", "no MIME"),)
    )
    ticket = make_ticket(HINDI, requester="", requester_name="", employee_id="", mobile="", verified=False)
    text = text_of(writer.write(order, ticket, Thread(), (), AT, "e"))
    assert "अज्ञात प्रेषक की ओर से नया टिकट आया है" in text
    assert "यह मेल पढ़ा नहीं जा सका (no MIME)" in text


@pytest.mark.parametrize(("kind", "language"), [(kind, language) for kind in TEXTS for language in Language])
def test_what_a_person_wrote_is_quoted_line_by_line(writer, kind, language):
    """Comment, question, solution and reason keep their line breaks in both parts."""
    letter = write_sample(writer, kind, language)
    lines = TEXTS[kind][language].split("\n")
    assert "\n".join(f"| {line}" for line in lines) in text_of(letter)
    assert "<br>\n".join(lines) in html_of(letter)


@pytest.mark.parametrize(
    ("kind", "audience", "words"),
    [
        (LetterKind.ACKNOWLEDGEMENT, REQUESTER, ["CANCEL"]),
        (LetterKind.NEW_TICKET, IT, ["RESOLVED", "ASK", "TAKE"]),
        (LetterKind.RESOLVED, REQUESTER, ["WORKS NOW", "REOPEN"]),
        (LetterKind.STILL_RESOLVED, REQUESTER, ["WORKS NOW", "REOPEN"]),
        (LetterKind.CLOSED, REQUESTER, ["REOPEN", *(f"RATE {stars}" for stars in (5, 4, 3, 2, 1))]),
        (LetterKind.RESOLVED, IT, ["REOPEN"]),
        (LetterKind.NEW_TICKET, REQUESTER, []),
        (LetterKind.DONE, REQUESTER, []),
    ],
)
def test_buttons_offer_only_what_the_reader_may_do(writer, kind, audience, words):
    """A button stands in a letter when this reader may take the step in the ticket's present status."""
    letter = write_sample(writer, kind, ENGLISH, audience)
    assert [body.split("\r\n")[0] for _, _, body in mailto_links(letter)] == words
    steps = [word for word in words if not word.startswith("RATE")]
    for word in steps:
        assert f"write {word} in the first line" in text_of(letter)


def test_a_closed_ticket_offers_no_confirmation(writer):
    """The letter that asks "does it work now?" has one button less when the ticket is closed already."""
    order, ticket = make_order(LetterKind.STILL_RESOLVED), make_ticket(status=Status.CLOSED)
    letter = writer.write(order, ticket, Thread(), (), AT, "e", RAKESH)
    assert [body.split("\r\n")[0] for _, _, body in mailto_links(letter)] == ["REOPEN"]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", [LetterKind.RESOLVED, LetterKind.ACKNOWLEDGEMENT, LetterKind.CLOSED])
def test_a_button_opens_a_reply_that_works_alone(writer, kind, language):
    """Its parts read back: the address of Reply-To, "Re:" and the subject, the word, two empty lines, the token."""
    letter = write_sample(writer, kind, language)
    reply_to = read(letter)["Reply-To"].addresses[0].addr_spec
    token = letter.message_id.removeprefix("<mb.").rpartition("@")[0]
    links = mailto_links(letter)
    assert links
    for address, subject, body in links:
        assert address == reply_to
        assert subject == f"Re: {letter.subject}"
        word, first, second, proof = body.split("\r\n")
        assert word
        assert (first, second, proof) == ("", "", f"Ref: {token}")


def test_a_button_fits_into_what_windows_takes(writer):
    """Even with a long Hindi subject no link is longer than 2048 characters."""
    ticket = make_ticket(HINDI, LetterKind.RESOLVED, title="क्ष्म्य " * 60)
    letter = writer.write(make_order(LetterKind.RESOLVED, HINDI), ticket, Thread(), (), AT, "e", SUNITA)
    links = re.findall(r'href="(mailto:[^"]*)"', html_of(letter))
    assert links
    assert max(len(html_module.unescape(link)) for link in links) <= 2048
    assert len(letter.subject) <= 200


def test_all_letters_to_one_reader_have_one_subject(writer):
    """Mail clients keep a ticket in one conversation when the subject stays the same."""
    assert {write_sample(writer, kind).subject for kind in TICKET_KINDS} == {f"[{NUMBER}] {TITLES[ENGLISH]}"}


def test_a_long_text_is_cut_where_letters_end_and_says_so(writer):
    """A very long comment is shortened in the letter; the reader is told that the whole is kept."""
    letter = write_sample(writer, LetterKind.COMMENT, HINDI, text="क्षेत्र में समस्या है। " * 1000)
    assert "पूरा पाठ टिकट के साथ सुरक्षित है" in text_of(letter)
    assert len(html_of(letter).encode()) < 60_000
