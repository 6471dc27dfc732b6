"""Tickets, people, the quarantine and the database, from the command line."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest

from mailbot.adapters.files import FileStore
from mailbot.adapters.store.directory import find_addresses
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.revisions import find_known_revisions
from mailbot.domain.decision import Outcome
from mailbot.domain.facts import Fact, FactKind
from mailbot.ports import Kept
from tests.builders import ASHA
from tests.store.desk_work import EPOCH, MAILBOX, NOW, claim, kept, listed, mail_for, open_one, opening, update

HEAD = "employee_id,name,designation,office,zone,email,mobile,role,language\n"
ROW = '104872,आशा वर्मा,उपायुक्त,"खण्ड 2, मुरादाबाद",Moradabad,asha@tax.up.example,9412233445,officer,hi\n'
STAFF_ROW = "200001,Chitra Rao,Programmer,IT section,Lucknow,chitra@tax.up.example,,staff,en\n"
RAW = b"From: asha@tax.up.example\r\nSubject: =?broken\r\n\r\n\xff\xfe\x00"


@pytest.fixture
def number(folder):
    """Return the number of Asha's ticket, which Chitra resolved."""
    store = folder.store()
    number = open_one(store)
    (entry,) = claim(store, 2)
    named = (Fact(FactKind.GSTIN, "09AAACH7409R1ZZ"), Fact(FactKind.ERROR, "HTTP 500"))
    store.apply(entry, mail_for(entry), update(number, 1, facts=named), NOW)
    store.engine.dispose()
    return number


def set_aside(folder, uid=9):
    """Put a mail into the quarantine; return its number in the ledger."""
    store = folder.store()
    sha256 = FileStore(folder.path / "data" / "files", 0).keep(RAW)
    store.keep(MAILBOX, EPOCH, [Kept(listed(uid), sha256, oversized=False)], NOW)
    (entry,) = store.claim_mails(NOW, 10)
    decision = replace(opening(), outcome=Outcome.QUARANTINED, reasons=("It could not be read: too deep.",))
    store.apply(entry, None, decision, NOW)
    store.engine.dispose()
    return entry.id


def test_migrate_up_and_down(database_url, mailbot, monkeypatch):
    """On both databases: tables come, are there already, and go; each time the revisions are named."""
    monkeypatch.setenv("MAILBOT_STORAGE__DATABASE_URL", database_url)
    said = [mailbot("migrate", *more).out for more in ((), (), ("--down-to", "base"), ())]
    newest = find_known_revisions()[0]
    assert said == [
        f"The database went from revision none to {newest}.\n",
        f"The database is at revision {newest} already.\n",
        f"The database went from revision {newest} to none.\n",
        f"The database went from revision none to {newest}.\n",
    ]


def test_migrate_makes_the_data_folder_for_its_owner_only(mailbot, tmp_path):
    """Everything mailbot keeps lies behind a door."""
    assert mailbot("migrate").code == 0
    assert stat.S_IMODE((tmp_path / "mailbot-data").stat().st_mode) == 0o700


def test_migrate_names_a_folder_that_cannot_be_made(mailbot, tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "mailbot-data").write_text("")
    done = mailbot("migrate")
    assert done.code == 75
    assert "storage.folder = 'mailbot-data' cannot be made" in done.err


def test_people_import(folder):
    """From a file and from the standard input; the second time they are updated."""
    file = folder.write("people.csv", HEAD + ROW)
    assert folder.mailbot("people", "import", file).out == "1 people imported: 1 new, 0 updated.\n"
    done = folder.mailbot("people", "import", "-", "--json", stdin=(HEAD + ROW + STAFF_ROW).encode("utf-8-sig"))
    nothing = {"moved": [], "new_addresses": [], "left": [], "tickets": [], "faults": []}
    assert done.json == {"imported": 2, "new": 1, "updated": 1} | nothing


def test_people_import_shows_a_transfer_before_it_happens(folder):
    """--dry-run says who moves and who has left, and changes nothing; without it the same is done."""
    folder.mailbot("people", "import", folder.write("people.csv", HEAD + ROW + STAFF_ROW))
    moved = folder.write("moved.csv", HEAD + ROW.replace("Moradabad", "Agra"))
    shown = folder.mailbot("people", "import", "--full", "--dry-run", moved)
    assert "1 people would be imported: 0 new, 1 updated." in shown.out
    assert "moved: " in shown.out
    assert "left: " in shown.out
    assert "Nothing was changed." in shown.out
    assert folder.mailbot("people", "import", "--full", "--json", moved).json["left"] == ["200001"]
    assert folder.mailbot("people", "import", "--full", "--dry-run", "--json", moved).json["moved"] == []


def test_people_import_is_all_or_nothing(folder):
    """Every fault with its line on the standard error, exit code 1, and nobody is imported."""
    file = folder.write("people.csv", HEAD + ROW + STAFF_ROW.replace("staff", "boss") + ROW.replace("104872", "1"))
    done = folder.mailbot("people", "import", file)
    assert (done.code, done.out) == (1, "")
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["line 3", "line 4", "mailbot"]
    assert done.err.endswith("2 faults, so nothing was imported. Mend them and import the file again.\n")
    engine = open_engine(folder.database_url)
    assert find_addresses(engine) == {}
    engine.dispose()
    assert [fault["line"] for fault in folder.mailbot("people", "import", file, "--json").json["faults"]] == [3, 4]


def test_people_import_refuses_a_folder_and_another_encoding(folder):
    """Neither ends in a traceback."""
    assert folder.mailbot("people", "import", folder.path).code == 2
    done = folder.mailbot("people", "import", folder.write("people.csv", (HEAD + ROW).encode("utf-16")))
    assert done.code == 1
    assert "save it as “CSV UTF-8”" in done.err


def test_ticket_list(folder, number):
    """A table that lines up under its headings, or JSON with everything."""
    done = folder.mailbot("ticket", "list")
    heading, line = done.out.splitlines()
    assert heading.split() == ["number", "status", "module", "priority", "requester", "opened", "title"]
    assert line.split()[:6] == [number, "resolved", "return-filing", "normal", ASHA.email, "2026-11-23"]
    assert "11:30" in line, "times are those of the desk"
    (ticket,) = folder.mailbot("ticket", "list", "--json").json
    assert (ticket["number"], ticket["title"]) == (number, "जीएसटीआर-3बी दाखिल नहीं हो रहा")
    assert ticket["opened_at"] == "2026-11-23T06:00:00+00:00"


def test_ticket_find(folder, number):
    """Any words of the ticket, several arguments or one; a table, or JSON with everything."""
    done = folder.mailbot("ticket", "find", "त्रुटि", "500")
    heading, line = done.out.splitlines()
    assert heading.split()[0] == "number"
    assert line.split()[0] == number
    (ticket,) = folder.mailbot("ticket", "find", "कैश साफ", "--json").json
    assert ticket["number"] == number


def test_ticket_find_says_what_it_leaves_out(folder, number):
    """With the number of the others."""
    store = folder.store()
    open_one(store, 7)
    store.engine.dispose()
    done = folder.mailbot("ticket", "find", "त्रुटि", "--limit", "1")
    assert number not in done.out
    assert done.out.endswith("\n1 more. Add a word, or raise --limit.\n")


@pytest.mark.parametrize("words", [("nothing",), ("*",), ('"',)])
def test_ticket_find_without_a_hit(folder, number, words):
    """A sentence, exit code 0, and never an error of the database."""
    assert number
    done = folder.mailbot("ticket", "find", *words)
    assert (done.code, done.out) == (0, "No ticket holds all these words.\n")


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (("--status", "resolved"), 1),
        (("--status", "new"), 0),
        (("--module", "return-filing", "--requester", "ASHA@tax.up.example"), 1),
        (("--requester", "bharat@tax.up.example"), 0),
        (("--fact", "09 aaach7409r 1zz"), 1),
        (("--fact", "500", "--status", "resolved"), 1),
        (("--fact", "RET191113"), 0),
    ],
)
def test_ticket_list_can_be_narrowed(folder, number, wanted, count):
    """Filters count together; an empty list is no error."""
    assert number
    assert len(folder.mailbot("ticket", "list", "--json", *wanted).json) == count
    done = folder.mailbot("ticket", "list", *wanted)
    assert done.code == 0
    assert count or done.out == "There are no such tickets.\n"


def test_ticket_show_names_the_facts(folder, number):
    """What the mails of the ticket name, for people and for programs."""
    assert "gstin 09AAACH7409R1ZZ, error HTTP 500" in folder.mailbot("ticket", "show", number).out
    facts = folder.mailbot("ticket", "show", "--json", number).json["facts"]
    assert facts == [{"kind": "gstin", "value": "09AAACH7409R1ZZ"}, {"kind": "error", "value": "HTTP 500"}]


def test_ticket_show(folder, number):
    """History with reasons, and how each letter fares."""
    done = folder.mailbot("ticket", "show", number)
    assert done.code == 0
    assert done.out.startswith(f"{number}  resolved  जीएसटीआर-3बी दाखिल नहीं हो रहा\n")
    for words in ("opened by asha@tax.up.example", "      | कैश साफ़ करें।", "Commanded by 'RESOLVED'.", "acknowledgement"):
        assert words in done.out
    history = folder.mailbot("ticket", "show", number, "--json").json
    assert [event["kind"] for event in history["events"]] == ["opened", "resolved"]
    assert [letter["state"] for letter in history["letters"]] == ["pending"] * 3


def test_a_number_is_accepted_as_people_say_it(folder, number):
    """With spaces, in small letters, without the prefix, without hyphens, in Devanagari digits, in brackets."""
    digits = "".join(number.split("-")[1:])
    devanagari = digits.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    for said in (
        number.lower(), number.replace("-", " "), f"TMS{digits}", digits, number.removeprefix("TMS-"),
        f"tms {devanagari}", f"[{number}]", f" {number} ", number.replace("-", "–"),
    ):  # fmt: skip
        assert folder.mailbot("ticket", "show", said).out.startswith(number), said


def test_a_wrong_number_is_told_from_an_unknown_one(folder, number):
    """A wrong check digit, a number that nobody was given, and no number at all; exit code 1 each time."""
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    for said, words in (
        (wrong, "is no ticket number: one of its digits is wrong."),
        ("TMS-2611-00042-7", "There is no ticket TMS-2611-00042-7."),
        ("refund", "'refund' is no ticket number."),
    ):
        done = folder.mailbot("ticket", "show", said)
        assert (done.code, done.out) == (1, "")
        assert words in done.err


def test_what_strangers_wrote_cannot_act_on_the_terminal(folder):
    """Escape codes and line breaks of a subject or a name are shown as spaces."""
    store = folder.store()
    (entry,) = claim(store, 1)
    number = store.apply(entry, mail_for(entry), opening(title="a\x1b[2Jb\nc", requester_name="x\x07"), NOW)
    store.engine.dispose()
    shown = folder.mailbot("ticket", "list").out + folder.mailbot("ticket", "show", number).out
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "a [2Jb c" in shown


def test_a_ticket_in_an_old_hindi_font_is_shown_with_its_reading(folder):
    """Title and words stay as they were sent, and below each stands how the program reads it."""
    store = folder.store()
    (entry,) = claim(store, 1)
    number = store.apply(entry, mail_for(entry), opening(title="iksVZy ugha [kqy jgk gS"), NOW)
    store.engine.dispose()
    shown = folder.mailbot("ticket", "show", number).out
    label = "typed in an old Hindi font, read by the program:"
    assert f"iksVZy ugha [kqy jgk gS\n  {label}\n  | पोर्टल नहीं खुल रहा है\n" in shown


def test_quarantine_list_and_show(folder):
    """What was set aside and why, with the ticket that tells of it, and the mail itself as it came."""
    assert folder.mailbot("quarantine", "list").out == "The quarantine is empty.\n"
    mail = set_aside(folder)
    listing = folder.mailbot("quarantine", "list").out.splitlines()
    assert listing[1].split()[:4] == [str(mail), "2026-11-23", "06:00", "TMS-2611-00001-3"]
    (line,) = folder.mailbot("quarantine", "list", "--json").json
    assert (line["id"], line["state"], line["reasons"]) == (mail, "quarantined", ["It could not be read: too deep."])
    shown = folder.mailbot("quarantine", "show", mail).out
    assert f"mail {mail}, quarantined, ticket TMS-2611-00001-3" in shown
    assert str(folder.path / "data" / "files") in shown
    assert folder.mailbot("quarantine", "show", mail, "--json").json == line
    raw = folder.mailbot("quarantine", "show", mail, "--raw")
    assert raw.out == RAW.decode("utf-8", "backslashreplace")


def test_quarantine_show_of_a_mail_whose_bytes_were_never_kept(folder):
    """Mail from before the start date stayed on the server."""
    store = folder.store()
    store.keep_ignored(MAILBOX, EPOCH, [listed(1)], "Arrived before imap.start_date.", NOW)
    store.engine.dispose()
    for option in ((), ("--raw",)):
        done = folder.mailbot("quarantine", "show", 1, *option)
        assert (done.code, done.out) == (1, "")
        assert "were not kept. Arrived before imap.start_date." in done.err
    assert folder.mailbot("quarantine", "show", 2).code == 1


def test_quarantine_retry(folder):
    """One mail or all of them go back into the queue; what is not there is named."""
    first, second = set_aside(folder, 1), set_aside(folder, 2)
    done = folder.mailbot("quarantine", "retry", first, 999)
    assert (done.code, done.out) == (1, f"mail {first} will be handled anew\n")
    assert done.err == "mailbot: not in the quarantine: 999\n"
    assert folder.mailbot("quarantine", "retry", "--all").out == f"mail {second} will be handled anew\n"
    assert folder.mailbot("quarantine", "list", "--json").json == []
    assert folder.mailbot("quarantine", "retry").code == 2
    store = folder.store()
    assert len(store.claim_mails(NOW.replace(year=2100), 10)) == 2
    store.engine.dispose()


def test_quarantine_discard(folder):
    """The mail is left alone for good, and only once."""
    mail = set_aside(folder)
    assert folder.mailbot("quarantine", "discard", mail).out == f"mail {mail} discarded\n"
    assert folder.mailbot("quarantine", "discard", mail).code == 1
    assert folder.mailbot("quarantine", "retry", mail).code == 1


def test_a_mail_that_waits_is_no_mail_of_the_quarantine(folder):
    """Only what was set aside can be put back or discarded."""
    store = folder.store()
    store.keep(MAILBOX, EPOCH, [kept(1)], NOW)
    store.engine.dispose()
    assert folder.mailbot("quarantine", "discard", 1).code == 1
    assert folder.mailbot("quarantine", "retry", 1).code == 1
