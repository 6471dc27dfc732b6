"""The main job as people live it: mails and letters through `mailbot run`, woken by IDLE, in real mailboxes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import select

from mailbot.adapters.store.tables import letters, mails, tickets
from mailbot.demo.clients import Client, Note
from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from tests.whole.desk import STAFF, Office, text_of, wait_for

if TYPE_CHECKING:
    from email.message import EmailMessage

pytestmark = pytest.mark.whole

SCREENSHOT = draw_page(RETURN_FAILED)
OLD_MAIL = b"From: <dealer@shop.example>\r\nSubject: VAT return of 2017\r\n\r\nSent last year.\r\n"
NUMBER = re.compile(r"^\[(TMS-\d{4}-\d{5}-\d)\] ")


def open_ticket(office: Office, name: str, subject: str, text: str) -> tuple[str, EmailMessage, EmailMessage]:
    """Let an officer report a problem; return the number, the acknowledgement, and the notice that Neha got."""
    office.write(name, subject, text)
    acknowledgement = office.next_letter(name, subject)
    number = number_in(acknowledgement)
    notices = [office.next_letter(staff, number) for staff in STAFF]
    return number, acknowledgement, notices[0]


def number_in(letter: EmailMessage) -> str:
    """Return the ticket number at the start of a letter's subject."""
    found = NUMBER.match(letter["Subject"])
    assert found, letter["Subject"]
    return found[1]


def wait_until_handled(office: Office, words: str) -> str:
    """Wait until the mail with these words in its subject has its final state, and return its outcome."""
    query = select(mails.c.outcome).where(mails.c.subject.contains(words), mails.c.state == "done")
    return str(wait_for(lambda: office.rows_of(query), f"the end of the mail {words!r}")[0].outcome)


def letters_of(office: Office, number: str) -> list[tuple[str, str]]:
    """Return kind and address of all letters of a ticket, oldest first."""
    query = select(letters.c.kind, letters.c.to).join(tickets).where(tickets.c.number == number)
    return [tuple(row) for row in office.rows_of(query.order_by(letters.c.id))]


class Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the target of a link."""
        self.targets += [value for name, value in attrs if tag == "a" and name == "href" and value]


def press_button(office: Office, name: str, letter: EmailMessage, word: str) -> None:
    """Send exactly the mail that a button of a letter makes: a fresh one, which answers nothing."""
    links = [urlsplit(link) for link in Links(text_of(letter, "html")).targets if link.startswith("mailto:")]
    bodies = {parse_qs(link.query)["body"][0].partition("\r\n")[0]: link for link in links}
    pressed = bodies[word]
    filled = {key: values[0] for key, values in parse_qs(pressed.query).items()}
    words = filled["body"].replace("\r\n", "\n")
    sender = office.rows[name]
    to = unquote(pressed.path)
    raw = office.send(Note(sender["name"], sender["email"], to, filled["subject"], words, Client.OUTLOOK))
    assert b"In-Reply-To" not in raw


def test_a_problem_is_reported_resolved_and_reopened(busy_office: Office) -> None:
    """A screenshot and tags go in; number, notices, resolution and re-opening come out, each to the right people."""
    office = busy_office
    subject = "[Return Filing][High] Cannot file GSTR-3B for October"
    office.write(
        "rakesh",
        subject,
        "The portal shows error RET191106 after the DSC is verified.\n\nEmployee ID: 100001\nMobile: 98390 12345",
        picture=SCREENSHOT,
    )

    acknowledgement = office.next_letter("rakesh", "Cannot file GSTR-3B")
    number = number_in(acknowledgement)
    assert acknowledgement["Subject"] == f"[{number}] Cannot file GSTR-3B for October"
    assert "Return Filing" in text_of(acknowledgement)
    notices = [office.next_letter(name, number) for name in STAFF]
    for notice in notices:
        pictures = [part.get_content() for part in notice.walk() if part.get_content_type() == "image/png"]
        assert pictures == [SCREENSHOT]

    office.reply("neha", notices[0], "RESOLVED\nThe liability ledger was rebuilt. Please log in again and file.")
    resolution = office.next_letter("rakesh", number, "liability ledger was rebuilt")
    assert resolution["In-Reply-To"] == acknowledgement["Message-ID"]
    assert office.status(number) == "resolved"

    office.reply("rakesh", resolution, "Thanks sir.", Client.ANDROID)
    office.next_letter("neha", number, "Thanks sir.")
    assert office.status(number) == "resolved"

    office.reply("rakesh", resolution, "पुनः खोलें\nदो व्यापारियों में वही error फिर आ रहा है।", Client.ANDROID)
    office.next_letter("neha", number, "दो व्यापारियों में वही error")
    ticket = office.ticket(number)["ticket"]
    assert (ticket["status"], ticket["reopen_count"]) == ("in_progress", 1)
    assert (ticket["module"], ticket["priority"], ticket["mobile"]) == ("return-filing", "high", "+919839012345")
    officer, neha, sanjay = (office.address_of(name) for name in ("rakesh", "neha", "sanjay"))
    assert letters_of(office, number) == [
        ("acknowledgement", officer),
        ("new_ticket", neha),
        ("new_ticket", sanjay),
        ("resolved", officer),
        ("done", neha),
        ("comment", neha),
        ("reopened", neha),
        ("done", officer),
    ]


def test_both_sides_talk_by_replying(busy_office: Office) -> None:
    """Comments, a question and its answer go to the other side, quoted mail does not, and the status follows."""
    office = busy_office
    number, acknowledgement, notice = open_ticket(
        office, "sunita", "ई-वे बिल पोर्टल पर 503 त्रुटि", "आज सुबह से ई-वे बिल नहीं बन रहा है।"
    )

    office.reply("sunita", acknowledgement, "तीन गाड़ियाँ रुकी हुई हैं।", Client.SAMSUNG)
    heard = office.next_letter("neha", number, "तीन गाड़ियाँ रुकी हुई हैं।")

    office.reply("neha", heard, "हम देख रहे हैं, गेटवे टीम से बात हो रही है।", Client.OUTLOOK)
    comment = office.next_letter("sunita", number, "गेटवे टीम से बात हो रही है")
    assert "तीन गाड़ियाँ" not in text_of(comment)
    assert office.status(number) == "in_progress"

    office.reply("neha", notice, "ASK\nरुकी हुई गाड़ियों के नंबर बताएँ।", Client.THUNDERBIRD)
    question = office.next_letter("sunita", number, "गाड़ियों के नंबर बताएँ")
    assert office.status(number) == "waiting"

    office.reply("sunita", question, "UP78 CT 4410 और UP93 BT 7715।", Client.APPLE)
    office.next_letter("neha", number, "UP93 BT 7715")
    assert office.status(number) == "in_progress"


def test_a_forged_command_is_not_obeyed(busy_office: Office) -> None:
    """RESOLVED under a staff member's address proves nothing; she is asked, and only her own yes makes it count."""
    office = busy_office
    subject = "Refund order shows a wrong amount"
    number, _, _ = open_ticket(office, "rakesh", subject, "RFD-06 shows 1,90,600.")
    told = letters_of(office, number)

    office.write("neha", f"Re: [{number}] {subject}", "RESOLVED\nNothing to do here.")
    challenge = office.next_letter("neha", f"[{number}] Was this you?")
    assert (office.status(number), letters_of(office, number)) == ("new", told)
    office.reply("neha", challenge, "NOT ME")
    office.next_letter("neha", number, "Nothing was done")
    office.next_letter("sanjay", number, office.rows["neha"]["name"])
    assert (office.status(number), letters_of(office, number)) == ("new", told)

    office.write("neha", f"Re: [{number}] {subject}", "RESOLVED\nThe cess head was corrected.", Client.OUTLOOK)
    office.reply("neha", office.next_letter("neha", f"[{number}] Was this you?"), "YES")
    office.next_letter("rakesh", number, "cess head was corrected")
    assert office.status(number) == "resolved"


def test_buttons_work_without_a_reply(busy_office: Office) -> None:
    """What a button puts into a fresh mail is obeyed, in the language of each reader."""
    office = busy_office
    number, _, notice = open_ticket(office, "sunita", "कैश लेजर में राशि शून्य है", "बैंक से रुपये कट गए।")

    press_button(office, "neha", notice, "RESOLVED")
    resolution = office.next_letter("sunita", number)
    assert office.status(number) == "resolved"

    press_button(office, "sunita", resolution, "पुनः खोलें")
    office.next_letter("neha", number, "re-opened")
    assert office.status(number) == "in_progress"


def test_an_out_of_office_reply_is_recorded_and_never_answered(busy_office: Office) -> None:
    """An automatic answer to a notice is filed with its ticket; nobody hears of it."""
    office = busy_office
    number, _, notice = open_ticket(office, "rakesh", "Challan paid but CPIN expired", "The ledger shows nothing.")
    before = office.rows_of(select(letters.c.id))

    office.reply("neha", notice, "I am on leave until Monday.", Client.OUT_OF_OFFICE)
    assert wait_until_handled(office, f"Re: [{number}]") == "automatic"
    assert office.rows_of(select(letters.c.id)) == before
    assert office.status(number) == "new"


def test_a_number_in_the_subject_is_a_hint_for_those_who_belong(busy_office: Office) -> None:
    """The officer's second mail with the number joins the ticket; the same number from a stranger opens another."""
    office = busy_office
    number, _, _ = open_ticket(office, "rakesh", "MIS report shows old figures", "Figures of September again.")

    office.write("rakesh", f"{number} MIS report", "It is the same for Sector 7.", Client.SAMSUNG)
    office.next_letter("neha", number, "the same for Sector 7")

    office.write("sunita", f"{number} मेरी भी यही समस्या", "कृपया देखें।")
    other = number_in(office.next_letter("sunita", "मेरी भी यही समस्या"))
    assert other != number
    assert "कृपया देखें" not in office.mailbot("ticket", "show", number)
    assert f"sunita.yadav@{office.domain}" in office.mailbot("ticket", "list")


def test_a_colleague_in_the_same_mailbox_is_not_disturbed(busy_office: Office) -> None:
    r"""Handled mail moves to Processed as unread as it came; a mail a colleague marked \Deleted stays."""
    office = busy_office
    office.dovecot.deliver(office.address, OLD_MAIL, datetime(2019, 3, 31, tzinfo=UTC))
    wait_for(lambda: office.rows_of(select(mails.c.id).where(mails.c.outcome == "ignored")), "the look at the old mail")
    (old,) = office.dovecot.find_mails(office.address)
    office.dovecot.flag(office.address, old.uid, r"\Deleted")

    office.write("rakesh", "Enforcement: MOV-01 does not print", "The page stays empty.", Client.THUNDERBIRD)
    office.next_letter("rakesh", "MOV-01 does not print")
    (left,) = office.dovecot.find_mails(office.address)
    assert (left.uid, left.flags - {"\\Recent"}) == (old.uid, frozenset({r"\Deleted"}))
    handled = [
        mail for mail in office.dovecot.find_mails(office.address, "Processed") if b"MOV-01 does not print" in mail.raw
    ]
    assert [mail.flags - {"\\Recent"} for mail in handled] == [frozenset()]


def test_letters_thread_and_go_to_nobody_else(busy_office: Office) -> None:
    """Every letter carries the proof of its reader in its answer address and comes from the desk alone."""
    office = busy_office
    number, acknowledgement, notice = open_ticket(office, "sunita", "लॉगिन नहीं हो रहा है", "पासवर्ड स्वीकार नहीं होता।")

    answers_to = {parseaddr(letter["Reply-To"])[1] for letter in (acknowledgement, notice)}
    assert len(answers_to) == 2
    assert all(address.startswith("support+") for address in answers_to)
    assert {parseaddr(letter["From"])[1] for letter in (acknowledgement, notice)} == {office.address}
    people = {office.address_of(name) for name in office.rows}
    assert {to for _, to in letters_of(office, number)} <= people
    assert {letter.to for letter in office.smtp.accepted} <= people
