"""What the answers to questions hold in the samples: the tickets of an officer, and of one of the IT section."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailbot.demo.samples.figures import MORNING
from mailbot.demo.samples.people import OFFICERS, STAFF
from mailbot.domain.asking import Asking
from mailbot.domain.desk import Known, Searched, TicketLine
from mailbot.domain.finding import find_tickets
from mailbot.domain.grammar import Command
from mailbot.domain.help import answer_help
from mailbot.domain.letter import Audience, LetterKind
from mailbot.domain.numbering import ticket_number
from mailbot.domain.people import Language
from mailbot.domain.resolved_answers import answer_report
from mailbot.domain.status_answers import answer_my_tickets, answer_status
from mailbot.domain.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailbot.domain.desk import Desk
    from mailbot.domain.effects import Effects
    from mailbot.domain.people import Person

TITLES = {
    Language.ENGLISH: (
        "Cannot file GSTR-3B for October: error RET191106 after the OTP",
        "E-way bill portal does not accept the vehicle number UP32-BT-4417",
        "Refund order of M/s Awadh Textiles is not visible in the officer's login",
        "DSC is not recognised in the assessment module",
    ),
    Language.HINDI: (
        "अक्टूबर का GSTR-3B दाखिल नहीं हो रहा: ओटीपी के बाद त्रुटि RET191106",
        "ई-वे बिल पोर्टल वाहन संख्या UP32-BT-4417 स्वीकार नहीं कर रहा है",
        "मेसर्स अवध टेक्सटाइल्स का रिफंड आदेश अधिकारी लॉगिन में नहीं दिख रहा",
        "कर निर्धारण मॉड्यूल में डीएससी नहीं पहचानी जा रही",
    ),
}
LAST_WORDS = {
    Language.ENGLISH: "The ledger of this GSTIN is being rebuilt tonight. Please try again tomorrow after 10 am.",
    Language.HINDI: "इस जीएसटीआईएन का खाता आज रात पुनः तैयार किया जा रहा है। कृपया कल प्रातः 10 बजे के बाद पुनः प्रयास करें।",
}
SEARCH = "GSTR-3B ledger"
PLACES = (("waiting", "return-filing"), ("in_progress", "e-way-bill"), ("resolved", "refund"), ("closed", "assessment"))


def make_lines(desk: Desk, language: Language, requester: str) -> tuple[TicketLine, ...]:
    """Return a ticket in each of the usual statuses."""
    lines = []
    for number, ((status, module), title) in enumerate(zip(PLACES, TITLES[language], strict=True)):
        opened = MORNING - timedelta(days=3 * number, hours=5)
        ended = opened + timedelta(hours=26) if status in {"resolved", "closed"} else None
        lines.append(
            TicketLine(
                number=ticket_number(desk.prefix, MORNING, 40 + number),
                title=title,
                module=module,
                priority="high" if number else "normal",
                status=status,
                requester=requester,
                opened_at=opened,
                resolved_at=ended,
                closed_at=ended if status == "closed" else None,
                assignee=STAFF.name if number else "",
                last_word=LAST_WORDS[language] if number != 1 else "",
                reopen_count=number // 3,
                rating=5 if status == "closed" else None,
            )
        )
    return tuple(lines)


def make_asking(desk: Desk, person: Person, language: Language) -> Asking:
    """Return somebody who asks, with what the tables hold for all questions."""
    lines = make_lines(desk, language, person.email)
    ended = tuple(line for line in lines if line.resolved_at)
    known = Known(
        person=person,
        lists={"own": lines, "asked": lines[:1], "resolved": ended},
        own_counts={"waiting": 1, "in_progress": 1, "resolved": 1, "closed": 61},
        searches={SEARCH: Searched(lines[:3], 31)},
    )
    return Asking(known, desk, person.email, language, MORNING)


def question_letter(kind: LetterKind, desk: Desk, language: Language, audience: Audience) -> dict[str, Any]:
    """Return what the order of an answer to a question holds; nothing for another kind."""
    if kind not in _QUESTIONS:
        return {}
    handler, command = _QUESTIONS[kind]
    asking = make_asking(desk, STAFF if audience is Audience.STAFF else OFFICERS[language], language)
    if kind is LetterKind.STATUS:
        command = replace(command, argument=asking.known.lists["asked"][0].number)
    order = handler(command, asking).letters[0]
    return {name: getattr(order, name) for name in ("values", "tables", "formats", "notices")}


_QUESTIONS: dict[LetterKind, tuple[Callable[[Command, Asking], Effects], Command]] = {
    LetterKind.STATUS: (answer_status, Command(Verb.STATUS, "STATUS")),
    LetterKind.MY_TICKETS: (answer_my_tickets, Command(Verb.MY_TICKETS, "MY TICKETS")),
    LetterKind.REPORT: (answer_report, Command(Verb.REPORT, "REPORT")),
    LetterKind.HELP: (answer_help, Command(Verb.HELP, "HELP")),
    LetterKind.FOUND: (find_tickets, Command(Verb.FIND, "FIND", argument=SEARCH)),
}
