"""The directory as a CSV file: every fault is found, with its line, before anybody is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.adapters.people_file import COLUMNS, Fault, parse_people
from mailbot.domain.people import Language, Person, Role

HEAD = ",".join(COLUMNS)
ASHA = '104872,Asha Verma,Deputy Commissioner,"Sector 2, Moradabad",Moradabad,asha@tax.up.example,9412233445,officer,en'
DESK = "support@tax.up.example"


def parse(*rows, known=None, head=HEAD, encoding="utf-8", end="\n"):
    """Return the people and the faults of a file with these rows."""
    return parse_people((end.join((head, *rows)) + end).encode(encoding), known or {}, DESK)


def faults(*rows, **options):
    """Return the faults of a file as (line, text)."""
    return [(fault.line, fault.text) for fault in parse(*rows, **options)[1]]


def row(**changes):
    """Return a row with some values changed; the address follows from the Employee ID."""
    values = dict(
        zip(COLUMNS, ("104872", "Asha Verma", "DC", "Moradabad", "Moradabad", "", "", "officer", ""), strict=True)
    )
    values |= {"email": f"officer{changes.get('employee_id', '104872')}@tax.up.example"} | changes
    return ",".join(f'"{value}"' for value in values.values())


def test_a_row_becomes_a_person():
    """Values in quotes keep their commas; the mobile number gets its country code."""
    people, found = parse(ASHA)
    assert found == []
    assert people == [
        Person(
            employee_id="104872",
            name="Asha Verma",
            email="asha@tax.up.example",
            role=Role.OFFICER,
            designation="Deputy Commissioner",
            office="Sector 2, Moradabad",
            zone="Moradabad",
            mobile="+919412233445",
            language=Language.ENGLISH,
        )
    ]


def test_the_department_of_the_golden_mails_is_without_fault():
    """Names and offices in both scripts, every role."""
    data = (Path(__file__).parents[1] / "mails" / "people.csv").read_bytes()
    people, found = parse_people(data, {}, DESK)
    assert found == []
    assert {person.role for person in people} >= {Role.OFFICER, Role.STAFF, Role.LEAD}


@pytest.mark.parametrize(
    "options", [{"encoding": "utf-8-sig"}, {"end": "\r\n"}, {"encoding": "utf-8-sig", "end": "\r\n"}]
)
def test_excel_files_are_read(options):
    """“CSV UTF-8” of Excel begins with a byte order mark and ends its lines with CR LF."""
    people, found = parse(ASHA, **options)
    assert (len(people), found) == (1, [])


def test_digits_may_be_devanagari():
    """Employee ID and mobile number are stored in ASCII."""
    (person,), found = parse(
        row(employee_id="१०४८७२", mobile="९४१२२ ३३४४५", email="asha@tax.up.example", name="आशा वर्मा")
    )
    assert found == []
    assert (person.employee_id, person.mobile, person.name) == ("104872", "+919412233445", "आशा वर्मा")


def test_columns_may_stand_in_any_order_and_others_are_ignored():
    """The names in the first line decide."""
    head = "email,role,language,remarks,mobile,zone,office,designation,name,employee_id"
    (person,), found = parse("asha@tax.up.example,OFFICER,HI,on leave,,,,,Asha,104872", head=head)
    assert found == []
    assert (person.name, person.role, person.language) == ("Asha", Role.OFFICER, Language.HINDI)


def test_empty_rows_are_no_people():
    """Spreadsheets leave them at the end."""
    people, found = parse(ASHA, "", ",,,,,,,,", "   ")
    assert (len(people), found) == (1, [])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"employee_id": "12345"}, "employee_id '12345' is not six digits."),
        ({"employee_id": "12345A"}, "employee_id '12345A' is not six digits."),
        ({"employee_id": ""}, "employee_id '' is not six digits."),
        ({"name": "  "}, "name is empty."),
        ({"email": ""}, "email '' is no plain address such as name@tax.example."),
        ({"email": "asha"}, "email 'asha' is no plain address such as name@tax.example."),
        ({"email": "asha verma@tax.example"}, "email 'asha verma@tax.example' is no plain address"),
        ({"email": "Asha <asha@tax.example>"}, "is no plain address"),
        ({"email": "a@tax.example; b@tax.example"}, "is no plain address"),
        ({"email": "asha@tax"}, "is no plain address"),
        ({"email": "аsha@tax.example"}, "is no plain address"),
        ({"email": "as\u212aa@tax.example"}, "is no plain address"),
        ({"email": "asha@tаx.example"}, "is no plain address"),
        ({"email": f"{'a' * 65}@tax.example"}, "is no plain address"),
        ({"email": f"a@{'tax.' * 70}example"}, "is no plain address"),
        ({"email": "SUPPORT@tax.up.example"}, "email support@tax.up.example is the address of the desk itself."),
        ({"mobile": "12345"}, "mobile '12345' is no Indian mobile number of ten digits."),
        ({"mobile": "not given"}, "mobile 'not given' is no Indian mobile number of ten digits."),
        ({"role": "boss"}, "role 'boss' is none of officer, staff, lead, agent, integrator."),
        ({"role": ""}, "role '' is none of officer, staff, lead, agent, integrator."),
        ({"language": "mr"}, "language 'mr' is none of en, hi, or empty."),
    ],
)
def test_each_fault_is_a_sentence(changes, sentence):
    """What stands there, and what should."""
    ((line, text),) = faults(row(**changes))
    assert line == 2
    assert sentence in text


def test_all_faults_are_listed_with_their_lines():
    """Several in one row, several rows, in the order of the file; the good row between does not help."""
    found = faults(
        row(employee_id="1", name=""), ASHA, row(employee_id="104873", role="boss"), row(employee_id="x", mobile="1")
    )
    assert [line for line, _ in found] == [2, 2, 4, 5, 5]


def test_a_row_of_several_lines_is_counted_by_its_last():
    """A line break inside quotes belongs to the value, which becomes one line."""
    people, found = parse(row(office="Sector 2\nMoradabad"), row(employee_id="x"))
    assert people[0].office == "Sector 2 Moradabad"
    assert [fault.line for fault in found] == [4]


def test_two_people_cannot_share_an_id_or_an_address():
    """The line of the first one is named."""
    assert faults(
        row(), row(email="other@tax.up.example"), row(employee_id="104873", email="OFFICER104872@tax.up.example")
    ) == [
        (3, "employee_id 104872 stands in line 2 already."),
        (4, "email officer104872@tax.up.example stands in line 2 already."),
    ]


def test_an_address_of_somebody_else_in_the_directory_is_a_fault():
    """Unless that person is in the file as well and gets another one."""
    known = {"asha@tax.up.example": "100001"}
    assert faults(ASHA, known=known) == [(2, "email asha@tax.up.example belongs to employee 100001 in the directory.")]
    assert faults(ASHA, row(employee_id="100001"), known=known) == []
    assert faults(ASHA, known={"asha@tax.up.example": "104872"}) == []


def test_a_comma_too_many_is_named():
    """An office without quotes would shift all values behind it."""
    found = faults(ASHA.replace('"', ""))
    assert (2, "There are more values than columns; put a value with a comma in quotes.") in found


def test_commas_at_the_end_are_no_values():
    """Spreadsheets write them for columns that are empty everywhere."""
    assert faults(f"{ASHA},,,") == []


def test_a_row_that_is_too_short_is_full_of_faults():
    """Missing values are empty values."""
    assert [line for line, _ in faults("104872,Asha")] == [2, 2]


def test_missing_columns_are_named():
    """Without the first line nothing can be understood."""
    ((line, text),) = faults("104872,Asha", head="employee_id,name")
    assert line == 1
    assert text.startswith(
        "The columns designation, office, zone, email, mobile, role, language are missing. Needed: employee_id"
    )


@pytest.mark.parametrize("data", [b"", b"\n", HEAD.encode(), HEAD.encode() + b"\n,,,,,,,,\n"])
def test_a_file_without_people_is_a_fault(data):
    """Nothing to import is a mistake that must not look like success."""
    people, found = parse_people(data, {}, DESK)
    assert people == []
    assert len(found) == 1


def test_a_file_in_another_encoding_is_named():
    """Excel's plain CSV is not UTF-8; the sentence says what to choose."""
    assert parse("104872,आशा".replace("आशा", "Aśa"), encoding="cp1250")[1] == [
        Fault(1, "The file is not UTF-8. In Excel, save it as “CSV UTF-8”.")
    ]


@pytest.mark.parametrize("rows", [(HEAD, f'104872,"{"x" * 200_000}"'), (f'"{"x" * 200_000}"',)])
def test_a_field_without_end_is_a_fault(rows):
    """A quotation mark that is never closed swallows the file; the line is named."""
    people, found = parse_people("\n".join(rows).encode(), {}, DESK)
    assert people == []
    assert "is no CSV" in found[0].text
