"""Tells the notices of mail systems that are no failures: delays, made deliveries, receipts, complaints, filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.autoreply_words import (
    CHALLENGE_SUBJECTS,
    CHALLENGE_TEXTS,
    CHALLENGES,
    COMPLAINT_SUBJECTS,
    RECEIPT_SUBJECTS,
    RECEIPT_TEXTS,
)
from mailbot.domain.bounces import is_late_or_made, is_made
from mailbot.domain.machine_signs import find_beginning, own_part_types, report_type

if TYPE_CHECKING:
    from mailbot.domain.mail import IncomingMail


def find_late_reason(mail: IncomingMail) -> str:
    """Return in a sentence that a delivery takes longer, or nothing; such a notice is no failure."""
    late = is_late_or_made(mail) and not is_made(mail)
    return "A mail system says that delivery takes longer." if late else ""


def find_made_reason(mail: IncomingMail) -> str:
    """Return in a sentence that a delivery was made, or nothing; whether it is late is asked before."""
    return "A mail system says that delivery was made." if is_late_or_made(mail) else ""


def find_feedback_reason(mail: IncomingMail) -> str:
    """Return in a sentence that a provider passes on a complaint about a mail (RFC 5965), or nothing.

    Some providers give back nothing but the mail, under a subject of their own.
    """
    kinds = own_part_types(mail)
    if report_type(mail) == "feedback-report" or any(kind.startswith("message/feedback-report") for kind in kinds):
        return "It is a complaint of a mail provider about a mail (RFC 5965)."
    without_words = not any(kind.startswith("text/") for kind in kinds) and "message/rfc822" in mail.part_types
    if without_words and COMPLAINT_SUBJECTS.search(mail.subject.lower()):
        return "It is a complaint of a mail provider about a mail."
    return ""


def find_receipt_reason(mail: IncomingMail) -> str:
    """Return in a sentence that somebody opened, deleted or refused to open our letter (RFC 8098), or nothing."""
    if report_type(mail) == "disposition-notification" or any(
        kind.startswith(("message/disposition-notification", "message/global-disposition-notification"))
        for kind in own_part_types(mail)
    ):
        return "It is a read receipt (RFC 8098)."
    said = RECEIPT_SUBJECTS.search(mail.subject.lower()) and RECEIPT_TEXTS.search(find_beginning(mail))
    return "It is a read receipt." if said else ""


def find_challenge_reason(mail: IncomingMail) -> str:
    """Return in a sentence that a filter asks who we are, or nothing."""
    text = find_beginning(mail)
    by_subject = CHALLENGE_SUBJECTS.search(mail.subject.lower()) and CHALLENGES.search(text)
    by_text = not mail.thread_ids and CHALLENGE_TEXTS.search(" ".join(text.split()))
    return "It asks to prove that a person wrote our letter." if by_subject or by_text else ""
