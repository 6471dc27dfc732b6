"""What delivery reports and read receipts say, and which letter they are about."""

from __future__ import annotations

import pytest

from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.wire import pack_reading, unpack_reading
from tests.reading.mails import PLAIN, mail, multipart, part, whole

OURS = "<mb.k1.2611000427.abcdefgh.abcdefghijklmnopqrstuvwxyz@tax.example>"
STATUS = "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; gone@dealer.example\r\nAction: failed\r\n"
RETURNED = f"From: desk@tax.example\r\nMessage-ID: {OURS}\r\nSubject: Your ticket\r\n\r\nText\r\n"
RECEIPT = f"Original-Message-ID: {OURS}\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"


@pytest.mark.parametrize(
    "returned",
    [
        part("Content-Type: message/rfc822", RETURNED),
        part("Content-Type: text/rfc822-headers", RETURNED),
        part("Content-Type: text/rfc822-headers", RETURNED.replace("Message-ID: ", "MESSAGE-ID:\r\n ")),
    ],
)
def test_a_delivery_report_names_action_and_letter(returned: bytes) -> None:
    """RFC 3464: the actions in lower case, and the Message-ID of the returned letter or of its headers."""
    status = part("Content-Type: message/delivery-status", STATUS + "\r\nAction: Delayed\r\n")
    found = read_message(whole(multipart("report", PLAIN, status, returned)), oversized=False).mail
    assert found.delivery_actions == ("failed", "delayed")
    assert found.reported_ids == (OURS,)


def test_a_read_receipt_names_the_letter() -> None:
    """RFC 8098 3.2.5: Original-Message-ID."""
    receipt = part("Content-Type: message/disposition-notification", RECEIPT)
    found = read_message(whole(multipart("report", PLAIN, receipt)), oversized=False).mail
    assert (found.delivery_actions, found.reported_ids) == ((), (OURS,))


def test_a_report_inside_of_a_forwarded_mail_is_not_the_mails_own() -> None:
    """Of a forwarded mail only its own id is told, nothing of what it says."""
    status = part("Content-Type: message/delivery-status", STATUS)
    inside = mail(f"Message-ID: {OURS}\r\n") + whole(multipart("report", PLAIN, status, boundary="inner"))
    found = read_message(
        whole(multipart("mixed", PLAIN, part("Content-Type: message/rfc822", inside))), oversized=False
    )
    assert found.mail.delivery_actions == ()


def test_a_report_survives_the_way_out_of_the_child() -> None:
    """Both fields are among what the reading process hands over."""
    status = part("Content-Type: message/delivery-status", STATUS)
    reading = read_message(whole(multipart("report", PLAIN, status)), oversized=False)
    assert unpack_reading(*pack_reading(reading)).mail.delivery_actions == ("failed",)


@pytest.mark.parametrize(
    ("statuses", "actions"),
    [("Status: 2.0.0\r\n", ("delivered",)), ("Status: 5.1.1\r\n", ()), ("Status: 2.0.0\r\n\r\nStatus: 4.4.1\r\n", ())],
)
def test_a_report_without_actions_is_read_by_its_status(statuses: str, actions: tuple[str, ...]) -> None:
    """RFC 3463 3.1: class 2 is success; anything else is left to the words of the report."""
    status = part("Content-Type: message/delivery-status", f"Reporting-MTA: dns; mx.example\r\n\r\n{statuses}")
    found = read_message(whole(multipart("report", PLAIN, status)), oversized=False).mail
    assert found.delivery_actions == actions


@pytest.mark.parametrize("blank", [b"\r\n", b"\n   \n", b"\t\r\n" * 1000])
def test_blank_lines_before_the_headers_are_left_out(blank: bytes) -> None:
    """Some programs save a mail so; a mail without any headers keeps its text."""
    found = read_message(blank + mail("Subject: Undelivered Mail\r\n"), oversized=False).mail
    assert found.subject == "Undelivered Mail"
    assert read_message(blank + b"Note: no headers here", oversized=False).mail.subject == ""
