"""A desk after some weeks of work, for pictures, the crawler and checks of all pages, in both languages.

Everything is done by the same acts as on the pages, while the clock of the test moves.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from mailbot.acting import Upload
from mailbot.adapters.store.canned_answers import CannedAnswer, keep_answer
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import letters, mails
from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from mailbot.domain.act import Act, Door
from mailbot.domain.people import Language, Role
from mailbot.domain.tags import Fields
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, BHARAT, CHITRA, DEV, make_person

if TYPE_CHECKING:
    from mailbot.domain.people import Person
    from mailbot.web.desk import WebDesk
    from tests.web.clients import Clock

BEGIN = datetime(2026, 11, 2, 4, 40, tzinfo=UTC)
END = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
KAVITA = make_person("Kavita Mishra", employee_id="110385", office="खण्ड 1, लखनऊ", zone="लखनऊ", language=Language.HINDI)
NEHA = make_person("Neha Gupta", employee_id="200004", role=Role.STAFF, office=CHITRA.office, mobile="")
OFFICERS = (ASHA, BHARAT, KAVITA)
STAFF = (CHITRA, NEHA, DEV)
# What officers report: module, title, and what they write.
PROBLEMS = (
    ("return-filing", "GSTR-3B दाखिल नहीं हो रहा", "DSC सत्यापित होने के बाद पोर्टल पर त्रुटि RET191106 आ रही है।"),
    ("refund", "Refund order RFD-06 is not generated", "The order was approved on Friday, but no PDF comes up."),
    ("e-way-bill", "ई-वे बिल पोर्टल पर 503 त्रुटि", "सचल दल की तीन गाड़ियाँ रुकी हुई हैं। कृपया शीघ्र समाधान कराएँ।"),
    ("payment", "Challan CPIN expired although it was paid", "The bank shows the payment, the portal says EXPIRED."),
    ("gst-registration", "New GSTIN नहीं दिख रहा", "Application approved ho gayi hai but the GSTIN does not appear."),
    ("assessment", "मूल्यांकन आदेश सहेजा नहीं जा रहा", "सहेजें दबाने पर पृष्ठ खाली हो जाता है।"),
    ("reports", "Monthly report shows wrong totals", "The totals of Sector 2 are those of Sector 3."),
)
# What is answered again and again: name, module, and the words in both languages.
PREPARED = (
    (
        "Clear the cache",
        "",
        "Dear {name}, please clear the cache of the browser and sign in again.",
        "{name} जी, कृपया ब्राउज़र का कैश साफ़ करके दोबारा लॉगिन करें।",
    ),
    (
        "Portal is back",
        "e-way-bill",
        "The e-way bill portal works again. Please try once more.",
        "ई-वे बिल पोर्टल फिर चल रहा है। कृपया एक बार पुनः प्रयास करें।",
    ),
)
ANSWER = "The ledger was updated. Kindly try again. / लेजर अद्यतन कर दिया गया है, कृपया पुनः प्रयास करें।"
_keys = count(1)


@dataclass(frozen=True, slots=True)
class Shown:
    """Tickets that stand for something: one with a story and a picture, one that waits, one that is resolved."""

    rich: str
    waiting: str
    resolved: str
    foreign: str
    spoilt: int
    undelivered: int
    numbers: tuple[str, ...]


def fill(web: WebDesk, clock: Clock, tickets: int = 24) -> Shown:
    """Let the desk work for some weeks; the clock stands behind them then."""
    keep_people(web.engine, [KAVITA, NEHA, replace(BHARAT, zone="वाराणसी")])
    for prepared in PREPARED:
        assert keep_answer(web.engine, CannedAnswer(0, *prepared), DEV.email, BEGIN)
    clock.at, dice = BEGIN, random.Random(11)
    numbers = tuple(_work_on(web, clock, dice, place) for place in range(tickets))
    clock.at = max(clock.at, END - timedelta(hours=3))
    waiting = _open(web, ASHA, 3)
    clock.move(minutes=25)
    _do(web, CHITRA, waiting, Verb.ASK, "Which bank was it? Please send the receipt.")
    resolved = _open(web, ASHA, 1)
    clock.move(minutes=20)
    _do(web, CHITRA, resolved, Verb.RESOLVE, ANSWER)
    foreign = _open(web, BHARAT, 5)
    rich = _tell_a_story(web, clock)
    clock.at = max(clock.at, END)
    spoilt, lost = _set_aside(web), _give_up(web)
    return Shown(rich, waiting, resolved, foreign, spoilt, lost, (*numbers, waiting, resolved, foreign, rich))


def _tell_a_story(web: WebDesk, clock: Clock) -> str:
    """Open a ticket with a picture, which is resolved, re-opened and worked on again."""
    number = _open(web, ASHA, 0, Upload("त्रुटि का स्क्रीनशॉट.png", draw_page(RETURN_FAILED)))
    clock.move(minutes=12)
    _do(web, CHITRA, number, Verb.TAKE)
    _do(web, CHITRA, number, Verb.NOTE, "Same as last week: the signing service has to be restarted.")
    clock.move(minutes=30)
    _do(web, CHITRA, number, Verb.RESOLVE, ANSWER)
    clock.move(minutes=15)
    _do(web, ASHA, number, Verb.REOPEN, "समस्या अब भी बनी हुई है, वही त्रुटि आ रही है।")
    clock.move(minutes=10)
    _do(web, DEV, number, None, "We are on it; the signing service is being moved to another machine.")
    return number


def _set_aside(web: WebDesk) -> int:
    """Let a mail be one that nobody could read; return its number."""
    raw = (
        b"From: Rakesh Srivastava <rakesh@tax.up.example>\r\nTo: support@tax.up.example\r\nSubject: appeal file\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>The <b>appeal file</b> does not open.</p>\r\n"
    )
    (sha256,) = web.files.keep_all([raw])
    row = {
        "mailbox": "support@tax.up.example/INBOX", "uidvalidity": 1, "uid": 900, "provider_id": "", "sha256": sha256,
        "size": len(raw), "oversized": False, "arrived_at": web.now(), "kept_at": web.now(), "filed": True,
        "state": "quarantined", "outcome": "", "reasons": ["It could not be read within 30 seconds."], "ticket": "",
        "attempts": 3, "due_at": web.now(), "error": "It could not be read within 30 seconds.",
        "sender": "rakesh@tax.up.example", "subject": "appeal file",
    }  # fmt: skip
    with writing(web.engine) as connection:
        return int(connection.execute(insert(mails).values(row)).inserted_primary_key[0])


def _give_up(web: WebDesk) -> int:
    """Let the oldest letter be one that its server refused; return its number."""
    with writing(web.engine) as connection:
        first = connection.execute(select(func.min(letters.c.id))).scalar_one()
        refused = {"state": "failed", "answer": "550 5.1.1 no such user here", "due_at": web.now(), "attempts": 1}
        connection.execute(update(letters).where(letters.c.id == first).values(refused))
    return int(first)


def _work_on(web: WebDesk, clock: Clock, dice: random.Random, place: int) -> str:
    """Open one ticket and bring it as far as the dice say."""
    clock.move(hours=dice.uniform(4, 30))
    person, staff = dice.choice(OFFICERS), dice.choice(STAFF)
    number = _open(web, person, place, priority=dice.choice(("urgent", "high", "normal", "normal", "low")))
    at = clock.at
    if dice.random() < 0.9:
        clock.move(hours=dice.uniform(0.2, 6))
        _do(web, staff, number, Verb.TAKE)
    if dice.random() < 0.8:
        clock.move(hours=dice.uniform(0.5, 20))
        _do(web, staff, number, Verb.RESOLVE, ANSWER)
        if dice.random() < 0.25:
            _do(web, person, number, Verb.REOPEN, "It is still there.")
        elif dice.random() < 0.6:
            _do(web, person, number, Verb.RATE, argument=dice.choice("34555"))
    clock.at = at
    return number


def _open(web: WebDesk, person: Person, place: int, *uploads: Upload, priority: str = "high") -> str:
    module, title, text = PROBLEMS[place % len(PROBLEMS)]
    fields = Fields(module=module, priority=priority, request_type="problem")
    act = Act(person, Door.WEB, f"showcase {next(_keys)}", title=title, text=text, fields=fields)
    return web.acting.act(act, uploads).number


def _do(web: WebDesk, person: Person, number: str, verb: Verb | None, text: str = "", *, argument: str = "") -> None:
    act = Act(person, Door.WEB, f"showcase {next(_keys)}", number, verb, argument, text=text)
    answered = web.acting.act(act)
    assert not answered.is_refused, f"{person.name} may not: {answered.notices}"
