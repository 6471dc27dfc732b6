"""The real worker at work and in trouble: nothing that was planted in mails, passwords and addresses is in its log."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from mailbot.adapters.store.tables import letters
from mailbot.demo.clients import Client, Note, Picture
from tests.servers.smtp_server import PASSWORD as SMTP_PASSWORD
from tests.whole.desk import KILLED, wait_for

BODY = (
    "Mobile: 98765 43210\nEmployee ID: 200101\nPAN ABCPV1234K, GSTIN 09ABCPV1234K1Z7\n"
    "पासवर्ड: गुप्त-शब्द-{n}\nmy portal password is Planted-Body-{n}\nAadhaar 4321 8765 210{n}"
)
SUBJECT = "[Refund] Planted-Subject-{n} asha.private{n}@gmail.example"
PICTURE = "Planted-File-{n}.png"
VARIABLES = {
    "MAILBOT_LOGS__LEVEL": "debug",
    "MAILBOT_ALARMS__WEBHOOK_URL": "http://127.0.0.1:1/hooks/Planted-Webhook-Path",
    "MAILBOT_ALARMS__WEBHOOK_SECRET": "Planted-Webhook-Secret",
    "MAILBOT_OAUTH2__CLIENT_SECRET": "Planted-Client-Secret",
    "MAILBOT_TESTING": "1",
}


def plant(office):
    """Let seven mails arrive, each with seven things that no log may hold, and return all of these."""
    planted = []
    for n in range(7):
        row = office.rows[("rakesh", "sunita")[n % 2]]
        text, subject = BODY.format(n=n), SUBJECT.format(n=n)
        shot = Picture(PICTURE.format(n=n), b"\x89PNG\r\n\x1a\n" + bytes([n]) * 64)
        office.send(Note(row["name"], row["email"], office.address, subject, text, Client.GMAIL, shot))
        planted += [
            f"Planted-Body-{n}",
            f"Planted-Subject-{n}",
            f"asha.private{n}",
            f"Planted-File-{n}",
            f"गुप्त-शब्द-{n}",
        ]
        planted += [row["email"].partition("@")[0], f"4321 8765 210{n}"]
    return [
        *planted,
        "43210",
        "ABCPV1234K",
        office.dovecot.password,
        SMTP_PASSWORD,
        "Planted-Answer",
        *VARIABLES.values(),
    ]


def test_no_planted_secret_is_in_the_log_of_the_real_worker(office):
    """Mails that open tickets, one that fails, letters that are refused and put off, an alarm nobody takes, a crash."""
    planted = [word for word in plant(office) if word not in {"debug", "1"}]
    assert len(planted) >= 50
    office.smtp.fail("RCPT", f"451 4.2.1 {office.address_of('neha')}", times=2)
    office.smtp.fail(
        "RCPT", f"550 5.1.1 <{office.address_of('rakesh')}> unknown", times=1, to=office.address_of("rakesh")
    )
    failpoints = "parsed:2:raise,claimed:8:raise"
    with office.at_work(**VARIABLES, MAILBOT_LOGS__FORMAT="json", MAILBOT_FAILPOINT=failpoints) as worker:
        worker.wait_for_log("handled mail", 6)
        worker.wait_for_log(": refused (")
        office.write("rakesh", "Planted-Subject-8", "Planted-Body-8")
        wait_for(lambda: worker.process.poll() is not None, "the end that the failpoint brings", 40)
    log = worker.log()
    assert worker.process.returncode not in {0, KILLED}
    assert "Traceback" in log
    assert "FailpointError" in log
    assert "handled mail" in log
    assert "alarm worker_stopped" in log
    tokens = [row.message_id.strip("<>").split("@")[0] for row in office.rows_of(select(letters.c.message_id))]
    assert tokens
    found = [word for word in (*planted, *tokens) if word in log]
    assert found == []


def test_the_memory_of_the_worker_never_becomes_a_file(office):
    """No core dump is written when it dies, and no other program of the user may read its memory."""
    with office.at_work() as worker:
        limits = Path(f"/proc/{worker.process.pid}/limits").read_text(encoding="utf-8")
        (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        assert line.split()[4:6] == ["0", "0"]
        # The kernel gives such a process's files to root, whoever runs it.
        assert Path(f"/proc/{worker.process.pid}/mem").stat().st_uid == 0
