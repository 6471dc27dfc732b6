"""`mailbot check` names what is wrong before any officer meets it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailbot import checks
from mailbot.adapters.store.directory import keep_people
from tests.builders import ASHA, CHITRA


@pytest.fixture
def working(folder, dovecot, smtp_server, mailbox_user, monkeypatch):
    """Return a folder in which everything is right."""
    monkeypatch.setenv("MAILBOT_IMAP__PORT", str(dovecot.port))
    monkeypatch.setenv("MAILBOT_IMAP__USERNAME", mailbox_user)
    monkeypatch.setenv("MAILBOT_DESK__ADDRESS", mailbox_user)
    monkeypatch.setenv("MAILBOT_SMTP__PORT", str(smtp_server.port))
    folder.write("mailbot-password", dovecot.password, 0o600)
    store = folder.store()
    keep_people(store.engine, [ASHA, CHITRA])
    store.engine.dispose()
    return folder


def problems(folder, *more):
    """Return the sentences of the problems."""
    done = folder.mailbot("check", "--json", *more)
    found = [finding["text"] for finding in done.json if finding["level"] == "problem"]
    assert done.code == (1 if found else 0)
    return found


def test_a_desk_that_is_right(working, mailbox_user):
    """Every part says that it is well; exit code 0."""
    done = working.mailbot("check")
    assert (done.code, done.err) == (0, "")
    for words in (
        f"the desk {mailbox_user} is complete", "MB are free", "it agrees with the disk", "sqlite, up to date",
        "2 in the directory, 1 of the IT section", "accepts the login", 'The folder "INBOX" holds 0 mails', "SMTP: ",
    ):  # fmt: skip
        assert words in done.out


def test_the_calendar_is_looked_at(working, monkeypatch):
    """The holidays of this year are counted; without any, a sentence says how to name them."""
    assert "Name the list of the year in working_time.holiday_files" in working.mailbot("check").out
    year = datetime.now(UTC).year
    entry = '[[holidays]]\ndate = {}-01-26\nen = "Republic Day"\nhi = "गणतंत्र दिवस"\n'
    working.write("holidays.toml", entry.format(year) + entry.format(year - 1))
    monkeypatch.setenv("MAILBOT_WORKING_TIME__HOLIDAY_FILES", '["holidays.toml"]')
    assert f"Calendar: 1 holidays of {year} are known; the desk works next on" in working.mailbot("check").out


def test_the_round_trip(working):
    """A mail to the desk itself comes back."""
    assert problems(working, "--round-trip") == []


MISTAKES = {
    "the password is wrong": ("mailbot-password", "wrong", "refused the login of"),
    "the password is missing": ("mailbot-password", "", "is empty. Put the secret into it."),
    "a folder is missing": ("MAILBOT_IMAP__FOLDER", "Helpdesk", "Helpdesk"),
    "nobody listens for IMAP": ("MAILBOT_IMAP__PORT", "1", "IMAP: 127.0.0.1:1 accepts no connection. Check imap.host"),
    "nobody listens for SMTP": ("MAILBOT_SMTP__PORT", "1", "SMTP: 127.0.0.1:1 accepts no connection. Check smtp.host"),
    "the address is missing": ("MAILBOT_DESK__ADDRESS", "", "desk.address: not set."),
    "the disk is too small": ("MAILBOT_STORAGE__MINIMUM_FREE_MB", "999999999", "storage.minimum_free_mb asks for"),
    "the key is missing": ("MAILBOT_DESK__TOKEN_KEY_FILE", "nowhere", "desk.token_key_file"),
    "the holidays are elsewhere": (
        "MAILBOT_WORKING_TIME__HOLIDAY_FILES",
        '["holidays.ics"]',
        "holidays.ics cannot be read",
    ),
    "the senior is unknown": ("MAILBOT_ESCALATION__SENIOR", "999999", "escalation.senior = '999999' is not in the"),
    "a priority is unknown": (
        "MAILBOT_PROMISES__TARGETS",
        '[{"priority": "p1", "answer_hours": 1, "resolve_hours": 2}]',
        "p1 is no priority",
    ),
    "the key is short": ("MAILBOT_DESK__TOKEN_KEY_FILE", "mailbot-password", "the key is shorter than 32 characters"),
    "the database is elsewhere": ("MAILBOT_STORAGE__DATABASE_URL", "postgresql://m@127.0.0.1:1/d", "cannot be used"),
    "the database is no database": ("MAILBOT_STORAGE__DATABASE_URL", "mailbot.db", "is no database address"),
    "the SMTP user has no password": ("MAILBOT_SMTP__USERNAME", "letters", "smtp.password is not set"),
}


@pytest.mark.parametrize(("where", "value", "words"), MISTAKES.values(), ids=MISTAKES)
def test_one_mistake_is_named(working, monkeypatch, where, value, words):
    """The sentence says what it is; what is right is still looked at."""
    if where.startswith("MAILBOT_"):
        monkeypatch.setenv(where, value)
    else:
        working.write(where, value, 0o600)
    found = problems(working)
    assert any(words in sentence for sentence in found), found
    assert "Traceback" not in "".join(found)


def test_an_empty_directory_is_a_problem(working):
    """Nobody would hear of a ticket."""
    assert working.mailbot("migrate", "--down-to", "base").code == 0
    assert any("Run `mailbot migrate`" in sentence for sentence in problems(working))
    assert working.mailbot("migrate").code == 0
    (sentence,) = problems(working)
    assert "nobody of the IT section is in the directory" in sentence


def test_a_missing_start_date_is_a_warning(working):
    """An empty mailbox needs none; one that holds mail is not read without it."""
    working.change('start_date = "2026-11-01"', 'start_date = ""')
    done = working.mailbot("check")
    assert done.code == 0
    assert "warning  Settings: imap.start_date is not set." in done.out


def test_an_open_password_file_is_a_problem(working):
    """Whoever may read it may read the mail."""
    (working.path / "mailbot-password").chmod(0o644)
    assert any("may be read by others. Run: chmod 600" in sentence for sentence in problems(working))


def test_a_clock_that_is_wrong_is_a_problem(working, monkeypatch):
    """Tickets would get the number of another month."""
    monkeypatch.setattr(checks, "CLOCK_TOLERANCE", checks.CLOCK_TOLERANCE * 0 - checks.CLOCK_TOLERANCE)
    assert any("let NTP set both clocks" in sentence for sentence in problems(working))


def test_a_data_folder_that_cannot_be_written_is_a_problem(working, monkeypatch):
    """The other checks go on."""

    def touch(path, *_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.touch", touch)
    (sentence,) = problems(working)
    assert sentence.endswith("data/.clock cannot be used: Permission denied.")


def test_everything_wrong_is_listed_at_once(mailbot):
    """Without any settings each part says what it needs, and nothing is asked over the network."""
    done = mailbot("check")
    assert done.code == 1
    assert "desk.address, imap.host, imap.username, smtp.host: not set" in done.out
    assert "problems found" in done.err
    assert "Traceback" not in done.err
