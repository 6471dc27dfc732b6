"""A believable desk, its people and one order for every kind of letter, language and audience."""

from __future__ import annotations

import struct
import tomllib
import zlib
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from mailbot.adapters.letters import LetterWriter
from mailbot.domain.catalogue import Catalogue, Choices, Entry
from mailbot.domain.desk import AnswerLimits, Desk
from mailbot.domain.grammar import parse_grammar
from mailbot.domain.letter import LETTERS, Audience, LetterKind, LetterOrder, Notice, Picture, Thread
from mailbot.domain.people import Language, Person, Role
from mailbot.domain.ticket import Status, Ticket
from mailbot.domain.trust import TokenKeys

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates" / "mail"
AT = datetime(2026, 11, 23, 8, 35, tzinfo=UTC)
NUMBER = "TMS-2611-00042-7"
ENGLISH, HINDI = Language.ENGLISH, Language.HINDI
NAMES = {ENGLISH: "IT Help Desk", HINDI: "आईटी सहायता केंद्र"}
KEYS = TokenKeys("k1", {"k1": b"a secret of the desk, 32 bytes.."})
DESK_ADDRESS = "itdesk@tax.up.example"

SUNITA = Person(
    employee_id="123456",
    name="सुनीता यादव",
    email="sunita.yadav@tax.up.example",
    role=Role.OFFICER,
    designation="राज्य कर अधिकारी",
    office="खण्ड 7, लखनऊ",
    zone="Lucknow I",
    mobile="+919415098761",
    language=HINDI,
)
RAKESH = Person(
    employee_id="100001",
    name="Rakesh Kumar Srivastava",
    email="rakesh.srivastava@tax.up.example",
    role=Role.OFFICER,
    designation="Assistant Commissioner",
    office="Sector 3, Ghaziabad",
    zone="Ghaziabad I",
    mobile="+919839012345",
    language=ENGLISH,
)
OFFICERS = {ENGLISH: RAKESH, HINDI: SUNITA}
STAFF = Person("200001", "Priya Sharma", "priya.sharma@tax.up.example", Role.STAFF, language=ENGLISH)

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
    LetterKind.DONE: (Notice("done_fields_set", "E-way Bill, High"), Notice("done_commented")),
    LetterKind.REFUSED: (Notice("step_not_allowed", "CANCEL", "WORKS NOW, REOPEN"),),
    LetterKind.NOT_UNDERSTOOD: (Notice("word_unknown", "reslved", "RESOLVED"),),
    LetterKind.SETTINGS: (Notice("done_language", "हिंदी"),),
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
    LetterKind.REFUSED: Status.RESOLVED,
    LetterKind.DONE: Status.IN_PROGRESS,
}


def make_desk(address: str = DESK_ADDRESS) -> Desk:
    """Return a desk with the catalogue of settings.toml and the grammar of the program."""
    settings = tomllib.loads((ROOT / "settings.toml").read_text(encoding="utf-8"))["catalogue"]
    grammar = tomllib.loads((ROOT / "mailbot" / "domain" / "grammar.toml").read_text(encoding="utf-8"))

    def choices(name, default):
        entries = tuple(Entry(e["code"], e["en"], e["hi"], tuple(e["aliases"])) for e in settings[name])
        return Choices(entries, settings[default])

    return Desk(
        address=address,
        own_addresses=frozenset({address}),
        prefix="TMS",
        catalogue=Catalogue(
            choices("request_types", "default_request_type"),
            choices("modules", "default_module"),
            choices("priorities", "default_priority"),
        ),
        grammar=parse_grammar(grammar),
        keys=KEYS,
        language=ENGLISH,
        description_limit=500,
        reopen_after_close=timedelta(days=30),
        close_after=timedelta(days=7),
        answers=AnswerLimits(20, 100),
        answers_unknown=AnswerLimits(5, 10),
    )


@lru_cache(maxsize=8)
def make_writer(
    address: str = DESK_ADDRESS,
    *,
    plus_addressing: bool = True,
    picture_limit: int = 3_000_000,
    templates: Path = TEMPLATES,
) -> LetterWriter:
    """Return a writer, with the real templates unless a test brings its own; made once for each set of arguments."""
    return LetterWriter(
        make_desk(address),
        NAMES,
        ZoneInfo("Asia/Kolkata"),
        templates,
        plus_addressing=plus_addressing,
        picture_limit=picture_limit,
    )


def make_ticket(language: Language = ENGLISH, kind: LetterKind = LetterKind.ACKNOWLEDGEMENT, **changes) -> Ticket:
    """Return the ticket of that language's officer, in the status that fits the letter."""
    officer = OFFICERS[language]
    values = {
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
        "reopen_count": 1 if kind is LetterKind.REOPENED else 0,
    }
    return Ticket(**{**values, **changes})


def make_order(
    kind: LetterKind, language: Language = ENGLISH, audience: Audience = Audience.REQUESTER, **changes
) -> LetterOrder:
    """Return a believable order."""
    officer, by_officer = OFFICERS[language], audience is Audience.STAFF
    opening = {LetterKind.ACKNOWLEDGEMENT, LetterKind.NEW_TICKET}
    texts = PROBLEMS if kind in opening else TEXTS.get(kind, {ENGLISH: "", HINDI: ""})
    reader = STAFF if by_officer else officer
    values = {
        "kind": kind,
        "to": reader.email,
        "to_name": reader.name,
        "language": language,
        "audience": audience,
        "actor": officer.name if by_officer or kind in opening else STAFF.name,
        "text": texts[language],
        "notices": NOTICES.get(kind, ()),
    }
    return LetterOrder(**{**values, **changes})


def make_png(width: int = 3, height: int = 2) -> bytes:
    """Return a small true PNG."""
    rows = b"".join(b"\x00" + b"\x20\x60\xa0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@lru_cache(maxsize=256)
def write_sample(writer, kind, language=ENGLISH, audience=Audience.REQUESTER, pictures=(), **changes):
    """Write one believable letter; `changes` go to the order, but `thread` to the writer."""
    thread = changes.pop("thread", Thread())
    if LETTERS[kind].about_desk:
        return writer.write_for_desk(make_order(kind, language, audience, **changes), thread, AT, "event 1")
    return writer.write(
        make_order(kind, language, audience, **changes),
        make_ticket(language, kind),
        thread,
        pictures,
        AT,
        "event 1",
        OFFICERS[language],
    )


PICTURE = Picture("GSTR-3B error.png", "image/png", make_png())
