"""Ticket numbers: how they are made, how they are found in what people write, and that no slip goes unnoticed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.numbering import (
    damm_digit,
    find_numbers,
    find_wrong_numbers,
    number_digits,
    number_from_digits,
    ticket_number,
)
from tests.builders import NUMBER, OTHER_NUMBER

NOVEMBER = datetime(2026, 11, 23, tzinfo=UTC)
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")
DIGITS = "0123456789"
BODIES = ["".join(body) for size in range(1, 4) for body in product(DIGITS, repeat=size)]


def test_a_number_has_prefix_month_serial_and_check_digit():
    """The forty-second ticket of November 2026 has the number that the design shows."""
    assert ticket_number("TMS", NOVEMBER, 42) == "TMS-2611-00042-7"


def test_the_check_digit_is_the_published_one():
    """Damm's own example: 572 gets the check digit 4."""
    assert damm_digit("572") == "4"
    assert damm_digit("5724") == "0"


def test_every_single_wrong_digit_is_found():
    """For every body of up to three digits, every change of one digit, the check digit too, is noticed."""
    for body in BODIES:
        whole = body + damm_digit(body)
        others = {_changed(whole, place, digit) for place in range(len(whole)) for digit in DIGITS} - {whole}
        assert all(damm_digit(other) != "0" for other in others), whole


def test_every_swap_of_neighbours_is_found():
    """For every body of up to three digits, every swap of two different neighbours is noticed."""
    for body in BODIES:
        whole = body + damm_digit(body)
        swapped = {whole[:i] + whole[i + 1] + whole[i] + whole[i + 2 :] for i in range(len(body))} - {whole}
        assert all(damm_digit(other) != "0" for other in swapped), whole


def _changed(text: str, place: int, digit: str) -> str:
    return text[:place] + digit + text[place + 1 :]


@pytest.mark.parametrize(
    "written",
    [
        "TMS-2611-00042-7",
        "[TMS-2611-00042-7] Cannot file GSTR-3B",
        "Re: [TMS-2611-00042-7]",
        "tms-2611-00042-7",
        "TMS 2611 00042 7",
        "TMS2611000427",
        "TMS-2611000427",
        "TMS 2611-00042 7",
        "टिकट TMS-२६११-०००४२-७ के बारे में",
        "TMS–2611–00042–7",
        "TMS‑2611‑00042‑7",
        "TMS- 2611-00042- 7",
        "टिकट संख्या TMS-2611-00042-7।",
        "(TMS-2611-00042-7)",
    ],
)
def test_a_number_is_found_as_people_write_it(written):
    """Case, spaces, missing hyphens, typographic dashes and Devanagari digits make no difference."""
    assert find_numbers("TMS", written) == (NUMBER,)


@pytest.mark.parametrize(
    "written",
    [
        "TMS-2611-00042-8",
        "TMS-2611-00024-7",
        "TMS-2611-0042-7",
        "2611-00042-7",
        "ABC-2611-00042-7",
        "XTMS-2611-00042-7",
        "TMS-2611-00042-71",
        "ARN AA0911260000427",
        "",
    ],
)
def test_what_is_no_number_of_ours_is_not_taken_for_one(written):
    """A wrong check digit, a wrong prefix or a wrong length is no number."""
    assert find_numbers("TMS", written) == ()


def test_several_numbers_come_in_order_each_once():
    """Two tickets in one subject are both found, in the order of the text."""
    text = f"{OTHER_NUMBER} is the same as {NUMBER}, see {OTHER_NUMBER}"
    assert find_numbers("TMS", text) == (OTHER_NUMBER, NUMBER)


def test_a_wrong_number_is_reported_as_wrong():
    """A number with a wrong check digit is told apart from no number at all."""
    assert find_wrong_numbers("TMS", "TMS-2611-00042-8 please") == ("2611000428",)
    assert find_wrong_numbers("TMS", NUMBER) == ()


def test_the_hundred_thousandth_ticket_of_a_month_still_has_a_number():
    """A serial of six digits makes a longer number that is found just the same."""
    number = ticket_number("TMS", NOVEMBER, 123_456)
    assert number.startswith("TMS-2611-123456-")
    assert find_numbers("TMS", f"Re: [{number}]") == (number,)


@given(serial=st.integers(1, 9_999_999), month=st.integers(1, 12), year=st.integers(2000, 2099))
def test_every_number_is_found_again(serial, month, year):
    """Written with hyphens, without, or in Devanagari, every number leads back to itself."""
    number = ticket_number("TMS", datetime(year, month, 1, tzinfo=UTC), serial)
    written = (number, number.replace("-", ""), number.replace("-", " ").lower(), number.translate(DEVANAGARI))
    assert {find_numbers("TMS", text) for text in written} == {(number,)}
    assert number_from_digits("TMS", number_digits(number)) == number


@given(st.text(alphabet="TMStms-0123456789०१२ ०\u2013[]²³٣", max_size=60))
def test_no_text_breaks_the_search(text):
    """Whatever stands in a subject, the search ends, and what it finds has a right check digit."""
    assert all(damm_digit(number_digits(number)) == "0" for number in find_numbers("TMS", text))
