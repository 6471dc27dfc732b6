"""`mailbot status` and `mailbot alarm`: how the desk fares, in words, in JSON, and in one number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from mailbot.adapters.store.alarm_book import AlarmBook
from mailbot.adapters.store.brakes import keep_bounce
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.heartbeats import keep_beats
from mailbot.adapters.store.tables import letters
from mailbot.adapters.store.tables_energy import answer_stops
from mailbot.domain.alarms import Alarm, AlarmCode
from mailbot.domain.decision import Bounced
from mailbot.domain.watching import Beat, Part
from tests.servers.webhook import Webhook
from tests.store.desk_work import open_one


@pytest.fixture
def engine(folder):
    """Give the folder's database with one ticket, to write heartbeats into it."""
    store = folder.store()
    open_one(store)
    yield store.engine
    store.engine.dispose()


def beat(engine, at, worker="vm:4711"):
    """Let a worker be at work at that moment."""
    keep_beats(engine, worker, {part: Beat(at, None, "", 0.0) for part in Part}, at)


def test_a_desk_at_work_and_well(folder, engine):
    """Exit code 0; every part, the queues and the last letter are shown."""
    beat(engine, datetime.now(UTC))
    done = folder.mailbot("status")
    assert (done.code, done.err) == (0, "")
    for words in ("mailbot is well.", "intake", "vm:4711", "letters that wait    2", "quarantine           0"):
        assert words in done.out
    found = folder.mailbot("status", "--json").json
    assert (found["health"], found["status"]["letters"]["waiting"]) == ("well", 2)


def test_of_several_workers_the_dead_one_is_named(folder, engine):
    """The desk goes on without it, so it is well; who died, and since when, is told in words and as JSON."""
    at = datetime.now(UTC)
    beat(engine, at - timedelta(minutes=9), "vm2:815")
    beat(engine, at)
    done = folder.mailbot("status")
    assert done.code == 0
    assert "worker               vm:4711: runs\n" in done.out
    died = f"{at - timedelta(minutes=9):%Y-%m-%d %H:%M:%S}"
    assert f"vm2:815: gave no sign of life since {died}; start it again unless you ended it\n" in done.out
    found = folder.mailbot("status", "--json").json["status"]["workers"]
    assert {line["worker"]: line["is_alive"] for line in found} == {"vm:4711": True, "vm2:815": False}


def test_what_holds_letters_back_is_shown(folder, engine, monkeypatch):
    """Mutes in force, the day's sending with what is left, and stopped answers with the reason; also as JSON."""
    at = datetime.now(UTC)
    beat(engine, at)
    shown = folder.mailbot("status").out
    for words in ("send quota           nobody counts", "automatic answers    go out", "muted addresses      0\n"):
        assert words in shown, words
    with writing(engine) as connection:
        connection.execute(update(letters).values(state="sent", sent_at=at))
        keep_bounce(connection, Bounced("full@tax.up.example", permanent=True, answer="550 5.1.1 unknown"), at)
        connection.execute(insert(answer_stops).values(reason="12 addresses reached bounds", began_at=at, last_at=at))
    monkeypatch.setenv("MAILBOT_SMTP__LETTERS_PER_DAY", "2")
    shown = folder.mailbot("status").out
    for words in (
        "2 of 2 used in 24 hours, 0 left, which are kept for what people write; 0 letters are due",
        f"stopped since {at:%Y-%m-%d %H:%M:%S}: 12 addresses reached bounds",
        "1; `mailbot people muted` names them",
    ):
        assert words in shown, words
    held = folder.mailbot("status", "--json").json["status"]["held_back"]
    assert (held["muted"], held["muted_staff"], held["sent"], held["waiting"]) == (1, 0, 2, 0)


def test_a_desk_that_needs_a_person(folder, engine):
    """Exit code 1 and the sentence as long as an alarm sounds; it can be settled by hand."""
    beat(engine, datetime.now(UTC))
    AlarmBook(engine).keep(Alarm(AlarmCode.BOOKS_DIFFER, "3 rows are gone.", datetime.now(UTC)))
    done = folder.mailbot("status")
    assert done.code == 1
    assert "books_differ since" in done.out
    assert "3 rows are gone." in done.out
    assert folder.mailbot("alarm", "settle", "books_differ").code == 0
    assert folder.mailbot("alarm", "settle", "books_differ").code == 1
    assert folder.mailbot("status").code == 0
    assert folder.mailbot("alarm", "settle", "nothing").code == 2


def test_a_desk_that_does_not_run_is_told_once_a_day(folder, engine, monkeypatch):
    """Exit code 2; with --tell, as a timer of systemd runs it, the webhook hears of it once."""
    beat(engine, datetime.now(UTC) - timedelta(minutes=3))
    with Webhook() as hook:
        monkeypatch.setenv("MAILBOT_ALARMS__WEBHOOK_URL", hook.url)
        done = folder.mailbot("status", "--tell")
        assert (done.code, "mailbot is not running" in done.out) == (2, True)
        assert folder.mailbot("status", "--tell").code == 2
        assert hook.codes() == [AlarmCode.WORKER_STOPPED]


def test_a_database_that_is_away_is_told_as_well(folder, monkeypatch):
    """Nobody can tell how the desk fares: that needs a person too."""
    (folder.path / "data" / "mailbot.db").write_bytes(b"this is no database" * 100)
    with Webhook() as hook:
        monkeypatch.setenv("MAILBOT_ALARMS__WEBHOOK_URL", hook.url)
        done = folder.mailbot("status", "--tell")
        assert (done.code, "The database cannot be used" in done.err) == (1, True)
        assert hook.codes() == [AlarmCode.WORKER_STOPPED]


def test_the_way_of_alarms_can_be_tried(folder, monkeypatch):
    """Without a path that is said; with one, whether it took the test."""
    assert folder.mailbot("alarm", "test").code == 1
    with Webhook() as hook:
        monkeypatch.setenv("MAILBOT_ALARMS__WEBHOOK_URL", hook.url)
        done = folder.mailbot("alarm", "test")
        assert (done.code, done.out) == (0, "the webhook at 127.0.0.1: taken\n")
        hook.answer = 403
        assert "answered 403" in folder.mailbot("alarm", "test").out


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MAILBOT_ALARMS__HOST", "mail.other.example", "set both or none"),
        ("MAILBOT_ALARMS__WEBHOOK_URL", "http://hooks.example/x", "must begin with https://"),
        ("MAILBOT_ALARMS__SILENT_MINUTES", "90", "less than or equal to 20"),
        ("MAILBOT_LOGS__FORMAT", "xml", "'text' or 'json'"),
    ],
)
def test_half_a_path_is_refused(folder, monkeypatch, name, value, words):
    """The sentence says what is missing; exit code 78."""
    monkeypatch.setenv(name, value)
    done = folder.mailbot("status")
    assert (done.code, words in done.err) == (78, True)
