"""Mobile numbers in running words and signatures, found where the mail is read."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.phones import find_phones
from mailbot.adapters.reading.wire import pack_reading, unpack_reading
from mailbot.domain.mail import Phone
from mailbot.domain.tags import parse_mobile

NUMBER = "+919839012345"
WRITTEN = (
    "9839012345",
    "98390 12345",
    "98390-12345",
    "983 901 2345",
    "983901 2345",
    "09839012345",
    "0 98390 12345",
    "+91 98390 12345",
    "+91-98390-12345",
    "+919839012345",
    "(+91) 98390 12345",
    "0091 98390 12345",
    "91 98390 12345",
    "९८३९०१२३४५",
    "९८३९० १२३४५",
    "+९१ ९८३९० १२३४५",
    "9 8 3 9 0 1 2 3 4 5",
)


def numbers(reply, signature=""):
    """Return the numbers alone."""
    return [phone.number for phone in find_phones(reply, signature)]


@pytest.mark.parametrize("written", WRITTEN)
def test_every_way_to_write_a_mobile_number(written):
    """India's code in each form, blanks, hyphens, Devanagari digits; a labelled line reads the same number."""
    assert numbers(f"please call me at {written} today") == [NUMBER]
    assert parse_mobile(written) == NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "5839012345",
        "1234567890",
        "98390123456789",
        "0522-2345678",
        "+1 983 901 2345",
        "CPIN 26111600091827",
        "EWB 331001234567",
        "GSTIN 09AAACH7409R1ZZ",
        "ARN AA090726123456Z",
        "[TMS-2611-00042-7]",
        "Rs 98,390,123.45",
        "2026-11-23 10:20:30",
        "PIN 226001, ID 104872",
        "",
    ],
)
def test_other_digits_are_no_mobile_number(text):
    """Landlines, foreign numbers, and the numbers of forms."""
    assert numbers(text) == []


def test_where_a_number_stands_is_told():
    """With the words before it in its line, and whether it is below the words; a quoted one is not there at all."""
    reply = "> call 9415098761\nmy mobile is 98390 12345\n\nRegards\nAsha Verma\n+91 94122 33445"
    assert find_phones(reply, "Helpdesk: 9450123409") == (
        Phone(NUMBER, "my mobile is "),
        Phone("+919412233445", "", in_signature=True),
        Phone("+919450123409", "Helpdesk: ", in_signature=True),
    )


def test_numbers_of_the_quoted_text_never_count():
    """The number in our own letter, or in that of the dealer, is not the sender's."""
    raw = (
        b"From: Asha <asha@tax.up.example>\r\nSubject: Re: x\r\n\r\nIt is still so.\r\n\r\n"
        b"On Mon, 23 Nov 2026 at 10:00, Dealer <d@shop.example> wrote:\r\n> My number is 9839012345.\r\n"
    )
    assert read_message(raw, oversized=False).mail.phones == ()


def test_numbers_travel_from_one_process_to_the_other():
    """What the reading process found arrives as it was."""
    raw = b"From: a@b.example\r\nSubject: x\r\n\r\nThe portal is down.\r\n\r\n-- \r\nAsha, 9839012345\r\n"
    reading = read_message(raw, oversized=False)
    assert reading.mail.phones == (Phone(NUMBER, "Asha, ", in_signature=True),)
    header, blobs = pack_reading(reading)
    assert unpack_reading(header, blobs).mail == reading.mail


def test_a_mail_without_ten_digits_does_not_load_the_library():
    """The seventy milliseconds are spent when the first telephone number comes."""
    program = (
        "import sys; from mailbot.adapters.reading.message import read_message;"
        "read_message(b'From: a@b.example\\r\\n\\r\\nPIN 226001, ID 104872', oversized=False);"
        "sys.exit('phonenumbers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("piece", ["9839012345 ", "1 ", "1234 5678 9012\n", "98390\n", "+91-"])
def test_a_long_text_is_read_soon(piece):
    """A megabyte of digits costs a bounded number of looks."""
    text = piece * (1_000_000 // len(piece))
    begin = time.process_time()
    assert len(find_phones("", text)) <= 20
    assert time.process_time() - begin < 2
