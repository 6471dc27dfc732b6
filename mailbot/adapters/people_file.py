"""The directory as a CSV file: read completely, every fault found, before anything is imported."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.people import Language, Person, Role
from mailbot.domain.tags import ascii_digits, parse_mobile
from mailbot.domain.text import clean_line
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = ("employee_id", "name", "designation", "office", "zone", "email", "mobile", "role", "language")
_EMPLOYEE_ID = re.compile(r"\d{6}")
# The directory decides who may command, so it holds plain ASCII addresses only: no look-alikes.
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")
_LONGEST_EMAIL = 254
_LONGEST_VALUE = 1000
_SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one line of the file."""

    line: int
    text: str


def parse_people(
    data: bytes, known_addresses: Mapping[str, str], desk_address: str
) -> tuple[list[Person], list[Fault]]:
    """Return the people of a CSV file and all its faults; with any fault the people must not be imported.

    `known_addresses` are the addresses of the directory with the Employee ID each belongs to.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Fault(1, "The file is not UTF-8. In Excel, save it as “CSV UTF-8”.")]
    reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True, restkey=_SURPLUS)
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
    except csv.Error as error:
        return [], [Fault(1, f"The line is no CSV: {error}.")]
    if missing:
        return [], [Fault(1, f"The columns {', '.join(missing)} are missing. Needed: {', '.join(COLUMNS)}.")]
    people, faults = _read_rows(reader, desk_address)
    if not people and not faults:
        faults.append(Fault(1, "The file holds no people."))
    faults += _find_clashes(people, known_addresses)
    return [person for _, person in people], sorted(faults, key=lambda fault: fault.line)


def _read_rows(reader: csv.DictReader[str], desk_address: str) -> tuple[list[tuple[int, Person]], list[Fault]]:
    """Return the people of the rows without a fault, each with its line, and the faults of the others."""
    people: list[tuple[int, Person]] = []
    faults: list[Fault] = []
    try:
        for row in reader:
            values = {column: clean_line(row[column] or "", _LONGEST_VALUE) for column in COLUMNS}
            # Cleaning would turn some look-alikes into the letters they look like; an address is taken as it stands.
            values["email"] = (row["email"] or "").strip()
            if not any(values.values()):
                continue
            found = _find_row_faults(values, desk_address)
            if any(row.get(_SURPLUS) or ()):
                found.append("There are more values than columns; put a value with a comma in quotes.")
            faults += [Fault(reader.line_num, text) for text in found]
            if not found:
                people.append((reader.line_num, _person(values)))
    except csv.Error as error:
        faults.append(Fault(reader.line_num, f"The line is no CSV: {error}."))
    return people, faults


def _find_row_faults(values: Mapping[str, str], desk_address: str) -> list[str]:
    faults = []
    if not _EMPLOYEE_ID.fullmatch(ascii_digits(values["employee_id"])):
        faults.append(f"employee_id {values['employee_id']!r} is not six digits.")
    if not values["name"]:
        faults.append("name is empty.")
    email = normal_address(values["email"])
    if not _EMAIL.fullmatch(email) or len(email) > _LONGEST_EMAIL:
        faults.append(f"email {values['email']!r} is no plain address such as name@tax.example.")
    elif email == normal_address(desk_address):
        faults.append(f"email {email} is the address of the desk itself.")
    if values["mobile"] and parse_mobile(values["mobile"]) is None:
        faults.append(f"mobile {values['mobile']!r} is no Indian mobile number of ten digits.")
    if values["role"].lower() not in set(Role):
        faults.append(f"role {values['role']!r} is none of {', '.join(Role)}.")
    if values["language"].lower() not in {"", *Language}:
        faults.append(f"language {values['language']!r} is none of {', '.join(Language)}, or empty.")
    return faults


def _find_clashes(people: list[tuple[int, Person]], known_addresses: Mapping[str, str]) -> list[Fault]:
    """Return where two people share an Employee ID or an address, in the file or with the directory."""
    faults = []
    ids: dict[str, int] = {}
    addresses: dict[str, int] = {}
    in_file = {person.employee_id for _, person in people}
    for line, person in people:
        if (first := ids.setdefault(person.employee_id, line)) != line:
            faults.append(Fault(line, f"employee_id {person.employee_id} stands in line {first} already."))
        elif (first := addresses.setdefault(person.email, line)) != line:
            faults.append(Fault(line, f"email {person.email} stands in line {first} already."))
        owner = known_addresses.get(person.email, person.employee_id)
        if owner != person.employee_id and owner not in in_file:
            faults.append(Fault(line, f"email {person.email} belongs to employee {owner} in the directory."))
    return faults


def _person(values: Mapping[str, str]) -> Person:
    language = values["language"].lower()
    return Person(
        employee_id=ascii_digits(values["employee_id"]),
        name=values["name"],
        email=normal_address(values["email"]),
        role=Role(values["role"].lower()),
        designation=values["designation"],
        office=values["office"],
        zone=values["zone"],
        mobile=parse_mobile(values["mobile"]) or "",
        language=Language(language) if language else None,
    )
