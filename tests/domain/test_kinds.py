"""Which kind of machine wrote a mail, and how it is told from people whose mail looks like it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mailbot.domain.screen import MailKind
from tests.domain.test_screen import DSN, make_mail, screened

KINDS = {
    "human": make_mail(),
    "bounce": make_mail("mailer-daemon@tax.example", "failure notice", return_path="<>"),
    "delay": make_mail("mailer-daemon@tax.example", "Delivery Status Notification (Delay)", return_path="<>"),
    "delivered": make_mail("mailer-daemon@tax.example", "Successful Mail Delivery Report", part_types=DSN),
    "receipt": make_mail(part_types=("multipart/report; report-type=disposition-notification", "text/plain")),
    "feedback": make_mail(
        "no-reply@provider.example", part_types=("multipart/report; report-type=feedback-report", "text/plain")
    ),
    "challenge": make_mail(subject="Confirm your message", text="To release your message, please click below."),
    "autoreply": make_mail(auto_submitted="auto-replied"),
    "list": make_mail(list_id="<portal.tax.example>", precedence="list"),
    "own": make_mail("support@tax.example", auto_submitted="auto-replied"),
    "automatic": make_mail("noreply@portal.example"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mail_has_its_name(kind: str) -> None:
    """A program that reads the answer tells a delay from a failure, and a complaint from a receipt."""
    assert screened(KINDS[kind]).kind.value == kind


def test_every_kind_is_tried() -> None:
    """A kind that is added is added above as well."""
    assert set(KINDS) == {kind.value for kind in MailKind}


def test_a_delay_that_passes_through_a_list_is_a_delay() -> None:
    """What mail systems report counts before the list that passed it on."""
    late = make_mail("mailer-daemon@tax.example", "Delivery delayed", part_types=DSN, list_id="<dealers.example>")
    assert screened(replace(late, delivery_actions=("delayed",))).kind is MailKind.DELAY


def test_a_complaint_that_gives_back_nothing_but_the_mail() -> None:
    """Some providers send no report (RFC 5965); a person who forwards a mail so writes another subject."""
    parts = ("multipart/mixed", "message/rfc822", "text/plain")
    complaint = make_mail("staff@provider.example", "complaint about message from 192.0.2.7", part_types=parts)
    assert screened(complaint).kind is MailKind.FEEDBACK
    assert screened(make_mail(subject="Complaint about message from the portal", part_types=parts)).kind == "human"


@pytest.mark.parametrize(
    "text", ["I am out of the office until 28 November.", "मैं 28 नवंबर तक अवकाश पर हूँ।", "Main chhutti par hoon."]
)
@pytest.mark.parametrize(("name", "value"), [("auto-submitted", "auto-generated"), ("precedence", "bulk")])
def test_absence_in_what_a_machine_sent_is_an_automatic_answer(text: str, name: str, value: str) -> None:
    """Not every responder says Auto-Submitted: auto-replied; on a list, people speak of their leave."""
    marked = replace(make_mail(text=text), headers={name: (value,)})
    assert screened(marked).kind is MailKind.AUTOREPLY
    listed = replace(marked, headers={name: (value,), "list-id": ("<it.tax.example>",)})
    assert screened(listed).kind is not MailKind.AUTOREPLY


def test_a_person_at_postmaster_who_answers_us() -> None:
    """A postmaster is a person (RFC 5321 4.5.1); what is quoted below the answer is not said by them."""
    text = "The mailbox is open again.\n\n> 550 5.1.1 recipient address rejected\n> This is the mail system at mx."
    answer = make_mail("postmaster@dealer.example", "Re: Undeliverable mail", text=text)
    assert screened(replace(answer, thread_ids=("<mb.k1.2611000427.a.b@tax.example>",))).kind is MailKind.HUMAN


def test_a_mail_system_that_answers_with_the_error() -> None:
    """It begins with the error where people begin with words of their own."""
    text = "Error: Invalid user address\n\n550 - Requested action not taken: no such user here"
    answer = make_mail("post_master@phone.example", "Re:Your ticket", text=text)
    assert screened(replace(answer, thread_ids=("<mb.k1.2611000427.a.b@tax.example>",))).kind is MailKind.BOUNCE


def test_long_mails_are_screened_at_once() -> None:
    """The patterns see the beginning only, and none of them goes back over it again and again."""
    text = ">" * 500_000 + " on" * 200_000 + "\n" * 200_000
    started = time.monotonic()
    screened(make_mail("postmaster@tax.example", "Re: " * 20_000, text=text, auto_submitted="auto-generated"))
    assert time.monotonic() - started < 1.0


def test_a_filter_that_refuses_our_letter_is_a_bounce() -> None:
    """A Sieve script refuses with a receipt that says so (RFC 5429 2.1.1); a receipt of a reader stays a receipt."""
    parts = ("multipart/report; report-type=disposition-notification", "text/plain", "message/disposition-notification")
    text = "Your message to <asha@tax.example> was automatically rejected:\nQuota exceeded"
    refused = make_mail("admin@tax.example", "Automatically rejected mail", text=text, part_types=parts)
    assert screened(replace(refused, headers={"auto-submitted": ("auto-replied",)})).kind is MailKind.BOUNCE
    assert screened(replace(refused, text="Your message was displayed.")).kind is MailKind.RECEIPT


def test_what_comes_to_an_address_for_bounces_needs_fewer_signs() -> None:
    """Nobody writes to support-bounces@ by hand; the same words to the desk itself may be a person's."""
    text = "Votre message n'a pas pu être délivré à\nYour message could not be delivered to\nasha@tax.example"
    subject = "RE: Your ticket: non remis (delivery failed)"
    notice = replace(
        make_mail("gateway@dealer.example", subject, text=text), recipients=("support-bounces@tax.example",)
    )
    assert screened(notice).kind is MailKind.BOUNCE
    assert screened(replace(notice, recipients=("support@tax.example",))).kind is MailKind.HUMAN


def test_a_filter_that_asks_for_a_click_is_no_person() -> None:
    """Some ask under the subject of our own letter; a person who explains the same to us answers our letter."""
    text = "This account is protected by Blue.\nPlease click on the following link to have your address added."
    asked = make_mail("asha@blue.example", "RE: Ticket", text=text)
    assert screened(asked).kind is MailKind.CHALLENGE
    assert screened(replace(asked, thread_ids=("<mb.k1.2611000427.a.b@tax.example>",))).kind is MailKind.HUMAN


def test_an_automatic_subject_may_stand_in_brackets() -> None:
    """Some Polish providers write it like a tag."""
    assert screened(make_mail(subject="[Automatyczna odpowiedź] test")).kind is MailKind.AUTOREPLY


def test_root_with_a_mail_program_is_a_person() -> None:
    """Cron writes as root; so does a person at a computer of their own, with a mail program."""
    nightly = make_mail("root@server.example", "Logwatch for server")
    assert screened(nightly).automatic
    assert not screened(replace(nightly, headers={"x-mailer": ("Thunderbird",)})).automatic
