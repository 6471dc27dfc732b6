"""Employee ID and mobile number in running words and below the name: what counts, what does not, and for whom."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.mail import Phone
from mailbot.domain.own_numbers import EmployeeIds, choose_mobile, confirm_employee_id, find_employee_ids
from mailbot.domain.ticket import Status
from tests.builders import (
    ASHA,
    BHARAT,
    CHITRA,
    STRANGER,
    codes,
    decide_mail,
    make_known,
    make_mail,
    make_ticket,
    when,
)

ONE, TWO = "+919839012345", "+919415098761"


@pytest.mark.parametrize(
    "text",
    [
        "my employee id is 123456",
        "My Employee ID: 123456",
        "Employee ID - 123456",
        "Employee No. 123456",
        "employee number 123456",
        "Emp. Code-123456",
        "Emp ID 123456",
        "emp.id.123456",
        "empid=123456",
        "EmpID:123456",
        "EMP CODE 123456",
        "(EID 123456)",
        "EID123456",
        "staff id 123456",
        "Personnel No 123456",
        "I am Ramesh (Emp ID: 123456), posted at Sitapur 261001.",
        "my employee id, 123456, is locked",
        "employee ID\n123456",
        "Employee ID of Shri Ramesh Kumar is 123456",
        "employee id for the new officer: 123456",
        "123456 is my employee id",
        "123456 (employee id)",
        "employee id 123 456",
        "employee id 12 34 56",
        "employee id 1 2 3 4 5 6",
        "employee id 123456 mobile 9839012345",
        "eHRMS code 123456",
        "Manav Sampada ID 123456",
        "कर्मचारी आईडी १२३४५६",
        "कर्मचारी आईडी: 123456",
        "मेरी कर्मचारी संख्या १२३४५६ है",
        "कर्मचारी संख्या है १२३४५६",
        "कर्मचारी कोड - १२३४५६",
        "कर्मचारी आई.डी. 123456",
        "कार्मिक संख्या 123456",
        "एम्प्लॉई आईडी - 123456",
        "मानव संपदा कोड 123456",
        "mera emp id 123456 hai",
        "meri employee id hai 123456",
        "123456 meri emp id hai",
        "karmchari sankhya 123456",
        "karmchari id 123456 se login nahi ho raha",
    ],
)
def test_six_digits_that_are_called_an_employee_id(text):
    """In English, Hindi and Hindi in Latin letters, before the number or after it."""
    assert find_employee_ids(text, "").named == ("123456",)


@pytest.mark.parametrize(
    "text",
    [
        "123456",
        "PIN 226001",
        "पिन कोड 226001",
        "Lucknow 226001",
        "Rs 123456 is due",
        "₹123456",
        "employee id is wrong, amount 123456",
        "employee id not accepted. Rs 123456",
        "employee id Rs 123456",
        "employee id OTP 123456",
        "my employee id, PIN 226001",
        "OTP 123456",
        "otp is 123456",
        "employee id 12345",
        "employee id 1234567",
        "employee id 123456.50",
        "employee id 123456/2",
        "employee id 123456/-",
        "employee id 12-11-26",
        "employee id 12/11/2026",
        "employee id 98390 12345",
        "employee id 9839012345",
        "employee id 09AAACH7409R1ZZ",
        "employee id AA090726123456Z",
        "employee id RET191113",
        "employee id TMS-2611-00042-7",
        "ARN AA090726123456Z",
        "error RET191113",
        "temp id 123456",
        "123456, employee id is not with me",
        "the amount is 123456. Employee id will follow",
        "employees 123456 in number",
        "request id 123456",
        "ticket id 123456",
        "user id 123456",
        "कर्मचारी 123456",
        "कर्मचारी आईडी गलत है, राशि 123456",
        "राशि १२३४५६ रुपये",
    ],
)
def test_six_digits_that_are_none(text):
    """Postal codes, amounts, dates, one-time passwords and parts of longer numbers are never guessed."""
    assert find_employee_ids(text, "").all == ()


@pytest.mark.parametrize(
    ("signature", "lone"),
    [
        ("Ramesh Kumar | 123456 | Sector 4 Lucknow 226001", ("123456",)),
        ("Ramesh Kumar, 123456, Deputy Commissioner", ("123456",)),
        ("Ramesh Kumar - 123456", ("123456",)),
        ("Ramesh Kumar\n123456\nSector 4, Lucknow", ("123456",)),
        ("रमेश कुमार\n१२३४५६\nखण्ड 4, लखनऊ - २२६००१", ("123456",)),
        ("Ramesh Kumar • (123456) • Sitapur", ("123456",)),
        ("Sector 4, Lucknow - 226001", ()),
        ("Sector 4, Lucknow\n226001", ()),
        ("लखनऊ | 226001", ()),
        ("PIN | 226001", ()),
        ("Ramesh Kumar 123456", ()),
        ("Ramesh Kumar | 1234567", ()),
        ("Ramesh Kumar | Rs 123456", ()),
        ("9839012345 | 0522-2345678", ()),
        ("TMS-2611-00042-7", ()),
    ],
)
def test_six_digits_that_stand_alone_below_the_name(signature, lone):
    """All of a line or all between two marks, and not behind a place."""
    assert find_employee_ids("", signature).lone == lone


def test_a_label_in_the_signature_counts_as_in_the_words():
    """What is called so is no lone number."""
    assert find_employee_ids("", "Regards\nAsha\nEmp ID 104872") == EmployeeIds(("104872",), ())


@given(st.text("0123456789०१ -/.,:\nRsPINOTP", max_size=120))
def test_digits_in_noise_are_no_employee_id(text):
    """Without the name of the field no six digits are taken from running words."""
    assert find_employee_ids(text, "").all == ()


@given(st.integers(100_000, 999_999), st.text(" \nabc.,नहीं हो रहा", max_size=30), st.text("\n .,abc रहा", max_size=30))
def test_a_named_number_is_found_among_other_words(number, before, after):
    """Whatever stands around it."""
    assert str(number) in find_employee_ids(f"{before}\nemployee id {number}\n{after}", "").named


@pytest.mark.parametrize("piece", ["emp id ", "emp id 123456 ", "1 ", "employee id of ", "कर्मचारी ", "a"])
def test_long_words_are_read_in_time_that_grows_with_their_length(piece):
    """A megabyte of what almost matches takes no longer than the limit allows."""
    begin = time.process_time()
    find_employee_ids(piece * (1_000_000 // len(piece)), piece * (1_000_000 // len(piece)))
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("ids", "person", "confirmed"),
    [
        (EmployeeIds(("104872",)), None, "104872"),
        (EmployeeIds(("104872",)), BHARAT, "104872"),
        (EmployeeIds(("999999",)), None, ""),
        (EmployeeIds(("999999", "104872")), None, "104872"),
        (EmployeeIds(("108213", "104872")), None, ""),
        (EmployeeIds((), ("104872",)), None, "104872"),
        (EmployeeIds((), ("104872",)), ASHA, "104872"),
        (EmployeeIds((), ("104872",)), BHARAT, ""),
        (EmployeeIds((), ("226001",)), None, ""),
        (EmployeeIds(), None, ""),
    ],
)
def test_a_guess_counts_only_when_the_directory_has_it(ids, person, confirmed):
    """One that is named counts for anybody; a lone one for its owner, or for a sender whom nobody knows."""
    known = make_known(person, employees=(ASHA, BHARAT))
    assert confirm_employee_id(ids, known) == confirmed


def test_a_guess_is_silent():
    """An Employee ID in running words that the directory does not have is not asked about; a labelled one is."""
    guessed = decide_mail(make_mail("my employee id is 999999", sender=ASHA), make_known(ASHA))
    labelled = decide_mail(make_mail("Employee ID: 999999", sender=ASHA), make_known(ASHA))
    assert "employee_id_unknown" not in codes(guessed, ASHA)
    assert "employee_id_unknown" in codes(labelled, ASHA)


def test_an_officer_who_writes_from_a_private_address_is_recognised_by_the_number():
    """The ticket has the Employee ID; the mobile number stays in the directory, for anybody may name an ID."""
    mail = make_mail("GSTR-3B is stuck, my employee id is 104872.", sender=STRANGER)
    draft = decide_mail(mail, make_known(None, employees=(ASHA,))).draft
    assert (draft.employee_id, draft.mobile, draft.verified) == ("104872", "", False)


def test_a_mobile_number_in_the_mail_comes_before_that_of_the_directory():
    """A labelled line comes first, then running words and signature, then the directory."""
    phones = (Phone(ONE, "call me at "),)
    assert decide_mail(make_mail("x", phones=phones), make_known(ASHA)).draft.mobile == ONE
    assert decide_mail(make_mail(f"Mobile: {TWO}", phones=phones), make_known(ASHA)).draft.mobile == TWO
    assert decide_mail(make_mail("x"), make_known(ASHA)).draft.mobile == ASHA.mobile


@pytest.mark.parametrize(
    ("phones", "chosen"),
    [
        ((), None),
        ((Phone(ONE),), ONE),
        ((Phone(ONE, "my number is "),), ONE),
        ((Phone(ONE, "मेरा मोबाइल "),), ONE),
        ((Phone(ONE, "Mob: ", in_signature=True),), ONE),
        ((Phone(ONE), Phone(TWO)), None),
        ((Phone(ONE), Phone(ONE)), ONE),
        (
            (
                Phone(ONE),
                Phone(TWO, "call me "),
            ),
            TWO,
        ),
        ((Phone(ONE), Phone(TWO, "", in_signature=True)), TWO),
        ((Phone(ONE, "call "), Phone(TWO, "", in_signature=True)), ONE),
        ((Phone(ONE, "OTP is not coming to "),), None),
        ((Phone(ONE, "the taxpayer's mobile "),), None),
        ((Phone(ONE, "व्यापारी का मोबाइल नंबर "),), None),
        ((Phone(ONE, "dealer ka no "), Phone(TWO, "mera no ")), TWO),
        ((Phone(ONE, "A/c no "),), None),
        ((Phone(ONE, "helpline ", in_signature=True),), None),
        ((Phone(ONE, "taxpayer "), Phone(ONE, "call ")), None),
    ],
)
def test_whose_mobile_number_it_is(phones, chosen):
    """One that the sender calls his own, then the one below his name, then the only one; never somebody else's."""
    assert choose_mobile(phones) == chosen


def reply(words, *, sender=ASHA, phones=(), employees=(), by_token=True, **ticket):
    """Return the change that a reply makes to Asha's ticket."""
    known = make_known(sender, make_ticket(Status.NEW, **ticket), employees=employees, by_token=by_token)
    mail = make_mail(words, sender=sender, phones=phones, subject="Re: x", thread_ids=("<letter@x>",))
    return decide_mail(mail, known).change


def test_a_reply_fills_in_what_the_ticket_does_not_have():
    """Asked for his number, an officer just writes it."""
    change = reply("my number is 98390 12345", phones=(Phone(ONE, "my number is "),))
    assert change.mobile == ONE
    assert reply("emp id 104872", employees=(ASHA,), employee_id="").employee_id == "104872"


@pytest.mark.parametrize(
    "case", [{"mobile": TWO}, {"by_token": False}, {"sender": CHITRA}], ids=["has one", "unproven", "staff"]
)
def test_a_reply_changes_nothing_by_a_guess(case):
    """What the ticket has stays; without a proof, and from the IT section, nothing is taken."""
    assert reply("my number is 98390 12345", phones=(Phone(ONE, "my number is "),), **case).mobile is None


def test_a_comment_with_a_number_stays_a_comment():
    """The words go to the IT section as before."""
    decision = when(ASHA, "call me at 98390 12345")
    assert "comment" in {letter.kind for letter in decision.letters}
    assert [event.kind for event in decision.events] == ["commented"]


def test_what_was_filled_in_stands_in_the_history():
    """A field never changes without a line that says why."""
    mail = make_mail("my number is 98390 12345", phones=(Phone(ONE, "my number is "),), thread_ids=("<letter@x>",))
    decision = decide_mail(mail, make_known(ASHA, make_ticket(mobile="")))
    assert [(event.kind, event.text) for event in decision.events] == [
        ("commented", "my number is 98390 12345"),
        ("fields_set", ONE),
    ]
