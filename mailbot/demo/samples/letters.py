"""One believable order for every kind of letter, language and audience, and the ticket that it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mailbot.demo.samples.people import ENGLISH, HINDI, OFFICERS, STAFF
from mailbot.demo.samples.people_letters import people_letter
from mailbot.demo.samples.questions import question_letter
from mailbot.demo.samples.regular import regular_letter
from mailbot.domain.letter import LETTERS, Audience, LetterKind, LetterOrder, Notice
from mailbot.domain.ticket import Status, Ticket

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk
    from mailbot.domain.people import Language

AT = datetime(2026, 11, 23, 8, 35, tzinfo=UTC)
NUMBER = "TMS-2611-00042-7"
# Tickets of the same morning that look like it.
ALIKE = ("TMS-2611-00031-9", "TMS-2611-00032-4", "TMS-2611-00034-3", "TMS-2611-00035-6", "TMS-2611-00038-1")

TITLES = {
    ENGLISH: "Cannot file GSTR-3B for October: error RET191106",
    HINDI: "अक्टूबर का GSTR-3B दाखिल नहीं हो रहा: त्रुटि RET191106",
}
PROBLEMS = {
    ENGLISH: "Respected Sir,\n\nsince this morning the portal shows error RET191106 when I press “File Return” for "
    "GSTIN 09AAACH7409R1ZZ. The liability ledger is not updated. "
    "I have tried Chrome and Edge, with the same result.\n\n"
    "The due date is today. Kindly help.",
    HINDI: "महोदय,\n\nआज सुबह से जीएसटीआईएन 09AAACH7409R1ZZ का रिटर्न दाखिल करते समय “File Return” दबाने पर पोर्टल RET191106 "
    "त्रुटि दिखा रहा है। देयता खाता (liability ledger) अद्यतन नहीं हो रहा है। "
    "क्रोम और एज दोनों में प्रयास किया, परिणाम वही रहा।\n\n"
    "आज अंतिम तिथि है, कृपया सहायता करें।",
}
TEXTS = {
    LetterKind.COMMENT: {
        ENGLISH: "The ledger of this GSTIN is being rebuilt tonight.\nPlease try again tomorrow after 10 am.",
        HINDI: "इस जीएसटीआईएन का खाता आज रात पुनः तैयार किया जा रहा है।\nकृपया कल प्रातः 10 बजे के बाद पुनः प्रयास करें।",
    },
    LetterKind.QUESTION: {
        ENGLISH: "Did the error appear before or after you entered the OTP?\n"
        "Please send a screenshot of the whole page.",
        HINDI: "त्रुटि ओटीपी भरने से पहले आई या बाद में?\nकृपया पूरे पृष्ठ का स्क्रीनशॉट भेजें।",
    },
    LetterKind.RESOLVED: {
        ENGLISH: "The liability ledger has been rebuilt.\nPlease log out, clear the browser cache and file again.",
        HINDI: "देयता खाता पुनः तैयार कर दिया गया है।\nकृपया लॉगआउट करके ब्राउज़र का कैश साफ़ करें और पुनः दाखिल करें।",
    },
    LetterKind.WAITING_REMINDER: {
        ENGLISH: "Did the error appear before or after you entered the OTP?",
        HINDI: "त्रुटि ओटीपी भरने से पहले आई या बाद में?",
    },
    LetterKind.REOPENED: {
        ENGLISH: "The same error is back since 4 pm.",
        HINDI: "शाम 4 बजे से वही त्रुटि फिर आ रही है।",
    },
}
NOTICES = {
    LetterKind.ACKNOWLEDGEMENT: (
        Notice("tag_unknown", "Hihg", "High / उच्च"),
        Notice("employee_id_unknown", "123465"),
        Notice("module_default", "", "Other / अन्य"),
    ),
    LetterKind.NEW_TICKET: (
        Notice("alike_today", "9", f"{', '.join(ALIKE)}, …", at=AT - timedelta(hours=4)),
        Notice("alike_tie", ALIKE[0], f"{ALIKE[0]}: {' '.join(ALIKE[1:])}"),
    ),
    LetterKind.DONE: (Notice("done_fields_set", "E-way Bill, High"), Notice("done_commented")),
    LetterKind.REFUSED: (Notice("step_not_allowed", "CANCEL", "WORKS NOW, REOPEN"),),
    LetterKind.NOT_UNDERSTOOD: (Notice("word_unknown", "reslved", "RESOLVED"),),
    LetterKind.SETTINGS: (Notice("done_language", "हिंदी"),),
    LetterKind.CARRIED_OUT: (
        Notice("done_resolved", ticket=NUMBER),
        Notice("step_not_allowed", "RESOLVE", "REOPEN", ticket="TMS-2611-00043-4"),
        Notice("number_mistyped", "TMS-2611-00044-8", "TMS-2611-00044-1"),
    ),
    LetterKind.MERGED: (Notice("now_part_of", "TMS-2611-00039-7"),),
    LetterKind.UNDONE: (Notice("undone_command", "RESOLVED", at=AT - timedelta(minutes=20)),),
    LetterKind.WARNING: (Notice("late_malware_shown", "return-error.png"),),
    LetterKind.REMINDER: (Notice("answer_due"),),
    LetterKind.ESCALATED: (Notice("escalate_2"),),
}
# Further words that the sentences of a letter ask for.
VALUES = {
    LetterKind.SETTINGS: (("topic", "language"),),
    LetterKind.CARRIED_OUT: (("refused", "yes"), ("example", NUMBER)),
}
# Letters about a ticket; the others have neither its number nor its facts.
TICKET_KINDS = tuple(kind for kind in LetterKind if not LETTERS[kind].about_desk)
DESK_KINDS = tuple(kind for kind in LetterKind if LETTERS[kind].about_desk)
STATUSES = {
    LetterKind.QUESTION: Status.WAITING,
    LetterKind.STATUS_CHANGED: Status.IN_PROGRESS,
    LetterKind.COMMENT: Status.IN_PROGRESS,
    LetterKind.RESOLVED: Status.RESOLVED,
    LetterKind.STILL_RESOLVED: Status.RESOLVED,
    LetterKind.REOPENED: Status.IN_PROGRESS,
    LetterKind.CLOSED: Status.CLOSED,
    LetterKind.MERGED: Status.MERGED,
    LetterKind.REFUSED: Status.RESOLVED,
    LetterKind.DONE: Status.IN_PROGRESS,
    LetterKind.UNDONE: Status.IN_PROGRESS,
    LetterKind.WARNING: Status.IN_PROGRESS,
    LetterKind.REMINDER: Status.IN_PROGRESS,
    LetterKind.ESCALATED: Status.IN_PROGRESS,
    LetterKind.WAITING_REMINDER: Status.WAITING,
    LetterKind.CLOSING_SOON: Status.RESOLVED,
}


def make_ticket(language: Language = ENGLISH, kind: LetterKind = LetterKind.ACKNOWLEDGEMENT, **changes: Any) -> Ticket:
    """Return the ticket of that language's officer, in the status that fits the letter."""
    officer = OFFICERS[language]
    values: dict[str, Any] = {
        "number": NUMBER,
        "status": STATUSES.get(kind, Status.NEW),
        "requester": officer.email,
        "requester_name": officer.name,
        "language": language,
        "request_type": "problem",
        "module": "return-filing",
        "priority": "high",
        "title": TITLES[language],
        "description": PROBLEMS[language],
        "opened_at": AT,
        "changed_at": AT,
        "employee_id": officer.employee_id,
        "mobile": officer.mobile,
        "assignee": STAFF.email if kind in STATUSES else "",
        "answer_due_at": AT + timedelta(hours=1),
        "resolve_due_at": AT + timedelta(hours=4),
        "resolved_at": AT if STATUSES.get(kind) is Status.RESOLVED else None,
        "reopen_count": 1 if kind is LetterKind.REOPENED else 0,
    }
    return Ticket(**{**values, **changes})


def make_order(
    kind: LetterKind,
    desk: Desk,
    language: Language = ENGLISH,
    audience: Audience = Audience.REQUESTER,
    **changes: Any,
) -> LetterOrder:
    """Return a believable order."""
    officer, by_officer = OFFICERS[language], audience is Audience.STAFF
    opening = {LetterKind.ACKNOWLEDGEMENT, LetterKind.NEW_TICKET}
    texts = PROBLEMS if kind in opening else TEXTS.get(kind, {ENGLISH: "", HINDI: ""})
    reader = STAFF if by_officer else officer
    values: dict[str, Any] = {
        "kind": kind,
        "to": reader.email,
        "to_name": reader.name,
        "language": language,
        "audience": audience,
        "actor": officer.name if by_officer or kind in opening else STAFF.name,
        "text": texts[language],
        "notices": NOTICES.get(kind, ()),
        "values": VALUES.get(kind, ()),
        **regular_letter(kind, desk, audience),
        **people_letter(kind, desk, language, audience),
        **question_letter(kind, desk, language, audience),
    }
    return LetterOrder(**{**values, **changes})
