"""Who writes to the desk of a benchmark: officers of both languages, and one person of the IT section."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from mailbot.adapters.people_file import COLUMNS

DOMAIN = "bench.tax.example"
DESK = f"support@{DOMAIN}"
# With one person of the IT section, each new ticket means two letters: the acknowledgement and one notice.
STAFF = f"neha.verma@{DOMAIN}"
OFFICERS = 40
NAMES = {
    "en": ("Rakesh Kumar Srivastava", "Anjali Saxena", "Mohd. Arif Khan", "Vinod Prakash Gupta", "Shabnam Parveen"),
    "hi": ("सुनीता यादव", "दीपक कुमार मौर्य", "पूनम तिवारी", "राजेश सिंह चौहान", "कविता शर्मा"),
}


@dataclass(frozen=True, slots=True)
class Writer:
    """An officer who writes mails, in one language."""

    employee_id: str
    name: str
    address: str
    language: str


def make_officers() -> tuple[Writer, ...]:
    """Return the officers; every second one writes Hindi."""
    return tuple(_officer(number) for number in range(OFFICERS))


def write_directory() -> bytes:
    """Return the directory of the desk as the CSV file that `mailbot people import` reads."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    for officer in make_officers():
        post = (officer.name, "State Tax Officer", "Sector 3, Lucknow", "Lucknow I", officer.address)
        lines.writerow((officer.employee_id, *post, f"98390{officer.employee_id[1:]}", "officer", officer.language))
    staff = ("Neha Verma", "System Analyst", "IT Section, HQ", "Headquarters", STAFF)
    lines.writerow(("200001", *staff, "9839200001", "staff", "en"))
    return text.getvalue().encode()


def _officer(number: int) -> Writer:
    language = "hi" if number % 2 else "en"
    names = NAMES[language]
    return Writer(f"{110000 + number}", names[number % len(names)], f"officer{number:02}@{DOMAIN}", language)
