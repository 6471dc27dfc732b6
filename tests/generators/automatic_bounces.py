"""Failed, late and made deliveries as the mail systems of the world report them, and what they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.generators.case import Case, find_shapes, joined, mail, part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.generators.case import Shape

LETTER_ID = "<mb.k1.2611000427.abcdefgh.abcdefghijklmnopqrstuvwxyz@tax.up.example>"
_RETURNED = (
    f"From: support@tax.up.example\nTo: gone@dealer.example\nSubject: Your ticket\nMessage-ID: {LETTER_ID}\n\nText\n"
)
FAILED = {"bounce": True, "autoreply": False, "automatic": True}
NOT_FAILED = {"bounce": False, "autoreply": False, "automatic": True}
HUMAN = {"bounce": False, "autoreply": False, "automatic": False}


def bounces() -> Iterator[Case]:
    """Yield failures with and without a report, late ones, made ones, and people who write about them."""
    for shape in find_shapes("bounces.txt"):
        if shape.kind == "late":
            yield Case(f"late delivery of {shape.name}", mail(shape.body, **shape.headers), NOT_FAILED)
        else:
            yield from _failures(shape)
            yield from _people(shape)
    yield from _reports()


def _failures(shape: Shape) -> Iterator[Case]:
    yield Case(f"bounce of {shape.name}", mail(shape.body, **shape.headers), FAILED)
    kept = {name: value for name, value in shape.headers.items() if name in {"From", "Subject"}}
    encoded = {"Content_Type": "text/plain; charset=utf-8", "Content_Transfer_Encoding": "8bit", "Return_Path": "<>"}
    yield Case(f"bounce of {shape.name} without return path", mail(shape.body, **kept, **encoded), FAILED)


def _people(shape: Shape) -> Iterator[Case]:
    """Yield people who forward, quote and attach a bounce."""
    subject, text = shape.headers["Subject"], shape.body
    forwarded = (
        "Sir, I got this from the mail system, please help.\n\n---------- Forwarded message ---------\n"
        f"From: {shape.headers['From']}\nSubject: {subject}\n\n{text}"
    )
    yield Case(f"bounce of {shape.name} forwarded by a person", mail(forwarded, Subject=f"Fwd: {subject}"), HUMAN)
    quoted = "What does this mean?\n\nOn Mon, 23 Nov 2026 at 10:15, Mail Delivery System wrote:\n> "
    answered = mail(quoted + text.replace("\n", "\n> "), Subject=f"Re: {subject}")
    yield Case(f"bounce of {shape.name} quoted by a person", answered, HUMAN)
    returned = part("message/rfc822", mail(text, **(shape.headers | {"Return_Path": "<>"})))
    words = part("text/plain", "Please see the attached mail.")
    attached = joined("multipart/mixed", words, returned, Subject="Mail problem")
    yield Case(f"bounce of {shape.name} attached by a person", attached, HUMAN)


def _reports() -> Iterator[Case]:
    """RFC 3464 reports of each action, whose words alone would mislead, with the letter they are about."""
    actions = {"failed": True, "Failed": True, "failed (bad address)": True, "delayed": False, "delivered": False,
               "relayed": False, "expanded": False}  # fmt: skip
    for action, is_failure in actions.items():
        for returned in ("message/rfc822", "text/rfc822-headers"):
            for subject in ("Undelivered Mail Returned to Sender", "Delivery Status Notification", "मेल की स्थिति"):
                expected = (FAILED if is_failure else NOT_FAILED) | {"reported_ids": (LETTER_ID,)}
                yield Case(f"report {action}, {returned}, {subject}", report(action, returned, subject), expected)
    inside = part("message/rfc822", report("failed", "message/rfc822", "Undelivered Mail"))
    text = part("text/plain; charset=utf-8", "महोदय, यह संदेश बार-बार आ रहा है, कृपया देखें।")
    yield Case(
        "report forwarded by a person", joined("multipart/mixed", text, inside, Subject="Fwd: Undelivered Mail"), HUMAN
    )


def report(action: str, returned: str, subject: str) -> bytes:
    """Return a delivery report about our letter (RFC 3464)."""
    status = (
        "Reporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; gone@dealer.example\nAction: {action}\nStatus: 5.1.1\n"
    )
    parts = (
        part("text/plain", "This is the mail system at host mx.example."),
        part("message/delivery-status", status),
        part(returned, _RETURNED),
    )
    sender = "MAILER-DAEMON@mx.example (Mail Delivery System)"
    kind = "multipart/report; report-type=delivery-status"
    headers = {"From": sender, "Subject": subject, "Return_Path": "<>", "Auto_Submitted": "auto-replied"}
    return joined(kind, *parts, boundary="=_report", **headers)
