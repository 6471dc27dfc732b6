"""Which tickets look alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mailbot.domain.likeness import MOST_BITS, Look, LookAlike, find_alike, is_alike, is_near_text, is_same_picture
from mailbot.domain.ticket import Status

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ALIKE = [
    (
        "E-way bill portal login page shows blank screen after OTP",
        "Sir, e-way bill portal login page shows blank screen after otp today",
    ),
    (
        "GSTR-3B return dakhil nahi ho raha, portal par timeout error",
        "gstr-3b ka return daakhil nhi ho rha hai portal timeout error",
    ),
    ("ई-वे बिल पोर्टल पर लॉगिन नहीं हो रहा, ओटीपी नहीं आता", "महोदय, ई-वे बिल पोर्टल पर लॉगिन नही हो रहा है, ओटीपी नहीं आता"),
]
APART = [
    (
        "E-way bill portal login page shows blank screen after OTP",
        "Refund order for Lucknow dealer was sanctioned twice in the ledger",
    ),
    ("Portal not working", "Portal not working"),
    ("पंजीयन आवेदन की सूची में व्यापारी का नाम गलत दिखता है", "ई-वे बिल पोर्टल पर लॉगिन नहीं हो रहा, ओटीपी नहीं आता"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_near_equal_words_are_alike_either_way(one, other):
    """Greetings, spelling and small words do not tell two officers' problems apart."""
    assert is_near_text(one, other)
    assert is_near_text(other, one)


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_problems_and_short_texts_are_not_alike(one, other):
    """Another problem is another one, and three words say too little, even the same three."""
    assert not is_near_text(one, other)


def test_an_error_code_counts_within_its_module_only():
    """The same code in another module is another problem."""
    look = Look("return-filing", errors=frozenset({"RET191106"}))
    for module, errors, expected in (
        ("return-filing", {"RET191106", "ORA-00942"}, True),
        ("return-filing", {"ORA-00942"}, False),
        ("return-filing", set(), False),
        ("refund", {"RET191106"}, False),
    ):
        assert is_alike(look, Look(module, errors=frozenset(errors))) is expected


def test_pictures_are_the_same_up_to_a_few_bits():
    """Each number of differing bits is tried; what is no fingerprint never counts."""
    one = 0x0F1E2D3C4B5A6978
    for bits in range(12):
        assert is_same_picture([f"{one:016x}"], [f"{one ^ ((1 << bits) - 1):016x}"]) is (bits <= MOST_BITS)
    assert not is_same_picture(["", "not-a-picture"], ["", "not-a-picture"])


def test_the_alike_ones_come_oldest_first():
    """The notice says since when, so the oldest stands first; what is not alike is left out."""
    look = Look("refund", errors=frozenset({"RFD1234"}))
    found = [
        LookAlike(number, Status.NEW, NOON + timedelta(minutes=minutes), "", Look(module, errors=look.errors))
        for number, minutes, module in (("B", 5, "refund"), ("C", 1, "payment"), ("A", 2, "refund"))
    ]
    assert [one.number for one in find_alike(look, found)] == ["A", "B"]
