"""What was typed in a legacy Hindi font: the IT section reads it as Hindi below the words as they were sent."""

from __future__ import annotations

import html as html_module

import pytest
from letter_reading import html_of, read, text_of
from letter_samples import AT, NUMBER, OFFICERS, PROBLEMS, make_order, make_ticket

from mailbot.domain.letter import Audience, LetterKind, Thread
from mailbot.domain.people import Language
from tests.legacy_typist import type_in_kruti_dev

MEANT = "महोदय, पोर्टल नहीं खुल रहा है।\nE-way Bill की समस्या अभी तक हल नहीं हुई है।"
TITLE = "पोर्टल पर त्रुटि आ रही है"
SENT, SENT_TITLE = type_in_kruti_dev(MEANT), type_in_kruti_dev(TITLE)
LABELS = {
    Language.ENGLISH: "Read by the program, so please check it:",
    Language.HINDI: "प्रोग्राम ने इसे ऐसे पढ़ा है, कृपया मिला लें:",
}
SHOW_WORDS = (LetterKind.NEW_TICKET, LetterKind.COMMENT, LetterKind.REOPENED, LetterKind.QUESTION)


def write(writer, kind, language, audience, *, text=SENT, title=SENT_TITLE, **changes):
    """Write a letter about a ticket whose title and text were typed in Kruti Dev."""
    order = make_order(kind, language, audience, text=text, **changes)
    return writer.write(order, make_ticket(language, kind, title=title), Thread(), (), AT, "e", OFFICERS[language])


@pytest.mark.parametrize("kind", SHOW_WORDS)
@pytest.mark.parametrize("language", list(Language))
def test_the_it_section_sees_both(writer, kind, language):
    """The words as sent stand first, then, marked in both languages, the reading that the program made."""
    letter = write(writer, kind, language, Audience.STAFF)
    page = html_module.unescape(html_of(letter))
    sent, labels, reading = SENT.split("\n"), (LABELS[language], LABELS[language.other]), MEANT.split("\n")
    for part, join in ((text_of(letter), "\n"), (page, "<br>\n")):
        places = [part.index(words) for words in (sent[0], *labels, reading[0], reading[1])]
        assert places == sorted(places)
        assert join in part[places[-2] : places[-1]]
    assert "\n".join(f"| {line}" for line in reading) in text_of(letter)


@pytest.mark.parametrize("language", list(Language))
def test_the_title_has_its_reading_too_but_the_subject_stays(writer, language):
    """The subject line keeps the conversation together, so it is the one that was sent."""
    letter = write(writer, LetterKind.NEW_TICKET, language, Audience.STAFF)
    assert letter.subject == read(letter)["subject"] == f"[{NUMBER}] {SENT_TITLE}"
    for part in (text_of(letter), html_of(letter)):
        assert f": {TITLE}" in part


@pytest.mark.parametrize("kind", [LetterKind.ACKNOWLEDGEMENT, LetterKind.COMMENT, LetterKind.RESOLVED])
@pytest.mark.parametrize("language", list(Language))
def test_the_officer_sees_the_own_words_as_sent(writer, kind, language):
    """Who typed it knows what it says."""
    letter = write(writer, kind, language, Audience.REQUESTER)
    assert f"| {SENT.split(chr(10))[0]}" in text_of(letter)
    for part in (text_of(letter), html_of(letter)):
        assert not [words for words in (*LABELS.values(), *MEANT.split("\n"), TITLE) if words in part]


@pytest.mark.parametrize("language", list(Language))
def test_other_words_have_no_reading(writer, language):
    """Neither Hindi nor English is read twice."""
    letter = write(writer, LetterKind.NEW_TICKET, language, Audience.STAFF, text=PROBLEMS[language], title="x y")
    assert not [words for words in LABELS.values() if words in text_of(letter)]
    assert "Read by the program" not in text_of(letter)


def test_nothing_is_read_of_an_unverified_mail(writer):
    """Where the words of a mail must not be repeated, their reading is not either."""
    letter = write(writer, LetterKind.DONE, Language.HINDI, Audience.STAFF, quote_sender=False)
    assert TITLE not in text_of(letter)
    assert "E-way Bill" not in text_of(letter)
