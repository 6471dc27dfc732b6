"""Tells a failed delivery from a late one, a made one, and from people who write about one; and which letter it was.

Delivery reports (RFC 3464) say it themselves. The many mail systems that write in their own way are known by several
signs that must come together: who sends it, its subject, and the words with which its text begins.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from mailbot.domain.autoreply_words import AUTOREPLY_SUBJECT, AUTOREPLY_SUBJECTS
from mailbot.domain.bounce_words import (
    BOUNCE_IN_SUBJECT,
    BOUNCE_NOTICES,
    BOUNCE_PHRASES,
    BOUNCE_PROLOGUES,
    BOUNCE_SUBJECTS,
    DELAY_SUBJECTS,
    DELAY_TEXTS,
    FINAL_TEXTS,
    SUCCESS_SUBJECTS,
)
from mailbot.domain.machine_signs import (
    came_back_from_daemon,
    has_null_path,
    is_from_daemon,
    is_from_no_reply,
    is_named_like_a_daemon,
    local_part,
    own_part_types,
    precedence,
    report_type,
    submitted,
)
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from mailbot.domain.mail import IncomingMail

_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
# RFC 3464 2.3.3 knows delayed, delivered, relayed and expanded; any other word is a failure.
_HARMLESS = ("delay", "deliver", "relay", "expand", "success", "transient")
_LATE = ("delay", "transient")
_ENOUGH = 4
_MOST_IN_WORDS = 3
_PASSING = frozenset({"bulk", "junk", "list"})
_BEGINNING = 2500
_FIRST_WORDS = 700
_ANSWER = re.compile(r"^\W*(re|fwd?|wg|aw|tr|rv|sv|vs|उत्तर|अग्रेषित)\s*(\[\d+\])?\s*[:：]", re.IGNORECASE)
_GREETING = re.compile(
    r"^\W*(dear|respected|hi\b|hello|good (morning|afternoon|evening)|sir\b|madam|namaste|namaskar|pranam"
    r"|महोदय|आदरणीय|माननीय|नमस्ते|नमस्कार|श्रीमान|प्रिय)"
)
# Mail systems begin with the error itself, people with words of their own.
_ERROR_FIRST = re.compile(r"^\W*(?:(?:smtp |mail )?error:|[45]\d\d[ -])")
_REFUSED = re.compile(r"\b(?:automatically )?(?:rejected|refused)\b")
_BOUNCE_ADDRESS = re.compile(r"(?:^|[-+._])bounces?(?:[-+._]|$)", re.IGNORECASE)
_QUOTED = re.compile(r"^>(?!>>).*$", re.MULTILINE)
_FORWARDED = re.compile(r"forwarded message|original message|forwarded by|अग्रेषित संदेश|मूल संदेश", re.IGNORECASE)
_GIVEN_ID = re.compile(
    r"^[ \t>]*(?:original-|x-original-)?message-?id[ \t]*:[ \t]*(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE
)
_FAILED_AT_MOST = 50


def find_bounce_reason(mail: IncomingMail) -> str:
    """Return in a sentence why a mail is a failed delivery, or nothing when it is not."""
    if is_refused_by_filter(mail):
        return "The filter of the recipient refused a mail (RFC 5429)."
    if is_other_report(mail) or is_late_or_made(mail):
        return ""
    is_report = report_type(mail) == "delivery-status" or any(
        kind.startswith(_STATUS_PARTS) for kind in own_part_types(mail)
    )
    signs = (
        (bool(mail.delivery_actions), "It is a report of a failed delivery (RFC 3464)."),
        (is_report, "It is a delivery report (RFC 3464)."),
        (mail.header("x-failed-recipients") != "", "It names failed recipients in X-Failed-Recipients."),
    )
    said = next((reason for sign, reason in signs if sign), "")
    if said or (_count_signs(mail) < _ENOUGH and not _is_notice_of_a_service(mail)):
        return said
    return "A mail system reports that it could not deliver a mail."


def is_refused_by_filter(mail: IncomingMail) -> bool:
    """Tell whether a filter of the recipient refused our letter in the form of a receipt (RFC 5429 2.1.1)."""
    is_receipt = any(kind.startswith("message/disposition-notification") for kind in own_part_types(mail))
    return is_receipt and submitted(mail).startswith("auto-") and _REFUSED.search(_beginning(mail)) is not None


def is_other_report(mail: IncomingMail) -> bool:
    """Tell whether a mail is a report about something else than delivery, such as a read receipt (RFC 8098)."""
    kinds = ("message/disposition-notification", "message/feedback-report")
    return report_type(mail) not in {"", "unknown", "delivery-status"} or any(
        kind.startswith(kinds) for kind in own_part_types(mail)
    )


def is_late_or_made(mail: IncomingMail) -> bool:
    """Tell whether a mail system says that delivery takes longer, or that it was made; neither is a failure."""
    if mail.delivery_actions:
        return all(action.startswith(_HARMLESS) for action in mail.delivery_actions)
    if _is_absence(mail) or not _is_machine(mail):
        return False
    if is_made(mail):
        return True
    text = _beginning(mail)
    late = DELAY_TEXTS.search(text) is not None
    return DELAY_SUBJECTS.search(mail.subject.lower()) is not None or (late and FINAL_TEXTS.search(text) is None)


def is_made(mail: IncomingMail) -> bool:
    """Tell whether a mail about a late or made delivery is about a made one."""
    if mail.delivery_actions:
        return not any(action.startswith(_LATE) for action in mail.delivery_actions)
    return SUCCESS_SUBJECTS.search(mail.subject.lower()) is not None


def find_reported_ids(mail: IncomingMail) -> tuple[str, ...]:
    """Return the Message-IDs of the letters that a bounce or receipt is about, surest first, each once.

    They stand in the report (Original-Message-ID, RFC 8098 3.2.5), in the letter that came back as a part or below the
    text, and in In-Reply-To and References. Whether one of them is ours, only its token can tell.
    """
    in_text = (match[1] for match in _GIVEN_ID.finditer(mail.text))
    found = dict.fromkeys(chain(mail.reported_ids, in_text, mail.thread_ids))
    found.pop(mail.message_id, None)
    return tuple(found)[:_FAILED_AT_MOST]


def _count_signs(mail: IncomingMail) -> int:
    """Add up what speaks for a mail system and take away what speaks for a person; without a failure there is none."""
    daemon = is_from_daemon(mail)
    machine = 2 * daemon + is_named_like_a_daemon(mail) + 2 * has_null_path(mail) + came_back_from_daemon(mail)
    automatic = submitted(mail).startswith("auto-") or precedence(mail) in _PASSING or mail.header("x-mlserver") != ""
    report = 2 * (report_type(mail) != "" or mail.header("x-dsncontext") != "")
    subject = _failed_in_subject(mail)
    signs = machine + automatic + report + subject + is_from_no_reply(mail) + 2 * _is_to_bounce_address(mail)
    words = _words_of_failure(mail)
    text = int(_ERROR_FIRST.match(words) is not None)
    if signs + text + _MOST_IN_WORDS < _ENOUGH or _is_absence(mail):
        return 0
    text += _failed_in(words)
    if subject + text <= 0 and not (daemon and has_null_path(mail)):
        return 0
    return signs + text - _signs_of_a_person(mail, machine=machine)


def _is_to_bounce_address(mail: IncomingMail) -> bool:
    """Tell whether a mail went to an address that only takes what comes back, such as list-bounces@."""
    return any(_BOUNCE_ADDRESS.search(address.partition("@")[0]) for address in mail.recipients)


def _failed_in_subject(mail: IncomingMail) -> int:
    if fold(mail.subject).startswith(BOUNCE_SUBJECTS):
        return 2
    return 1 if BOUNCE_IN_SUBJECT.search(mail.subject.lower()) else 0


def _words_of_failure(mail: IncomingMail) -> str:
    """Return the words at the beginning of the text; those of a quoted or forwarded bounce come later."""
    text = _beginning(mail)
    forwarded = _FORWARDED.search(text)
    return text[: forwarded.start()] if forwarded else text


def _failed_in(words: str) -> int:
    found = BOUNCE_PROLOGUES.search(words)
    prologue = (2 if found.start() < _FIRST_WORDS else 1) if found else 0
    return prologue + (BOUNCE_PHRASES.search(words) is not None)


def _signs_of_a_person(mail: IncomingMail, *, machine: int) -> int:
    """Weigh what mail systems hardly ever write: a greeting, the subject of an answer."""
    if machine >= _ENOUGH:
        return 0
    text = _beginning(mail)
    greeting = 2 * (_GREETING.match(text) is not None)
    answer = 2 * (_ANSWER.match(mail.subject) is not None)
    return greeting + answer


def _is_machine(mail: IncomingMail) -> bool:
    if is_from_daemon(mail) or report_type(mail) or mail.header("x-failed-recipients"):
        return True
    unanswerable = has_null_path(mail) or submitted(mail).startswith("auto-")
    return unanswerable and (is_named_like_a_daemon(mail) or _failed_in_subject(mail) > 0)


def _is_notice_of_a_service(mail: IncomingMail) -> bool:
    return local_part(mail) == "no-reply" and BOUNCE_NOTICES.search(_beginning(mail)) is not None


def _is_absence(mail: IncomingMail) -> bool:
    return (
        fold(mail.subject).startswith(AUTOREPLY_SUBJECTS) or AUTOREPLY_SUBJECT.search(mail.subject.lower()) is not None
    )


def _beginning(mail: IncomingMail) -> str:
    """Return the first words of the text as the patterns expect them: lower case, one space, plain apostrophes.

    Quoted lines are left out; `>>>` is how mail systems show what they said to each other.
    """
    own = _QUOTED.sub("", mail.text[:_BEGINNING])
    return " ".join(own.lower().replace("’", "'").split())
