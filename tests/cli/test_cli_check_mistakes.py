"""The doctor: forty wrong set-ups, seeded one by one, and each is named by `mailbot check` before any mail meets it."""

from __future__ import annotations

import pytest

from mailbot import setup_checks
from mailbot.adapters.store.directory import keep_people
from tests.builders import ASHA, CHITRA

# What is written where (a variable, or a file with its mode), and what the doctor says about it.
MISTAKES = {
    "an unknown setting": (("settings.toml", "[imap]\nfolders = 'INBOX'\n", 0o600), "imap.folders is no setting"),
    "a variable that names nothing": (("MAILBOT_IMAP__USER", "x"), "MAILBOT_IMAP__USER names no setting"),
    "a port that is none": (("MAILBOT_IMAP__PORT", "99999"), "imap.port = '99999'"),
    "no TLS to another machine": (("MAILBOT_IMAP__HOST", "mail.example.in"), "in clear text to another machine"),
    "one folder for both": (("MAILBOT_IMAP__PROCESSED_FOLDER", "inbox"), "folder and processed_folder are the same"),
    "pages for other machines without TLS": (("MAILBOT_WEB__HOST", "0.0.0.0"), "web.public_url is not set"),
    "pages in clear text": (("MAILBOT_WEB__PUBLIC_URL", "http://desk.tax.example"), "write https://"),
    "a hand-off from nobody": (("MAILBOT_WEB__HANDOFF_KEY", "k" * 40), "a hand-off needs handoff_issuer"),
    "IDLE too long": (("MAILBOT_IMAP__IDLE_SECONDS", "3600"), "imap.idle_seconds = '3600'"),
    "a time zone that is none": (("MAILBOT_DESK__TIMEZONE", "India"), "desk.timezone = 'India'"),
    "a prefix that is none": (("MAILBOT_DESK__PREFIX", "tms1"), "desk.prefix = 'tms1'"),
    "a default that is not in the catalogue": (("MAILBOT_CATALOGUE__DEFAULT_MODULE", "gst"), "none of the codes"),
    "a server pinned by no name": (("MAILBOT_TRUST__PROVIDER", "own"), "needs authserv_id"),
    "levels without a provider": (("MAILBOT_TRUST__MODE", "enforce"), "needs a provider whose word counts"),
    "office hours that run backwards": (("MAILBOT_WORKING_TIME__MONDAY", "17:00-10:00"), "closes before it opens"),
    "no hours at all": (("settings.toml", "[working_time]\n" + "".join(
        f'{day} = ""\n' for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    ), 0o600), "no weekday has office hours"),
    "holidays that are elsewhere": (("MAILBOT_WORKING_TIME__HOLIDAY_FILES", '["nowhere.ics"]'), "nowhere.ics cannot"),
    "a priority that is none": (
        ("MAILBOT_PROMISES__TARGETS", '[{"priority": "p1", "answer_hours": 1, "resolve_hours": 2}]'),
        "p1 is no priority",
    ),
    "the solution before the answer": (
        ("MAILBOT_PROMISES__TARGETS", '[{"priority": "high", "answer_hours": 9, "resolve_hours": 2}]'),
        "promises the solution before the first answer",
    ),
    "a senior who is unknown": (("MAILBOT_ESCALATION__SENIOR", "999999"), "escalation.senior = '999999' is not in"),
    "the senior hears first": (("MAILBOT_ESCALATION__LEVEL_2_HOURS", "1"), "level_2_hours is not later"),
    "a notice before the answer": (("MAILBOT_PROMISES__CLOSING_NOTICE_DAYS", "9"), "closing_notice_days is not less"),
    "a start in the future": (("MAILBOT_IMAP__START_DATE", "2031-01-01"), "lies in the future"),
    "an address that is none": (("MAILBOT_DESK__ADDRESS", "support.tax"), "is no mail address"),
    "an alias that is the address": (("MAILBOT_DESK__ALIASES", '["support@tax.up.example"]'), "once more"),
    "another account's mailbox": (("MAILBOT_IMAP__USERNAME", "asha@tax.up.example"), "neither desk.address nor"),
    "TLS on the wrong port": (
        ("settings.toml", '[desk]\naddress = "a@b.example"\n[imap]\nhost = "127.0.0.1"\nport = 143\n', 0o600),
        'does not go with imap.security = "tls"',
    ),
    "asked too rarely": (("MAILBOT_IMAP__POLL_SECONDS", "1200"), "imap.poll_seconds is 1200"),
    "sweeps faster than polls": (("MAILBOT_IMAP__SWEEP_SECONDS", "10"), "sweep_seconds is shorter"),
    "a lease that is too short": (("MAILBOT_WORKER__LEASE_SECONDS", "5"), "worker.lease_seconds is 5"),
    "more an hour than a day": (("MAILBOT_DESK__ANSWERS_PER_HOUR", "900"), "answers_per_hour is more than"),
    "strangers before officers": (("MAILBOT_DESK__ANSWERS_PER_DAY_UNKNOWN", "900"), "strangers would get more"),
    "attempts without waits": (("MAILBOT_WORKER__ATTEMPTS", "9"), "names 2 waits for 9 attempts"),
    "no room for one mail": (("MAILBOT_STORAGE__MINIMUM_FREE_MB", "5"), "less than the one largest mail"),
    "letters larger than mails": (("MAILBOT_LIMITS__LETTER_PICTURE_BYTES", "99999999"), "larger than any mail"),
    "a disk that is too small": (("MAILBOT_STORAGE__MINIMUM_FREE_MB", "999999999"), "minimum_free_mb asks for"),
    "a password others may read": (("mailbot-password", "gst-test-password", 0o644), "may be read by others"),
    "an empty password": (("mailbot-password", "", 0o600), "is empty. Put the secret into it"),
    "a key that is short": (("MAILBOT_DESK__TOKEN_KEY_FILE", "mailbot-password"), "shorter than 32 characters"),
    "a database that is none": (("MAILBOT_STORAGE__DATABASE_URL", "mailbot.db"), "is no database address"),
    "a database that is away": (("MAILBOT_STORAGE__DATABASE_URL", "postgresql://m@127.0.0.1:1/d"), "cannot be used"),
    "a server that does not answer": (("MAILBOT_IMAP__PORT", "1"), "IMAP: 127.0.0.1:1 accepts no connection"),
    "letters that go nowhere": (("MAILBOT_SMTP__PORT", "1"), "SMTP: 127.0.0.1:1 accepts no connection"),
    "a sender without a password": (("MAILBOT_SMTP__USERNAME", "letters"), "smtp.password is not set"),
    "nobody hears of alarms": (("MAILBOT_IMAP__PORT", "1"), "nobody is told when the desk needs a person"),
    "an open webhook": (("MAILBOT_ALARMS__WEBHOOK_URL", "http://hooks.example/x"), "must begin with https://"),
    "unsigned alarms": (("MAILBOT_ALARMS__WEBHOOK_URL", "https://hooks.example/x"), "gets unsigned messages"),
    "no test mail": (("MAILBOT_ALARMS__CANARY_MINUTES", "0"), "no test mail is sent"),
    "a token that nobody asked for": (("MAILBOT_IMAP__AUTH", "oauth2"), "oauth2.provider and client_id is not set"),
}  # fmt: skip


@pytest.fixture
def doctor(folder):
    """Return what runs `mailbot check` in a folder with a directory of people, and returns all that it said."""
    store = folder.store()
    keep_people(store.engine, [ASHA, CHITRA])
    store.engine.dispose()

    def examine():
        done = folder.mailbot("check")
        assert "Traceback" not in done.out + done.err
        return done.out + done.err

    return examine


def test_every_seeded_mistake_is_named(folder, doctor, monkeypatch):
    """Forty and more mistakes, each alone, each with its sentence, and no traceback."""
    assert len(MISTAKES) >= 40
    before = (folder.path / "settings.toml").read_bytes()
    missed = []
    for name, (seed, words) in MISTAKES.items():
        with monkeypatch.context() as seeded:
            if seed[0].startswith("MAILBOT_"):
                seeded.setenv(*seed)
            else:
                folder.write(*seed)
            said = doctor()
        missed += [(name, said)] * (words not in said)
        folder.write("settings.toml", before)
        folder.write("mailbot-password", "gst-test-password\n", 0o600)
    assert missed == []


def test_a_database_on_a_network_drive_is_named(folder, doctor, monkeypatch, tmp_path):
    """SQLite can lose data there."""
    mounts = folder.write("mounts", f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(setup_checks, "MOUNTS", mounts)
    assert "lies on a network drive (nfs4)" in doctor()
    monkeypatch.setattr(setup_checks, "MOUNTS", tmp_path / "nowhere")
    assert "network drive" not in doctor()


def test_settings_that_others_may_change_are_named(folder, doctor):
    """Whoever may change them may read the mail."""
    (folder.path / "settings.toml").chmod(0o666)
    assert "others may change" in doctor()


def test_alarms_over_the_path_that_failed_are_named(folder, doctor):
    """The second path must not be the first one, and must not end at the desk."""
    alarms = 'host = "127.0.0.1"\nsender = "a@b.example"\nrecipients = ["support@tax.up.example"]\n'
    settings = folder.path / "settings.toml"
    settings.write_text(f"{settings.read_text()}\n[alarms]\n{alarms}")
    said = doctor()
    assert "alarms.host is the server of [smtp]" in said
    assert "names the desk itself" in said
