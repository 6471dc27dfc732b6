"""`mailbot explain`: what a mail is understood as, for people and for programs, whatever is in the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

KEYS = [
    "file", "read", "message_id", "from", "subject", "text", "reply", "subject_reading", "reading", "attachments",
    "kind", "bounce", "autoreply", "automatic", "language", "request_type", "module", "priority",
    "employee_id", "mobile", "facts", "commands", "command_lines", "trust", "expected",
    "problems",
]  # fmt: skip
MAIL = """\
From: =?utf-8?B?4KSG4KS24KS+IOCkteCksOCljeCkruCkvg==?= <Asha@TAX.up.example>
To: support@tax.up.example
Subject: [Return Filing][High] GSTR-3B not filed
Message-ID: <20261123.1131@mail.example>
Date: Mon, 23 Nov 2026 11:31:00 +0530
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

पोर्टल पर त्रुटि 500 आती है। तीन दिन से रिटर्न जमा नहीं हो रहा है, कृपया शीघ्र देखें।
Employee ID: 104872
Mobile: 94122 33445
"""


@pytest.fixture
def mail(tmp_path):
    """Return the path of Asha's mail."""
    path = tmp_path / "asha.eml"
    path.write_text(MAIL, encoding="utf-8")
    return path


def batch(mailbot, *paths):
    """Return the answers to these paths, one JSON object each."""
    done = mailbot("explain", "--batch", stdin=b"".join(os.fsencode(path) + b"\n" for path in paths))
    assert done.code == 0
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.mark.parametrize(
    ("written", "address", "name"),
    [("MAILER-DAEMON", "MAILER-DAEMON", ""), ("Mail Delivery System <>", "", "Mail Delivery System"), ("", "", "")],
)
def test_a_sender_who_cannot_be_answered_is_shown(mailbot, tmp_path, written, address, name):
    """What stands in From is told, though it is no address."""
    path = tmp_path / "daemon.eml"
    path.write_text(f"From: {written}\nSubject: x\n\nhello\n", encoding="utf-8")
    assert mailbot("explain", "--json", path).json["from"] == {"address": address, "name": name}


def test_a_mail_as_json(mailbot, mail):
    """One object with all keys, in their order."""
    done = mailbot("explain", "--json", mail)
    assert done.code == 0
    answer = done.json
    assert list(answer) == KEYS
    assert (answer["file"], answer["read"], answer["message_id"]) == (str(mail), True, "<20261123.1131@mail.example>")
    assert answer["from"] == {"address": "Asha@tax.up.example", "name": "आशा वर्मा"}
    assert (answer["module"], answer["priority"], answer["language"]) == ("return-filing", "high", "hi")
    assert (answer["employee_id"], answer["mobile"]) == ("104872", "+919412233445")
    assert answer["facts"] == [{"kind": "return", "value": "GSTR-3B"}, {"kind": "error", "value": "HTTP 500"}]
    assert (answer["bounce"], answer["autoreply"], answer["automatic"], answer["commands"]) == (False, False, False, [])
    assert "त्रुटि 500" in answer["text"]


def test_a_mail_for_people(mailbot, mail):
    """The same in words."""
    done = mailbot("explain", mail)
    assert done.code == 0
    expected = ("आशा वर्मा <Asha@tax.up.example>", "return-filing", "high", "written by a person", "return GSTR-3B")
    for words in (*expected, "    | पोर्टल"):
        assert words in done.out


def test_a_mail_in_an_old_hindi_font(mailbot, tmp_path):
    """The words stay as sent; how they are read stands beside them, for people and for programs."""
    path = tmp_path / "kruti-dev.eml"
    path.write_text("From: asha@tax.up.example\nSubject: [High] iksVZy can gS\n\nfjVuZ nkf[ky ugha gks jgk gSA\n")
    answer = mailbot("explain", "--json", path).json
    assert (answer["subject"], answer["subject_reading"]) == ("[High] iksVZy can gS", "[High] पोर्टल बंद है")
    assert (answer["reply"], answer["reading"]) == ("fjVuZ nkf[ky ugha gks jgk gSA", "रिटर्न दाखिल नहीं हो रहा है।")
    assert (answer["language"], answer["priority"]) == ("hi", "high")
    shown = mailbot("explain", path).out
    assert "subject read: [High] पोर्टल बंद है\n" in shown
    assert shown.endswith("  typed in an old Hindi font, read by the program:\n    | रिटर्न दाखिल नहीं हो रहा है।\n")


def test_a_mail_from_the_standard_input(mailbot):
    """A pipe ends in `-`."""
    answer = mailbot("explain", "--json", "-", stdin=MAIL.encode()).json
    assert (answer["file"], answer["module"]) == ("-", "return-filing")


def test_several_files_are_explained_in_order(mailbot, mail):
    """One line each; a file that is not there makes the exit code 1 and stops nothing."""
    done = mailbot("explain", "--json", mail, "nowhere.eml", mail)
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert (done.code, [answer["read"] for answer in answers]) == (1, [True, False, True])
    assert answers[1]["problems"] == ["The file cannot be read: No such file or directory."]
    spoken = mailbot("explain", "nowhere.eml")
    assert (spoken.code, spoken.err) == (
        1,
        "mailbot: nowhere.eml: The file cannot be read: No such file or directory.\n",
    )


def test_files_and_batch_exclude_each_other(mailbot, mail):
    """One or the other; exit code 2."""
    assert mailbot("explain", "--batch", mail).code == 2
    assert mailbot("explain").code == 2


def test_nothing_is_touched(mailbot, mail, tmp_path):
    """No data folder, no database, no key: explaining needs no set-up at all."""
    assert mailbot("explain", mail).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["asha.eml"]


def test_a_batch_survives_everything(mailbot, mail, tmp_path):
    """Each path has its answer, in order, with all keys; the good ones between are understood."""
    odd = {
        "empty.eml": b"",
        "junk.eml": os.urandom(50_000),
        "nul.eml": b"\x00" * 1_000,
        "long.eml": b"Subject: x\n" * 10_000,
    }
    for name, data in odd.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "lines.eml").write_text(MAIL + "पंक्ति\n" * 10_000, encoding="utf-8")
    paths = [mail, "nowhere.eml", tmp_path, *odd, "lines.eml", "a\x00b", b"\xff\xfe.eml", "-", "x" * 5_000, mail]
    answers = batch(mailbot, *paths)
    assert [answer["file"] for answer in answers] == [os.fsdecode(path) if path != "-" else "./-" for path in paths]
    assert all(list(answer) == KEYS for answer in answers)
    assert answers[0] | {"file": ""} == answers[-1] | {"file": ""}
    unread = {answer["file"] for answer in answers if not answer["read"]}
    assert unread >= {"nowhere.eml", str(tmp_path), "a\x00b", os.fsdecode(b"\xff\xfe.eml"), "./-", "x" * 5_000}
    assert all(answer["problems"] for answer in answers if not answer["read"])
    lines = next(answer for answer in answers if answer["file"] == "lines.eml")
    assert lines["text"].count("पंक्ति") == 10_000


def test_empty_lines_of_a_batch_are_no_paths(mailbot, mail):
    """Windows line ends and a missing last one do no harm."""
    done = mailbot("explain", "--batch", stdin=f"\r\n{mail}\r\n\n{mail}".encode())
    assert [json.loads(line)["file"] for line in done.out.splitlines()] == [str(mail)] * 2


def test_an_empty_batch_has_no_answers(mailbot):
    """Nothing in, nothing out."""
    assert batch(mailbot) == []


def test_a_batch_answers_at_once(mail):
    """A program may wait for each answer before it asks the next question."""
    command = [sys.executable, "-m", "mailbot", "explain", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=mail.parent) as program:
        for _ in range(3):
            program.stdin.write(f"{mail}\n".encode())
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["module"] == "return-filing"
        program.stdin.close()
        assert program.wait(20) == 0


def test_a_wrong_mail_in_a_batch_is_an_answer_and_no_end(mailbot, mail, monkeypatch):
    """Even a mistake of the program concerns one mail."""

    def understand(_mail, _desk):
        raise RecursionError

    monkeypatch.setattr("mailbot.domain.understanding.understand", understand)
    answers = batch(mailbot, mail, mail)
    assert [answer["problems"] for answer in answers] == [["The mail cannot be understood (RecursionError)."]] * 2


def test_each_command_is_shown_with_its_reason(mailbot, tmp_path):
    """Whoever wonders why a ticket changed reads the word, the tickets it names, the note and why it is a command."""
    says = "RESOLVE TMS-2611-00042-7 TMS-2611-00043-4: portal fixed at 14:10\r\nTAKE TMS-2611-00044-1\r\n"
    path = tmp_path / "bulk.eml"
    path.write_text(f"From: chitra@tax.up.example\r\nSubject: Tickets of this morning\r\n\r\n{says}", encoding="utf-8")
    text = mailbot("explain", path).out
    assert "RESOLVE | TMS-2611-00042-7 TMS-2611-00043-4 | portal fixed at 14:10" in text
    assert text.count("because:") == 2
