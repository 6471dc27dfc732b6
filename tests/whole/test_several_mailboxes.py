"""One desk reads several mailboxes: each with its own connection, shared by workers, and one ticket for one mail."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from mailbot.adapters.store.tables import letters, mails, tickets
from mailbot.adapters.store.tables_leases import leases
from mailbot.adapters.store.tables_watch import heartbeats
from mailbot.demo.clients import Client, Note, reply_to, write_mail
from tests.whole.desk import STAFF, Office, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.whole


class Two(Office):
    """An office with a second mailbox, for VAT cases; the passwords of both come from the environment."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)  # type: ignore[arg-type] - as Office takes them
        self.vat = f"evat-support@{self.domain}"
        with self.settings_file.open("a", encoding="utf-8") as file:
            file.write(f'[mailboxes.evat]\nusername = "{self.vat}"\nmodule = "VAT cases"\nstart_date = "2020-01-01"\n')

    def environment(self, variables: dict[str, str]) -> dict[str, str]:
        """Return the environment with the password of the second mailbox."""
        return super().environment({"MAILBOT_MAILBOXES__EVAT__PASSWORD": self.dovecot.password} | variables)

    def write_to(self, address: str, name: str, subject: str, also: Sequence[str] = ()) -> None:
        """Let a mail to an address arrive in its mailbox, and a copy in that of each other one it names."""
        row = self.rows[name]
        text, others = "The page shows error VAT-4711.", (("Cc", ", ".join(also)),) if also else ()
        note = Note(row["name"], row["email"], address, subject, text, Client.GMAIL, headers=others)
        raw = write_mail(note, datetime.now(UTC))
        for one in (address, *also):
            # Each server on the way writes headers of its own.
            self.dovecot.deliver(
                one, f"Delivered-To: {one}\r\nReceived: by mx.{one.partition('@')[2]}\r\n".encode() + raw
            )

    def modules(self) -> dict[str, str]:
        """Return the module of each ticket by its title."""
        return {row.title: row.module for row in self.rows_of(select(tickets.c.title, tickets.c.module))}

    def readers(self) -> dict[str, str]:
        """Return who holds the lease of each mailbox, by its user name."""
        rows = self.rows_of(select(leases.c.name, leases.c.holder).where(leases.c.name.like("%/INBOX")))
        return {row.name.partition("@")[0]: row.holder for row in rows}


@pytest.fixture
def two_on_each(make_office: Callable[..., Two], database_url: str) -> Two:
    """Return such an office, once on SQLite and once on PostgreSQL."""
    office = make_office(database_url, lease=1, kind=Two)
    office.set_up_fast()
    return office


@pytest.fixture
def two(make_office: Callable[..., Two]) -> Two:
    """Return such an office on SQLite."""
    office = make_office(lease=1, kind=Two)
    office.set_up_fast()
    return office


def test_both_mailboxes_are_waited_on_and_answered(two_on_each: Two) -> None:
    """A mail in either wakes the desk at once; what comes in for VAT has its module, and a reply may go to either."""
    office = two_on_each
    with office.at_work():
        for address, subject in ((office.address, "GSTR-3B not filed"), (office.vat, "VAT assessment not opening")):
            office.write_to(address, "rakesh", subject)
            letter = office.next_letter("rakesh", subject)
            for name in STAFF:
                office.next_letter(name, subject)
            note = reply_to(
                letter, "It is urgent.", Client.GMAIL, office.rows["rakesh"]["name"], office.address_of("rakesh")
            )
            office.dovecot.deliver(office.vat, write_mail(replace(note, to=office.vat), datetime.now(UTC)))
            office.next_letter("neha", subject, "It is urgent.")
        shown = office.mailbot("status")
    assert office.modules() == {"GSTR-3B not filed": "other", "VAT assessment not opening": "vat-cases"}
    assert "intake:evat" in shown
    assert [office.dovecot.find_mails(address) for address in (office.address, office.vat)] == [[], []]


def test_the_mailboxes_of_a_killed_worker_go_to_another(two_on_each: Two) -> None:
    """A second worker waits for both; when the first is killed it reads both within the lease, and nothing is lost."""
    office = two_on_each
    with office.at_work() as first:
        office.write_to(office.vat, "rakesh", "Before")
        office.next_letter("rakesh", "Before")
        held = office.readers()
        assert set(held) == {"support", "evat-support"}
        with office.at_work() as second:
            second.wait_for_log("another mailbot reads", times=2)
            first.kill()
            began = time.monotonic()
            office.write_to(office.address, "rakesh", "After, GST")
            office.write_to(office.vat, "sunita", "After, VAT")
            office.next_letter("rakesh", "After, GST")
            office.next_letter("sunita", "After, VAT")
            assert time.monotonic() - began < 15
            assert not set(office.readers().values()) & set(held.values())
    assert len(office.tickets()) == 3


def test_a_mail_to_both_mailboxes_opens_one_ticket(two_on_each: Two) -> None:
    """Twelve mails, each with a copy in both, handled by two workers: twelve tickets, whose officers hear once each."""
    office, count = two_on_each, 12
    with office.at_work(), office.at_work():
        for number in range(count):
            both = (office.address, office.vat) if number % 2 else (office.vat, office.address)
            office.write_to(both[0], "rakesh", f"Case {number}", also=both[1:])

        def all_handled() -> bool:
            return [row.state for row in office.rows_of(select(mails.c.state))] == ["done"] * (2 * count)

        wait_for(all_handled, "the end of the mails")
        wait_for(lambda: len(office.letters("rakesh")) >= count, "the acknowledgements")
    outcomes = Counter(row.outcome for row in office.rows_of(select(mails.c.outcome)))
    assert outcomes == {"opened": count, "duplicate": count}
    assert office.modules() == {f"Case {number}": "vat-cases" for number in range(count)}
    assert len(office.rows_of(select(letters.c.id))) == count * (1 + len(STAFF))
    assert len({letter["Message-ID"] for letter in office.letters("rakesh")}) == count


def test_trouble_with_one_mailbox_keeps_the_other_going(two: Two) -> None:
    """A wrong password for one is named by the check and the alarm; the other one is read all the same."""
    office, wrong = two, {"MAILBOT_MAILBOXES__EVAT__PASSWORD": "long-forgotten"}
    checked = office.try_mailbot("check", **wrong)
    findings = [line for line in checked.output.splitlines() if "IMAP (" in line]
    assert any(line.startswith("good") and "IMAP (imap)" in line for line in findings)
    assert any(line.startswith("problem") and "IMAP (evat)" in line and office.vat in line for line in findings)
    with office.at_work(**wrong):
        office.write_to(office.address, "rakesh", "Still answered")
        office.write_to(office.vat, "rakesh", "Has to wait")
        office.next_letter("rakesh", "Still answered")

        def has_failed() -> bool:
            row = select(heartbeats.c.error).where(heartbeats.c.part == "intake:evat", heartbeats.c.error != "")
            return bool(office.rows_of(row))

        wait_for(has_failed, "the failure of the second mailbox", seconds=40)
        shown = json.loads(office.try_mailbot("status", "--json").output)
        assert [(alarm["code"], office.vat in alarm["text"]) for alarm in shown["status"]["alarms"]] == [
            ("login_refused", True)
        ]
    ended = office.try_mailbot("once", **wrong)
    assert ended.code != 0
    assert office.vat in ended.errors
    office.mailbot("once")
    assert set(office.modules()) == {"Still answered", "Has to wait"}
    assert "received 2 = 2 opened" in office.mailbot("reconcile")


def test_two_folders_of_one_account_are_two_mailboxes(make_office: Callable[..., Office]) -> None:
    """A filter of the server sorts into the second; neither is beside the other, and the archive is looked at once."""
    office = make_office(lease=1)
    office.set_up_fast()
    with office.settings_file.open("a", encoding="utf-8") as file:
        file.write(f'[mailboxes.vat]\nusername = "{office.address}"\nfolder = "Archive/VAT"\nmodule = "VAT cases"\n')
        file.write('start_date = "2020-01-01"\nalso_look_in = ["Archive/VAT", "Old"]\n')
    for subject, folder in (("A VAT case", "Archive/VAT"), ("Archived by hand", "Archive"), ("Long ago", "Old")):
        office.write("rakesh", subject, "The page does not open.")
        office.dovecot.command(office.address, "INBOX", "MOVE", "1:*", folder)
    office.write("sunita", "A GST case", "The page does not open.")
    office.mailbot("once")
    assert sorted((ticket["title"], ticket["module"]) for ticket in office.tickets()) == [
        ("A GST case", "other"),
        ("A VAT case", "vat-cases"),
    ]
    found = json.loads(office.mailbot("reconcile", "--json"))
    assert sorted(mail["folder"] for mail in found["elsewhere"]) == ["Archive", "Old"]
    archived = next(mail["id"] for mail in found["elsewhere"] if mail["folder"] == "Archive")
    office.mailbot("reconcile", "--take", str(archived))
    office.mailbot("once")
    assert "Archived by hand" in {ticket["title"] for ticket in office.tickets()}
