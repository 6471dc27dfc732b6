"""How text of strangers is cleaned, cut and folded."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.text import clean_line, clean_text, cut_at_grapheme, fold, is_boundary

HINDI = "कखगतरषहज्ािीुे्ंँ़ः"
MARKS = "\u200d\u200c\ufe0f🏽\u0301"
EMOJI = "👩👨💻❤😀🇮🇳"
MIXED = st.text(alphabet=HINDI + MARKS + EMOJI + "ab 1.,।\n", max_size=60)


def test_line_breaks_of_every_system_become_one() -> None:
    """Text has LF line breaks, whichever system wrote it."""
    assert clean_text("एक\r\nदो\rतीन\u2028चार") == "एक\nदो\nतीन\nचार"


@pytest.mark.parametrize(
    "unwanted", ["\x00", "\x07", "\x1b", "\x7f", "\x9f", "\u202e", "\u2066", "\u200f", "\ud800", "\ufeff"]
)
def test_controls_are_taken_out(unwanted: str) -> None:
    """Controls, bidirectional marks and lone surrogates never reach a database or a screen."""
    assert clean_text(f"GST{unwanted}R-3B") == "GSTR-3B"


def test_tab_and_newline_stay() -> None:
    """A pasted table keeps its columns."""
    assert clean_text("GSTIN\tAmount\n09AA\t100") == "GSTIN\tAmount\n09AA\t100"


def test_joiners_stay_inside_words_only() -> None:
    """The joiner in क्‍ष shapes the word; at its edge it would only make equal words differ."""
    assert clean_text("क्\u200dष \u200dकर\u200c है") == "क्\u200dष कर है"


def test_text_is_composed() -> None:
    """A decomposed letter equals the composed one, so that search finds it."""
    assert clean_text("e\u0301") == "é"
    assert clean_text("\u0929") == clean_text("\u0928\u093c")


@given(st.text(max_size=80))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """Clean text is clean, for any text at all."""
    once = clean_text(text)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")


def test_a_line_is_one_line() -> None:
    """Names and subjects are one line without blanks around them."""
    assert clean_line("  रिटर्न \r\n फाइलिंग\u200d \t नहीं  ") == "रिटर्न फाइलिंग नहीं"


def test_a_line_is_never_longer_than_its_limit() -> None:
    """A line is cut between clusters of letters."""
    assert clean_line("क्षत्रिय" * 50, 10) == "क्षत्रिय"


def test_short_text_is_not_cut() -> None:
    """Text within the limit is returned as it is."""
    assert cut_at_grapheme("लॉगिन नहीं हो रहा।", 500) == "लॉगिन नहीं हो रहा।"


def test_a_sentence_end_is_preferred() -> None:
    """The description ends with a whole sentence when one ends near the limit."""
    text = "पोर्टल नहीं खुल रहा है। कृपया जल्दी देखें और बताएं कि क्या करना है"
    assert cut_at_grapheme(text, 30) == "पोर्टल नहीं खुल रहा है।"


def test_a_word_end_comes_next() -> None:
    """Without a sentence end the cut is made between words; 3.5 is no sentence end."""
    assert cut_at_grapheme("The portal showed version 3.5 and then nothing", 30) == "The portal showed version 3.5"
    assert cut_at_grapheme("The portal is showing 3.55555 and nothing", 25) == "The portal is showing"


def test_a_flag_is_never_cut_in_half() -> None:
    """Regional indicators go in pairs."""
    assert cut_at_grapheme("🇮🇳🇮🇳", 3) == "🇮🇳"


def test_a_conjunct_is_never_cut_in_half() -> None:
    """Consonant, virama and consonant are one cluster."""
    assert cut_at_grapheme("अक्षर", 3) == "अ"


def test_a_single_endless_cluster_is_cut_all_the_same() -> None:
    """A letter with a thousand marks does not break the limit."""
    assert len(cut_at_grapheme("क" + "\u0901" * 1000, 500)) == 500


@given(MIXED, st.integers(min_value=1, max_value=60))
def test_cuts_are_at_cluster_boundaries(text: str, limit: int) -> None:
    """Every cut is one that Unicode allows, as the regex library sees it."""
    cut = cut_at_grapheme(text, limit)
    assert len(cut) <= limit
    assert text.startswith(cut)
    ends = {match.end() for match in regex.finditer(r"\X", text)}
    first = min(ends, default=0)
    if cut and first <= limit and len(text) > limit and _has_boundary(text, limit):
        assert any(text[:end].rstrip() == cut for end in ends)


def _has_boundary(text: str, limit: int) -> bool:
    return any(is_boundary(text, end) for end in range(1, limit + 1))


@given(MIXED)
def test_no_boundary_is_invented(text: str) -> None:
    """What is called a boundary is one (Unicode TR 29)."""
    ends = {0} | {match.end() for match in regex.finditer(r"\X", text)}
    assert {i for i in range(len(text) + 1) if is_boundary(text, i)} <= ends


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  RE-OPEN!! ", "re open"),
        ("Isn't", "isnt"),
        ("पुनः  खोलें।", "पुनः खोलें"),
        ("हल\u200d हो गया॥", "हल हो गया"),
        ("[Return Filing]", "return filing"),
        ("#GSTR-3B", "gstr 3b"),
        ("Dear Sir/Madam,", "dear sir madam"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_folding_makes_equal_what_reads_equal(written: str, folded: str) -> None:
    """Case, punctuation, danda and invisible characters do not matter for tags and commands."""
    assert fold(written) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded word can be compared with a folded word."""
    assert fold(fold(text)) == fold(text)
