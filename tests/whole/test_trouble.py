"""Trouble with the world around: one sentence that says what to do, nothing lost, and the work goes on by itself."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import letters, mails, tickets
from mailbot.demo.clients import Picture
from tests.whole.desk import STAFF, Office, side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.servers.dovecot import Dovecot
    from tests.servers.postgres import Postgres

pytestmark = pytest.mark.whole

TRY_LATER, WRONG_SETTING = 75, 78


def sentence_of(office: Office, code: int, **variables: str) -> str:
    """Run `mailbot once`, which must end with that exit code and one sentence; return the sentence."""
    ended = office.try_mailbot("once", **variables)
    assert ended.code == code, ended.errors
    said = [line for line in ended.errors.splitlines() if line.startswith("mailbot: ")]
    assert len(said) == 1
    assert "Traceback" not in ended.errors
    return said[0]


def titles_of(office: Office) -> list[str]:
    """Return the titles of all tickets, oldest first."""
    return [row.title for row in office.rows_of(select(tickets.c.title).order_by(tickets.c.id))]


@contextmanager
def stopped(server: Dovecot | Postgres) -> Iterator[None]:
    """Keep a server that all tests share stopped during a `with` block."""
    server.stop()
    try:
        yield
    finally:
        server.start()


def test_a_wrong_setting_is_named(office: Office) -> None:
    """An unknown key, in the file or in the environment, stops the start; the sentence names it."""
    assert "MAILBOT_IMAP__HOTS" in sentence_of(office, WRONG_SETTING, MAILBOT_IMAP__HOTS="imap.example")
    with office.settings_file.open("a", encoding="utf-8") as file:
        file.write('[limits]\nmail_megabytes = "40"\n')
    assert "limits.mail_megabytes" in sentence_of(office, WRONG_SETTING)


def test_a_wrong_password_and_a_missing_folder_are_named(office: Office) -> None:
    """The sentence names the account or lists the folders there are; no password is in it, and the mail waits."""
    office.write("rakesh", "Portal is slow", "Since morning.")

    refused = sentence_of(office, TRY_LATER, MAILBOT_IMAP__PASSWORD="guessed-0815")
    assert "refused the login" in refused
    assert office.address in refused
    assert "guessed-0815" not in refused
    missing = sentence_of(office, TRY_LATER, MAILBOT_IMAP__FOLDER="Helpdesk")
    assert '"Helpdesk" cannot be opened' in missing
    assert "INBOX" in missing
    assert office.count_mails("INBOX") == 1


def test_mail_waits_on_the_server_while_the_disk_is_full(office: Office) -> None:
    """Too little free space stops the intake before a mail is touched; so does a disk that refuses to be written."""
    shot = Picture("scan.png", b"\x89PNG\r\n\x1a\n" + b"scan of a challan " * 200_000)
    office.write("rakesh", "Scan of the challan", "Please see the scan.", picture=shot.data)

    assert "free some space" in sentence_of(office, TRY_LATER, MAILBOT_STORAGE__MINIMUM_FREE_MB="900000000")
    assert office.count_mails("INBOX") == 1

    # No file may become larger than 2 MB (in blocks of 512 bytes); the mail is, the database is not.
    small = ["sh", "-c", 'ulimit -f 4096; exec "$@"', "sh", *office.command("once")]
    done = subprocess.run(small, env=office.environment({}), capture_output=True, text=True, check=False)
    assert done.returncode == TRY_LATER, done.stderr
    assert "Nothing is lost: the mail waits" in done.stderr
    assert office.count_mails("INBOX") == 1

    office.mailbot("once")
    assert titles_of(office) == ["Scan of the challan"]


def test_a_locked_database_is_waited_for_and_then_named(office: Office) -> None:
    """While another program holds the SQLite file the command gives up with a sentence; afterwards it works."""
    office.write("sunita", "चालान नहीं दिख रहा", "कल जमा किया था।")
    other = sqlite3.connect(office.folder / "mailbot-data" / "mailbot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert "Another program holds it" in sentence_of(office, TRY_LATER)
    finally:
        other.close()

    office.mailbot("once")
    assert titles_of(office) == ["चालान नहीं दिख रहा"]


def test_intake_goes_on_while_letters_cannot_be_sent(both_offices: Sequence[Office]) -> None:
    """With the mail server for sending down a ticket is opened all the same, and its letters go out later."""

    def lose_the_way_out(office: Office) -> None:
        with office.at_work() as worker:
            office.smtp.__exit__()
            office.write("rakesh", "Payment debited twice", "Challan of Rs 1,24,500.")
            worker.wait_for_log(": later (", times=1 + len(STAFF))
            assert titles_of(office) == ["Payment debited twice"]

            office.smtp.__enter__()
            the_wait_is_over(office)
            for name in ("rakesh", *STAFF):
                office.next_letter(name, "Payment debited twice")
        assert len(office.smtp.accepted) == 1 + len(STAFF)

    side_by_side(lose_the_way_out, both_offices)


def the_wait_is_over(office: Office) -> None:
    """Make the letters that wait for another attempt due, as the half minute that passes would."""
    with writing(office.engine) as connection:
        opened = select(tickets.c.opened_at).where(tickets.c.id == letters.c.ticket_id).scalar_subquery()
        connection.execute(update(letters).where(letters.c.state == "pending").values(due_at=opened))


def test_a_restart_of_the_mail_server_is_survived(office: Office) -> None:
    """The worker notices the lost connection, connects again, and answers what arrived meanwhile."""
    with office.at_work() as worker:
        office.write("rakesh", "Written before", "The report is empty.")
        office.next_letter("rakesh", "Written before")
        with stopped(office.dovecot):
            office.write("sunita", "इस बीच लिखा गया", "रिपोर्ट खाली है।")
            worker.wait_for_log("the mailbox is read later")
        office.next_letter("sunita", "इस बीच लिखा गया")
    assert office.count_mails("INBOX") == 0


def test_a_restart_of_the_database_is_survived(make_office: Callable[..., Office], postgres: Postgres) -> None:
    """While PostgreSQL is away mail waits; when it is back the work goes on; a stop meanwhile is a clean stop too."""
    office = make_office(postgres.new_database(), lease=1)
    office.set_up_fast()
    with office.at_work() as worker:
        office.write("rakesh", "Written before", "The report is empty.")
        office.next_letter("rakesh", "Written before")
        with stopped(postgres):
            office.write("sunita", "इस बीच लिखा गया", "रिपोर्ट खाली है।")
            worker.wait_for_log("the mailbox is read later")
        office.next_letter("sunita", "इस बीच लिखा गया")
        with stopped(postgres):
            assert worker.stop() == 0, worker.log()
    assert "Traceback" not in worker.log()
    office.close()
    postgres.drop_database(office.database_url)


def test_a_stop_in_the_middle_of_the_work_leaves_nothing_half_done(office: Office) -> None:
    """SIGTERM while mails are being handled is a clean end; the next run does the rest, and nothing twice."""
    titles = [f"Problem {number} of the morning" for number in range(1, 31)]
    for title in titles:
        office.write("rakesh", title, "The page stays empty.")
    with office.at_work() as worker:
        worker.wait_for_log("handled mail")
        assert worker.stop() == 0
    assert "mailbot has stopped" in worker.log()
    assert titles_of(office)
    assert office.rows_of(select(mails.c.id).where(mails.c.leased_until.is_not(None))) == []

    office.mailbot("once")
    assert sorted(titles_of(office)) == sorted(titles)
    assert len(office.smtp.accepted) == len({letter.raw for letter in office.smtp.accepted})


def test_one_mailbox_has_one_reader(both_offices: Sequence[Office]) -> None:
    """A second worker waits, `once` gives up with a sentence, and when the first worker dies the second takes over."""

    def hand_over(office: Office) -> None:
        with office.at_work() as first:
            office.write("rakesh", "For the first worker", "The page stays empty.")
            office.next_letter("rakesh", "For the first worker")
            with office.at_work() as second:
                second.wait_for_log("another mailbot reads")
                assert "Another mailbot reads this mailbox" in sentence_of(office, TRY_LATER)

                first.kill()
                office.write("sunita", "दूसरे के लिए", "पेज खाली है।")
                office.next_letter("sunita", "दूसरे के लिए")
        assert titles_of(office) == ["For the first worker", "दूसरे के लिए"]
        assert office.count_mails("Processed") == 2

    side_by_side(hand_over, both_offices)
