"""Which mail a machine wrote, and which mail a person wrote although its headers look strange."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mailbot.domain.bounces import find_reported_ids
from mailbot.domain.mail import Address, IncomingMail
from mailbot.domain.screen import screen

if TYPE_CHECKING:
    from mailbot.domain.screen import Screening

OWN = frozenset({"support@tax.example"})
DSN = ("multipart/report; report-type=delivery-status", "text/plain", "message/delivery-status", "message/rfc822")


def make_mail(
    sender: str = "ramesh.kumar@tax.example",
    subject: str = "लॉगिन नहीं हो रहा",
    message_id: str = "<1@tax.example>",
    part_types: tuple[str, ...] = ("text/plain",),
    text: str = "",
    **headers: str,
) -> IncomingMail:
    """Return a mail of a person, with these headers besides."""
    given = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    return IncomingMail(
        message_id=message_id,
        sender=Address(sender) if sender else None,
        sender_count=1 if sender else 0,
        recipients=("support@tax.example",),
        subject=subject,
        date=None,
        thread_ids=(),
        text=text,
        reply=text,
        headers=given,
        part_types=part_types,
    )


def screened(mail: IncomingMail) -> Screening:
    """Screen a mail for a desk whose address is support@tax.example."""
    return screen(mail, OWN)


HUMAN = {
    "an ordinary mail": make_mail(),
    "Auto-Submitted: no": make_mail(auto_submitted="no"),
    "Auto-Submitted: no with a comment": make_mail(auto_submitted="no (written by a person)"),
    "Exchange suppresses delivery reports": make_mail(x_auto_response_suppress="DR, RN, NRN"),
    "Exchange headers": make_mail(x_ms_exchange_organization_authas="Internal", x_ms_has_attach="yes"),
    "Precedence: normal": make_mail(precedence="normal"),
    "a return path": make_mail(return_path="<ramesh.kumar@tax.example>"),
    "a person who forwards a bounce": make_mail(subject="Undeliverable: refund letter"),
    "a person who answers an automatic answer": make_mail(subject="Re: Automatic reply: leave"),
    "a person whose portal is out of office": make_mail(subject="Out of office access to the portal fails"),
    "a person called Bounce": make_mail(sender="anita.bounce@tax.example"),
    "a person at a reply address": make_mail(sender="reply@tax.example"),
    "a foreign X-Loop": make_mail(x_loop="ramesh@tax.example"),
    "Zoho and NIC": make_mail(feedback_id="rr080112:zu080112:rf080112:zohomail"),
    "no sender": make_mail(sender=""),
    "X-Autoreply: no": make_mail(x_autoreply="no"),
    "an office that suppresses answers": make_mail(x_auto_response_suppress="DR, OOF, AutoReply", x_ms_has_attach=""),
    "the portal generated it": make_mail(subject="Auto generated GSTR-2B is wrong"),
    "leave in the text": make_mail(text="I am on leave until Thursday, Sunita will test it."),
}


@pytest.mark.parametrize("mail", HUMAN.values(), ids=HUMAN)
def test_mail_of_people_is_not_automatic(mail: IncomingMail) -> None:
    """A person who writes is answered, whatever the mail program adds."""
    found = screened(mail)
    assert (found.bounce, found.autoreply, found.automatic, found.reason) == (False, False, False, "")


BOUNCES = {
    "RFC 3464": make_mail("mailer-daemon@tax.example", "Undelivered Mail Returned to Sender", part_types=DSN),
    "RFC 3464 in a plain multipart": make_mail(part_types=("multipart/mixed", "message/delivery-status")),
    "Gmail": make_mail("mailer-daemon@googlemail.example", x_failed_recipients="r@tax.example"),
    "qmail": make_mail("MAILER-DAEMON@tax.example", "failure notice", return_path="<>"),
    "a daemon without a domain": make_mail("", "Returned mail: User unknown", **{"from": "MAILER-DAEMON"}),
    "a postmaster": make_mail("postmaster@tax.example", "Undeliverable: Your ticket"),
    "no return path": make_mail("it@tax.example", "Mail delivery failed: returning message", return_path="<>"),
}


@pytest.mark.parametrize("mail", BOUNCES.values(), ids=BOUNCES)
def test_bounces(mail: IncomingMail) -> None:
    """A mail system that gives a letter back is a bounce and never answered."""
    found = screened(mail)
    assert (found.bounce, found.autoreply, found.automatic) == (True, False, True)
    assert found.reason


AUTOREPLIES = {
    "RFC 3834": make_mail(auto_submitted="auto-replied"),
    "RFC 3834 with parameters": make_mail(auto_submitted="Auto-Replied; owner-email=x@tax.example"),
    "Outlook": make_mail(subject="Automatic reply: Ticket opened", x_auto_response_suppress="All"),
    "Outlook without headers": make_mail(subject="Out of Office: Ticket opened"),
    "Outlook in Hindi": make_mail(subject="स्वचालित उत्तर: टिकट"),
    "vacation": make_mail(precedence="auto_reply"),
    "X-Autoreply": make_mail(x_autoreply="yes"),
    "X-Autorespond": make_mail(x_autorespond="Ticket opened"),
    "German": make_mail(subject="Automatische Antwort: Ticket"),
}


@pytest.mark.parametrize("mail", AUTOREPLIES.values(), ids=AUTOREPLIES)
def test_automatic_answers(mail: IncomingMail) -> None:
    """An absence notice is an automatic answer, and no bounce."""
    found = screened(mail)
    assert (found.bounce, found.autoreply, found.automatic) == (False, True, True)


AUTOMATIC = {
    "auto-generated": make_mail(auto_submitted="auto-generated"),
    "a mailing list": make_mail(list_id="<portal.tax.example>"),
    "a newsletter": make_mail(list_unsubscribe="<mailto:u@tax.example>"),
    "Precedence: bulk": make_mail(precedence="Bulk"),
    "Precedence: junk": make_mail(precedence="junk"),
    "Exchange suppresses answers": make_mail(x_auto_response_suppress="DR, OOF, AutoReply"),
    "an empty return path": make_mail(return_path="<>"),
    "a read receipt": make_mail(part_types=("multipart/report; report-type=disposition-notification", "text/plain")),
    "a late delivery": make_mail(
        "mailer-daemon@tax.example",
        "Delivery Status Notification (Delay)",
        part_types=DSN,
        return_path="<>",
        auto_submitted="auto-replied",
    ),
    "noreply": make_mail("noreply@portal.example"),
    "no-reply": make_mail("no-reply@portal.example"),
    "do_not_reply": make_mail("do_not_reply@portal.example"),
    "alerts-noreply": make_mail("alerts-noreply@portal.example"),
    "a return address": make_mail("bounce+ramesh=tax.example@mailer.example"),
    "our own address": make_mail("Support@TAX.example"),
    "our own letter": make_mail(
        message_id="<mb.k1.2611000427.aaaaaaaa.bbbb@tax.example>", auto_submitted="auto-replied"
    ),
    "a loop through mailbot": make_mail(x_loop="mailbot/desk"),
    "a program": make_mail(x_cron_env="<PATH=/bin>"),
}


@pytest.mark.parametrize("mail", AUTOMATIC.values(), ids=AUTOMATIC)
def test_other_machines(mail: IncomingMail) -> None:
    """Lists, programs, receipts and our own letters are automatic, and neither bounce nor answer."""
    found = screened(mail)
    assert (found.bounce, found.autoreply, found.automatic) == (False, False, True)
    assert found.reason


DSN_SUBJECT = "Undelivered Mail Returned to Sender"
FORWARDED = ("multipart/mixed", "text/plain", "message/rfc822", *DSN)


@pytest.mark.parametrize(
    ("actions", "bounce"),
    [
        (("failed",), True),
        (("delayed",), False),
        (("delivered",), False),
        (("relayed",), False),
        (("expanded",), False),
        (("delivered", "failed"), True),
        (("delayed", "delivered"), False),
        (("undeliverable",), True),
    ],
)
def test_a_delivery_report_is_a_bounce_when_it_failed_for_anybody(actions: tuple[str, ...], *, bounce: bool) -> None:
    """RFC 3464 2.3.3: only Action: failed is a failure, whatever the subject of the report says."""
    mail = replace(make_mail("mailer-daemon@tax.example", DSN_SUBJECT, part_types=DSN), delivery_actions=actions)
    found = screened(mail)
    assert (found.bounce, found.autoreply, found.automatic) == (bounce, False, True)


def test_a_person_who_attaches_a_delivery_report_is_a_person() -> None:
    """The report stands inside of the mail that was forwarded, and is not what the sender says."""
    found = screened(make_mail(subject="Fwd: Undelivered Mail", part_types=FORWARDED, text="कृपया देखें।"))
    assert (found.bounce, found.automatic) == (False, False)


@pytest.mark.parametrize(
    "text",
    [
        "Dear sir, the notice could not be delivered to the dealer, it says 550 5.1.1 user unknown.",
        "महोदय, व्यापारी का मेल वितरित नहीं हो रहा है।",
        "E-way bill 12 was not delivered, the lorry is at the check post.",
    ],
)
def test_people_who_write_about_a_failed_delivery_are_people(text: str) -> None:
    """The words alone make no bounce: the signs of a mail system must come with them."""
    for subject in ("Delivery failed of E-way bill", "Undeliverable: show cause notice", "मेल वापस आ गया"):
        found = screened(make_mail(subject=subject, text=text))
        assert (found.bounce, found.automatic) == (False, False), subject


def test_a_mail_system_that_tries_again_is_no_bounce() -> None:
    """A notice that delivery takes longer is automatic; nothing has failed yet."""
    text = "A message has not yet been delivered to its recipients.\n\nNo action is required on your part."
    found = screened(make_mail("mailer-daemon@tax.example", "Mail delivery", text=text))
    assert (found.bounce, found.autoreply, found.automatic) == (False, False, True)


def test_a_mail_system_that_gave_up_is_a_bounce_although_it_tried_long() -> None:
    """Words of delay do not count when the mail system says that it gives up."""
    text = "Your message could not be delivered: it has been delayed for 5 days, and I've given up. Permanent error."
    found = screened(make_mail("mailer-daemon@tax.example", "failure notice", text=text))
    assert found.bounce


def test_an_absence_notice_with_words_of_delay_is_an_answer() -> None:
    """What an absence notice says about delay is said by a person who is away."""
    subject = "Automatic reply: Temporarily out of office"
    found = screened(make_mail(subject=subject, auto_submitted="auto-replied", text="My reply will be delayed."))
    assert (found.bounce, found.autoreply) == (False, True)


def test_list_unsubscribe_in_an_answer_makes_no_newsletter() -> None:
    """Programs that count who opens a letter add List-Unsubscribe to what people write; newsletters answer nothing."""
    counted = make_mail(list_unsubscribe="<mailto:u@counter.example>")
    assert screened(counted).automatic
    assert not screened(replace(counted, thread_ids=("<mb.k1.2611000427.a.b@tax.example>",))).automatic


def test_the_letter_that_a_bounce_is_about() -> None:
    """The id is found in the report, in the letter below the text, and in References, the surest first."""
    text = "Sorry, no mailbox here.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <2@tax.example>\n"
    mail = replace(
        make_mail("mailer-daemon@tax.example", "failure notice", text=text),
        reported_ids=("<1a@tax.example>",),
        thread_ids=("<3@tax.example>", "<2@tax.example>"),
    )
    assert find_reported_ids(mail) == ("<1a@tax.example>", "<2@tax.example>", "<3@tax.example>")
    assert find_reported_ids(make_mail(message_id="<2@tax.example>", text=text)) == ()
