"""What bad mail gets: a ticket all the same, or a place in the quarantine; the mails behind it go on."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from mailbot.adapters.store.tables import letters, mails, tickets
from tests.whole.desk import KILLED, STAFF, Office, side_by_side, text_of, wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.whole.desk import Worker

pytestmark = pytest.mark.whole

# No headers and no text: nothing that could be a mail.
JUNK = bytes(range(1, 9)) * 200
ONE_ATTEMPT = {"MAILBOT_WORKER__ATTEMPTS": "1"}
QUARANTINE = select(mails.c.id, mails.c.ticket).where(mails.c.state == "quarantined")
MEGABYTE = 1024 * 1024


def headers(office: Office, **changes: str) -> bytes:
    """Return the header block of a plain mail of Rakesh's; an empty value leaves a header away."""
    values = {
        "From": f"Rakesh Kumar Srivastava <{office.address_of('rakesh')}>",
        "To": office.address,
        "Date": "Mon, 23 Nov 2026 10:15:00 +0530",
        "Message-ID": "<20261123101500.7781@nic.example>",
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in values.items() if value).encode() + b"\r\n"


def find_recipients(office: Office, title: str) -> list[str]:
    """Return to whom letters about the ticket of that title went, in alphabetical order."""
    query = select(letters.c.to).join(tickets).where(tickets.c.title == title)
    return sorted(row.to for row in office.rows_of(query))


def find_quarantine(office: Office) -> list[dict[str, Any]]:
    """Return what `mailbot quarantine list --json` prints."""
    found: list[dict[str, Any]] = json.loads(office.mailbot("quarantine", "list", "--json"))
    return found


def peak_memory(worker: Worker) -> int:
    """Return the most memory the worker ever used, in bytes."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


def test_missing_and_broken_headers_cost_no_mail(office_on_each: Office) -> None:
    """Without From, Subject, Message-ID or Date, or in an unknown charset, a mail opens a ticket and is answered."""
    office = office_on_each
    hindi = "कृपया शीघ्र देखें।".encode()
    office.arrive(headers(office, From="", Subject="Nobody wrote this") + b"The portal is down.\r\n")
    office.arrive(headers(office) + b"The cash ledger shows nothing.\r\n")
    office.arrive(headers(office, Message_ID="", Subject="No Message-ID") + b"Written by the printer room.\r\n")
    office.arrive(headers(office, Date="", Subject="No Date") + b"Sent from an old program.\r\n")
    broken = {"Content_Type": "text/plain; charset=x-kruti-dev-010", "Content_Transfer_Encoding": "8bit"}
    office.arrive(headers(office, Subject="Broken charset", **broken) + hindi + b" \xff\xfe\r\n")

    assert "5 handled, 14 letters" in office.mailbot("once")

    staff = sorted(office.address_of(name) for name in STAFF)
    assert find_recipients(office, "Nobody wrote this") == staff
    for title in ("The cash ledger shows nothing.", "No Message-ID", "No Date", "Broken charset"):
        assert find_recipients(office, title) == sorted([*staff, office.address_of("rakesh")])
    (broken_ticket,) = office.rows_of(select(tickets.c.description).where(tickets.c.title == "Broken charset"))
    assert "कृपया शीघ्र देखें" in broken_ticket.description
    assert "received 5 = 5 opened" in office.mailbot("reconcile")


def test_a_mail_of_forty_megabytes_is_not_downloaded(office: Office) -> None:
    """Its headers open a ticket, the officer is asked for smaller files, and the worker's memory stays small."""
    office.write("sunita", "पोर्टल धीमा है", "सुबह से पेज देर से खुलता है।")
    with office.at_work() as worker:
        office.next_letter("sunita", "पोर्टल धीमा है")
        before = peak_memory(worker)
        parts = {"Content_Type": 'application/zip; name="scans.zip"', "Content_Transfer_Encoding": "base64"}
        office.arrive(headers(office, Subject="Scans of 40 cases", **parts) + (b"UEsD" * 19 + b"\r\n") * 538_000)

        letter = office.next_letter("rakesh", "Scans of 40 cases", "too large")
        assert "reply with a few words and smaller files" in text_of(letter)
        assert peak_memory(worker) - before < 20 * MEGABYTE

    (mail,) = office.rows_of(select(mails).where(mails.c.oversized))
    assert mail.size > 40 * MEGABYTE
    assert (office.folder / "mailbot-data" / "files" / mail.sha256[:2] / mail.sha256).stat().st_size < 1000
    assert any(mail.size == len(stored.raw) for stored in office.dovecot.find_mails(office.address, "Processed"))


def test_what_is_no_mail_becomes_a_ticket_with_the_original(both_offices: Sequence[Office]) -> None:
    """Junk is quarantined with a ticket that holds it unchanged; the mail behind it goes on; a person discards it."""

    def set_aside_and_discard(office: Office) -> None:
        office.arrive(JUNK)
        office.write("rakesh", "E-way bill portal is down", "Error 503 since morning.")
        office.mailbot("once", **ONE_ATTEMPT)

        (entry,) = find_quarantine(office)
        shown = office.ticket(entry["ticket"])
        assert (shown["ticket"]["title"], shown["ticket"]["requester"]) == ("A mail could not be read", "")
        assert [(file["name"], file["sha256"]) for file in shown["files"]] == [("mail.eml", entry["sha256"])]
        assert {letter["to"] for letter in shown["letters"]} == {office.address_of(name) for name in STAFF}
        (stored, _) = office.dovecot.find_mails(office.address, "Processed")
        assert office.mailbot("quarantine", "show", str(entry["id"]), "--raw").encode() == stored.raw == JUNK

        office.mailbot("quarantine", "discard", str(entry["id"]))
        assert find_quarantine(office) == []
        assert "received 2 = 1 opened" in office.mailbot("reconcile")

    side_by_side(set_aside_and_discard, both_offices)


def test_a_retry_that_fails_again_opens_no_second_ticket(office: Office) -> None:
    """The mail is back in the quarantine under the number it had; it is discarded only once."""
    office.arrive(JUNK)
    office.mailbot("once", **ONE_ATTEMPT)
    (before,) = office.rows_of(QUARANTINE)

    office.mailbot("quarantine", "retry", "--all")
    assert office.rows_of(QUARANTINE) == []
    office.mailbot("once", **ONE_ATTEMPT)

    assert office.rows_of(QUARANTINE) == [before]
    assert len(office.rows_of(select(tickets.c.id))) == 1
    assert len(office.rows_of(select(letters.c.id))) == len(STAFF)
    assert [office.try_mailbot("quarantine", "discard", str(before.id)).code for _ in range(2)] == [0, 1]


def test_a_mail_that_can_be_read_after_all_is_handled_by_a_retry(office: Office) -> None:
    """What was set aside because the program died of it becomes an ordinary ticket once the program is mended."""
    office.write("sunita", "रिफंड का आदेश नहीं खुलता", "RFD-06 खोलने पर खाली पेज आता है।")
    failpoint = {"MAILBOT_TESTING": "1", "MAILBOT_FAILPOINT": "parsed"}
    assert office.try_mailbot("once", **ONE_ATTEMPT, **failpoint).code == KILLED
    office.mailbot("once", **ONE_ATTEMPT)
    (mail,) = office.rows_of(QUARANTINE)

    office.mailbot("quarantine", "retry", str(mail.id))
    office.mailbot("once")

    assert office.rows_of(QUARANTINE) == []
    titles = office.rows_of(select(tickets.c.title).order_by(tickets.c.id))
    assert [row.title for row in titles] == ["A mail could not be read", "रिफंड का आदेश नहीं खुलता"]
    wait_for(lambda: office.letters("sunita"), "the acknowledgement")
