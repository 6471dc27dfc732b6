"""Tags in a subject: in any order and any writing; what was understood leaves the title, what was not stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.tags import parse_importance, parse_subject
from tests.builders import the_desk

CATALOGUE = the_desk().catalogue


def parse(subject):
    """Return module, priority and title of a subject."""
    fields, title = parse_subject(subject, CATALOGUE)
    return fields.module, fields.priority, title


@pytest.mark.parametrize(
    "subject",
    [
        "[Refund][High] not credited",
        "[High][Refund] not credited",
        "[Refund] [High] not credited",
        "[refund] [HIGH] not credited",
        "[ Refund ] [ High ] not credited",
        "[Refund, High] not credited",
        "[Refund/High] not credited",
        "[Refund|High] not credited",
        "not credited [Refund] [High]",
        "［Refund］［High］ not credited",
        "【Refund】【High】 not credited",
        "(Refund) [High] not credited",
        "{Refund} [High] not credited",
        "[Refund) [High} not credited",
        "#refund #high not credited",
        "not credited #Refund #HIGH",
        "#refund [High] not credited",
        "Refund - High - not credited",
        "High - Refund - not credited",
        "Refund – High — not credited",
        "Refund | High | not credited",
        "Refund|High|not credited",
        "Refund / High / not credited",
        "Refund: High: not credited",
        "Refund : High : not credited",
        "not credited - Refund - High",
        "[Refund] High - not credited",
        "[RFD-01][p2] not credited",
    ],
)
def test_module_and_priority_are_understood_in_every_writing(subject):
    """Brackets right or wrong, hashtags, dashes, bars and colons say the same, in any order."""
    assert parse(subject) == ("refund", "high", "not credited")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("[ई-वे बिल] [उच्च] बिल नहीं बन रहा", ("e-way-bill", "high", "बिल नहीं बन रहा")),
        ("[ई वे बिल][तत्काल] पोर्टल बंद", ("e-way-bill", "urgent", "पोर्टल बंद")),
        ("#रिफंड #तत्काल राशि नहीं आई", ("refund", "urgent", "राशि नहीं आई")),
        ("रिफंड - उच्च - राशि नहीं आई", ("refund", "high", "राशि नहीं आई")),
        ("जीएसटी पंजीकरण: आवेदन नहीं खुल रहा", ("gst-registration", None, "आवेदन नहीं खुल रहा")),
        ("[लंबित वैट मामले] सूची खाली है", ("vat-cases", None, "सूची खाली है")),
        ("[उच्\u200dच] [रिफंड\u200b] राशि", ("refund", "high", "राशि")),
        ("[Payment][zaruri] challan nahi ban raha", ("payment", "high", "challan nahi ban raha")),
        ("[E-way Bill][अति-आवश्यक] portal down", ("e-way-bill", "urgent", "portal down")),
        ("#gst_registration #p1 ARN missing", ("gst-registration", "urgent", "ARN missing")),
        ("[GSTR-3B] tax liability wrong", ("return-filing", None, "tax liability wrong")),
        ("समस्या: रिफंड: राशि नहीं आई", ("refund", None, "राशि नहीं आई")),
    ],
)
def test_hindi_and_hinglish_tags_are_understood(subject, expected):
    """Names of the catalogue count in both languages, whatever joiners a keyboard put into them."""
    assert parse(subject) == expected


def test_every_name_of_the_catalogue_is_understood_as_a_tag():
    """Code, both names and every alias of every entry, in square brackets, lead to an entry."""
    lists = (CATALOGUE.request_types, CATALOGUE.modules, CATALOGUE.priorities)
    entries = [entry for choices in lists for entry in choices.entries]
    names = [name for entry in entries for name in (entry.code, entry.en, entry.hi, *entry.aliases)]
    assert [name for name in names if parse_subject(f"[{name}] x", CATALOGUE)[0].is_empty] == []


@pytest.mark.parametrize(
    ("subject", "given_as", "proposed"),
    [
        ("[Hihg] Cannot file", "Hihg", "High / उच्च"),
        ("[Refnd] not credited", "Refnd", "Refund / रिफंड"),
        ("#hihg cannot file", "hihg", "High / उच्च"),
        ("[उच] नहीं खुल रहा", "उच", ""),
        ("[Sector 3] Cannot file", "Sector 3", ""),
        ("[रिफन्ड] राशि नहीं आई", "रिफन्ड", "Refund / रिफंड"),
    ],
)
def test_a_near_miss_is_asked_about_and_never_guessed(subject, given_as, proposed):
    """What is not exactly a name sets nothing, stays in the title, and comes back as a question."""
    fields, title = parse_subject(subject, CATALOGUE)
    assert fields.is_empty
    assert title == subject
    assert [(n.code, n.given, n.proposed) for n in fields.notices] == [("tag_unknown", given_as, proposed)]


@pytest.mark.parametrize(
    "subject",
    [
        "GSTR-3B not filing",
        "Refund not credited - please help",
        "High time to fix this",
        "[High cannot file",
        "Error 500 (screenshot attached)",
        "Demand of 5,00,000 wrongly shown",
        "C# client fails",
        "Ticket #1 of the day",
        "पोर्टल नहीं खुल रहा",
        "",
    ],
)
def test_ordinary_words_are_no_tags(subject):
    """A subject without tags sets nothing, asks nothing and stays as it is."""
    fields, title = parse_subject(subject, CATALOGUE)
    assert (fields.is_empty, fields.notices, title) == (True, (), subject)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("[High][Low] cannot file", (None, "high", "[Low] cannot file")),
        ("[Refund][Payment] challan", ("refund", None, "[Payment] challan")),
        ("Cannot file (GSTR-3B)", ("return-filing", None, "Cannot file (GSTR-3B)")),
        ("Refund", ("refund", None, "Refund")),
        ("#returns-issue #return wrong", ("return-filing", None, "#returns-issue wrong")),
        ("[Refund]", ("refund", None, "")),
    ],
)
def test_the_first_name_wins_and_nothing_else_is_lost(subject, expected):
    """A second tag of the same kind, a word in the middle of a sentence, a lone word: they stay in the title."""
    assert parse(subject) == expected


@pytest.mark.parametrize(
    ("headers", "priority"),
    [
        (("1", "", ""), "high"),
        (("1 (Highest)", "", ""), "high"),
        (("2", "", ""), "high"),
        (("3", "", ""), None),
        (("3 (Normal)", "Normal", "Normal"), None),
        (("4", "", ""), "low"),
        (("5 (Lowest)", "", ""), "low"),
        (("", "High", ""), "high"),
        (("", "high", ""), "high"),
        (("", "Low", ""), "low"),
        (("", "", "High"), "high"),
        (("", "", "Low"), "low"),
        (("9", "urgent!!", "x"), None),
        (("", "", ""), None),
    ],
)
def test_the_mail_programs_own_priority_counts(headers, priority):
    """X-Priority, Importance and X-MSMail-Priority set high and low; normal says nothing."""
    assert parse_importance(headers, CATALOGUE).priority == priority


@given(st.text(alphabet="[](){}#-–|:, HighRefund उच्च\u200d", max_size=80))
def test_no_subject_breaks_the_tags(subject):
    """Whatever brackets and marks come, parsing ends, and a subject with nothing understood keeps its words."""
    fields, title = parse_subject(subject, CATALOGUE)
    if fields.is_empty:
        assert title == " ".join(subject.split()).strip(" -–—|:,/")
