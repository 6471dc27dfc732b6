"""Alarms reach a person at once, again while they last, and over paths that do not need what failed."""

from __future__ import annotations

import hashlib
import hmac
import logging
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from mailbot.adapters.alarms import MailPath, Scopes, ToldAlarms, WebhookPath
from mailbot.domain.alarms import Alarm, AlarmCode
from mailbot.domain.errors import WorldError
from tests.servers.webhook import Webhook

MORNING = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
LOGIN, DISK, BOOKS = AlarmCode.LOGIN_REFUSED, AlarmCode.DISK_FULL, AlarmCode.BOOKS_DIFFER


class Clock:
    """Stands still until a test moves it."""

    def __init__(self):
        self.at = MORNING

    def __call__(self):
        """Return the time."""
        return self.at

    def pass_(self, **time):
        """Let time pass."""
        self.at += timedelta(**time)


class Path:
    """A path that keeps what it is told, and fails while `broken`."""

    name = "a path"

    def __init__(self):
        self.told = []
        self.broken = False

    def tell(self, telling):
        """Keep the codes of a message."""
        if self.broken:
            raise WorldError("nobody there.")
        self.told.append(([alarm.code for alarm in telling.sounding], list(telling.over)))


class Book:
    """The table, in memory; gone while `broken`."""

    def __init__(self, *alarms):
        self.open = {alarm.code: alarm for alarm in alarms}
        self.broken = False

    def find_open(self):
        """Return what sounds."""
        if self.broken:
            raise WorldError("The database cannot be used.")
        return list(self.open.values())

    def keep(self, alarm):
        """Keep an alarm."""
        self.open[alarm.code] = alarm

    def settle(self, code, _now):
        """End an alarm."""
        return self.open.pop(code, None) is not None


@pytest.fixture
def clock():
    """Return a clock of the morning."""
    return Clock()


@pytest.fixture
def path():
    """Return a path that works."""
    return Path()


def make(clock, path, book=None, **more):
    """Return alarms over one path, told again each day."""
    return ToldAlarms(
        "support@tax.example", paths=[path], book=book or Book(), now=clock, repeat=timedelta(days=1), **more
    )


def test_an_alarm_is_told_at_once_and_daily_until_it_is_over(clock, path, caplog):
    """Once when it begins, once each day however often it is sounded, and once when it is over."""
    caplog.set_level(logging.INFO, "mailbot")
    alarms = make(clock, path)
    for _ in range(48):
        alarms.sound(LOGIN, "imap.example.in refused the login.")
        alarms.tell_due()
        clock.pass_(hours=1)
    assert path.told == [([LOGIN], []), ([LOGIN], [])]
    alarms.settle(LOGIN)
    alarms.settle(LOGIN)
    alarms.tell_due()
    alarms.tell_due()
    assert path.told[2:] == [([], [LOGIN])]
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [f"alarm {LOGIN}: imap.example.in refused the login.", f"alarm {LOGIN} is over"]


def test_what_comes_and_goes_is_told_twice_an_hour_at_the_most(clock, path):
    """A flapping disk does not flood the pager: a day of it, every minute, is at most 48 messages about it."""
    alarms = make(clock, path)
    for _ in range(24 * 60):
        alarms.sound(DISK, "The disk is full.")
        alarms.tell_due()
        alarms.settle(DISK)
        alarms.tell_due()
        clock.pass_(minutes=1)
    assert 24 < sum(codes == [DISK] for codes, _ in path.told) <= 48


def test_a_path_that_fails_is_tried_again_a_minute_later(clock, path):
    """Nothing counts as told before somebody took it."""
    alarms = make(clock, path)
    path.broken = True
    alarms.sound(DISK, "The disk is full.")
    alarms.tell_due()
    path.broken = False
    alarms.tell_due()
    assert path.told == []
    clock.pass_(minutes=1)
    alarms.tell_due()
    assert path.told == [([DISK], [])]


def test_a_restart_does_not_tell_anew_and_forgets_what_nobody_meets_again(clock, path):
    """What was told stays told; what nobody sounds any more is over after a while, not what a person must settle."""
    book = Book(Alarm(LOGIN, "Refused.", MORNING, MORNING), Alarm(BOOKS, "3 rows are gone.", MORNING, MORNING))
    alarms = make(clock, path, book)
    alarms.sync_book()
    alarms.sound(LOGIN, "Refused.")
    alarms.tell_due()
    assert path.told == []
    later = make(clock, path, book)
    later.sync_book()
    clock.pass_(minutes=31)
    later.sync_book()
    assert list(book.open) == [BOOKS]


def test_what_a_person_settles_in_the_table_is_over_in_the_program(clock, path):
    """`mailbot alarm settle` writes the table; the worker notices it, and sounds anew when the cause goes on."""
    book = Book()
    alarms = make(clock, path, book)
    alarms.sound(BOOKS, "3 rows are gone.")
    alarms.sync_book()
    book.settle(BOOKS, clock())
    alarms.sync_book()
    alarms.sync_book()
    assert book.open == {}
    alarms.sound(BOOKS, "4 rows are gone.")
    alarms.sync_book()
    assert book.open[BOOKS].text == "4 rows are gone."


def test_without_the_database_alarms_are_told_and_written_down_later(clock, path):
    """The path needs no table; the table gets its row when it is back."""
    book = Book()
    book.broken = True
    alarms = make(clock, path, book)
    alarms.sound(AlarmCode.DATABASE_TROUBLE, "The database is away.")
    alarms.tell_due()
    with pytest.raises(WorldError):
        alarms.sync_book()
    assert path.told == [([AlarmCode.DATABASE_TROUBLE], [])]
    book.broken = False
    alarms.sync_book()
    assert book.open[AlarmCode.DATABASE_TROUBLE].told_at == MORNING


def test_one_alarm_of_two_servers_is_over_when_both_work(clock, path):
    """The login to the one server says nothing about the other."""
    book = Book()
    alarms = make(clock, path, book)
    scopes = Scopes(alarms)
    imap, smtp = scopes.scope("imap"), scopes.scope("smtp")
    imap.sound(LOGIN, "IMAP refused.")
    smtp.sound(LOGIN, "SMTP refused.")
    smtp.settle(LOGIN)
    alarms.sync_book()
    assert book.open[LOGIN].text == "IMAP refused."
    imap.settle(LOGIN)
    alarms.sync_book()
    assert book.open == {}


def test_the_webhook_gets_signed_json_without_what_is_secret(clock):
    """The receiver can check who wrote it; personal data is masked; the address of the webhook stays out of errors."""
    with Webhook() as hook:
        path = WebhookPath(hook.url, "signing-secret-0815")
        alarms = make(clock, path, clean=lambda text: text.replace("asha@tax.example", "***"))
        alarms.sound(LOGIN, "asha@tax.example must log in.")
        alarms.tell_due()
        ((headers, body),) = hook.got
        signed = headers["X-Mailbot-Timestamp"].encode() + b"." + body
        expected = hmac.new(b"signing-secret-0815", signed, hashlib.sha256).hexdigest()
        assert headers["X-Mailbot-Signature"] == f"sha256={expected}"
        (document,) = hook.documents()
        assert document["alarms"] == [{"code": LOGIN, "text": "*** must log in.", "since": MORNING.isoformat()}]
        assert document["text"] == f"mailbot support@tax.example\n{LOGIN}: *** must log in."
        for status in (500, 302):
            hook.answer = status
            with pytest.raises(WorldError, match=str(status)) as failed:
                path.tell(make_telling())
            assert "T0KEN" not in str(failed.value)
    with pytest.raises(WorldError, match="cannot be reached") as failed:
        path.tell(make_telling())
    assert "T0KEN" not in f"{failed.value} {path!r} {path.name}"


def make_telling():
    """Return a message about a full disk."""
    from mailbot.adapters.alarms import Telling  # noqa: PLC0415

    return Telling("support@tax.example", MORNING, (Alarm(DISK, "The disk is full.", MORNING),), (LOGIN,))


def test_the_second_mail_server_carries_alarms(smtp_server):
    """One mail to all recipients, marked as automatic, with the code in its subject and what to do in its text."""
    path = MailPath(
        host="127.0.0.1",
        port=smtp_server.port,
        security="none",
        sender="alarm@ops.example",
        recipients=("duty@ops.example", "head@ops.example"),
    )
    path.tell(make_telling())
    assert [(letter.sender, letter.to) for letter in smtp_server.accepted] == [
        ("alarm@ops.example", "duty@ops.example"),
        ("alarm@ops.example", "head@ops.example"),
    ]
    mail = message_from_bytes(smtp_server.accepted[0].raw, policy=default)
    assert mail["Subject"] == "mailbot alarm: disk_full"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "The disk is full." in mail.get_content()
    assert "login_refused: over" in mail.get_content()


def test_a_second_mail_server_that_does_not_take_it(smtp_server):
    """The sentence names the kind of trouble, and repeats nothing that was sent."""
    login = {"username": "duty", "password": "second-path-password"}
    path = MailPath(
        host="127.0.0.1",
        port=smtp_server.port,
        security="none",
        sender="a@b.example",
        recipients=("c@d.example",),
        **login,
    )
    with pytest.raises(WorldError) as failed:
        path.tell(make_telling())
    assert "second-path-password" not in f"{failed.value} {path!r}"
