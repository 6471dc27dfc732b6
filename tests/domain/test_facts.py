"""Facts: what a mail names, told by its form, its check character or the word beside it; near misses are none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.facts import (
    LONGEST_FACT,
    MOST_FACTS,
    Fact,
    FactKind,
    find_facts,
    gstin_check_character,
    search_values,
)

GSTIN = "09AAACH7409R1ZZ"


def facts(*texts):
    """Return the facts of texts as "kind value"."""
    return [f"{fact.kind} {fact.value}" for fact in find_facts(texts)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # GSTIN
        ("GSTIN 27AAPFU0939F1ZV", "gstin 27AAPFU0939F1ZV"),
        (f"of M/s Hindustan ({GSTIN})", f"gstin {GSTIN}"),
        ("gstin:09aaach7409r1zz", f"gstin {GSTIN}"),
        ("जीएसटीआईएन ०९AAACH७४०९R१ZZ की विवरणी", f"gstin {GSTIN}"),
        ("09 AAACH7409R 1ZZ", f"gstin {GSTIN}"),
        ("09-AAACH7409R-1-Z-Z", f"gstin {GSTIN}"),
        ("GSTR_09AAACH7409R1ZZ.pdf", f"gstin {GSTIN}"),
        ("29AAGCB7383J1Z4.", "gstin 29AAGCB7383J1Z4"),
        # ARN
        ("ARN AA090726123456Z", "arn AA090726123456Z"),
        ("ARN:aa090726123456z", "arn AA090726123456Z"),
        ("एआरएन AA०९०७२६१२३४५६Z लंबित है", "arn AA090726123456Z"),
        ("ZD0911260123456 notice", "arn ZD0911260123456"),
        ("AA970126000001K", "arn AA970126000001K"),
        # VAT TIN
        ("TIN 09123456789", "tin 09123456789"),
        ("TIN No. 09123456789", "tin 09123456789"),
        ("टिन संख्या ०९१२३४५६७८९", "tin 09123456789"),
        ("dealer ka tin hai 09123456789", "tin 09123456789"),
        ("09123456789 (TIN)", "tin 09123456789"),
        # e-way bill
        ("E-way bill 331001234567", "eway_bill 331001234567"),
        ("EWB No: 3310 0123 4567", "eway_bill 331001234567"),
        ("eway bill number is 331001234567.", "eway_bill 331001234567"),
        ("e way bill 331001234567 cancel nahi ho raha", "eway_bill 331001234567"),
        ("331001234567 wala eway bill", "eway_bill 331001234567"),
        ("ई-वे बिल ३३१००१२३४५६७ निरस्त नहीं हो रहा", "eway_bill 331001234567"),
        ("ई वे बिल संख्या 331001234567", "eway_bill 331001234567"),
        # CPIN
        ("CPIN 26111600091827", "cpin 26111600091827"),
        ("challan no 2611 1600 0918 27", "cpin 26111600091827"),
        ("चालान संख्या २६१११६०००९१८२७", "cpin 26111600091827"),
        ("chalan 26111600091827 paid", "cpin 26111600091827"),
        # PAN
        ("PAN ABCPK1234F", "pan ABCPK1234F"),
        ("pan: abcpk1234f", "pan ABCPK1234F"),
        ("AAACH7409R", "pan AAACH7409R"),
        # names of returns
        ("GSTR-3B", "return GSTR-3B"),
        ("gstr3b", "return GSTR-3B"),
        ("GSTR 1 not filed", "return GSTR-1"),
        ("GSTR-1A", "return GSTR-1A"),
        ("GSTR2A", "return GSTR-2A"),
        ("GSTR-2B", "return GSTR-2B"),
        ("GSTR_9C", "return GSTR-9C"),
        ("GSTR-9 C", "return GSTR-9C"),
        ("GSTR-9A", "return GSTR-9A"),
        ("gstr-9", "return GSTR-9"),
        ("GSTR-10", "return GSTR-10"),
        ("GSTR-11", "return GSTR-11"),
        ("GSTR-4", "return GSTR-4"),
        ("GSTR7", "return GSTR-7"),
        ("GSTR-8", "return GSTR-8"),
        ("जीएसटीआर-3बी", "return GSTR-3B"),
        ("जीएसटीआर-३बी", "return GSTR-3B"),
        ("जीएसटीआर 9सी", "return GSTR-9C"),
        ("जीएसटीआर-१", "return GSTR-1"),
        ("CMP-08", "return CMP-08"),
        ("ITC 04", "return ITC-04"),
        # forms
        ("DRC-03", "form DRC-03"),
        ("drc03", "form DRC-03"),
        ("DRC-01A", "form DRC-01A"),
        ("RFD-06 not issued", "form RFD-06"),
        ("GST REG-17", "form REG-17"),
        ("ASMT 10", "form ASMT-10"),
        ("MOV-09", "form MOV-09"),
        # codes of the portals
        ("RET191113", "error RET191113"),
        ("ret191113 aa raha hai", "error RET191113"),
        ("RET-191113", "error RET191113"),
        ("LG9024", "error LG9024"),
        ("SWEB_9000", "error SWEB_9000"),
        ("sweb9000", "error SWEB_9000"),
        ("RT-3BAS1010", "error RT-3BAS1010"),
        ("AUTH4033", "error AUTH4033"),
        ("GEN5001", "error GEN5001"),
        ("Error code: 4002", "error 4002"),
        ("error no. 604", "error 604"),
        ("Error 343 in e-way bill", "error 343"),
        ("ERR 2150", "error 2150"),
        ("error code is 4002", "error 4002"),
        ("त्रुटि कोड ४००२", "error 4002"),
        ("त्रुटि 604 आती है", "error 604"),
        ("एरर कोड: 4002", "error 4002"),
        ("error ABX123", "error ABX123"),
        ("त्रुटि 500", "error HTTP 500"),
        ("Error 500", "error HTTP 500"),
        ("HTTP 502", "error HTTP 502"),
        ("HTTP Status 404", "error HTTP 404"),
        ("HTTP/1.1 503", "error HTTP 503"),
        ("503 Service Unavailable", "error HTTP 503"),
        ("503 - Service Temporarily Unavailable", "error HTTP 503"),
        ("500 Internal Server Error", "error HTTP 500"),
        ("504 Gateway Time-out", "error HTTP 504"),
        ("502 bad gateway", "error HTTP 502"),
        ("500 error on the portal", "error HTTP 500"),
        ("ORA-12154", "error ORA-12154"),
        ("ora-00942: table or view does not exist", "error ORA-00942"),
        ("TNS-12541", "error TNS-12541"),
        ("0x80070005", "error 0X80070005"),
        ("ERR_CONNECTION_TIMED_OUT", "error ERR_CONNECTION_TIMED_OUT"),
        ("net::ERR_CERT_DATE_INVALID", "error ERR_CERT_DATE_INVALID"),
        ("DNS_PROBE_FINISHED_NXDOMAIN", "error DNS_PROBE_FINISHED_NXDOMAIN"),
        ("RET191113.png", "error RET191113"),
    ],
)
def test_what_is_a_fact(text, found):
    """Exactly this one is found, in capitals and with digits 0 to 9."""
    assert facts(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "09AAACH7409R1ZX",  # wrong check character
        "27AAPFU0939F1ZW",
        "39AAACH7409R1ZZ",  # no such state
        "00AAACH7409R1ZZ",
        "09AAACH7409R1Z",  # a character too few
        "X09AAACH7409R1ZZ",  # part of something longer
        "09AAACH7409R1ZZ7",
        "AA091326123456Z",  # there is no month 13
        "AA000726123456Z",
        "AA400726123456Z",
        "AA09072612345",
        "AA090726123456ZZ",
        "ABCDK1234F",  # no kind of holder has this letter
        "ABCPK12345",
        "XABCPK1234F",
        "09123456789",  # nothing says what it is
        "331001234567",
        "26111600091827",
        "TIN 0912345678",
        "TIN 091234567890",
        "tinted 09123456789",
        "e-way bill 33100123456",
        "e-way bill 3310012345678",
        "e-way bill for the account 331001234567",
        "e-way bill not made, call 919839012345",
        "e-way bill, my Aadhaar is 1234 5678 9012",
        "CPIN 2611160009182",
        "challan of Rs 26111600091827.50",
        "GSTR-12",
        "GSTR-22",
        "GSTR-0",
        "GSTR",
        "GSTR-3BX",
        "MYGSTR-1",
        "DRC-3",
        "DRC-031",
        "REGION 17",
        "RET12",
        "SECRET191113",
        "IMG_20261123.jpg",
        "IMG-20261123-WA0001.jpg",
        "Screenshot_2026-11-23.png",
        "UP32AB1234",
        "error since 2026-11-23",
        "error 2026-11-23",
        "error 10:30",
        "terror 500",
        "error 12",
        "errors: 3",
        "Rs 500 were paid",
        "HTTP 200",
        "https://gst.gov.example/500",
        "1,500 error-free lines",
        "ORA-1",
        "ORANGE-12154",
        "0x12",
        "10x80070005",
        "ERR_",
        "[TMS-2611-00042-7]",
        "TMS-2611-00042-7 98390 12345",
        "PIN 226001, Rs 123456, 23.11.2026",
        "",
    ],
)
def test_what_is_none(text):
    """A near miss, a part of something longer, and a number that nothing explains are no facts."""
    assert facts(text) == []


def test_several_in_their_order_each_once():
    """The title, the words and the names of files are read one after the other."""
    words = f"GSTIN {GSTIN} shows RET191113.\nएरर RET191113, ARN AA090726123456Z"
    assert facts("gstr-3b of October", words, "RET191113.png") == [
        "return GSTR-3B",
        f"gstin {GSTIN}",
        "error RET191113",
        "arn AA090726123456Z",
    ]


def test_the_pan_inside_a_gstin_is_no_fact_of_its_own():
    """Nobody searches for it, and it would double every line."""
    assert facts(f"{GSTIN} and ABCPK1234F") == [f"gstin {GSTIN}", "pan ABCPK1234F"]


def test_a_list_of_e_way_bills_is_read_to_its_end():
    """The word stands once, the numbers follow."""
    assert facts("EWB 331001234567, 331001234568 and 331001234569") == [
        f"eway_bill 33100123456{last}" for last in (7, 8, 9)
    ]


def test_the_nearest_word_explains_a_number():
    """In one line with two words, each number belongs to the word before it; the next line begins anew."""
    line = "TIN 09123456789 challan 26111600091827 mobile 919839012345"
    assert facts(line) == ["tin 09123456789", "cpin 26111600091827"]
    assert facts("e-way bill\n331001234567") == []


def test_at_most_thirty():
    """A pasted table of a hundred does not flood the ticket."""
    found = find_facts([" ".join(f"RET{number}" for number in range(191000, 191100))])
    assert len(found) == MOST_FACTS
    assert found[0] == Fact(FactKind.ERROR, "RET191000")


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("gstr3b", "GSTR-3B"),
        ("GSTR-3B", "GSTR-3B"),
        ("०९AAACH७४०९R१ZZ", GSTIN),
        ("09 AAACH7409R 1ZZ", GSTIN),
        ("500", "HTTP 500"),
        ("http 500", "HTTP 500"),
        ("ret-191113", "RET191113"),
        ("3310 0123 4567", "331001234567"),
        ("4002", "4002"),
        ("sweb9000", "SWEB_9000"),
        ("ora-12154", "ORA-12154"),
        ("0x80070005", "0X80070005"),
    ],
)
def test_a_search_is_understood_as_people_write(wanted, meant):
    """Whoever searches need not know how the value is kept."""
    assert meant in search_values(wanted)


DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=1)
noise = st.text(" \n.,;:()-/अआकीहै abcxyz०१", max_size=40)


@given(st.integers(1, 38), st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=3), letters, noise, noise)
def test_a_gstin_is_found_in_noise_and_one_wrong_character_makes_it_none(state, name, last, before, after):
    """The check character finds every single wrong character (Luhn's rule to the base of 36)."""
    body = f"{state:02}{name}PK1234{last}1Z"
    check = gstin_check_character(body)
    wrong = DIGITS[(DIGITS.index(check) + 1) % 36]
    assert Fact(FactKind.GSTIN, body + check) in find_facts([f"{before}\n{body}{check}\n{after}"])
    assert all(fact.kind is not FactKind.GSTIN for fact in find_facts([body + wrong]))


@given(st.text("0123456789०१२३ -/.,₹\nRsPINOTPA", max_size=200))
def test_digits_alone_are_no_facts(text):
    """Amounts, dates, codes and telephone numbers in any mixture name nothing."""
    assert [fact for fact in find_facts([text]) if fact.kind in {"gstin", "arn", "return", "error", "eway_bill"}] == []


@given(st.text(max_size=300))
def test_any_text_gives_short_values_in_capitals(text):
    """Whatever a stranger writes, a value fits the table."""
    for fact in find_facts([text]):
        assert 0 < len(fact.value) <= LONGEST_FACT
        assert fact.value == fact.value.upper()


@pytest.mark.parametrize(
    "piece", ["1 ", "A", "09AAACH7409R", "GSTR-", "ERROR ", "ERR_", "TIN 1 ", "HTTP ", "-", "ई-वे "]
)
def test_a_long_text_is_read_in_time_that_grows_with_its_length(piece):
    """A megabyte of what almost matches takes no longer than the limit allows."""
    begin = time.process_time()
    find_facts([piece * (1_000_000 // len(piece))])
    assert time.process_time() - begin < 2
