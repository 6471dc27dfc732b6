"""A portal that fails for everybody: ten officers write, each in their own words; the IT section hears of the others.

The real reader, rules, tables and letters; what each person receives is read from the outbox.
"""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from PIL import Image, ImageDraw

from tests.flows.test_play_bulk import IMRAN, NEHA, RAKESH, SUNITA, Office, text_of
from tests.golden import Desks
from tests.reading.picture_samples import encoded, screenshot

SANJAY, KAVITA = "sanjay.mishra@tax.up.example", "kavita.rawat@tax.up.example"
REPORTS = (
    (RAKESH, "[Return Filing] Portal shows error RET191106", "I cannot file GSTR-3B since morning."),
    (SUNITA, "[रिटर्न] पोर्टल नहीं खुल रहा", "आज सुबह से त्रुटि RET191106 आ रही है।"),
    ("arif.khan", "[Return Filing] GSTR-3B", "Error RET191106 on all returns of Sector 2."),
    ("deepak.maurya", "[GSTR-3B] विवरणी दाखिल नहीं हो रही", "महोदय, दाखिल करते समय RET191106 लिखा आता है।"),
    ("anjali.saxena", "return filing me dikkat", "Module: Return Filing\n\nRET191106 aa raha hai, kripya dekhen."),
    ("harpreet.bedi", "[Return Filing][High] urgent", "RET191106 when the dealer presses File Return."),
    ("poonam.tiwari", "[रिटर्न] RET191106", "पूरे खण्ड में यही स्थिति है।"),
    ("vp.gupta", "[Return Filing] All sectors of Range B", "Every officer reports RET 191106, also as RET191106."),
    ("shabnam.parveen", "[Return Filing] error", "Portal pe RET191106 likha hai, return file nahi ho raha."),
    ("ramniwas.pal", "[रिटर्न] समस्या", "RET191106 की समस्या बनी हुई है।"),
)
ALIKE = re.compile(r"Other tickets like this one since (\S+): (\d+)\. See ((?:TMS-[\d-]+, )*(?:TMS-[\d-]+|…))")


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """Make the database once."""
    return Desks(tmp_path_factory.mktemp("similar"))


@pytest.fixture
def office(desks):
    """Open the desk; nobody has written yet."""
    with desks.open("") as (store, files):
        yield Office(store, files, desks)


def report_all(office):
    """Let the ten officers write; return the numbers of their tickets, oldest first."""
    for person, subject, text in REPORTS:
        office.writes(address_of(person), subject, text)
    tickets = office.tickets()
    return [tickets[address_of(person)].number for person, _, _ in REPORTS]


def address_of(person):
    """Return the address of an officer who is named by its first part."""
    return person if "@" in person else f"{person}@tax.up.example"


def test_staff_letters_count_up_and_officers_read_nothing_of_it(office):
    """The second letter knows one other, the tenth nine; the first and every officer's letter say nothing."""
    numbers = report_all(office)
    first, *others = [text_of(row) for row in office.receives(NEHA)]
    assert not ALIKE.search(first)
    for count, letter in enumerate(others, start=1):
        since, told, named = ALIKE.search(letter).groups()
        assert (since, int(told)) == ("15:10", count), letter
        assert named == ", ".join((*numbers[:count][:5], *(("…",) if count > 5 else ())))
        assert f"“PARENT {numbers[0]}”" in letter
    last = text_of(office.receives(SANJAY)[-1])
    assert "आज 15:10 बजे से अब तक इसी तरह के अन्य टिकट: 9।" in last
    assert f"“मूल टिकट {numbers[0]}: {' '.join(numbers[1:6])}”" in last
    for person, _, _ in REPORTS:
        (letter,) = office.receives(address_of(person))
        assert "PARENT" not in text_of(letter)
        assert "इसी तरह" not in text_of(letter)


def test_the_lines_of_the_letter_tie_the_tickets(office):
    """Copied into an answer they make seven of the tickets cases of one; the next letter names that parent."""
    numbers = report_all(office)
    letter = office.receives(NEHA)[-1]
    lines = re.findall("“(PARENT [^”]+)”", text_of(letter))
    office.writes(NEHA, letter.subject, "\n".join(lines), letter)
    parents = {ticket.number: ticket.parent for ticket in office.tickets().values()}
    tied = {number for number, parent in parents.items() if parent == numbers[0]}
    assert tied == {*numbers[1:6], numbers[9]}

    office.receives(IMRAN)
    office.writes(KAVITA, "[Return Filing] RET191106", "Same here in Appeals II.")
    (told,) = office.receives(IMRAN)
    said = text_of(told)
    assert ALIKE.search(said).group(2) == "10"
    assert f"They are cases of {numbers[0]} already." in said
    assert f"“PARENT {numbers[0]}: {' '.join(numbers[6:9])}”" in said

    office.writes(IMRAN, told.subject, f"PARENT {numbers[0]}", told)
    for person, _, _ in REPORTS:
        office.receives(address_of(person))
    office.receives(KAVITA)
    office.writes(IMRAN, f"RESOLVE {numbers[0]}", "Portal fixed at 17:40.", told)
    solved = [row.kind for person in (KAVITA, RAKESH, SUNITA) for row in office.receives(person)]
    assert solved == ["resolved"] * 3


def test_other_problems_are_not_mixed_in(office):
    """Another code, another module and a short text look like nothing that came before."""
    report_all(office)
    office.receives(NEHA)
    for subject, text in (
        ("[Return Filing] Error RET191113", "Late fee is computed twice."),
        ("[Refund] RET191106 in the refund list", "The old error is printed in the refund sheet of Kanpur."),
        ("[Payment] Challan", "Portal down."),
    ):
        office.writes(KAVITA, subject, text)
        (letter,) = office.receives(NEHA)
        assert not ALIKE.search(text_of(letter)), subject


def with_screenshot(sender, words, picture, name):
    """Return a mail that shows a screenshot and says little."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "support@tax.up.example", "Screenshot"
    message["Message-ID"] = f"<{name}@client.example>"
    message.set_content(words)
    message.add_attachment(picture, "image", name.rpartition(".")[2], filename=name)
    return message.as_bytes()


def other_page():
    """Return a page that looks nothing like the first one."""
    page = Image.new("RGB", (1366, 768), "black")
    draw = ImageDraw.Draw(page)
    for left in range(40, 1300, 90):
        draw.ellipse((left, left // 2, left + 70, left // 2 + 200), fill="white")
    return page


def test_the_same_screenshot_is_recognised(office):
    """Passed on as it is or saved anew as a JPEG, it is the same page; another page is another one."""
    shot = screenshot(1366, 768)
    office.sends(with_screenshot(RAKESH, "Please see.", shot, "page.png"))
    office.sends(with_screenshot(SUNITA, "कृपया देखें।", screenshot(1366, 768, "JPEG", quality=70), "copy.jpeg"))
    office.sends(with_screenshot(KAVITA, "See.", encoded(other_page()), "other.png"))
    first, second, third = (text_of(row) for row in office.receives(NEHA))
    assert ALIKE.search(second).group(3) == office.tickets()[RAKESH].number
    assert not ALIKE.search(first)
    assert not ALIKE.search(third)
