"""The mails of the demonstration look like what real mail programs make, and their pictures are real."""

from __future__ import annotations

import email
import email.policy
import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from mailbot.demo.clients import Client, write_mail
from mailbot.demo.mails import (
    OFFICER_ANSWERS,
    OFFICER_REOPENS,
    OFFICER_THANKS,
    STAFF_ASKS,
    STAFF_COMMENTS,
    STAFF_RESOLVES,
    STAFF_RESOLVES_AGAIN,
    first_mails,
    forged_command,
    out_of_office,
)
from mailbot.demo.people import OUTSIDER, read_people
from mailbot.demo.screenshots import PAGES, draw_page

AT = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
REPLIES = (
    STAFF_ASKS,
    OFFICER_ANSWERS,
    STAFF_COMMENTS,
    STAFF_RESOLVES,
    OFFICER_THANKS,
    OFFICER_REOPENS,
    STAFF_RESOLVES_AGAIN,
)
LETTER = email.message_from_bytes(
    b"From: IT Help Desk <support@tax.demo.example>\r\n"
    b"Reply-To: <support+d1.token@tax.demo.example>\r\n"
    b"To: <anita.verma@tax.demo.example>\r\n"
    b"Date: Mon, 23 Nov 2026 10:15:01 +0530\r\n"
    b"Message-ID: <mb.2@tax.demo.example>\r\n"
    b"References: <first@mail.gmail.com> <mb.1@tax.demo.example>\r\n"
    b"Subject: [TMS-2611-00042-7] Cannot file\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"Your ticket is registered.\r\n",
    policy=email.policy.default,
)


def read(raw):
    """Read a mail as the standard library does."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def defects(mail):
    """Return what the standard library finds wrong with a mail and its parts."""
    return [defect for part in mail.walk() for defect in part.defects]


@pytest.mark.parametrize("note", [*first_mails(), out_of_office()], ids=lambda note: note.subject)
def test_each_mail_says_what_its_sender_typed(note):
    """Subject and text survive the encodings of the mail program, and nothing in the mail is malformed."""
    mail = read(write_mail(note, AT))
    assert defects(mail) == []
    assert mail["Subject"] == note.subject
    assert mail["From"].addresses[0].addr_spec == note.sender
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.startswith(note.text)
    assert mail["Message-ID"]


def test_the_screenshots_travel_whole():
    """Every picture that a mail carries comes out as the PNG that was drawn, attached or inside the text."""
    carried = []
    for note in first_mails():
        parts = [part for part in read(write_mail(note, AT)).walk() if part.get_content_type() == "image/png"]
        carried += [part.get_content_disposition() for part in parts]
        assert [part.get_payload(decode=True) for part in parts] == ([note.picture.data] if note.picture else [])
    assert sorted(carried) == ["attachment", "attachment", "attachment", "inline"]


def test_the_picture_inside_an_outlook_mail_is_shown_by_its_text():
    """The text of the Outlook mail names the Content-ID of its inline picture (RFC 2392)."""
    (note,) = [note for note in first_mails() if note.client is Client.OUTLOOK]
    mail = read(write_mail(note, AT))
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert f"cid:{picture['Content-ID'].strip('<>')}" in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: f"{reply.first_name}: {reply.text.split()[0]}")
def test_each_reply_answers_the_letter(reply):
    """A reply goes where Reply-To says, names the letter in In-Reply-To and References, and quotes it below."""
    mail = read(write_mail(reply.note(LETTER), AT))
    assert defects(mail) == []
    assert mail["To"] == "support+d1.token@tax.demo.example"
    assert mail["Subject"] == "Re: [TMS-2611-00042-7] Cannot file"
    assert mail["In-Reply-To"] == "<mb.2@tax.demo.example>"
    assert mail["References"].split() == [
        "<first@mail.gmail.com>",
        "<mb.1@tax.demo.example>",
        "<mb.2@tax.demo.example>",
    ]
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.startswith(reply.text)
    assert "Your ticket is registered." in text


def test_the_forged_command_carries_a_staff_address_and_no_proof():
    """The stranger has Vikram's name and address in From, and no letter that he could have answered."""
    mail = read(write_mail(forged_command("[TMS-2611-00042-7] Cannot file"), AT))
    assert mail["From"] == "Vikram Joshi <vikram.joshi@tax.demo.example>"
    assert mail["In-Reply-To"] is None
    assert mail.get_body(("plain",)).get_content().startswith("RESOLVED")


def test_the_mails_cover_the_ways_officers_write():
    """There are Hindi, English and Hinglish mails, one of an outsider, and every mail program is used."""
    subjects = " ".join(note.subject for note in first_mails())
    assert "[ई-वे बिल] [उच्च]" in subjects
    assert "[Return Filing][High]" in subjects
    assert "#refund #urgent" in subjects
    assert "[Hihg]" in subjects
    known = {person.email for person in read_people()}
    assert {note.sender for note in first_mails()} - known == {OUTSIDER.address}
    assert {note.client for note in first_mails()} == set(Client) - {Client.OUT_OF_OFFICE}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_each_screenshot_is_a_real_picture(page):
    """A screenshot is a PNG of the size of an office screen, neither empty nor huge."""
    data = draw_page(page)
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert (picture.format, picture.size) == ("PNG", (1366, 768))
    assert 30_000 < len(data) < 150_000


def test_the_department_is_complete():
    """Eight officers, two of the staff and a lead, each with an Employee ID of six digits of their own."""
    people = read_people()
    assert [sum(person.role == role for person in people) for role in ("officer", "staff", "lead")] == [8, 2, 1]
    assert all(len(person.employee_id) == 6 and person.employee_id.isdigit() for person in people)
    assert len({person.employee_id for person in people}) == len({person.email for person in people}) == 11
