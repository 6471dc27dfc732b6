"""The people of the demonstration and their mailboxes. Names, numbers and addresses are invented."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

from mailbot.demo.server import Account
from mailbot.domain.people import Language, Person, Role

# Everybody's password, so that anybody can sit down in anybody's chair.
PASSWORD = "demo"
PEOPLE_FILE = Path(str(files("mailbot.demo") / "people.csv"))

SUPPORT = Account("IT Help Desk", "support@tax.demo.example", PASSWORD)
OUTSIDER = Account("CA Ramesh Gupta", "ramesh.gupta@accounts.example", PASSWORD)


def read_people() -> tuple[Person, ...]:
    """Return the rows of people.csv, the file that the demonstration also gives to `mailbot people import`."""
    with PEOPLE_FILE.open(encoding="utf-8", newline="") as lines:
        rows = [dict(row) for row in csv.DictReader(lines)]
    return tuple(
        Person(
            employee_id=row["employee_id"],
            name=row["name"],
            email=row["email"],
            role=Role(row["role"]),
            designation=row["designation"],
            office=row["office"],
            zone=row["zone"],
            mobile=row["mobile"],
            language=Language(row["language"]),
        )
        for row in rows
    )


def accounts_of(people: tuple[Person, ...]) -> tuple[Account, ...]:
    """Return a mailbox for the desk, for each person of the department, and for one citizen outside."""
    return (SUPPORT, *(Account(person.name, person.email, PASSWORD) for person in people), OUTSIDER)
