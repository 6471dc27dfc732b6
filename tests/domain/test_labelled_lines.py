"""Labelled lines in a body: every field in both languages, every writing of digits, and what is wrong said back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.tags import parse_lines, parse_mobile
from tests.builders import the_desk

DESK = the_desk()


def parse(text):
    """Return the fields of a text and what remains of it."""
    return parse_lines(text, DESK.catalogue, DESK.grammar)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Module: E-way Bill", "module", "e-way-bill"),
        ("module : e-way bill", "module", "e-way-bill"),
        ("MODULE = EWB", "module", "e-way-bill"),
        ("Module - E-way Bill", "module", "e-way-bill"),
        ("Module – E-way Bill", "module", "e-way-bill"),
        ("* Module: E-way Bill", "module", "e-way-bill"),
        ("> Module: E-way Bill", "module", "e-way-bill"),
        ("मॉड्यूल: ई-वे बिल", "module", "e-way-bill"),
        ("मॉड्यूल：रिफंड", "module", "refund"),
        ("Application: Return Filing", "module", "return-filing"),
        ("Priority: High", "priority", "high"),
        ("Urgency: urgent", "priority", "urgent"),
        ("प्राथमिकता: उच्च", "priority", "high"),
        ("prathmikta: zaruri", "priority", "high"),
        ("Request type: Data correction", "request_type", "correction"),
        ("Type: access", "request_type", "access"),
        ("अनुरोध का प्रकार: डेटा सुधार", "request_type", "correction"),
        ("Employee ID: 123456", "employee_id", "123456"),
        ("Employee ID 123456", "employee_id", "123456"),
        ("Emp ID - 123456", "employee_id", "123456"),
        ("Emp-ID: 123456", "employee_id", "123456"),
        ("Emp. No.: 123 456", "employee_id", "123456"),
        ("EID=123456", "employee_id", "123456"),
        ("कर्मचारी आईडी: १२३४५६", "employee_id", "123456"),
        ("कर्मचारी-आईडी: 123456", "employee_id", "123456"),
        ("कर्मचारी संख्या १२३४५६", "employee_id", "123456"),
        ("Mobile: 98390 12345", "mobile", "+919839012345"),
        ("Mobile No.: 9839012345", "mobile", "+919839012345"),
        ("Mob-9839012345", "mobile", "+919839012345"),
        ("Mobile 9839012345", "mobile", "+919839012345"),
        ("Contact no: +91 98390-12345", "mobile", "+919839012345"),
        ("मोबाइल: ९८३९० १२३४५", "mobile", "+919839012345"),
        ("मोबाइल नंबर: 09839012345", "mobile", "+919839012345"),
    ],
)
def test_a_labelled_line_sets_its_field(line, field, value):
    """Each label in both languages, with any mark behind it, gives its field; the line leaves the text."""
    fields, rest = parse(f"The portal is down.\n{line}\nPlease help.")
    assert getattr(fields, field) == value
    assert fields.notices == ()
    assert rest == "The portal is down.\nPlease help."


@pytest.mark.parametrize(
    ("line", "code", "proposed"),
    [
        ("Module: Refnd", "module_unknown", "Refund / रिफंड"),
        ("Module: Cafeteria", "module_unknown", ""),
        ("Module: High", "module_unknown", ""),
        ("Priority: Hihg", "priority_unknown", "High / उच्च"),
        ("प्राथमिकता: बहुत ज्यादा", "priority_unknown", ""),
        ("Type: error 500", "request_type_unknown", "Problem / समस्या"),
        ("Employee ID: 12345", "employee_id_malformed", ""),
        ("Employee ID: 1234567", "employee_id_malformed", ""),
        ("Employee ID: not known", "employee_id_malformed", ""),
        ("Mobile: 12345", "mobile_malformed", ""),
        ("Mobile: 0522-2234567", "mobile_malformed", ""),
    ],
)
def test_a_wrong_value_is_said_back_and_stays_in_the_text(line, code, proposed):
    """Nothing is guessed: the field stays unset, the notice repeats the value, and the line is not lost."""
    fields, rest = parse(line)
    assert fields.is_empty
    assert [(notice.code, notice.proposed) for notice in fields.notices] == [(code, proposed)]
    assert rest == line


@pytest.mark.parametrize(
    "text",
    [
        "Error: 500",
        "GSTIN: 09AAACH7409R1ZZ",
        "The mobile app says: no data",
        "ARN AA0911260000427",
        "Time - 10:30",
        "कृपया देखें: पोर्टल बंद है",
        "http://gst.example/module: x",
    ],
)
def test_other_lines_with_a_colon_are_text(text):
    """A line whose beginning is no label of ours stays as it is and asks nothing."""
    fields, rest = parse(text)
    assert (fields.is_empty, fields.notices, rest) == (True, (), text)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("9839012345", "+919839012345"),
        ("98390 12345", "+919839012345"),
        ("98390-12345", "+919839012345"),
        ("+91 98390 12345", "+919839012345"),
        ("+919839012345", "+919839012345"),
        ("0091 98390 12345", "+919839012345"),
        ("91-9839012345", "+919839012345"),
        ("09839012345", "+919839012345"),
        ("(+91) 98390 12345", "+919839012345"),
        ("९८३९०१२३४५", "+919839012345"),
        ("6000000000", "+916000000000"),
        ("5839012345", None),
        ("983901234", None),
        ("98390123456", None),
        ("+1 983 901 2345", None),
        ("9839012345 / 9415098761", "+919839012345"),
        ("0522-2345678, 94150 98761", "+919415098761"),
        ("", None),
    ],
)
def test_mobile_numbers_are_brought_to_one_form(written, number):
    """Ten digits that begin with 6 to 9, with any way to write India's code; anything else is no mobile number."""
    assert parse_mobile(written) == number


def test_all_lines_together():
    """A mail in the form that the department asks for gives every field, and only the problem remains."""
    fields, rest = parse(
        "Employee ID: 104872\nMobile: 9412233445\nModule: Refund\nPriority: High\n\nRFD-06 is not issued."
    )
    assert (fields.employee_id, fields.mobile, fields.module, fields.priority) == (
        "104872",
        "+919412233445",
        "refund",
        "high",
    )
    assert rest == "RFD-06 is not issued."


def test_the_first_of_two_lines_wins():
    """When a signature repeats a field, the line that stands first counts."""
    assert parse("Mobile: 9412233445\nMobile: 9839012345")[0].mobile == "+919412233445"


def test_a_table_pasted_into_a_mail_is_text():
    """After thirty labelled lines the others are kept as text and compared with nothing."""
    fields, rest = parse("\n".join(f"Module: Cafeteria {number}" for number in range(2000)))
    assert len(fields.notices) == 30
    assert len(rest.split("\n")) == 2000


@given(st.lists(st.sampled_from(["Module: Refund", "Priority: Hihg", "Mobile: 12", "x", "", "- a: b", "मोबाइल:"])))
def test_every_line_is_either_understood_or_kept(lines):
    """A line that did not set a field is still in the text."""
    rest = parse("\n".join(lines))[1].split("\n")
    assert [line for line in lines if line.strip() and line != "Module: Refund"] == [
        line for line in rest if line.strip()
    ]
