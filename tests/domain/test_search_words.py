"""The words by which tickets are found: the same for every way of writing them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.search_words import GAP, LONGEST_WORD, MOST_TERMS, MOST_WORDS, index_words, parse_search


def choices(written):
    """Return the choices of each term of a search."""
    return [term.choices for term in parse_search(written)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("हिन्दी", "हिंदी"),
        ("पाँच", "पांच"),
        ("सम्बन्ध", "संबंध"),
        ("फ़ाइल", "फाइल"),
        ("ज़रूरी", unicodedata.normalize("NFD", "जरूरी")),
        ("क\u094d\u200dष", "क्ष"),
        ("त्रुटि ५००", "त्रुटि 500"),
        ("RET191113", "ret191113"),
        ("Portal।", "portal"),
        ("isn’t", "isnt"),
    ],
)
def test_one_word_written_in_two_ways_is_one_word(one, other):
    """Nukta, half nasals, zero-width joiners, digits, case and punctuation make no difference."""
    assert index_words([one]) == index_words([other])


def test_vowel_signs_stay_in_their_words():
    """A matra is no place to split, and words that differ in one are two words."""
    assert index_words(["जीएसटीआर दाखिल"]) == ("जीएसटीआर", "दाखिल", GAP)
    assert index_words(["की"]) != index_words(["का"])


def test_a_word_with_marks_inside_is_kept_in_parts_and_joined():
    """So that "GSTR-3B", "GSTR 3B" and "gstr3b" all find it."""
    assert index_words(["GSTR-3B, e-way bill"]) == ("gstr", "3b", "e", "way", "bill", GAP, "gstr3b", "eway", GAP)


def test_a_ticket_number_is_found_as_people_say_it():
    """Whole, without its prefix, or only its serial."""
    words = index_words(["TMS-2611-00042-7"])
    assert words == ("tms", "2611", "00042", "7", GAP, "tms2611000427", GAP)


def test_texts_are_kept_apart():
    """A gap stands between them, which is no word of any text."""
    assert index_words(["one ¶", "two"]) == ("one", GAP, "two", GAP)


def test_what_one_mail_adds_is_bounded():
    """A long log file and a word without end both fit into the database."""
    assert len(index_words([" ".join(map(str, range(50_000)))])) == MOST_WORDS
    assert index_words(["अ" * 5_000])[0] == "अ" * LONGEST_WORD


def test_all_words_are_looked_for_and_the_last_one_may_go_on():
    """Who is still typing finds already."""
    first, last = parse_search("portal खुल")
    assert (first.choices, first.is_prefix) == ((("portal",),), False)
    assert (last.choices, last.is_prefix) == ((("खुल",),), True)


def test_words_in_quotation_marks_stand_side_by_side():
    """Straight or curly; the last word is whole then."""
    for written in ('"liability ledger"', "“liability ledger”", "„liability ledger“"):
        (term,) = parse_search(written)
        assert (term.choices, term.is_prefix) == ((("liability", "ledger"),), False)


def test_a_quotation_mark_too_many_is_harmless():
    """What follows it are words like others."""
    assert choices('portal "not opening') == [(("portal",),), (("not",),), (("opening",),)]
    assert choices('"') == []


def test_a_code_is_looked_for_in_every_form():
    """In parts, joined, and as the facts of a ticket are written."""
    assert choices("GSTR-3B") == [(("gstr", "3b"), ("gstr3b",))]
    assert choices("जीएसटीआर-3बी") == [(("जीएसटीआर", "3बी"), ("जीएसटीआर3बी",), ("gstr3b",))]
    assert choices("TMS-2611-00042-7") == [(("tms", "2611", "00042", "7"), ("tms2611000427",))]


def test_one_letter_is_no_beginning():
    """Half of all words begin with it."""
    (term,) = parse_search("7")
    assert not term.is_prefix


def test_a_search_is_bounded():
    """A whole mail pasted behind FIND looks for its first words."""
    assert len(parse_search("शब्द " * 500)) == MOST_TERMS


@pytest.mark.parametrize("written", ["", "  ", '""', "* ( ) : ^ - + &", "।॥ ??"])
def test_signs_alone_look_for_nothing(written):
    """There is no word in them."""
    assert parse_search(written) == ()


@given(st.text(max_size=80))
def test_nothing_that_a_database_could_take_for_a_sign_is_left(written):
    """Whatever is written, the words hold letters, digits and marks only."""
    words = [word for term in parse_search(written) for choice in term.choices for word in choice]
    assert all(unicodedata.category(char)[0] in "LMN" for word in words for char in word)
    assert all(words)


@given(st.text(max_size=60))
def test_every_text_is_found_by_its_own_words(written):
    """What stands in a text and is looked for is found: each term has a choice among the words of the text."""
    words = index_words([written])
    rows = " ".join(words)
    for term in parse_search(written.replace('"', " ").replace("“", " ")):
        assert any(f" {' '.join(choice)} " in f" {rows} " for choice in term.choices)
